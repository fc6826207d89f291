/** srunx's two workflows on the real cluster, unchanged, side by side: what ran when, where, and with what. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clusterUnavailable, ensureCluster, type TestCluster } from '../cluster/cluster.ts';
import { layConda, layVenv } from '../kit/conda.ts';
import { type FlowDocument, type FlowToy, flowToy } from '../kit/flows.ts';
import { ML_PIPELINE, PARALLEL_ML_PIPELINE, SCRIPTS, type StepNote } from '../kit/pipelines.ts';

const ML = { FLOW: 'ml_pipeline' };
const PARALLEL = { FLOW: 'parallel_ml_pipeline' };

describe.skipIf(clusterUnavailable())("srunx's workflows", () => {
  let cluster: TestCluster;
  let our: FlowToy;
  let ended: Awaited<ReturnType<FlowToy['accounts']>>;
  const open: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    cluster = await ensureCluster();
    open.push(await layConda(cluster, 'srt-bash', ['pytorch_env', 'ml_env']));
    open.push(await layVenv(cluster));
    our = await flowToy(cluster, { conf: 'RESULTS_PULL=outputs/\n' });
    open.push(our.remove);
    for (const [path, text] of Object.entries(SCRIPTS)) our.toy.write(path, text);
    our.toy.write('slurm/flows/ml_pipeline.yaml', ML_PIPELINE);
    our.toy.write('slurm/flows/parallel_ml_pipeline.yaml', PARALLEL_ML_PIPELINE);
  });
  afterAll(async () => {
    for (const close of open.reverse()) await close();
  });

  const row = (job: string) => {
    const found = ended.filter((one) => one.job === job);
    expect(found, job).toHaveLength(1);
    return found[0] as (typeof ended)[number];
  };
  const steps = async (): Promise<StepNote[]> =>
    (await our.tell('cat notes')).split('\n').map((line) => JSON.parse(line) as StepNote);

  test('both are submitted whole, with the dependencies that are written there', async () => {
    const ml = await our.good('slurm-flow', ML);
    expect(ml.submitted.map(({ job }) => job)).toEqual(['preprocess', 'train', 'evaluate']);
    const parallel = await our.good('slurm-flow', PARALLEL);
    const ids = new Map(parallel.submitted.map(({ job, jobId }) => [job, jobId]));
    // job_a is still waiting for a word of ours, so nothing of this is over.
    const waiting = (await our.queue()).filter(({ after }) => after !== '(null)');
    const after = new Map(
      waiting.map((one) => [
        one.job,
        one.after
          .replaceAll(/\(\w+\)/g, '')
          .split(',')
          .sort(),
      ]),
    );
    const on = (...jobs: string[]) => jobs.map((job) => `afterok:${ids.get(job)}`).sort();
    expect(after.get('job_b1')).toEqual(on('job_a'));
    expect(after.get('job_c')).toEqual(on('job_a'));
    expect(after.get('job_b2')).toEqual(on('job_b1'));
    expect(after.get('job_d')).toEqual(on('job_b2', 'job_c'));
    await our.tell(': >go');
  });

  test('they end well, and what they made comes home', async () => {
    const [ml, parallel] = (await Promise.all([ML, PARALLEL].map((flow) => our.good('slurm-flow-watch', flow)))) as [
      FlowDocument,
      FlowDocument,
    ];
    expect(ml.counts).toMatchObject({ done: 3 });
    expect(parallel.counts).toMatchObject({ done: 5 });
    ended = await our.accounts();
    for (const flow of [ML, PARALLEL]) expect((await our.good('slurm-flow-collect', flow)).removed).toBe(true);
    expect(our.toy.read('outputs/evaluation')).toBe('raw\nprocessed\ntrained\nevaluated\n');
    expect(our.toy.read('outputs/model')).toBe('downloaded\nstage\nfeatures\ndownloaded\nvalid\nfinal\n');
    for (const { id } of ended) expect(our.toy.has(`slurm/logs/${id}.out`), id).toBe(true);
    expect(await our.asUser(`ls '${our.remoteDir}/runs'`)).toBe('');
    for (const { FLOW } of [ML, PARALLEL]) expect(our.toy.has(`slurm/jobs/flow@${FLOW}.rundir`)).toBe(false);
    expect(ml.criticalPath).toEqual(['preprocess', 'train', 'evaluate']);
    expect([parallel.criticalPath?.at(0), parallel.criticalPath?.at(-1)]).toEqual(['job_a', 'job_d']);
  });

  test('by accounting B1 and C overlap, B2 starts while C runs, and D waits for both', () => {
    const [a, b1, b2, c, d] = ['job_a', 'job_b1', 'job_b2', 'job_c', 'job_d'].map(row) as [
      ...[FlowRowOf, FlowRowOf, FlowRowOf, FlowRowOf, FlowRowOf],
    ];
    for (const one of [b1, c]) expect(one.start >= a.end).toBe(true);
    expect(c.start < b1.end && b1.start < c.end).toBe(true);
    expect(b2.start >= b1.end && b2.start < c.end && c.start < b2.start).toBe(true);
    expect(c.end <= b2.end && d.start >= b2.end && d.start >= c.end).toBe(true);
    console.log(
      `accounting: ${[a, b1, c, b2, d].map(({ job, start, end }) => `${job} ${start.slice(11)}-${end.slice(11)}`).join(', ')}`,
    );
    const [preprocess, train, evaluate] = ['preprocess', 'train', 'evaluate'].map(row);
    expect(preprocess && train && train.start >= preprocess.end).toBe(true);
    expect(train && evaluate && evaluate.start >= train.end).toBe(true);
  });

  test('each has the nodes, GPUs, memory, environment and words that it asks for', async () => {
    const asked = (job: string) => {
      const { nodes, tres, state, exit } = row(job);
      const [, memory] = /mem=(\w+)/.exec(tres) ?? [];
      const [, gpus = '0'] = /gres\/gpu=(\d+)/.exec(tres) ?? [];
      return [state, exit, nodes, memory, Number(gpus)];
    };
    const whole = ['COMPLETED', '0:0'];
    expect(asked('preprocess')).toEqual([...whole, 1, '16G', 0]);
    expect(asked('train').toSpliced(3, 1)).toEqual([...whole, 2, 4]);
    expect(asked('job_a')).toEqual([...whole, 1, '8G', 0]);
    expect(asked('job_b1')).toEqual([...whole, 1, '16G', 0]);
    // Of both nodes.
    expect(asked('job_b2')).toEqual([...whole, 2, '64G', 0]);
    expect(asked('job_d').toSpliced(3, 1)).toEqual([...whole, 4, 8]);
    const begun = (await steps()).filter(({ what }) => what === 'begin');
    const of = (job: string) => begun.filter((note) => note.job === job);
    const tasks = Object.fromEntries(ended.map(({ job }) => [job, new Set(of(job).map(({ node }) => node)).size]));
    expect(tasks).toMatchObject({ preprocess: 1, train: 2, evaluate: 1, job_a: 1, job_b2: 2, job_d: 4 });
    for (const { job, gpus } of begun)
      expect(gpus.split(',').filter(Boolean)).toHaveLength(/train|_d/.test(job) ? 2 : 0);
    const python = (job: string) => new Set(of(job).map((note) => `${note.conda} ${note.python}`));
    const conda = (name: string) => `${name} ${cluster.home('srt-bash')}/miniforge3/envs/${name}/bin/python`;
    for (const job of ['preprocess', 'train', 'job_d']) expect([...python(job)]).toEqual([conda('pytorch_env')]);
    for (const job of ['job_a', 'job_b1', 'job_b2', 'job_c']) expect([...python(job)]).toEqual([conda('ml_env')]);
    expect([...python('evaluate')]).toEqual([' /home/user/xxx/.venv/bin/python']);
    expect(of('job_c')[0]?.words).toEqual(['validate_data.py', '--check', 'quality']);
  });
});

type FlowRowOf = Awaited<ReturnType<FlowToy['accounts']>>[number];
