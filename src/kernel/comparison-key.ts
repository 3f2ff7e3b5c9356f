/**
 * The one comparison rule for names: two names are the same when their keys are the same.
 *
 * The key is made here and stored beside the name, because the lower-case functions of two database servers may
 * differ by locale and version, and uniqueness must not. NFKC folds compatibility forms ("ﬁ" and "fi").
 */
export function comparisonKey(name: string): string {
  return name.normalize('NFKC').toLowerCase().normalize('NFKC');
}
