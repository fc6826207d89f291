/** What the reports on results, recovery, cleaning and cancelling look like, whole. */

import { describe, expect, it } from 'vitest';
import { Failure } from '../../src/failure.ts';
import { cancelledText } from '../../src/report/cancelled.ts';
import { cleanedText } from '../../src/report/cleaned.ts';
import { collectedAllText, collectedText, fetchedText } from '../../src/report/collected.ts';
import { questionText } from '../../src/report/events.ts';
import { recoveredText } from '../../src/report/recovered.ts';
import { releasedText } from '../../src/report/released.ts';
import { plain } from '../../src/report/style.ts';
import type { CleanItem } from '../../src/run/clean.ts';
import type { Recovered } from '../../src/run/recover.ts';
import { problems } from './examples.ts';
import { collected, failed, queueRow, runDir, running, verdict } from './nouns.ts';

const lines = (...all: string[]) => all.join('\n');
const run = 'runs/backtest_v5-20260224-143052/';

describe('what was collected', () => {
  it('is a block', () => {
    expect(collectedText(collected, plain)).toBe(
      lines(
        '[Results collected]',
        '  Profile:  backtest_v5',
        '  Results:  data/results/backtests/ ← pulled',
        '  Logs:     slurm/logs/12345.out, 12345.err',
        `  Cleanup:  ${run} removed`,
      ),
    );
  });

  it('after a failed job says that the run directory is kept, and what comes next', () => {
    const kept = ['out.csv.local'];
    const result = { ...collected, verdict: failed(), removed: false };
    expect(collectedText({ ...result, gathered: { ...collected.gathered, kept, missing: ['out/'] } }, plain)).toBe(
      lines(
        '[Results collected]',
        '  Profile:  backtest_v5',
        '  Job:      12345 FAILED (exit code 3)',
        '  Results:  data/results/backtests/ ← pulled',
        '            out/ (not there)',
        '  Logs:     slurm/logs/12345.out, 12345.err',
        '  Local:    out.csv.local (your own file, kept)',
        `  Cleanup:  ${run} kept: the job did not succeed`,
        '',
        '  Next:',
        '  - Again:     make slurm-resubmit PROFILE=backtest_v5',
        '  - New code:  make slurm-run PROFILE=backtest_v5',
        '  - Log:       make slurm-log PROFILE=backtest_v5',
        '  - Remove:    make slurm-collect PROFILE=backtest_v5 FORCE=1',
      ),
    );
  });

  it('when only tried says that nothing was done', () => {
    const text = collectedText({ ...collected, removed: false, dryRun: true }, plain);
    expect(text).toContain('[To be collected]');
    expect(text).toContain(`  Cleanup:  ${run} to be removed\n`);
    expect(text).toMatch(/Nothing was transferred or removed \(DRY_RUN=1\)\.$/);
  });

  it('of all profiles tells of each what became of it', () => {
    const waiting = [
      { tracked: { id: 'y', jobId: '2', runDir, notes: {} }, verdict: running({ jobId: '2' }), record: undefined! },
    ];
    const failure = new Failure(4, problems['results-missing'][0]!);
    const text = collectedAllText({ collected: [collected], waiting, failed: [{ id: 'z', failure }] }, plain);
    expect(text.split('\n\n')).toHaveLength(3);
    expect(text).toContain('\n\nz\nThe job of x succeeded, but');
    expect(text).toMatch(/\n\n\[Not ended yet\]\n {2}y: {2}Job 2 RUNNING$/);
    expect(collectedAllText({ collected: [], waiting: [], failed: [] }, plain)).toContain('make slurm-recover');
  });

  it('so far is a block', () => {
    const result = { ...collected, verdict: running(), gathered: { ...collected.gathered, missing: ['later/'] } };
    expect(fetchedText(result, plain)).toBe(
      lines(
        '[Results fetched]',
        '  Profile:  backtest_v5',
        '  Job:      12345 RUNNING',
        '  Results:  data/results/backtests/ ← pulled',
        '            later/ (not there yet)',
        '  Logs:     slurm/logs/12345.out, 12345.err',
        `  Run dir:  ${run} (nothing was removed)`,
      ),
    );
    expect(fetchedText({ ...result, verdict: verdict() }, plain)).toContain('  - Collect:  make slurm-collect');
  });
});

