/** What the report on a sweep's cells looks like. */

import { describe, expect, it } from 'vitest';
import { eventText } from '../../src/report/events.ts';
import { plain } from '../../src/report/style.ts';
import { cellText } from '../../src/report/sweep-cells.ts';
import { type Listing, sweepStatusText } from '../../src/report/sweep-status.ts';
import type { SweepStatus } from '../../src/sweep/status.ts';
import { is, sweepStatus } from './sweeps.ts';

const textOf = (status: SweepStatus, listing?: Listing) =>
  sweepStatusText(status, plain, { sweep: 'agents' }, listing).split('\n');
const rowsWith = (status: SweepStatus, word: string) => textOf(status).filter((line) => line.includes(word));

describe('the status of a sweep', () => {
  it('says why cells wait, the most frequent reason first', () => {
    const status = sweepStatus(['done', 'running', 'tooLong', 'limited', 'limited']);
    expect(textOf(status)).toEqual([
      '[Sweep]',
      '  Sweep:    agents',
      '  Run dir:  runs/train@agents-20260224-143052/',
      '  Cells:    1/5 done, 1 running, 3 pending',
      '  Pending:  2 JobArrayTaskLimit: as many run as MAX_CONCURRENT allows',
      '            1 PartitionTimeLimit: it asks for more time than its partition allows: lower SBATCH_TIME or change PARTITION',
      '',
      '  Next:',
      '  - Watch:                   make slurm-sweep-watch SWEEP=agents',
      '  - Collect what has ended:  make slurm-sweep-collect SWEEP=agents',
    ]);
  });

  it('has no row of reasons where none is known', () => {
    expect(rowsWith(sweepStatus(['running', undefined]), 'Pending:')).toEqual([]);
  });

  it('says how to let held cells go', () => {
    const status = sweepStatus(['held', 'held']);
    expect(rowsWith(status, 'JobHeldUser')).toEqual([
      '  Pending:  2 JobHeldUser: its owner holds it; make slurm-release SWEEP=agents lets it go',
    ]);
    expect(rowsWith(status, 'Release:')).toEqual(['  - Release:  make slurm-release SWEEP=agents']);
    expect(rowsWith(sweepStatus(['limited']), 'elease')).toEqual([]);
  });

  it('offers a resume only once nothing of it lives, and a collect only of what is not home', () => {
    expect(rowsWith(sweepStatus(['failed', 'running']), 'Run what is missing')).toEqual([]);
    expect(rowsWith(sweepStatus(['failed', 'limited']), 'Run what is missing')).toEqual([]);
    expect(rowsWith(sweepStatus(['failed', 'done']), 'Run what is missing')).toHaveLength(1);
    const collects = (toCollect?: number) =>
      rowsWith(sweepStatus(['failed', 'done'], toCollect === undefined ? {} : { toCollect }), 'slurm-sweep-collect');
    expect([collects(), collects(1), collects(0)].map(({ length }) => length)).toEqual([1, 1, 0]);
    // The run directory is still to go.
    expect(rowsWith(sweepStatus(['done'], { toCollect: 0 }), 'Collect:')).toHaveLength(1);
  });
});

describe('the failed cells', () => {
  it('are a table in 80 columns with their tasks', () => {
    const text = textOf(sweepStatus(['done', 'failed', 'late', 'impossible']));
    const from = text.indexOf('  Failed:');
    const rows = text.slice(from + 1, from + 5);
    expect(rows[0]).toMatch(/^ {4}CELL +PARAMETERS +STATE +TIME +TRIES +TASK$/);
    expect(rows[1]).toMatch(/^ {4}1 +….*-4-6-of-1 +FAILED \(exit code 3\) +00:01:00 +1127_1$/);
    expect(rows[2]).toMatch(/TIMEOUT +00:01:00 +1127_2$/);
    expect(rows[3]).toMatch(/never started \(BadConstraints\) +1127_3$/);
    for (const row of rows) expect(row.length).toBeLessThanOrEqual(80);
    expect(text.join('\n')).not.toContain('slurm/logs');
  });

  it('are cut no shorter than they have to be', () => {
    const [only = ''] = rowsWith(sweepStatus(['failed']), '1127_0');
    expect(only).toHaveLength(80);
    const long = sweepStatus(['failed']);
    const cells = long.cells.map((cell) => ({ ...cell, name: '0-a' }));
    expect(rowsWith({ ...long, cells }, '1127_0')).toEqual([
      '    0     a           FAILED (exit code 3)  00:01:00         1127_0',
    ]);
  });

  it('are all listed by CELLS=failed, to which the first of them point', () => {
    const status = sweepStatus(['done', ...Array.from({ length: 25 }, () => 'failed' as const)]);
    expect(rowsWith(status, 'more:')).toEqual(['  … and 5 more: make slurm-sweep-status SWEEP=agents CELLS=failed']);
    expect(textOf(status, 'failed').filter((line) => line.includes('exit code 3'))).toHaveLength(25);
    expect(textOf(sweepStatus(['done']), 'failed')).toContain('  No cell has failed.');
  });

  it('have their logs and whole names among all of them, but for those that never began', () => {
    const text = textOf(sweepStatus(['failed', 'running', 'limited', 'impossible', undefined]), 'all');
    const row = (cell: number) => text.find((line) => line.startsWith(`    ${cell} `));
    expect(row(0)).toMatch(/ gsm8k-claude-claude-opus-4-6-of-0 +FAILED \(exit code 3\) .* slurm\/logs\/1127_0\.out$/);
    expect(row(1)).toMatch(/RUNNING +slurm\/logs\/1127_1\.out$/);
    for (const cell of [2, 3, 4]) expect(row(cell)).not.toContain('slurm/logs');
  });
});

describe('one cell', () => {
  it('has a log only if it began', () => {
    const [failed, impossible] = sweepStatus(['failed', 'impossible']).cells;
    expect(cellText(failed!, [], plain)).toContain('  Log:    slurm/logs/1127_0.out');
    expect(cellText(impossible!, [], plain)).not.toContain('Log:');
    const about = { cell: 1, task: 1, jobId: '1127' };
    const told = { type: 'cell-failed', cell: '1-b', log: 'slurm/logs/1127_1.out' } as const;
    expect(eventText({ ...told, verdict: { ...is.failed, ...about } }, plain)).toMatch(/: slurm\/logs\/1127_1\.out$/);
    expect(eventText({ ...told, verdict: { ...is.impossible, ...about } }, plain)).toBe(
      'Cell 1-b never started (BadConstraints)',
    );
  });
});
