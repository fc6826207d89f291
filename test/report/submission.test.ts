/** What the reports before, on and after a submission look like, whole. */

import { describe, expect, it } from 'vitest';
import { table } from '../../src/report/block.ts';
import { profileText } from '../../src/report/profile.ts';
import { pushedText } from '../../src/report/pushed.ts';
import { statusText } from '../../src/report/status.ts';
import { plain } from '../../src/report/style.ts';
import { submittedText } from '../../src/report/submitted.ts';
import { profile, queueRow, runDir, running, verdict } from './nouns.ts';

const lines = (...all: string[]) => all.join('\n');
const run = 'runs/backtest_v5-20260224-143052/';

describe('the summary of a profile', () => {
  it('is a block', () => {
    expect(profileText({ profile: profile(), codeFiles: 10 }, plain)).toBe(
      lines(
        '[Profile]',
        '  Script:    simulation/backtests/backtest_v5.py',
        '  Resources: 20 CPU, 40G RAM, 02:00:00',
        '  Partition: all',
        '  Account:   default',
        '  Container: ptj_stock_lab.sqsh',
        '  Code:      10 files',
        '  Results:   data/results/backtests/ data/results/analysis/',
      ),
    );
  });

  it("lets the template's lines stand between the profile's and the cluster's", () => {
    const sbatch = [
      { name: 'cpus-per-task', value: '8', layer: 'profile' as const },
      { name: 'partition', value: 'all', layer: 'cluster' as const },
      { name: 'time', value: '01:00:00', layer: 'cluster' as const },
    ];
    const options = [
      { name: 'cpus-per-task', value: '2' },
      { name: 'partition', value: 'gpu' },
      { name: 'gres', value: 'gpu:a100:2' },
    ];
    const header = { directives: [{ line: 2, text: '', options }] };
    const text = profileText({ profile: profile({ sbatch }), header }, plain);
    expect(text).toContain('Resources: 8 CPU, 2 GPU (a100), 01:00:00');
    expect(text).toContain('Partition: gpu');
    expect(text).not.toContain('Code:');
  });

  it.each([
    [{}, "the cluster's defaults"],
    [{ gpus: '1' }, '1 GPU'],
    [{ gpus: 'a100:2,h100:1' }, '2 GPU (a100), 1 GPU (h100)'],
    [{ 'gpus-per-node': '4', nodes: '2' }, '2 nodes, 4 GPU per node'],
    [{ gres: 'gpu' }, '1 GPU'],
    [{ gres: 'gpu:a100,shard:2' }, '1 GPU (a100), shard:2'],
    [{ ntasks: '4', 'cpus-per-task': '2' }, '4 tasks, 2 CPU each'],
    [{ 'ntasks-per-node': '4', nodes: '2' }, '2 nodes, 4 tasks per node'],
    [{ mem: '4000' }, '4000M RAM'],
    [{ mem: '0' }, 'all RAM of a node'],
    [{ 'mem-per-cpu': '2G' }, '2G RAM per CPU'],
    [{ time: '90' }, '90 min'],
    [{ time: '1-12' }, '1-12'],
    [{ time: 'UNLIMITED' }, 'no time limit'],
    [{ exclusive: '' }, 'whole nodes'],
  ])('has %o as %s', (options, words) => {
    const sbatch = Object.entries(options).map(([name, value]) => ({ name, value, layer: 'profile' as const }));
    expect(profileText({ profile: profile({ sbatch }) }, plain)).toContain(`  Resources: ${words}\n`);
  });

  it('shows a command, an image of a registry, and what is not set', () => {
    const about = { command: 'make all\nmake check', container: 'docker://nvcr.io#nvidia/pytorch:24.01-py3' };
    const text = profileText({ profile: profile({ ...about, sbatch: [], resultsPull: [] }) }, plain);
    expect(text).toContain('  Command:   make all …\n');
    expect(text).toContain('  Container: docker://nvcr.io#nvidia/pytorch:24.01-py3\n');
    expect(text).toContain('  Partition: (default)\n');
    expect(text).toContain('  Results:   (none)');
  });
});

