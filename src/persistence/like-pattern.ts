/** The LIKE pattern for texts that contain `part`, whatever wildcards it holds. */
export function containing(part: string): string {
  return `%${part.replace(/[\\%_]/g, (special) => `\\${special}`)}%`;
}
