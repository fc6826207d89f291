/** The report on how the cells of a sweep stand, and the line that shows it while one watches. */

import type { Counts } from '../sweep/progress.ts';
import type { SweepStatus } from '../sweep/status.ts';
import { block, nextSteps, type Row } from './block.ts';
import { makeSweep, runPath, type Typed } from './commands.ts';
import { count, duration } from './quantities.ts';
import type { Style } from './style.ts';
import { cellTable, hasFailed, isHeldCell, narrowTable, pendingLines } from './sweep-cells.ts';
import { wandbRows } from './wandb.ts';

/** Which cells have a line each: the first that failed, all that failed, or all. */
export type Listing = 'some' | 'failed' | 'all';

/** So many cells are named where not all are asked for. */
const MOST = 20;

export function sweepStatusText(
  status: SweepStatus,
  style: Style,
  typed: Typed = {},
  listing: Listing = 'some',
): string {
  const { sweep, counts, estimate, cells, deferred, trouble, runDir } = status;
  const pending = pendingLines(cells, makeSweep('slurm-release', sweep, typed));
  const rows: Row[] = [
    ['Sweep', sweep.name],
    ['Run dir', runPath(runDir)],
    ['Cells', countsText(counts)],
    ['Pending', ...pending],
    ...(estimate === undefined ? [] : [['Estimate', `${about(estimate)} left`] as const]),
    ...(deferred > 0
      ? [
          [
            'Not yet',
            `${count(deferred, 'cell')}: Slurm took no more; slurm-sweep-watch and -resume submit them`,
          ] as const,
        ]
      : []),
    ...(trouble === undefined ? [] : [['Slurm', `does not answer: ${trouble}`] as const]),
    ...wandbRows(status, typed),
  ];
  return [
    block('Sweep', rows, style),
    ...listOf(status, style, typed, listing),
    nextSteps(stepsOf(status, typed), style),
  ].join('\n');
}

function listOf({ cells, sweep }: SweepStatus, style: Style, typed: Typed, listing: Listing): string[] {
  if (listing === 'all') return ['', '  All cells:', ...cellTable(cells, style)];
  const failed = cells.filter(hasFailed);
  if (failed.length === 0) return listing === 'failed' ? ['', '  No cell has failed.'] : [];
  const listed = listing === 'failed' ? failed : failed.slice(0, MOST);
  const rest = failed.length - listed.length;
  return [
    '',
    '  Failed:',
    ...narrowTable(listed, style),
    ...(rest > 0 ? [`  … and ${rest} more: ${makeSweep('slurm-sweep-status', sweep, typed, 'CELLS=failed')}`] : []),
  ];
}

/** What to type next. */
export function stepsOf(
  { counts, sweep, cells, toCollect }: SweepStatus,
  typed: Typed,
): (readonly [label: string, command: string])[] {
  const { running, pending, failed, cancelled, notSubmitted, unknown, done, total } = counts;
  const alive = running + pending;
  // Of what nobody can tell a resume finds out first whether it was submitted.
  const due = failed + cancelled + notSubmitted + unknown;
  const collect = done === total ? 'Collect' : 'Collect what has ended';
  const isWorth = done === total || (done + failed > 0 && toCollect !== 0);
  const step = (label: string, target: string, ...more: string[]) =>
    [label, makeSweep(target, sweep, typed, ...more)] as const;
  return [
    ...(cells.some(isHeldCell) ? [step('Release', 'slurm-release')] : []),
    ...(alive > 0 ? [step('Watch', 'slurm-sweep-watch')] : []),
    ...(alive === 0 && due > 0 ? [step('Run what is missing', 'slurm-sweep-resume')] : []),
    ...(failed > 0 ? [step('One cell and its log', 'slurm-sweep-status', 'CELL=n')] : []),
    ...(isWorth ? [step(collect, 'slurm-sweep-collect')] : []),
  ];
}

/** `120/224 done, 3 failed, 8 running, 93 pending`. */
export function countsText({ total, done, ...others }: Counts): string {
  const words: Record<keyof typeof others, string> = {
    failed: 'failed',
    cancelled: 'cancelled',
    running: 'running',
    pending: 'pending',
    unknown: 'unknown',
    notSubmitted: 'not submitted',
  };
  const rest = Object.entries(others).filter(([, number]) => number > 0);
  return [
    `${done}/${total} done`,
    ...rest.map(([key, number]) => `${number} ${words[key as keyof typeof words]}`),
  ].join(', ');
}

/** `#####.....  120/224 done, 3 failed, 8 running  about 0:12:30 left`, in `columns` at most. */
export function sweepProgressText(counts: Counts, seconds: number | undefined, columns: number): string {
  const { total, done, failed, cancelled } = counts;
  const text = `${countsText(counts)}${seconds === undefined ? '' : `  ${about(seconds)} left`}`;
  const width = Math.min(30, columns - text.length - 4);
  if (width < 5) return text.slice(0, Math.max(0, columns));
  const filled = Math.round((width * (done + failed + cancelled)) / Math.max(1, total));
  return `[${'#'.repeat(filled)}${'.'.repeat(width - filled)}] ${text}`;
}

const about = (seconds: number): string => `about ${duration(seconds)}`;
