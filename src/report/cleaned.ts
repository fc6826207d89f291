/** The list of what `clean` would remove, and what became of it. */

import type { CleanItem, CleanResult } from '../run/clean.ts';
import { make, runPath, type Typed } from './commands.ts';
import { shown } from './escape.ts';
import { count } from './quantities.ts';
import type { Style } from './style.ts';

/** The list that is shown before the question. */
export function toBeRemovedText(items: readonly CleanItem[], style: Style): string {
  return [style.bold('[To be removed]'), ...itemLines(items)].join('\n');
}

export function cleanedText({ removed, kept, failed, dryRun }: CleanResult, style: Style, typed: Typed = {}): string {
  const lines: string[] = [];
  if (dryRun) lines.push(toBeRemovedText(removed, style), '', '  Nothing was removed (DRY_RUN=1).');
  else if (removed.length > 0) lines.push(style.bold('[Removed]'), ...itemLines(removed));
  else if (failed.length === 0) lines.push('There is nothing to remove.');
  if (failed.length > 0) {
    lines.push(
      ...gap(lines),
      style.red('[Not removed]'),
      ...failed.map(({ run, detail }) => shown(`  - ${runPath(run)}: ${detail}`)),
    );
  }
  if (kept.length > 0) {
    lines.push(...gap(lines), style.bold('[Kept]'), ...kept.map((one) => shown(`  - ${keptLine(one, typed)}`)));
  }
  return lines.join('\n');
}

function itemLines(items: readonly CleanItem[]): string[] {
  if (items.length === 0) return ['  (nothing)'];
  const files = items
    .filter(({ tracked }) => tracked)
    .flatMap(({ id, jobId }) => [...(jobId ? [`${id}.jobid`] : []), `${id}.rundir`]);
  return [
    '  Server runs/:',
    ...items.map((item) => shown(`    - ${runPath(item.run)}${WHY[item.why](item)}`)),
    ...(files.length > 0 ? ['  Local slurm/jobs/:', ...files.map((file) => shown(`    - ${file}`))] : []),
  ];
}

const WHY: Record<CleanItem['why'], (item: CleanItem) => string> = {
  collected: ({ state }) => (state === 'COMPLETED' || state === 'NOT_SUBMITTED' ? '' : `  (${state}, collected)`),
  'never-submitted': () => '  (never submitted)',
  forced: ({ state }) => `  (not collected, ${state === 'NOT_SUBMITTED' ? 'never submitted' : state}; FORCE=1)`,
};

type Kept = CleanResult['kept'][number];

function keptLine({ run, jobId, why, tracked }: Kept, typed: Typed): string {
  const id = /^(.+)-\d{8}-\d{6}(?:-\d+)?$/.exec(run)?.[1];
  const job = jobId ? `job ${jobId}` : 'its job';
  const text: Record<Kept['why'], string> = {
    alive: `${job} is alive`,
    'not-collected': `its results are not here: ${make(tracked ? 'slurm-collect' : 'slurm-recover', id, typed)}`,
    undecided: `nobody can tell whether ${job} has ended: ${make('slurm-recover', id, typed)}`,
    young: 'pushed within the last hour',
    tracked: `pushed and not submitted yet: ${make('slurm-submit', id, typed)}`,
  };
  return `${runPath(run)}  ${text[why]}`;
}

/** The question after the list. */
export function removeQuestion(items: readonly CleanItem[]): string {
  return `Remove ${count(items.length, 'run directory', 'run directories')}? [y/N]`;
}

const gap = (lines: readonly string[]): string[] => (lines.length > 0 ? [''] : []);
