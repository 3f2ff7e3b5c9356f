import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { CompactSign, SignJWT, UnsecuredJWT, decodeJwt, importJWK, type JWK, type JWTPayload } from 'jose';
import { sql } from './sql.js';

type Changes = Readonly<Record<string, unknown>>;

const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const strangerJwk = { ...stranger.publicKey.export({ format: 'jwk' }), kid: 'evil', alg: 'RS256', use: 'sig' };

export const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Makes tokens that are nearly as good as one that the service has given. */
export class Forge {
  private constructor(
    readonly token: string,
    /** The service's own key, its private half included. */
    readonly key: JWK & { kid: string },
  ) {}

  /** A forge with a good token of the service on the database of this worker. */
  static async of(token: string): Promise<Forge> {
    const [row] = await sql<{ private_jwk: JWK & { kid: string } }>('SELECT private_jwk FROM signing_keys');
    return new Forge(token, row!.private_jwk);
  }

  /** The parts of the good token. */
  get parts(): [string, string, string] {
    return this.token.split('.') as [string, string, string];
  }

  /** The good claims with changes; what is changed to undefined is left out. */
  claims(changes: Changes = {}): JWTPayload {
    return JSON.parse(JSON.stringify({ ...decodeJwt(this.token), ...changes })) as JWTPayload;
  }

  /** A token with the service's own signature: what it says is all that can be wrong with it. */
  async own(changes: Changes = {}, header: Changes = {}): Promise<string> {
    const alg = (header.alg as string | undefined) ?? 'RS256';
    const protectedHeader = JSON.parse(JSON.stringify({ alg, typ: 'at+jwt', kid: this.key.kid, ...header })) as {
      alg: string;
    };
    const payload = new TextEncoder().encode(JSON.stringify(this.claims(changes)));
    const { kty, n, e, d, p, q, dp, dq, qi } = this.key;
    const secret = await importJWK({ kty, n, e, d, p, q, dp, dq, qi }, alg);
    return new CompactSign(payload).setProtectedHeader(protectedHeader).sign(secret);
  }

  /** A token of a stranger's key, with any header. */
  async strange(header: Changes, signer: KeyObject = stranger.privateKey, alg = 'RS256'): Promise<string> {
    const protectedHeader = { alg, typ: 'at+jwt', kid: this.key.kid, ...header };
    return new SignJWT(this.claims()).setProtectedHeader(protectedHeader).sign(signer);
  }

  /** A token whose secret is what everybody can read of the service's key: the confusion of RS256 with HS256. */
  async confused(secret: string | Uint8Array, alg = 'HS256', header: Changes = {}): Promise<string> {
    const bytes = typeof secret === 'string' ? new TextEncoder().encode(secret) : secret;
    const protectedHeader = { alg, typ: 'at+jwt', kid: this.key.kid, ...header };
    return new SignJWT(this.claims()).setProtectedHeader(protectedHeader).sign(bytes);
  }

  /** A token with the algorithm "none". */
  unsecured(): string {
    return new UnsecuredJWT(this.claims()).encode();
  }

  /** The good token with other claims under its signature. */
  tampered(changes: Changes): string {
    const [header, , signature] = this.parts;
    return `${header}.${encode(this.claims(changes))}.${signature}`;
  }

  publicKey(): KeyObject {
    return createPublicKey({ key: { kty: 'RSA', n: this.key.n!, e: this.key.e! }, format: 'jwk' });
  }
}
