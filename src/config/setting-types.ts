/** Reads one variable's text. Throws an Error whose message completes "NAME must be ...". */
export type ReadSetting<T> = (raw: string) => T;

export class SettingError extends Error {}

/** A whole number between `least` and `most`, both included. */
export function integer(least: number, most: number): ReadSetting<number> {
  return (raw) => {
    const value = /^-?\d{1,15}$/.test(raw) ? Number(raw) : Number.NaN;
    if (!(value >= least && value <= most)) throw new SettingError(`a whole number from ${least} to ${most}`);
    return value;
  };
}

/** `true` or `false`. */
export function boolean(raw: string): boolean {
  if (raw !== 'true' && raw !== 'false') throw new SettingError('true or false');
  return raw === 'true';
}

/** One of the listed words. */
export function choice<const Words extends readonly string[]>(...words: Words): ReadSetting<Words[number]> {
  return (raw) => {
    const word = words.find((candidate) => candidate === raw);
    if (word === undefined) throw new SettingError(`one of ${words.join(', ')}`);
    return word;
  };
}

/** Text of `least` to `most` characters without control characters. */
export function text(least: number, most: number): ReadSetting<string> {
  return (raw) => {
    // eslint-disable-next-line no-control-regex -- control characters are what it looks for
    if (raw.length < least || raw.length > most || /[\u0000-\u001f\u007f]/.test(raw)) {
      throw new SettingError(`text of ${least} to ${most} characters without control characters`);
    }
    return raw;
  };
}

/** `least` to `most` letters, digits, hyphens and underscores. */
export function word(least: number, most: number): ReadSetting<string> {
  return (raw) => {
    if (raw.length >= least && raw.length <= most && /^[\w-]+$/.test(raw)) return raw;
    throw new SettingError(`${least} to ${most} letters, digits, hyphens and underscores`);
  };
}

/** Text that must never be shown: the refusal does not repeat it. */
export function secret(least: number, most: number): ReadSetting<string> {
  const read = text(least, most);
  return (raw) => read(raw);
}

/** An absolute http or https URL, without user, query or fragment. */
export function httpUrl(raw: string): string {
  const url = URL.canParse(raw) ? new URL(raw) : null;
  const fits = url && /^https?:$/.test(url.protocol) && !url.username && !url.password && !url.search && !url.hash;
  if (!fits) throw new SettingError('an absolute http or https URL without user, query or fragment');
  return url.href;
}

/** The same without a slash at its end, so that paths can be appended. */
export function httpUrlWithoutPathEnd(raw: string): string {
  return httpUrl(raw).replace(/\/+$/, '');
}

/** An absolute URI of `least` to `most` characters, such as a URN. */
export function absoluteUri(least: number, most: number): ReadSetting<string> {
  return (raw) => {
    if (raw.length >= least && raw.length <= most && URL.canParse(raw)) return raw;
    throw new SettingError(`an absolute URI of ${least} to ${most} characters, such as urn:doorlist:api`);
  };
}

/** A PostgreSQL connection URL. The refusal does not repeat it: it may hold a password. */
export function postgresUrl(raw: string): string {
  const fits = URL.canParse(raw) && /^postgres(ql)?:$/.test(new URL(raw).protocol) && new URL(raw).pathname.length > 1;
  if (!fits) throw new SettingError('a URL of the form postgresql://user:password@host:port/database');
  return raw;
}

/** Texts separated by commas, each read by `read`. */
export function list<T>(read: ReadSetting<T>): ReadSetting<readonly T[]> {
  return (raw) => raw.split(',').map((each) => read(each.trim()));
}

/** JSON, read further by `read`. */
export function json<T>(read: (value: unknown) => T): ReadSetting<T> {
  return (raw) => {
    let value: unknown;
    try {
      value = JSON.parse(raw);
    } catch {
      throw new SettingError('valid JSON');
    }
    return read(value);
  };
}
