import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { ACCESS_SCOPES } from '../../kernel/access-scopes.js';
import { completeDocument } from './complete-document.js';
import {
  ApplicationRoleRefusal,
  ApplicationRoleValidationRefusal,
  EntitlementRefusal,
  PlainRefusal,
  ScopedRoleRefusal,
  ValidationRefusal,
} from './envelope.schemas.js';
import type { Document } from './openapi-types.js';

/** The sections of the document, in the order in which a newcomer meets them. */
const TAGS: readonly (readonly [name: string, description: string])[] = [
  ['Tokens', 'Get a token first: everything else needs one.'],
  ['Access', 'The question Doorlist exists for: who can use an application, and what can a user use?'],
  ['Assignments', 'Give applications to users and groups, and take them back.'],
  ['Roles', 'What users may do: roles with permissions, who holds them, and through which groups.'],
  ['Entitlements', 'Roles and permissions of applications, with rights and children, and who was granted them.'],
  ['Workspaces', 'Parts of a tenant, and their projects, that roles can be held in.'],
  ['Users', 'The people of a tenant.'],
  ['Groups', 'Groups of users; a group may contain groups, to any depth.'],
  ['Applications', 'What access is given to.'],
  ['Imports and exports', 'Whole files of users, groups, memberships, nestings, applications and assignments.'],
  ['API clients', 'Programs that call this API, with what they may do.'],
  ['Audit', 'Every change: who, when, what, before and after.'],
  ['Tenants', 'Organizations, kept strictly apart. For the platform only.'],
  ['Health', 'For the machines that watch this service.'],
];

/** What the document cannot read off the code. */
interface DocumentOptions {
  readonly version: string;
  readonly publicUrl: string;
  /** Operations of routes that no controller has. */
  readonly morePaths: Document['paths'];
  /** The tenant that Swagger UI fills in, where there is one to try. */
  readonly tenantId: string | null;
}

/** Builds the OpenAPI 3.1 document of the application from its code. */
function buildDocument(app: INestApplication, options: DocumentOptions): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Doorlist')
    .setDescription('Who may use which application: exact through nested groups, and safe between tenants.')
    .setVersion(options.version)
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addServer(options.publicUrl)
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' }, 'bearer')
    .addOAuth2(
      {
        type: 'oauth2',
        description: 'Client id and secret of an API client; the start of the service prints one for the demo tenant.',
        flows: { clientCredentials: { tokenUrl: `${options.publicUrl}/oauth/token`, scopes: { ...ACCESS_SCOPES } } },
      },
      'client',
    )
    .addSecurityRequirements('bearer')
    .addSecurityRequirements('client');
  for (const [name, description] of TAGS) builder.addTag(name, description);
  const document = SwaggerModule.createDocument(app, builder.build(), {
    extraModels: [
      PlainRefusal,
      ValidationRefusal,
      ApplicationRoleRefusal,
      ApplicationRoleValidationRefusal,
      ScopedRoleRefusal,
      EntitlementRefusal,
    ],
    operationIdFactory: (_controller, method) => method,
  });
  Object.assign(document.paths, structuredClone(options.morePaths));
  return completeDocument(document as unknown as Document, options.tenantId) as unknown as OpenAPIObject;
}

/** Serves Swagger UI at /docs and the document at /docs-json and /docs-yaml. */
export function serveDocument(app: INestApplication, options: DocumentOptions): void {
  // Built when it is first asked for: it takes memory, and few ask an instance behind an ingress.
  SwaggerModule.setup('docs', app, () => buildDocument(app, options), {
    customSiteTitle: 'Doorlist API',
    jsonDocumentUrl: 'docs-json',
    yamlDocumentUrl: 'docs-yaml',
    swaggerOptions: {
      persistAuthorization: true,
      displayRequestDuration: true,
      tryItOutEnabled: true,
      docExpansion: 'list',
    },
  });
}
