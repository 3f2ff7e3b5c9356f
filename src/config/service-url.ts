/** Under which URL this instance answers, known once it listens. An abstract class, so that it is its own injection token. */
export abstract class ServiceUrl {
  /** The `iss` of our own tokens and the base of every absolute URL, without a slash at its end. */
  abstract readonly issuer: string;
}
