/** What became of a held job, or of a sweep's, that was to be let go. */

import type { ReleaseFlowResult } from '../flow/release.ts';
import { idOfRun, nameOfRun } from '../run/names.ts';
import type { ReleaseResult } from '../run/release.ts';
import type { ReleaseSweepResult } from '../sweep/release.ts';
import { block, nextSteps, type Row } from './block.ts';
import { make, makeFlow, ofFlow, runPath, type Typed, withoutProfile } from './commands.ts';
import { shown } from './escape.ts';
import { count } from './quantities.ts';
import type { Style } from './style.ts';
import { stateWord } from './verdict.ts';

export function releasedText(
  { jobId, rows, released, held, dryRun }: ReleaseResult,
  style: Style,
  typed: Typed = {},
): string {
  const states = statesOf(rows);
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

/** The same of the held jobs of a flow. */
export function flowReleasedText(
  { id, flow, jobs, unfinished, dryRun }: ReleaseFlowResult,
  style: Style,
  typed: Typed = {},
): string {
  const about = ofFlow(id, flow.name, typed);
  if (unfinished.length > 0) {
    const rest = nextSteps([['Submit the rest', makeFlow('slurm-flow', flow.name, about)]], style);
    return `What is held waits for jobs that are still to be submitted. Nothing was released.\n${rest}`;
  }
  const held = jobs.filter(({ released, held }) => released || held);
  if (held.length === 0) return 'Nothing of this flow is held.';
  const rows: Row[] = [
    ['Flow', flow.name],
    [held.length === 1 ? 'Job' : 'Jobs', ...held.map(({ job, jobId }) => shown(`${job} (${jobId})`))],
  ];
  if (dryRun) return `${block('To be released', rows, style)}\n\n  Nothing was done (DRY_RUN=1).`;
  const watch = makeFlow('slurm-flow-watch', flow.name, about);
  return `${block('Flow released', rows, style)}\n${nextSteps([['Watch', watch]], style)}`;
}

function statesOf(rows: ReleaseResult['rows']): string {
  const words = rows.map(({ state, reason }) => stateWord(reason === 'None' ? { state } : { state, reason }));
  return [...new Set(words)].join(', ');
}

/** The same of all arrays of a sweep together. */
export function sweepReleasedText({ id, arrays, dryRun }: ReleaseSweepResult, style: Style, typed: Typed = {}): string {
  const held = arrays.filter(({ released, held }) => released || held);
  if (held.length === 0) return 'Nothing of this sweep is held.';
  const lines = held.map(({ jobId, rows }) => {
    const tasks = rows.length > 1 ? `, ${count(rows.length, 'task')}` : '';
    return `${jobId}, which ${dryRun ? 'is' : 'was'} ${statesOf(rows)}${tasks}`;
  });
  const rows: Row[] = [
    ['Sweep', id.split('@')[1] ?? id],
    [held.length === 1 ? 'Job array' : 'Job arrays', ...lines],
  ];
  if (dryRun) return `${block('To be released', rows, style)}\n\n  Nothing was done (DRY_RUN=1).`;
  const watch = make('slurm-sweep-watch', undefined, typed);
  return `${block('Sweep released', rows, style)}\n${nextSteps([['Watch', watch]], style)}`;
}
