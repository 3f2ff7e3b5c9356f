/** Longest wait for all that one refresh of an issuer's keys has to fetch, in milliseconds. */
const TIMEOUT_MS = 3000;
/** Largest document that is read, in bytes. */
const MOST_BYTES = 262_144;

/** Fetches an issuer's documents for one refresh; all of its requests share one deadline. */
export class IssuerDocuments {
  readonly #deadline = AbortSignal.timeout(TIMEOUT_MS);

  /** The JSON at `url`. Rejects where it is not there in time, is redirected, too large, or no JSON. */
  async get(url: string): Promise<unknown> {
    const headers = { accept: 'application/json' };
    const response = await fetch(url, { headers, redirect: 'error', signal: this.#deadline });
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      throw new Error(`${url} answers with status ${response.status}.`);
    }
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      size += chunk.byteLength;
      if (size > MOST_BYTES) throw new Error(`${url} answers with more than ${MOST_BYTES} bytes.`);
      chunks.push(chunk);
    }
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  }

  /**
   * Where the issuer says that its keys are: in its OpenID Connect discovery document, or else in that of RFC 8414, whose
   * well-known part stands between host and path (section 3.1). Both must name the issuer itself (section 3.3).
   */
  async keySetUrl(issuer: string): Promise<string> {
    const openid = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const { origin, pathname } = new URL(issuer);
    const oauth = `${origin}/.well-known/oauth-authorization-server${pathname.replace(/\/$/, '')}`;
    try {
      return keySetUrlOf(await this.get(openid), issuer);
    } catch (error) {
      if (this.#deadline.aborted) throw error;
      return keySetUrlOf(await this.get(oauth), issuer);
    }
  }
}

/** The `jwks_uri` of a discovery document, which must be of `issuer` and must not leave TLS where the issuer has it. */
export function keySetUrlOf(document: unknown, issuer: string): string {
  const { issuer: named, jwks_uri: url } = (document ?? {}) as { issuer?: unknown; jwks_uri?: unknown };
  if (named !== issuer) throw new Error(`The discovery document of ${issuer} names another issuer.`);
  const safe = typeof url === 'string' && URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
  if (!safe || (issuer.startsWith('https:') && !url.startsWith('https:'))) {
    throw new Error(`The discovery document of ${issuer} names no usable jwks_uri.`);
  }
  return url;
}
