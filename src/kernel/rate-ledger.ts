/** Where instances tell one another how much they have admitted. An abstract class, so that it is its own injection token. */
export abstract class RateLedger {
  /**
   * Adds what this instance has admitted in a minute (counted since 1970), by caller, and answers what all instances
   * together have, itself included. Errors: 503 where the ledger does not answer; nothing is added then.
   */
  abstract add(minute: number, admitted: ReadonlyMap<string, number>): Promise<ReadonlyMap<string, number>>;
}
