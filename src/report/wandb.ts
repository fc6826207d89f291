/** What W&B says of a sweep, in rows of a report. */

import type { SweepInfo } from '../sweep/wandb/api.ts';
import type { ForeignSweep, WandbStatus } from '../sweep/wandb/status.ts';
import { block, nextSteps, type Row } from './block.ts';
import { sendAgents, type Typed } from './commands.ts';
import { problemLine } from './problems.ts';
import type { Style } from './style.ts';

export function infoRows({ state, runs, runCount, expected, best, metric, url }: SweepInfo): Row[] {
  const counts = Object.entries(runs).map(([word, number]) => `${number} ${word}`);
  const all = `${runCount}${expected === undefined ? '' : ` of ${expected}`} ${runCount === 1 ? 'run' : 'runs'}`;
  return [
    ['W&B', `${state}: ${all}${counts.length > 0 ? ` (${counts.join(', ')})` : ''}`, url],
    ...(best ? [['Best', `${metric?.name ?? 'value'} = ${best.value} (${best.run})`] as const] : []),
  ];
}

/** What W&B says, or why it says nothing. */
export function wandbRows({ wandb, wandbTrouble }: WandbStatus, typed: Typed): Row[] {
  if (wandb) return infoRows(wandb);
  return wandbTrouble ? [['W&B', ...wandbTrouble.problems.map((problem) => problemLine(problem, typed))]] : [];
}

/** Of a sweep that nothing is tracked of here. */
export function foreignText({ sweepId, wandb }: ForeignSweep, style: Style, typed: Typed = {}): string {
  const { displayName } = wandb;
  const rows: Row[] = [
    ['Sweep', displayName ? `${sweepId} (${displayName})` : sweepId],
    ...infoRows(wandb),
    ['Slurm', 'no agents of it are tracked here'],
  ];
  return `${block('Sweep', rows, style)}\n${nextSteps([['Send it agents', sendAgents(sweepId, typed)]], style)}`;
}
