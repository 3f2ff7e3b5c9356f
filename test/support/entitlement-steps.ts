import type { Api, ApiAnswer } from './api.js';

export const ENTITLEMENTS = '/v1.0/entitlements';
export const ASSIGNMENTS = `${ENTITLEMENTS}/assignments/search`;

/** A refusal in the words of contract 4. */
export function entitlementRefusal(messageId: string, messageDescription: unknown = expect.any(String)): object {
  return { messageId, messageDescription };
}

/** Makes an entitlement of the application, and answers its code. */
export async function newEntitlement(api: Api, application: string, name: string, more: object = {}): Promise<string> {
  const made = await api.post(ENTITLEMENTS, { name, type: 'role', application, ...more });
  if (made.status !== 201) throw new Error(`The test could not make its entitlement: ${JSON.stringify(made.body)}`);
  return (made.body as { code: string }).code;
}

/** Searches assignments, and answers `<entitlement name>: <holder>` of each, and the count. */
export async function found(api: Api, query: string, filter: object = {}): Promise<[string[], number]> {
  const { status, body } = await api.post(`${ASSIGNMENTS}${query}`, filter);
  if (status !== 200) throw new Error(JSON.stringify(body));
  const { resources, count } = body as {
    resources: { entitlementName: string; user: string | null; group: string | null }[];
    count: number;
  };
  return [resources.map((each) => `${each.entitlementName}: ${each.user ?? each.group ?? ''}`), count];
}

/** Grants an entitlement to users. */
export async function grantUsers(api: Api, code: string, users: readonly object[]): Promise<ApiAnswer> {
  return api.post(`${ENTITLEMENTS}/${code}`, { grant: { users } });
}
