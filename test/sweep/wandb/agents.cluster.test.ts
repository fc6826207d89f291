/** W&B sweeps on the real cluster, with a mock of W&B's servers and what stands in for its agent. */

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { clusterUnavailable, ensureCluster, type Link, type TestCluster } from '../../cluster/cluster.ts';
import { filesWith, writeAgents } from '../../kit/agents.ts';
import { type SweepToy, sweepToy } from '../../kit/sweeps.ts';
import { until } from '../../kit/toy.ts';
import { type MockWandb, startWandb } from '../../kit/wandb.ts';

describe.skipIf(clusterUnavailable())('a sweep of W&B', () => {
  let cluster: TestCluster;
  let link: Link;
  let our: SweepToy;
  let mock: MockWandb;

  beforeAll(async () => {
    cluster = await ensureCluster();
    link = await cluster.link();
  });
  afterAll(() => link?.close());
  beforeEach(async () => {
    mock = await startWandb();
    our = await sweepToy(cluster, { host: link.host, conf: 'SBATCH_MEM=50M\n' });
    writeAgents(our.toy, mock);
  });
  afterEach(async () => {
    await our.remove();
    await mock.stop();
  });

  const START = { SWEEP: 'bayes', PROFILE: 'x', MAX_RUNS: '4', MAX_CONCURRENT: '2' };
  const bayes = { SWEEP: 'bayes' };
  const withKey = () => our.asUser(`cd ${our.remoteDir} && grep -rlF ${mock.key} . | sort`);
  const arraysOf = async () => (await our.sbatches()).map((line) => /--array=(\S+)/.exec(line)?.[1]);

  test('from its making to its results: one array, and the key in one file of it', async () => {
    const { submitted, wandb } = await our.good('slurm-sweep-start', { ...START, HOLD: '1' });
    const { id } = mock.sweeps[0]!;
    expect(wandb).toEqual({ url: `${mock.url}/me/vla/sweeps/${id}`, warnings: [] });
    const [{ jobId } = { jobId: '' }] = submitted.arrays;
    expect(await arraysOf()).toEqual(['0-3%2']);
    const runDir = our.toy.read('slurm/jobs/x@bayes.rundir').trim();
    expect(await withKey()).toBe(`.${runDir.slice(our.remoteDir.length)}/.slurm-runner/secrets`);
    expect(await our.asUser(`stat -c %a ${runDir}/.slurm-runner/secrets`)).toBe('600');
    expect((await our.sbatches()).join('\n') + (await our.asUser(`scontrol show job ${jobId}`))).not.toContain(
      mock.key,
    );
    await our.asUser(`scontrol release ${jobId}`);
    const ended = await our.good('slurm-sweep-watch', bayes);
    expect(ended.counts).toMatchObject({ total: 4, done: 4 });
    expect(mock.sweeps[0]?.runs).toHaveLength(4);
    const { stdout } = await our.toy.make('slurm-sweep-status', bayes);
    expect(stdout).toMatch(/^ +Cells: +4\/4 done$/m);
    expect(stdout).toMatch(/^ +W&B: +RUNNING: 4 runs \(4 finished\)$/m);
    expect((await our.good('slurm-sweep-collect', bayes)).collected.removed).toBe(true);
    for (const cell of [0, 1, 2, 3]) {
      const log = our.toy.read(`slurm/logs/${jobId}_${cell}.out`);
      expect(log).toMatch(new RegExp(`^agent ${cell + 1} of me/vla/${id} at ${mock.url}\n[1-4]\n$`));
    }
    expect([await withKey(), filesWith(our.toy.root, mock.key)]).toEqual(['', ['.env']]);
  });

  test('by a job script that asks for the number of each run: one array', async () => {
    our.toy.write(
      'jobs/sweep.sh',
      `#!/bin/bash
#SBATCH --job-name=sweep_{{ SWEEP_ID[:8] }}_{{ RUN_NUMBER }}
#SBATCH --mem=50M

echo "run {{ RUN_NUMBER }} of {{ SWEEP_ID }}"
PATH=bin:$PATH exec wandb agent --count 1 "$WANDB_ENTITY/$WANDB_PROJECT/{{ SWEEP_ID }}"
`,
    );
    our.toy.profile('own', 'TEMPLATE=jobs/sweep.sh\nCODE_FILES=bin/\n');
    const { submitted } = await our.good('slurm-sweep-start', { ...START, PROFILE: 'own' });
    expect(await arraysOf()).toEqual(['0-3%2']);
    await our.good('slurm-sweep-watch', bayes);
    await our.good('slurm-sweep-collect', bayes);
    const { id, runs } = mock.sweeps[0]!;
    expect(runs).toHaveLength(4);
    expect(our.toy.read(`slurm/logs/${submitted.arrays[0]?.jobId}_3.out`)).toContain(`run 4 of ${id}\n`);
  });

  test('goes on with so many agents more, once, though the link broke as they were submitted', async () => {
    await our.good('slurm-sweep-start', { ...START, MAX_RUNS: '2' });
    await our.good('slurm-sweep-watch', bayes);
    const more = { ...bayes, MAX_RUNS: '3' };
    const outside = await our.tell('pwd; : >hold');
    const held = `n=0; while [ -e ${outside}/hold ] && [ $n -lt 300 ]; do n=$((n + 1)); sleep 0.1; done`;
    await cluster.wrap('srt-bash', 'sbatch', `"$REAL" "$@"\necho "$*" >>${outside}/sbatch\n${held}`);
    const broken = our.toy.start('slurm-sweep-resume', more);
    await until('sbatch was called', async () => (await our.sbatches()).length === 2);
    await link.proxy.cut();
    const { stderr } = await broken;
    await link.proxy.restore();
    await our.tell('rm hold');
    expect(stderr).toContain('Error 3');
    const { sweep } = await our.good('slurm-sweep-resume', more);
    expect(sweep.count).toBe(5);
    expect((await our.good('slurm-sweep-watch', bayes)).counts).toMatchObject({ total: 5, done: 5 });
    expect(await arraysOf()).toEqual(['0-1%2', '2-4%2']);
    expect(mock.sweeps[0]?.runs).toHaveLength(5);
    // What was said before has been done: this is three more.
    expect((await our.good('slurm-sweep-resume', more)).sweep.count).toBe(8);
    expect(await our.good('slurm-sweep-cancel', bayes)).toMatchObject({ exit: 0 });
    await our.json('slurm-sweep-watch', bayes);
    expect(await withKey()).toBe('');
  });

  test('that W&B has already gets agents in a run of its own', async () => {
    mock.sweeps.push({
      ...{ id: 'abc123de', entity: 'team', project: 'my project', description: null, displayName: null, runs: [] },
      ...{ state: 'PENDING', config: 'program: train.py\nmethod: grid\nparameters: {a: {values: [1, 2]}}\n' },
    });
    const SWEEP_ID = 'https://wandb.ai/team/my%20project/sweeps/abc123de';
    const { id, submitted } = await our.good('slurm-sweep-resume', { SWEEP_ID, PROFILE: 'x' });
    expect([id, submitted.cells]).toEqual(['x@abc123de', [0, 1]]);
    expect((await our.good('slurm-sweep-watch', { SWEEP_ID })).counts).toMatchObject({ total: 2, done: 2 });
    const status = await our.good('slurm-sweep-status', { SWEEP_ID });
    expect(status).toMatchObject({ counts: { done: 2 }, wandb: { state: 'FINISHED', runCount: 2, expected: 2 } });
    expect((await our.json('slurm-sweep-resume', { SWEEP_ID })).json.problems[0]?.kind).toBe('wandb-over');
    expect((await our.good('slurm-sweep-collect', { SWEEP_ID })).collected.removed).toBe(true);
  });
});
