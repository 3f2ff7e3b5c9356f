import type { FastifyInstance } from 'fastify';

/** Answers are data: whatever a browser takes one for, it loads, runs and frames nothing of it. */
const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'";

/** Swagger UI is served whole from here, with styles in its markup and pictures in its styles. */
const docsPolicy = (origin: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src 'self' ${origin}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

/** A year, as browsers' own lists ask for. */
const HSTS = 'max-age=31536000; includeSubDomains';

/** What is the same on every answer. */
function securityHeaders(publicUrl: string): Readonly<Record<string, string>> {
  return {
    'Content-Security-Policy': DATA_POLICY,
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Resource-Policy': 'same-origin',
    // Who may do what, now: a cache may keep an answer for its own user, and must ask before it uses it again.
    'Cache-Control': 'private, no-cache',
    ...(publicUrl.startsWith('https:') ? { 'Strict-Transport-Security': HSTS } : {}),
  };
}

/** Puts the headers on every answer that comes from a route or from a refusal of one. */
export function addSecurityHeaders(fastify: FastifyInstance, publicUrl: string): void {
  const headers = securityHeaders(publicUrl);
  const docs = docsPolicy(new URL(publicUrl).origin);
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.headers(headers);
    if (request.url.startsWith('/docs')) void reply.header('Content-Security-Policy', docs);
    done();
  });
}
