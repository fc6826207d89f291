/** What the reports on a sweep that is started, resumed, released and collected look like. */

import { describe, expect, it } from 'vitest';
import { eventText } from '../../src/report/events.ts';
import { sweepReleasedText } from '../../src/report/released.ts';
import { plain } from '../../src/report/style.ts';
import { resumedText, startedText, sweepCollectedText } from '../../src/report/sweep.ts';
import type { CollectSweepResult } from '../../src/sweep/collect.ts';
import type { SubmittedCells } from '../../src/sweep/submit.ts';
import { profile, queueRow, verdict } from './nouns.ts';
import { startedSweep, submittedCells, sweepDir, sweepStatus } from './sweeps.ts';

const lines = (...all: string[]) => all.join('\n');
const typed = { sweep: 'agents' };

describe('a sweep that is started', () => {
  const push = { profile: profile(), run: 'x', runDir: sweepDir, files: ['a.py'], dataFiles: [] };
  const text = (submitted: SubmittedCells) =>
    startedText(
      { id: 'train@agents', sweep: startedSweep(2), cells: startedSweep(2).cells, push, submitted },
      plain,
      typed,
    );

  it('is a block', () => {
    expect(text(submittedCells([0, 1]))).toBe(
      lines(
        '[Sweep started]',
        '  Sweep:      agents',
        '  Profile:    train',
        '  Cells:      2 cells',
        '  Job array:  1127 (cells 0-1)',
        '  Code:       1 file',
        '  Run dir:    runs/train@agents-20260224-143052/',
        '',
        '  Next:',
        '  - Watch:    make slurm-sweep-watch SWEEP=agents',
        '  - Status:   make slurm-sweep-status SWEEP=agents',
        '  - Collect:  make slurm-sweep-collect SWEEP=agents',
      ),
    );
  });

  it('says that it is held, and how to let it go', () => {
    const held = text(submittedCells([0, 1], { held: true }));
    expect(held).toContain('  Held:       until it is released\n');
    expect(held).toContain('  - Release:  make slurm-release SWEEP=agents\n');
  });

  it('has a row of results in the summary before it only if RESULTS_PULL names some', () => {
    const summary = (resultsPull: string[], about: { sweep?: string }) =>
      eventText({ type: 'profile', profile: profile({ resultsPull }), codeFiles: 1 }, plain, about);
    expect(summary([], typed)).not.toContain('Results:');
    expect(summary(['out/'], typed)).toContain('Results:   out/');
    expect(summary([], {})).toContain('Results:   (none)');
  });
});

describe('a sweep that is resumed', () => {
  const due = { run: [3], exhausted: [4], alive: [1, 2], unknown: [], done: [0] };
  const text = (cells: number[], asked?: number[], held = false) => {
    const submitted = submittedCells(cells, { due, held });
    return resumedText(
      { id: 'train@agents', runDir: sweepDir, sweep: startedSweep(5), submitted, ...(asked && { asked }) },
      plain,
      typed,
    );
  };

  it('says how many are run and why the others are not', () => {
    const resumed = text([3]);
    expect(resumed).toContain('  Cells:      1 submitted\n  Done:       1 cell\n');
    expect(resumed).toContain('  Alive:      2 cells: in the queue or running\n');
    expect(resumed).toContain('  Given up:   1 cell failed 4 times; FORCE=1 or a higher RETRY runs them again\n');
    expect(resumed).toContain('  Code:       as it was pushed (new code: a new slurm-sweep-start)\n');
    expect(resumed).not.toContain('elease');
    expect(text([3], undefined, true)).toContain('  - Release:  make slurm-release SWEEP=agents\n');
  });

  it('speaks of those alone that were asked for, by their numbers', () => {
    const one = text([], [0]);
    expect(one).toContain('  Cells:  none is to be run again\n  Done:   cell 0\n');
    expect(one).not.toMatch(/Alive|Given up|Code/);
    expect(text([], [1, 2])).toContain('  Alive:  cells 1-2: in the queue or running\n');
    expect(text([], [4])).toContain('  Given up:  cell 4 failed 4 times');
  });
});

describe('a sweep that is released', () => {
  const held = (jobId: string, released = true) => ({
    ...{ jobId, released },
    rows: [queueRow({ jobId, id: `${jobId}_[0-9]`, state: 'PENDING', reason: 'JobHeldUser' })],
  });

  it('is one block, however many arrays it has', () => {
    const free = { jobId: '3', released: false, rows: [queueRow({ jobId: '3' })] };
    expect(sweepReleasedText({ id: 'train@agents', arrays: [held('1'), held('2'), free] }, plain, typed)).toBe(
      lines(
        '[Sweep released]',
        '  Sweep:       agents',
        '  Job arrays:  1, which was PENDING (JobHeldUser)',
        '               2, which was PENDING (JobHeldUser)',
        '',
        '  Next:',
        '  - Watch:  make slurm-sweep-watch SWEEP=agents',
      ),
    );
    expect(sweepReleasedText({ id: 'train@agents', arrays: [free] }, plain)).toBe('Nothing of this sweep is held.');
  });

  it('is none when only tried', () => {
    const arrays = [{ ...held('1', false), held: true, dryRun: true }];
    const text = sweepReleasedText({ id: 'train@agents', arrays, dryRun: true }, plain, typed);
    expect(text).toContain('1, which is PENDING (JobHeldUser)\n\n  Nothing was done (DRY_RUN=1).');
    expect(text).not.toContain('Next');
  });
});

describe('a sweep that is collected', () => {
  const table = { csv: 'results/agents/cells.csv', json: 'results/agents/cells.json' };
  const collected = (removed: boolean, results: string[], logs: string[] = []) => ({
    ...{ id: 'train@agents', jobId: '1127', runDir: sweepDir, verdict: verdict({ success: removed }), removed },
    gathered: { results, logs, kept: [], missing: [] },
  });
  const text = (about: Partial<CollectSweepResult> & Pick<CollectSweepResult, 'status'>) =>
    sweepCollectedText({ id: 'train@agents', brought: 0, table, ...about }, plain, typed);

  it('has no rows of what did not come', () => {
    const home = collected(true, ['results/agents/'], ['slurm/logs/1127_0.out']);
    expect(text({ status: sweepStatus(['done']), collected: home })).toBe(
      lines(
        '[Sweep collected]',
        '  Sweep:    agents',
        '  Cells:    1/1 done',
        '  Folder:   results/agents/',
        '  Table:    results/agents/cells.csv',
        '            results/agents/cells.json',
        '  Cleanup:  runs/train@agents-20260224-143052/ removed',
      ),
    );
  });

  it('names what came', () => {
    const home = collected(true, ['results/agents/', 'out/'], ['slurm/logs/1127_0.out']);
    const all = text({ status: sweepStatus(['done']), brought: 1, collected: home });
    expect(all).toContain('  Brought now:  1 cell\n');
    expect(all).toContain('  Results:      out/ ← pulled\n  Logs:         slurm/logs/1127_0.out\n');
    const some = text({ status: sweepStatus(['done', 'running']) });
    expect(some).toContain('  Brought now:  0 cells\n');
  });

  it('says what can be done about a run directory that is kept, and not to collect once more', () => {
    const kept = text({ status: sweepStatus(['done', 'failed']), collected: collected(false, ['results/agents/']) });
    expect(kept).toContain('kept: 1 failed\n');
    expect(kept).toContain('Run what is missing:');
    expect(kept).toContain('Remove:                make slurm-sweep-collect SWEEP=agents FORCE=1');
    expect(kept).not.toContain('Collect what has ended');
  });
});