describe('a push', () => {
  const pushed = { profile: profile(), run: 'x', runDir, files: ['a.py', 'b.py'], dataFiles: [] };

  it('is a block', () => {
    expect(pushedText({ ...pushed, sent: 12345 }, plain)).toBe(
      lines(
        '[Code pushed]',
        '  Profile:  backtest_v5',
        '  Code:     2 files, 12.3 kB sent',
        `  Run dir:  ${run}`,
        '',
        '  Next:',
        '  - Submit:  make slurm-submit PROFILE=backtest_v5',
      ),
    );
  });

  it('that is only tried names every file', () => {
    expect(pushedText(pushed, plain, {}, true)).toBe(
      lines(
        '[To be pushed]',
        '  Profile:  backtest_v5',
        '  Code:     2 files',
        '  Files:    a.py',
        '            b.py',
        `  Run dir:  ${run}`,
        '',
        '  Nothing was sent (DRY_RUN=1).',
      ),
    );
  });
});

describe('a submission', () => {
  const submitted = { profile: profile(), jobId: '12345', runDir, existing: false, attempt: 1 };

  it('is a block', () => {
    expect(submittedText(submitted, plain)).toBe(
      lines(
        '[Job submitted]',
        '  Profile:    backtest_v5',
        '  Job ID:     12345',
        '  Script:     simulation/backtests/backtest_v5.py',
        '  Resources:  20 CPU, 40G RAM, 02:00:00',
        '  Partition:  all / Account: default',
        '  Container:  ptj_stock_lab.sqsh (Pyxis)',
        `  Run dir:    ${run}`,
        '',
        '  Next:',
        '  - Watch:    make slurm-watch PROFILE=backtest_v5',
        '  - Log:      make slurm-log PROFILE=backtest_v5',
        '  - Recover:  make slurm-recover PROFILE=backtest_v5',
      ),
    );
  });

  it('says that it is held, and how to let it go; not of one submitted before', () => {
    const text = submittedText({ ...submitted, held: true }, plain);
    expect(text).toContain(`  Run dir:    ${run}\n  Held:       until it is released\n`);
    expect(text).toContain('  - Release:  make slurm-release PROFILE=backtest_v5\n  - Watch:');
    expect(submittedText({ ...submitted, held: true, existing: true }, plain)).not.toContain('elease');
  });

  it('of a tag on another cluster says so in its commands', () => {
    const tagged = { ...submitted, profile: profile({ id: 'backtest_v5@s1', tag: 's1' }), attempt: 2, existing: true };
    const text = submittedText(tagged, plain, { cluster: 'lab' });
    expect(text).toMatch(/^\[Job submitted before\]/);
    expect(text).toContain('  Attempt:    2, in the same run directory\n');
    expect(text).toContain('make slurm-watch PROFILE=backtest_v5 TAG=s1 CLUSTER=lab');
  });
});

