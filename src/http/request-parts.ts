import { Body as RawBody, Query as RawQuery } from '@nestjs/common';
import { RequestValidationPipe } from './request-validation.pipe.js';

/**
 * Bound to these two arguments and not globally, because Nest leads every argument that a pipe might change through
 * promises of its own, ids of the path and the scope too, which this one passes on as they are.
 */
const VALIDATION = new RequestValidationPipe();

/** The body of a request as its class, checked. */
export function Body(): ParameterDecorator {
  return RawBody(VALIDATION);
}

/** The query of a request as its class, checked. */
export function Query(): ParameterDecorator {
  return RawQuery(VALIDATION);
}
