/** A sweep and how it stands, for the tests of reports. */

import type { CellVerdict } from '../../src/run/parts.ts';
import { countCells } from '../../src/sweep/progress.ts';
import type { StartedSweep } from '../../src/sweep/started.ts';
import type { SweepStatus } from '../../src/sweep/status.ts';
import type { SubmittedCells } from '../../src/sweep/submit.ts';

export const sweepDir = '/mnt/giga/project/runs/train@agents-20260224-143052';

const live = { ended: false, left: false, success: false, basis: 'queue', tries: 0, begun: false } as const;
const over = { ended: true, left: true, basis: 'accounting', tries: 1, begun: true, elapsedSeconds: 60 } as const;

/** How one may stand. */
export const is = {
  done: { ...over, state: 'COMPLETED', success: true },
  failed: { ...over, state: 'FAILED', success: false, exitCode: 3 },
  late: { ...over, state: 'TIMEOUT', success: false, limit: '01:00:00' },
  impossible: { ...live, ended: true, left: true, state: 'FAILED', reason: 'BadConstraints', basis: 'accounting' },
  running: { ...live, state: 'RUNNING', begun: true },
  limited: { ...live, state: 'PENDING', reason: 'JobArrayTaskLimit' },
  tooLong: { ...live, state: 'PENDING', reason: 'PartitionTimeLimit' },
  held: { ...live, state: 'PENDING', reason: 'JobHeldUser' },
} as const satisfies Record<string, Omit<CellVerdict, 'cell' | 'task'>>;

export function startedSweep(count: number, about: Partial<StartedSweep> = {}): StartedSweep {
  const cells = Array.from({ length: count }, (_, index) => ({
    ...{ index, name: `${String(index).padStart(3, '0')}-gsm8k-claude-claude-opus-4-6-of-${index}` },
    values: { EVAL: 'gsm8k', N: String(index) },
  }));
  const of = { name: 'agents', file: 'slurm/sweeps/agents.yaml', folder: 'agents', kind: 'matrix', retry: 3 } as const;
  return { ...of, args: [], cells, count, ...about };
}

/** A sweep whose cells stand like that, all of the array 1127; undefined for one that was never submitted. */
export function sweepStatus(stand: readonly (keyof typeof is | undefined)[], about: Partial<SweepStatus> = {}) {
  const sweep = startedSweep(stand.length);
  const verdicts = stand.flatMap((how, cell): CellVerdict[] =>
    how ? [{ ...is[how], cell, task: cell, jobId: '1127' }] : [],
  );
  const cells = sweep.cells.map((cell) => {
    const verdict = verdicts.find((one) => one.cell === cell.index);
    return { ...cell, ...(verdict && { verdict, log: `slurm/logs/1127_${cell.index}.out` }) };
  });
  const status = { id: 'train@agents', runDir: sweepDir, sweep, cells, counts: countCells(stand.length, verdicts) };
  return { ...status, deferred: 0, ...about } satisfies SweepStatus;
}

/** What a submission of these cells gave. */
export function submittedCells(cells: number[], about: Partial<SubmittedCells> = {}): SubmittedCells {
  const due = { run: cells, exhausted: [], alive: [], unknown: [], done: [] };
  const arrays = cells.length > 0 ? [{ jobId: '1127', cells: `0-${cells.length - 1}` }] : [];
  return { arrays, due, cells, ...about };
}
