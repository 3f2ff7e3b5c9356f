/**
 * The one comparison rule for names: two names are the same when their keys are the same.
 *
 * The key is made here and stored beside the name, because the lower-case functions of two database servers may
 * differ by locale and version, and uniqueness must not. NFKC folds compatibility forms ("ﬁ" and "fi"); going through
 * upper case folds letters whose case is not one to one ("ß" and "SS"), and a Greek sigma is the same at a word's end.
 * Dotless and dotted i become one, which refuses a few names more than it must.
 */
export function comparisonKey(name: string): string {
  const folded = name.normalize('NFKC').toUpperCase().toLowerCase().replaceAll('ς', 'σ');
  return folded.normalize('NFKC');
}