describe('the status', () => {
  it('says how to let a held job go', () => {
    const held = running({ state: 'PENDING', reason: 'JobHeldUser' });
    const tracked = [{ id: 'x@s1', jobId: '1', runDir, verdict: held }];
    expect(statusText({ queue: [], tracked }, plain)).toContain('→ 1 job held: make slurm-release PROFILE=x TAG=s1');
  });

  it('has the queue and what is tracked, side by side', () => {
    const queue = [queueRow()];
    const tracked = [{ id: 'backtest_v5', jobId: '12345', runDir, verdict: running() }];
    expect(statusText({ queue, tracked }, plain, {}, ['backtest_v5', 'optimizer_v5'])).toBe(
      lines(
        '[SLURM Status]',
        '  Jobs on the server:',
        '    JOBID      NAME             STATE    TIME       NODES  NODELIST',
        '    12345      ptj-backtest_v5  RUNNING  01:23:45   1      giganode-51',
        '',
        '  Tracked here:',
        `    backtest_v5:   Job 12345 | ${run} | RUNNING`,
        '    optimizer_v5:  (none)',
      ),
    );
  });

  it('aligns by the width of what is shown, and says why a job waits', () => {
    const rows = [
      queueRow({ name: '학습-20260224-143052' }),
      queueRow({ name: 'x', state: 'PENDING', nodeList: '', reason: 'Priority' }),
    ];
    const text = statusText({ queue: rows, tracked: [] }, plain);
    expect(text).toContain('    12345      학습-20260224-143052  RUNNING  01:23:45   1      giganode-51\n');
    expect(text).toContain('    12345      x                     PENDING  01:23:45   1      (Priority)\n');
  });

  it('has tasks of one array that wait for one reason in one line', () => {
    const task = (number: number, about = {}) =>
      queueRow({ jobId: '855', id: `855_${number}`, task: String(number), name: 'x', ...about });
    const waits = (reason: string) => ({ state: 'PENDING', nodeList: '', elapsedSeconds: 0, reason });
    const queue = [
      ...[7, 5, 6, 9].map((number) => task(number, waits('JobArrayTaskLimit'))),
      task(8, waits('JobHeldUser')),
      task(1),
      task(2),
      { ...task(3, waits('JobArrayTaskLimit')), jobId: '856', id: '856_3' },
    ];
    const text = statusText({ queue, tracked: [] }, plain).split('\n');
    const from = text.findIndex((line) => line.includes('JOBID'));
    expect(text.slice(from, from + 7)).toEqual([
      '    JOBID        NAME  STATE    TIME       NODES  NODELIST',
      '    855_[5-7,9]  x     PENDING  00:00:00   1      (JobArrayTaskLimit)',
      '    855_8        x     PENDING  00:00:00   1      (JobHeldUser)',
      '    855_1        x     RUNNING  01:23:45   1      giganode-51',
      '    855_2        x     RUNNING  01:23:45   1      giganode-51',
      '    856_3        x     PENDING  00:00:00   1      (JobArrayTaskLimit)',
      '',
    ]);
    const odd = Array.from({ length: 100 }, (_, at) => task(2 * at + 1, waits('Priority')));
    expect(statusText({ queue: odd, tracked: [] }, plain)).toMatch(/ 855_\[1,3,5,[\d,]+,…\] /);
  });

  it('of nothing, and of a scheduler that is silent', () => {
    expect(statusText({ queue: [], tracked: [] }, plain)).toBe(
      lines('[SLURM Status]', '  Jobs on the server:', '    (none)', '', '  Tracked here:', '    (none)'),
    );
    const silent = statusText({ queue: [], tracked: [], trouble: 'slurm_load_jobs error: \x1b[2J' }, plain);
    expect(silent).toContain('    The scheduler does not answer:\n    slurm_load_jobs error: \\x1b[2J\n');
  });

  it('says what comes next', () => {
    const tracked = [
      { id: 'done@a', jobId: '7', runDir, verdict: verdict() },
      { id: 'pushed', runDir, verdict: running({ state: 'NOT_SUBMITTED' as const }) },
      { id: 'gone', jobId: '9', runDir, gone: true, verdict: verdict() },
      { id: 'away', jobId: '8', runDir, otherCluster: 'lab' },
    ];
    const text = statusText({ queue: [], tracked }, plain, { profile: 'ignored' });
    expect(text).toContain(`done@a:  Job 7 | ${run} | COMPLETED\n`);
    expect(text).toContain(`pushed:  (not submitted) | ${run}\n`);
    expect(text).toContain(`away:    Job 8 | ${run} | on cluster lab\n`);
    expect(text.split('\n').slice(-3)).toEqual([
      '→ 1 job ended: make slurm-collect PROFILE=done TAG=a',
      '→ 1 run to look for: make slurm-recover PROFILE=gone',
      '→ Another cluster: make slurm-status CLUSTER=lab',
    ]);
  });

  it('of more jobs than a call takes arguments is no trouble', () => {
    expect(
      table(
        Array.from({ length: 150_000 }, () => ['a', 'b']),
        '',
      ),
    ).toHaveLength(150_000);
  });
});
