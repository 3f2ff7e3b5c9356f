import type { ApiAnswer } from './api.js';

/** What a refusal says, whatever the surface. */
interface Refused {
  readonly status: number;
  readonly code: unknown;
  readonly message: unknown;
}

/** How a published surface words its refusals, and which schemas of the document describe them. */
interface Surface {
  readonly prefix: string;
  readonly plainSchema: string;
  readonly listSchema: string;
  readonly body: (answer: Pick<ApiAnswer, 'headers'>, refused: Refused) => object;
  /** The messages in a body. */
  readonly messagesIn: (body: unknown) => string[];
}

const NATIVE: Surface = {
  prefix: '/',
  plainSchema: 'Error',
  listSchema: 'HTTPValidationError',
  body: ({ headers }, { code, message }) => ({ detail: message, code, request_id: headers.get('x-request-id') }),
  messagesIn: (body) => {
    const { detail } = body as { detail: string | { msg: string }[] };
    return typeof detail === 'string' ? [detail] : detail.map(({ msg }) => msg);
  },
};

const SURFACES: readonly Surface[] = [
  {
    prefix: '/v1/applications/',
    plainSchema: 'ApplicationRoleError',
    listSchema: 'ApplicationRoleValidationError',
    body: (_, { status, message }) => ({ message, error_code: status }),
    messagesIn: (body) => [(body as { message: string | string[] }).message].flat(),
  },
];

/** The surface that a path belongs to. */
export function surfaceOf(path: string): Surface {
  return SURFACES.find(({ prefix }) => path.startsWith(prefix)) ?? NATIVE;
}

/** The body of a refusal of this path. */
export function refusalAt(
  path: string,
  answer: Pick<ApiAnswer, 'headers'> & { status: number },
  code: unknown,
  message: unknown,
): object {
  return surfaceOf(path).body(answer, { status: answer.status, code, message });
}
