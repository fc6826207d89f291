/** Matrices as text, expanded, for the tests of src/sweep. */

import { parseYaml } from '../../../src/conf/yaml.ts';
import type { Problems } from '../../../src/sweep/file/axes.ts';
import { expandMatrix } from '../../../src/sweep/file/matrix.ts';
import type { Cell } from '../../../src/sweep/types.ts';

export const FILE = 'slurm/sweeps/x.yaml';

/** `text` is the matrix alone; its first line is line 2 of the file. */
export function expand(text: string): { cells: Cell[]; problems: Problems } {
  const indented = text
    .trim()
    .split('\n')
    .map((line) => `  ${line}\n`)
    .join('');
  const { node, problems: ofYaml } = parseYaml(`matrix:\n${indented}`, FILE);
  if (node?.kind !== 'mapping') throw new Error(JSON.stringify(ofYaml));
  const problems: Problems = [...ofYaml];
  return { cells: expandMatrix(node.entries[0]!, problems), problems };
}

/** The values of all cells, of a matrix in which nothing is wrong. */
export function valuesOf(text: string): Cell['values'][] {
  const { cells, problems } = expand(text);
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return cells.map(({ values }) => values);
}
