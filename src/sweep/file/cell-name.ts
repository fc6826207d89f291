/** Names of cells, which are names of folders too. */

/** Longer ones are cut: the index tells cells apart, and paths have an end. */
const LONGEST = 60;

/**
 * Of each cell its index, as wide as the largest, and its values: `017-gsm8k-claude-claude-opus-4-6`; of one number `017_64`, since CELL=
 * takes `17-64` for a range of cells.
 */
export function cellNames(cells: readonly ReadonlyMap<string, string>[]): string[] {
  const width = String(cells.length - 1).length;
  return cells.map((values, at) => {
    const index = String(at).padStart(width, '0');
    const slug = [...values.values()]
      .join('-')
      .replace(/[^A-Za-z0-9._+=-]/gu, '_')
      .slice(0, LONGEST)
      .replace(/[.-]+$/, '');
    return slug === '' ? index : `${index}${/^\d+$/.test(slug) ? '_' : '-'}${slug}`;
  });
}
