import type { DemoTenant } from './demo/demo-tenant.js';

/** What a start tells the person who started it. */
interface Started {
  readonly version: string;
  readonly engine: string;
  readonly url: string;
  readonly docs: boolean;
  readonly demo: DemoTenant | null;
}

/** The lines that a start prints once it listens: where everything is, and three commands that answer a first question. */
export function startBanner({ version, engine, url, docs, demo }: Started): string {
  const lines = [
    `Doorlist ${version} is listening`,
    '',
    `  API         ${url}/api/v1`,
    ...(docs ? [`  Swagger UI  ${url}/docs`] : []),
    `  Database    ${engine}`,
    ...(demo ? demoLines(url, demo) : []),
    '',
  ];
  return lines.join('\n');
}

function demoLines(url: string, demo: DemoTenant): string[] {
  const tenant = `${url}/api/v1/tenants/${demo.tenantId}`;
  const auth = '-H "Authorization: Bearer $TOKEN"';
  const takeToken = `sed -E 's/.*"access_token":"([^"]+)".*/\\1/'`;
  return [
    '',
    `  Demo tenant    ${demo.tenantId}`,
    `  Client id      ${demo.clientId}`,
    `  Client secret  ${demo.clientSecret}`,
    '',
    'Paste these: get a token, see who can use an application, give a user another one.',
    '',
    `  TOKEN=$(curl -s -u '${demo.clientId}:${demo.clientSecret}' -d grant_type=client_credentials ${url}/oauth/token | ${takeToken})`,
    `  curl -s ${auth} '${tenant}/applications/${demo.applicationId}/effective-users?per_page=5'`,
    `  curl -s -X PUT ${auth} ${tenant}/users/${demo.userId}/applications/${demo.newApplicationId}`,
  ];
}
