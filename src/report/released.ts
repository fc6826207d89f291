/** What became of a held job that was to be let go. */

import { idOfRun, nameOfRun } from '../run/names.ts';
import type { ReleaseResult } from '../run/release.ts';
import { block, nextSteps } from './block.ts';
import { make, runPath, type Typed, withoutProfile } from './commands.ts';
import { shown } from './escape.ts';
import { count } from './quantities.ts';
import type { Style } from './style.ts';
import { stateWord } from './verdict.ts';

export function releasedText(
  { jobId, rows, released, held, dryRun }: ReleaseResult,
  style: Style,
  typed: Typed = {},
): string {
  const words = rows.map(({ state, reason }) => stateWord(reason === 'None' ? { state } : { state, reason }));
  const states = [...new Set(words)].join(', ');
  if (!released && !held) return shown(`Job ${jobId} is not held: it is ${states}. There was nothing to release.`);
  if (dryRun) return shown(`Job ${jobId}, ${states}, would be released. Nothing was done (DRY_RUN=1).`);
  const run = rows[0] ? nameOfRun(rows[0].workDir) : '';
  const id = idOfRun(run);
  const text = block(
    'Job released',
    [
      ['Job ID', jobId],
      ['Was', rows.length > 1 ? `${states}, ${count(rows.length, 'task')}` : states],
      ...(id === undefined ? [] : [['Run dir', runPath(run)] as const]),
    ],
    style,
  );
  // The cluster of jobs that are not ours is none of this project's business.
  if (id === undefined) return text;
  return `${text}\n${nextSteps([['Watch', make('slurm-watch', id, withoutProfile(typed))]], style)}`;
}
