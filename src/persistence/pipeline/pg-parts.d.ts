// How pg writes a value as a parameter; its published types know its front door alone.
declare module 'pg/lib/utils.js' {
  /** Text, bytes, or null. Throws where the value has no text. */
  export function prepareValue(value: unknown): string | Buffer | null;
}