describe('what was recovered', () => {
  const one: Recovered = {
    ...{ id: 'x', runDir, jobId: '12345', verdict: running(), action: 'restored', next: 'watch', others: [] },
  };
  const text = (about: Partial<Recovered>, dryRun = false) =>
    recoveredText({ recovered: [{ ...one, ...about }] }, plain, {}, dryRun);

  it('is a block', () => {
    const others = [{ run: 'x-20260101-000000', jobId: '7', state: 'COMPLETED' }];
    expect(text({ others })).toBe(
      lines(
        '[Recovered]',
        '  Profile:  x',
        '  Job:      12345 RUNNING',
        `  Run dir:  ${run}`,
        '  State:    state files written again',
        '  Others:   runs/x-20260101-000000/ Job 7 COMPLETED',
        '',
        '  Next:',
        '  - Watch:  make slurm-watch PROFILE=x',
      ),
    );
  });

  it.each<[Partial<Recovered>, string]>([
    [{ next: 'collect', verdict: verdict() }, 'make slurm-collect PROFILE=x'],
    [{ next: 'submit' }, 'make slurm-submit PROFILE=x'],
    [{ next: 'push' }, 'make slurm-push PROFILE=x'],
    [{ next: 'wait' }, 'try again in a minute'],
    [{ next: 'none', verdict: failed() }, 'make slurm-resubmit PROFILE=x'],
    [{ next: 'none', verdict: verdict() }, 'make slurm-clean PROFILE=x'],
    [{ next: 'none', action: 'forgotten' }, 'no longer on the cluster'],
  ])('%o: %s', (about, words) => expect(text(about)).toContain(words));

  it('is planned only, with DRY_RUN', () => expect(text({}, true)).toContain('to be written again (DRY_RUN=1)'));

  it('is nothing, or half the truth', () => {
    expect(recoveredText({ recovered: [] }, plain)).toContain('nothing to recover');
    expect(recoveredText({ recovered: [one], trouble: 'down' }, plain)).toMatch(/does not answer[^\n]*\n {2}down$/);
  });
});

describe('cleaning', () => {
  const items: CleanItem[] = [
    {
      ...{ run: 'backtest_v5-20260224-143052', runDir, id: 'backtest_v5', jobId: '7', state: 'COMPLETED' },
      ...{ why: 'collected', tracked: true },
    },
    {
      ...{ run: 'optimizer_v5-20260223-110000', runDir, id: 'optimizer_v5', state: 'NOT_SUBMITTED' },
      ...{ why: 'never-submitted', tracked: false },
    },
  ];
  const list = [
    '  Server runs/:',
    `    - ${run}`,
    '    - runs/optimizer_v5-20260223-110000/  (never submitted)',
    '  Local slurm/jobs/:',
    '    - backtest_v5.jobid',
    '    - backtest_v5.rundir',
  ];

  it('asks with the list', () => {
    const { statement, question } = questionText({ type: 'remove', items }, plain);
    expect(statement).toBe(lines('[To be removed]', ...list));
    expect(question).toBe('Remove 2 run directories? [y/N]');
  });

  it('tells what went, what did not, and what stays', () => {
    const kept = [
      { run: 'a-20260223-110000', why: 'alive' as const, jobId: '5', tracked: true },
      { run: 'b@t-20260223-110000-2', why: 'not-collected' as const, tracked: true },
      { run: 'd-20260223-110000', why: 'not-collected' as const, tracked: false },
    ];
    const failed = [{ run: 'c-20260223-110000', detail: 'job 5 still uses it' }];
    expect(cleanedText({ removed: items, kept, failed }, plain)).toBe(
      lines(
        '[Removed]',
        ...list,
        '',
        '[Not removed]',
        '  - runs/c-20260223-110000/: job 5 still uses it',
        '',
        '[Kept]',
        '  - runs/a-20260223-110000/  job 5 is alive',
        '  - runs/b@t-20260223-110000-2/  its results are not here: make slurm-collect PROFILE=b TAG=t',
        '  - runs/d-20260223-110000/  its results are not here: make slurm-recover PROFILE=d',
      ),
    );
  });

  it('of nothing, and when only tried', () => {
    expect(cleanedText({ removed: [], kept: [], failed: [] }, plain)).toBe('There is nothing to remove.');
    expect(cleanedText({ removed: items, kept: [], failed: [], dryRun: true }, plain)).toBe(
      lines('[To be removed]', ...list, '', '  Nothing was removed (DRY_RUN=1).'),
    );
  });
});

