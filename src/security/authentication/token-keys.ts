import type { KeyObject } from 'node:crypto';

/** The public halves of the keys that our own tokens are signed with. An abstract class: it is its own injection token. */
export abstract class TokenKeys {
  /** The key called `kid`; null where there is none, or none any more. Errors: 503 where the keys cannot be read. */
  abstract find(kid: string): Promise<KeyObject | null>;
}
