/**
 * Takes the base path off the URLs of requests, for an ingress that passes it on. One that takes it off itself is served as
 * well, and so are probes, which do not come through it.
 */
export function withoutBasePath(base: string): (request: { url?: string | undefined }) => string {
  if (base === '') return ({ url = '/' }) => url;
  return ({ url = '/' }) => {
    if (!url.startsWith(base)) return url;
    const rest = url.slice(base.length);
    if (rest.startsWith('/')) return rest;
    return rest === '' || rest.startsWith('?') ? `/${rest}` : url;
  };
}
