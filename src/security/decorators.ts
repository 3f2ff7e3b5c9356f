import { SetMetadata, applyDecorators, type CustomDecorator } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import type { AccessScope } from '../kernel/access-scopes.js';

/** Metadata key of `@Public()`. */
export const PUBLIC_ROUTE = 'doorlist:public';
/** Metadata key of `@Requires()`. */
export const REQUIRED_SCOPES = 'doorlist:required-scopes';

/** The route answers anybody: no token is asked for, and one that is sent is not looked at. */
export function Public(): CustomDecorator {
  return SetMetadata(PUBLIC_ROUTE, true);
}

/** Metadata key of `@RequiresOneOf()`. */
export const ALTERNATIVE_SCOPES = 'doorlist:alternative-scopes';

/** The route answers callers whose token holds each of these scopes, as granted or implied. */
export function Requires(...scopes: [AccessScope, ...AccessScope[]]): ClassDecorator & MethodDecorator {
  return applyDecorators(SetMetadata(REQUIRED_SCOPES, scopes), ApiExtension('x-required-scopes', scopes));
}

/** The route answers callers whose token holds one of these scopes; its handler says which of them for what is asked. */
export function RequiresOneOf(...scopes: [AccessScope, ...AccessScope[]]): MethodDecorator {
  return applyDecorators(SetMetadata(ALTERNATIVE_SCOPES, scopes), ApiExtension('x-alternative-scopes', scopes));
}
