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
  /** The status of wrong values. */
  readonly wrongValues: 400 | 422;
  readonly body: (answer: Pick<ApiAnswer, 'headers'>, refused: Refused) => object;
  /** The messages in a body. */
  readonly messagesIn: (body: unknown) => string[];
}

const NATIVE: Surface = {
  prefix: '/',
  plainSchema: 'Error',
  listSchema: 'HTTPValidationError',
  wrongValues: 422,
  body: ({ headers }, { code, message }) => ({ detail: message, code, request_id: headers.get('x-request-id') }),
  messagesIn: (body) => {
    const { detail } = body as { detail: string | { msg: string }[] };
    return typeof detail === 'string' ? [detail] : detail.map(({ msg }) => msg);
  },
};

/** What contract 3 calls a refusal, by its status; any other is a ValueError. */
const SCOPED_ROLE_ERRORS: Readonly<Record<number, string>> = {
  401: 'AuthorizationException',
  403: 'IllegalOperationError',
  404: 'KeyError',
  409: 'EntityExistsError',
};

const SURFACES: readonly Surface[] = [
  {
    prefix: '/v1/',
    plainSchema: 'ApplicationRoleError',
    listSchema: 'ApplicationRoleValidationError',
    wrongValues: 422,
    body: (_, { status, message }) => ({ message, error_code: status }),
    messagesIn: (body) => [(body as { message: string | string[] }).message].flat(),
  },
  {
    prefix: '/roles/',
    plainSchema: 'ScopedRoleError',
    listSchema: 'ScopedRoleError',
    wrongValues: 400,
    body: (_, { status, message }) => ({ detail: [SCOPED_ROLE_ERRORS[status] ?? 'ValueError', message] }),
    messagesIn: (body) => (body as { detail: string[] }).detail,
  },
  {
    prefix: '/v1.0/',
    plainSchema: 'EntitlementError',
    listSchema: 'EntitlementError',
    wrongValues: 400,
    body: (_, { status, message }) => ({
      messageId: expect.stringMatching(`^DLE${status}(?!00)\\d\\d$`),
      messageDescription: message,
    }),
    messagesIn: (body) => [(body as { messageDescription: string }).messageDescription],
  },
];

/** The surface that a path belongs to. */
export function surfaceOf(path: string): Surface {
  return SURFACES.find(({ prefix }) => `${path}/`.startsWith(prefix)) ?? NATIVE;
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
