/** Flows whose jobs fail on the real cluster: what runs all the same, what never does, what is said of it, and what runs again. */

import { describe, expect, test } from 'vitest';
import { clusterUnavailable } from '../cluster/cluster.ts';
import { beginnings, flowText } from '../kit/flow-jobs.ts';
import { flowToys, standings, submittedJobs } from '../kit/flows.ts';
import { until } from '../kit/toy.ts';

describe.skipIf(clusterUnavailable())('a flow whose jobs fail', () => {
  const open = flowToys();

  test.concurrent('its children never run, those that wait for that do; RESUME=1 runs what is due with the mended code', async () => {
    const our = await open(
      flowText({
        ...{
          a: [],
          b: ['a'],
          c: ['b'],
          d: ['a', 'c'],
          unless: ['afternotok:b'],
          always: ['afterany:b'],
          with: ['after:b'],
        },
        ...{ never: ['afternotok:a'], free: [] },
      }),
    );
    our.toy.write('more.sh', '[ "$name" != b ] || { echo "b has a mistake" >&2; code=3; }\n');
    const before = await our.good('slurm-flow');
    const watched = await our.good('slurm-flow-watch', {}, 1);
    const failed = { a: 'done', b: 'failed', c: 'stopped', d: 'stopped', never: 'skipped' };
    const ran = { unless: 'done', always: 'done', with: 'done', free: 'done' };
    expect(standings(watched)).toEqual({ ...failed, ...ran });
    const job = (name: string) => watched.jobs.find((one) => one.name === name);
    expect(job('b')?.verdict).toMatchObject({ state: 'FAILED', exitCode: 3 });
    expect(job('c')?.because).toEqual(['b']);
    expect(job('never')?.because).toEqual(['a']);
    const { stdout, exit } = await our.toy.make('slurm-flow-status', { FLOW: 'f' });
    expect(exit).toBe(0);
    expect(stdout).toMatch(/exit code 3/);
    expect(stdout).toMatch(/^.*\bc\b.*\bb\b.*failed/m);
    const told = await our.toy.make('slurm-flow-watch', { FLOW: 'f' });
    expect(told.exit).toBe(1);
    expect(told.stdout + told.stderr).toContain('b has a mistake');
    expect((await our.queue()).filter(({ state }) => state === 'PENDING')).toEqual([]);
    const kept = await our.good('slurm-flow-collect', {}, 1);
    expect(kept.removed).toBe(false);
    expect(our.toy.read('out/always')).toBe('word\n');
    expect(our.toy.read(`slurm/logs/${job('b')?.verdict?.jobId}.err`)).toBe('b has a mistake\n');

    our.toy.write('more.sh', ':\n');
    const again = await our.good('slurm-flow', { RESUME: '1', YES: '1' });
    // Whatever is behind b is made anew.
    expect(submittedJobs(again)).toEqual(['always', 'b', 'c', 'd', 'unless', 'with']);
    expect(again.runDir).toBe(before.runDir);
    const after = new Map(again.submitted.map((one) => [one.job, one.after]));
    expect([after.get('b'), after.get('d')]).toEqual([[], [{ kind: 'afterok', job: 'c' }]]);
    const good = await our.good('slurm-flow-watch');
    expect(standings(good)).toEqual({ ...failed, ...ran, b: 'done', c: 'done', d: 'done', unless: 'skipped' });
    expect(beginnings(await our.notes())).toEqual({
      ...{ a: 1, b: 2, c: 1, d: 1, unless: 1, always: 2, with: 2, free: 1 },
    });
    expect((await our.good('slurm-flow-collect')).removed).toBe(true);
    expect(our.toy.read('out/d')).toBe('word\n');
  });

  test.concurrent('cancelled while it runs: nothing that waited for an end begins', async () => {
    const our = await open(
      flowText({ a: [], b: ['afterany:a'], c: ['afternotok:a'], d: ['afterany:b'], e: ['after:b'], done: [] }),
    );
    await our.tell(': >wait.a');
    await our.good('slurm-flow');
    await our.begun('a');
    const cancelled = await our.good('slurm-flow-cancel', { YES: '1' });
    expect(
      cancelled.jobs
        .map(({ job }) => job)
        .filter((name) => name !== 'done')
        .sort(),
    ).toEqual(['a', 'b', 'c', 'd', 'e']);
    const { jobs } = await our.good('slurm-flow-watch', {}, 1);
    expect(jobs.filter(({ name }) => name !== 'done').map(({ standing }) => standing)).toEqual(
      Array(5).fill('cancelled'),
    );
    expect(Object.keys(beginnings(await our.notes())).filter((name) => name !== 'done')).toEqual(['a']);
  });

  test.concurrent('where there is no accounting and ended jobs are forgotten in seconds, what never ran is known all the same', async () => {
    const our = await open(flowText({ a: [], b: ['a'], c: ['b'], unless: ['afternotok:b'] }), 'srt-bash2nd');
    await our.tell('echo 1 >fail.b');
    await our.good('slurm-flow');
    const told = { a: 'done', b: 'failed', c: 'stopped', unless: 'done' };
    expect(standings(await our.good('slurm-flow-watch', {}, 1))).toEqual(told);
    await until('the controller forgets', async () => (await our.queue()).length === 0);
    expect(standings(await our.good('slurm-flow-status'))).toEqual(told);
    await our.tell('rm fail.b');
    expect(submittedJobs(await our.good('slurm-flow', { RESUME: '1', YES: '1' }))).toEqual(['b', 'c', 'unless']);
    expect(standings(await our.good('slurm-flow-watch'))).toEqual({ ...told, b: 'done', c: 'done', unless: 'skipped' });
    expect((await our.good('slurm-flow-collect')).removed).toBe(true);
  });
});
