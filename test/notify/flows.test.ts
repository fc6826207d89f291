/** What is told of a flow: by its jobs where nobody watches, by the command that does; and of each job what its profile wants told. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { flowNotices } from '../../scripts/notify-flow.ts';
import type { Profile, Setting } from '../../src/conf/types.ts';
import type { FlowJobStatus } from '../../src/flow/results.ts';
import { keepStarted, type StartedFlow } from '../../src/flow/started.ts';
import { openHost } from '../../src/host/host.ts';
import { linesForJob } from '../../src/notify/in-job.ts';
import type { Project } from '../../src/run/project.ts';
import type { TalkEvent } from '../../src/run/talk.ts';
import { makeToy, until } from '../kit/toy.ts';
import { webhooksOfFile } from '../kit/webhook.ts';
import { batch, removeBatches } from '../remote/batch.ts';
import { flowCells, flowJob, flowStatus } from '../report/flows.ts';

const hooks = await webhooksOfFile();
const root = mkdtempSync(join(tmpdir(), 'flows-'));

beforeAll(() => {
  writeFileSync(join(root, '.env'), `NOTIFY_WEBHOOK_URL="${hooks.hook}"\n`, { mode: 0o600 });
});
afterAll(() => {
  rmSync(root, { recursive: true });
  removeBatches();
});

const notify = (value: string, layer: Setting['layer'] = 'profile') => new Map([['NOTIFY', { value, layer }]]);
const said = () => hooks.received.map(({ json }) => json);

test('jobs tell when all has ended, also where one was for a failure that did not come; one that is to be quiet is', async () => {
  const toy = makeToy('REMOTE_HOST=local\nREMOTE_DIR=.cluster\nSCHEDULER=local\nPOLL_INTERVAL=2\n');
  onTestFinished(() => toy.remove());
  toy.write('.env', `NOTIFY_WEBHOOK_URL="${hooks.hook}"\n`, 0o600);
  toy.profile('quiet', 'COMMAND="exit 3"\nNOTIFY=none\n');
  const job = (name: string, what: string, after = '') => `  - {name: ${name}, ${what}, depends_on: [${after}]}\n`;
  const jobs = [
    job('train', 'command: "true"'),
    job('bad', 'profile: quiet'),
    job('report', 'command: "true"', 'bad'),
    job('alert', 'command: "true"', '"afternotok:train"'),
  ];
  toy.write('slurm/flows/f.yaml', `code_files: [Makefile]\njobs:\n${jobs.join('')}`);
  const { exit, stderr } = await toy.json('slurm-flow', { FLOW: 'f' });
  expect(exit, stderr).toBe(0);
  expect(JSON.parse(toy.read('slurm/jobs/flow@f.flow.json')).flow.notify).toEqual({ bad: 'none' });
  const isLast = ({ counts }: { counts?: { failed?: number } }) => counts?.failed !== undefined;
  await until('word of its end', () => said().some(isLast));
  expect(said().map(({ event, job, text }) => [event, job, String(text).split('\n')[1]])).toContainEqual([
    ...['failed', undefined],
    'All jobs and cells that were submitted have ended: 1 done, 1 failed, 1 stopped, 1 skipped.',
  ]);
  expect(said().map(({ job }) => job)).toEqual([undefined, undefined]);
});

test.each([
  ['all', 'none', ['plain']],
  ['none', 'failed', ['own']],
  ['finished', 'started,failed', ['own']],
  ['failed', 'finished', ['plain']],
])('a job that fails, where NOTIFY=%s holds for the flow and its profile has NOTIFY=%s', async (forAll, own, heard) => {
  const told: unknown[] = [];
  for (const name of ['plain', 'own']) {
    const one = batch(['sh'], 'exit 1\n');
    const here = { root, cluster: { host: 'here', settings: notify(forAll, 'cluster') }, commandLine: new Map() };
    const profile = { id: 'flow@f', name: 'flow', tag: 'f', settings: new Map(), secrets: [], env: {} };
    const jobs = {
      notify: new Map([
        ['own', own],
        ['plain', undefined],
      ]),
      waits: '',
    };
    const lines = linesForJob(here as never, profile as unknown as Profile, { flow: 'f', jobs });
    writeFileSync(join(one.run, '.slurm-runner/secrets'), `${lines}\n`);
    writeFileSync(join(one.run, '.slurm-runner/array-1'), `- - - - ${name}\n`);
    writeFileSync(join(one.run, '.slurm-runner/array-2'), '- - - - later\n');
    expect(await one.life()).toMatchObject({ code: 1, stderr: '' });
    told.push(
      ...said()
        .splice(0)
        .map(({ job }) => job),
    );
    hooks.received.length = 0;
  }
  expect(told).toEqual(heard);
});

describe('a command that watches', () => {
  const runDir = join(root, 'cluster/runs/flow@pipeline-20260224-143052');
  const log = (name: string, text: string): void => {
    const file = join(root, 'cluster/slurm/logs', name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  };
  const cells = ['0-a', '1-b', '2-c'];
  const watch = (own: StartedFlow['notify'], forAll?: string) => {
    mkdirSync(join(runDir, '.slurm-runner/attempt-1'), { recursive: true });
    const jobs = [
      { name: 'm', dependsOn: [], cells },
      { name: 'z', dependsOn: [] },
    ];
    const about = { name: 'pipeline', title: 'pipeline', file: 'slurm/flows/pipeline.yaml', digest: '' };
    keepStarted(root, 'flow@pipeline', runDir, { ...about, jobs, ...(own && { notify: own }) });
    const talk = { tell: () => {}, ask: async () => true };
    const cluster = { host: 'local', settings: forAll ? notify(forAll, 'cluster') : new Map() };
    const project = { root, cluster, host: openHost('local'), commandLine: new Map(), talk } as unknown as Project;
    const ends: (() => Promise<string[]>)[] = [];
    const context = { root, typed: {}, atEnd: (end: () => Promise<string[]>) => void ends.push(end) };
    const notices = flowNotices(context, project, [], false);
    const status = (all: FlowJobStatus[]) => flowStatus(all, { runDir });
    return {
      ...{ notices, status },
      look: (...all: FlowJobStatus[]) => notices.project.talk.tell({ type: 'flow', status: status(all) } as TalkEvent),
      over: async () => expect(await Promise.all(ends.map((end) => end()))).toEqual([[]]),
    };
  };
  const matrix = (standing: 'running' | 'failed', ...failed: string[]): FlowJobStatus => {
    const job = flowJob('m', standing, { cells: flowCells({ total: 3 }) }, 9);
    const first = cells.indexOf(failed[0] ?? '');
    const known = failed.length > 0 ? { failedCell: `9_${first}`, failedCells: failed } : {};
    return { ...job, ...known, verdict: { ...job.verdict!, tasks: { FAILED: failed.length } } };
  };

  test('tells of cells that fail while their array goes on, with the log of the last, and of all of them at its end', async () => {
    const { look, over } = watch(undefined);
    log('9_1.out', 'b is lost\n');
    log('9_2.out', 'c is lost\n');
    look(matrix('running', '0-a'));
    look(matrix('running', '0-a', '1-b'));
    look(matrix('running', '0-a', '1-b', '2-c'));
    await until('word of them', () => said().length > 0);
    expect(said()).toMatchObject([
      { event: 'failed', job: 'm', state: 'FAILED', counts: { failed: 2 }, log: 'c is lost' },
    ]);
    expect(said()[0]?.text).toBe('Flow pipeline\nm: 2 cells failed: 1-b, 2-c.');
    look(matrix('failed', '1-b', '2-c'));
    look(matrix('failed', '1-b', '2-c'));
    await over();
    expect(said().slice(1)).toMatchObject([{ event: 'failed', job: 'm', log: 'b is lost' }]);
    expect(said()[1]?.text).toContain('\nCells that failed: 1-b, 2-c.');
  });

  test('tells of cells no more once all that is to say of their job is said', async () => {
    const { look, over } = watch(undefined);
    look(matrix('running'));
    look(matrix('running', '0-a'));
    look(matrix('failed', '0-a'));
    await over();
    expect(said().map(({ job, counts }) => [job, counts])).toEqual([['m', { FAILED: 1 }]]);
  });

  test('tells of each job what its profile wants, and of the flow what holds for all', async () => {
    const quiet = watch({ m: 'none', z: 'finished' });
    quiet.look(matrix('running'), flowJob('z', 'running', {}, 8));
    quiet.look(matrix('failed', '0-a'), flowJob('z', 'failed', {}, 8));
    quiet.notices.ended(quiet.status([matrix('failed', '0-a')]));
    await quiet.over();
    expect(said().map(({ event, job }) => [event, job])).toEqual([['failed', undefined]]);
    hooks.received.length = 0;
    const loud = watch({ m: 'failed' }, 'none');
    loud.look(matrix('running'), flowJob('z', 'running', {}, 7));
    loud.look(matrix('failed', '0-a'), flowJob('z', 'failed', {}, 7));
    loud.notices.ended(loud.status([matrix('failed', '0-a')]));
    await loud.over();
    expect(said().map(({ event, job }) => [event, job])).toEqual([['failed', 'm']]);
  });
});
