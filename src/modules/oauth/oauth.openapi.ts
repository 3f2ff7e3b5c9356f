import type { Operation, Schema } from '../../http/openapi/openapi-types.js';
import { OAUTH_PATHS } from './discovery-document.js';

const TAGS = ['Tokens'];

const TOKEN_REQUEST: Schema = {
  type: 'object',
  required: ['grant_type'],
  properties: {
    grant_type: { type: 'string', enum: ['client_credentials'], example: 'client_credentials' },
    scope: { type: 'string', example: 'directory:read assignments:write' },
    client_id: { type: 'string', example: 'AZq18mxuewO6mlE_DI0uSw.L-gskyBB9YYI0na1' },
    client_secret: { type: 'string', example: 'f3Jk0Z4nQ2u8-pT1xWcVbR7yLs6dHgEa9mKoNiUqXvM' },
  },
};

const TOKEN: Schema = {
  type: 'object',
  required: ['access_token', 'token_type', 'expires_in'],
  properties: {
    access_token: { type: 'string', example: 'eyJhbGciOiJSUzI1NiIsInR5cCI6ImF0K2p3dCJ9...' },
    token_type: { type: 'string', example: 'Bearer' },
    expires_in: { type: 'integer', example: 3600 },
    scope: { type: 'string', example: 'directory:read assignments:write' },
  },
};

const OAUTH_ERROR: Schema = {
  type: 'object',
  required: ['error'],
  properties: {
    error: { type: 'string', example: 'invalid_client' },
    error_description: { type: 'string', example: 'client authentication failed' },
  },
};

const KEY_SET: Schema = {
  type: 'object',
  required: ['keys'],
  properties: {
    keys: {
      type: 'array',
      items: {
        type: 'object',
        required: ['kty', 'kid'],
        properties: {
          kty: { type: 'string', example: 'RSA' },
          kid: { type: 'string', example: '3Qe1nXo2' },
          use: { type: 'string', example: 'sig' },
          alg: { type: 'string', example: 'RS256' },
          n: { type: 'string', example: 'sXch...' },
          e: { type: 'string', example: 'AQAB' },
        },
      },
    },
  },
};

const DISCOVERY: Schema = {
  type: 'object',
  required: ['issuer', 'token_endpoint', 'jwks_uri'],
  properties: {
    issuer: { type: 'string', example: 'http://localhost:3000' },
    token_endpoint: { type: 'string', example: 'http://localhost:3000/oauth/token' },
    jwks_uri: { type: 'string', example: 'http://localhost:3000/oauth/jwks' },
  },
};

/** RFC 7517 section 8.5.1. */
const KEY_SET_TYPE = 'application/jwk-set+json';

const UNAVAILABLE = { description: 'The database does not answer at the moment.', content: json(OAUTH_ERROR) };

/** The routes of the token side for the OpenAPI document; no controller has them, so no decorator can describe them. */
export const OAUTH_OPERATIONS: Readonly<Record<string, Record<string, Operation>>> = {
  [OAUTH_PATHS.token]: {
    post: {
      operationId: 'getToken',
      tags: TAGS,
      summary: 'Get a token by client credentials (RFC 6749 section 4.4)',
      description:
        'The client names itself by HTTP Basic or by client_id and client_secret in the form. Without scope the token holds all the scopes of the client; with it, those of them that are asked for.',
      security: [],
      requestBody: { required: true, content: { 'application/x-www-form-urlencoded': { schema: TOKEN_REQUEST } } },
      responses: {
        '200': { description: 'A token; send it as `Authorization: Bearer <access_token>`.', content: json(TOKEN) },
        '400': { description: 'The request is not right (RFC 6749 section 5.2).', content: json(OAUTH_ERROR) },
        '401': { description: 'No such client, or a wrong secret.', content: json(OAUTH_ERROR) },
        '413': { description: 'The body is too large.', content: json(OAUTH_ERROR) },
        '503': UNAVAILABLE,
      },
    },
  },
  [OAUTH_PATHS.jwks]: {
    get: metadata('getKeys', 'The keys that tokens are signed with (RFC 7517)', KEY_SET, KEY_SET_TYPE),
  },
  [OAUTH_PATHS.openidConfiguration]: {
    get: metadata('getOpenIdConfiguration', 'Where everything is (OpenID Connect Discovery)', DISCOVERY),
  },
  [OAUTH_PATHS.authorizationServer]: {
    get: metadata('getAuthorizationServer', 'Where everything is (RFC 8414)', DISCOVERY),
  },
};

function metadata(operationId: string, summary: string, schema: Schema, type = 'application/json'): Operation {
  return {
    operationId,
    tags: TAGS,
    summary,
    security: [],
    responses: { '200': { description: summary, content: { [type]: { schema } } }, '503': UNAVAILABLE },
  };
}

function json(schema: Schema): Record<string, { schema: Schema }> {
  return { 'application/json': { schema } };
}