describe('releasing', () => {
  const held = { state: 'PENDING', reason: 'JobHeldUser' };

  it('is a block', () => {
    const rows = [queueRow(held), queueRow({ ...held, id: '12345_1' })];
    expect(releasedText({ jobId: '12345', rows, released: true }, plain, { cluster: 'lab' })).toBe(
      lines(
        '[Job released]',
        '  Job ID:   12345',
        '  Was:      PENDING (JobHeldUser), 2 tasks',
        `  Run dir:  ${run}`,
        '',
        '  Next:',
        '  - Watch:  make slurm-watch PROFILE=backtest_v5 CLUSTER=lab',
      ),
    );
  });

  it('of one that is not held, and when only tried', () => {
    const rows = [queueRow({ reason: 'None' }), queueRow({ state: 'COMPLETED', reason: 'None' })];
    expect(releasedText({ jobId: '1', rows, released: false }, plain)).toBe(
      'Job 1 is not held: it is RUNNING, COMPLETED. There was nothing to release.',
    );
    const tried = { jobId: '1', released: false, dryRun: true };
    expect(releasedText({ ...tried, rows: [queueRow(held)], held: true }, plain)).toBe(
      'Job 1, PENDING (JobHeldUser), would be released. Nothing was done (DRY_RUN=1).',
    );
    expect(releasedText({ ...tried, rows, held: false }, plain)).toContain('is not held');
  });

  it('of a job of another tool knows no profile', () => {
    const rows = [queueRow({ ...held, workDir: '/home/me', name: 'other' })];
    expect(releasedText({ jobId: '12345', rows, released: true }, plain)).not.toContain('PROFILE');
  });
});

describe('cancelling', () => {
  it('is a block', () => {
    expect(cancelledText({ jobId: '12345', rows: [queueRow()], cancelled: true }, plain, { profile: 'y' })).toBe(
      lines(
        '[Job cancelled]',
        '  Job ID:   12345',
        '  Was:      RUNNING',
        `  Run dir:  ${run}`,
        '',
        '  Next:',
        '  - Collect:  make slurm-collect PROFILE=backtest_v5',
        '  - Again:    make slurm-resubmit PROFILE=backtest_v5',
      ),
    );
  });

  it('of a job of another tool knows no profile', () => {
    const rows = [queueRow({ workDir: '/home/me', name: 'other' })];
    expect(cancelledText({ jobId: '12345', rows, cancelled: true }, plain)).not.toContain('PROFILE');
  });

  it('after its end, and when only tried', () => {
    const rows = [queueRow({ state: 'COMPLETED' })];
    expect(cancelledText({ jobId: '1', rows, cancelled: false }, plain)).toContain('had ended already (COMPLETED)');
    const tried = cancelledText({ jobId: '1', rows: [], cancelled: false, dryRun: true }, plain);
    expect(tried).toContain('would be cancelled');
  });
});
