/** What became of a job that was to be cancelled. */

import type { CancelResult } from '../run/cancel.ts';
import { idOfRun, nameOfRun } from '../run/names.ts';
import { block, nextSteps } from './block.ts';
import { make, runPath, type Typed, withoutProfile } from './commands.ts';
import { shown } from './escape.ts';
import { count } from './quantities.ts';
import type { Style } from './style.ts';

export function cancelledText(
  { jobId, rows, cancelled, dryRun }: CancelResult,
  style: Style,
  typed: Typed = {},
): string {
  if (dryRun) return shown(`Job ${jobId} would be cancelled. Nothing was done (DRY_RUN=1).`);
  const states = [...new Set(rows.map((row) => row.state))].join(', ');
  if (!cancelled) return shown(`Job ${jobId} had ended already (${states}); there was nothing to cancel.`);
  const run = rows[0] ? nameOfRun(rows[0].workDir) : '';
  const id = idOfRun(run);
  const text = block(
    'Job cancelled',
    [
      ['Job ID', jobId],
      ['Was', rows.length > 1 ? `${states} (${count(rows.length, 'task')})` : states],
      ...(id === undefined ? [] : [['Run dir', runPath(run)] as const]),
    ],
    style,
  );
  // The cluster of jobs that are not ours is none of this project's business.
  if (id === undefined) return text;
  return `${text}\n${nextSteps(
    [
      ['Collect', make('slurm-collect', id, withoutProfile(typed))],
      ['Again', make('slurm-resubmit', id, withoutProfile(typed))],
    ],
    style,
  )}`;
}
