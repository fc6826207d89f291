/** Sentences for results that can't be collected as the profile wants them. */

import type { RunProblem } from '../../run/problem.ts';
import { make, profileFile } from '../commands.ts';
import type { Sentences } from '../problem.ts';

/** So many paths are named one by one. */
const MOST = 20;

export const resultSentences = {
  'results-missing': ({ id, paths, runDir }, typed) => ({
    says: `The job of ${id} succeeded, but not everything in RESULTS_PULL is there. All of it was kept: ${runDir}`,
    words: some(paths.map((path) => `missing: ${path}`)),
    next: [
      `Check RESULTS_PULL in ${profileFile(id, typed)} (paths relative to the run directory) and where the script writes: ${make('slurm-log', id, typed)}`,
      `To collect what there is and remove the run directory: ${make('slurm-collect', id, typed, 'FORCE=1')}`,
    ],
  }),
  'results-leave': ({ id, links, runDir }, typed) => ({
    says: `Links in RESULTS_PULL of ${id} lead to somewhere that is not collected. All of it was kept: ${runDir}`,
    words: some(links.map(({ path, target }) => `${path} → ${target}`)),
    next: [
      `Name in RESULTS_PULL of ${profileFile(id, typed)} what they lead to, if that lies in the run directory or in data/; otherwise let the script write real files.`,
      `To collect without it and remove the run directory: ${make('slurm-collect', id, typed, 'FORCE=1')}`,
    ],
  }),
} satisfies Pick<Sentences<RunProblem>, 'results-missing' | 'results-leave'>;

function some(lines: readonly string[]): string {
  const rest = lines.length - MOST;
  return [...lines.slice(0, MOST), ...(rest > 0 ? [`… and ${rest} more`] : [])].join('\n');
}
