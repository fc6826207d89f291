/** W&B sweeps end to end through make, with the embedded executor, a mock of W&B's servers and what stands in for its agent. */

import { readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CONFIG, filesWith, writeAgents } from '../../kit/agents.ts';
import { type BareMachine, type BareToy, makeBareMachine } from '../../kit/bare-machine.ts';
import { processesOf } from '../../kit/executor.ts';
import { refused } from '../../kit/submitted.ts';
import type { SweepDocument } from '../../kit/sweeps.ts';
import { TOOLKIT, until } from '../../kit/toy.ts';
import { type MockWandb, startWandb } from '../../kit/wandb.ts';

let machine: BareMachine;
let mock: MockWandb;
let toy: BareToy;

beforeAll(async () => {
  machine = await makeBareMachine();
});
afterAll(() => machine.remove());
beforeEach(async () => {
  mock = await startWandb();
  toy = machine.toy();
  writeAgents(toy, mock);
});
afterEach(async () => {
  await until('nothing runs', () => processesOf(toy.root).length === 0, 40);
  await mock.stop();
  toy.remove();
});

const START = { SWEEP: 'bayes', PROFILE: 'x', MAX_RUNS: '4', MAX_CONCURRENT: '2' };

async function good(target: string, variables: Record<string, string>, exit = 0) {
  const ended = await toy.json(target, variables);
  expect(ended.exit, `${target}: ${ended.stdout}${ended.stderr}`).toBe(exit);
  return ended.json as unknown as SweepDocument;
}
const ended = (variables: Record<string, string>, exit = 0) => good('slurm-sweep-watch', variables, exit);
const log = (task: string) => toy.read(`.cluster/slurm/logs/${task}.out`);
/** A file of the run's own. */
const meta = (id: string, name: string) =>
  join(relative(toy.root, toy.read(`slurm/jobs/${id}.rundir`).trim()), '.slurm-runner', name);

describe('a sweep of W&B', () => {
  test('is made, run by an array of agents, and brought home', async () => {
    const planned = await good('slurm-sweep-start', { ...START, DRY_RUN: '1' });
    expect(planned).toMatchObject({ dryRun: true, sweep: { count: 4 } });
    expect([mock.asked, mock.sweeps, toy.has('.cluster/runs')]).toEqual([[], [], false]);

    const { submitted, wandb } = await good('slurm-sweep-start', START);
    expect(mock.sweeps).toMatchObject([{ entity: 'me', project: 'vla', config: CONFIG }]);
    const { id } = mock.sweeps[0]!;
    expect(wandb).toEqual({ url: `${mock.url}/me/vla/sweeps/${id}`, warnings: [] });
    expect(submitted.arrays).toEqual([{ attempt: 1, jobId: '1', cells: '0-3' }]);
    expect(toy.read(meta('x@bayes', 'array-1'))).toBe('0 0-3 2 -\n');
    expect(await ended({ SWEEP: 'bayes' })).toMatchObject({ counts: { done: 4, total: 4 } });
    for (const cell of [0, 1, 2, 3]) {
      expect(log(`1_${cell}`)).toMatch(new RegExp(`^agent ${cell + 1} of me/vla/${id} at ${mock.url}\n[1-4]\n$`));
    }

    const status = await good('slurm-sweep-status', { SWEEP: 'bayes' });
    expect(status).toMatchObject({
      counts: { done: 4 },
      wandb: { state: 'RUNNING', runs: { finished: 4 }, best: { value: 0.25 } },
    });
    const shown = await toy.make('slurm-sweep-status', { SWEEP_ID: `me/vla/${id}` });
    expect(shown.stdout).toMatch(/^ +W&B: +RUNNING: 4 runs \(4 finished\)$/m);
    expect(shown.stdout).toContain(`make slurm-sweep-collect SWEEP_ID=${id}`);

    expect(await good('slurm-sweep-collect', { SWEEP_ID: id })).toMatchObject({
      brought: 4,
      collected: { removed: true },
    });
    expect(JSON.parse(toy.read('results/bayes/cells.json'))).toMatchObject({
      wandb: { sweepId: id },
      counts: { done: 4 },
    });
    expect(toy.read('slurm/logs/1_3.out')).toContain('agent 4');
  });

  test('has its key in one file that nobody else may read, until it is collected or cancelled', async () => {
    const slow = `SCRIPT=train.py\nSETUP=n=0; until [ -e go ] || [ $n -gt 900 ]; do n=$((n+1)); sleep 0.1; done\n`;
    toy.profile('slow', `${slow}[env]\nPATH=${toy.root}/bin:${machine.bin}\n`);
    toy.write('bin/wandb', 'exit 7\n', 0o755);
    const { stdout, stderr } = await toy.make('slurm-sweep-start', { ...START, PROFILE: 'slow' });
    expect(stdout + stderr).not.toContain(mock.key);
    const secrets = meta('slow@bayes', 'secrets');
    expect(filesWith(toy.root, mock.key)).toEqual([secrets, '.env'].sort());
    expect(statSync(join(toy.root, secrets)).mode & 0o777).toBe(0o600);
    expect(await good('slurm-sweep-cancel', { SWEEP: 'bayes' })).toMatchObject({ cells: [0, 1, 2, 3] });
    expect(filesWith(toy.root, mock.key)).toEqual(['.env']);

    await ended({ SWEEP: 'bayes' }, 1);
    toy.write(join(meta('slow@bayes', ''), '../go'), '');
    await good('slurm-sweep-resume', { SWEEP: 'bayes' });
    await ended({ SWEEP: 'bayes' }, 1);
    expect(filesWith(toy.root, mock.key)).toEqual([secrets, '.env'].sort());
    const kept = await good('slurm-sweep-collect', { SWEEP: 'bayes' }, 1);
    expect(kept).toMatchObject({ collected: { removed: false }, status: { counts: { failed: 4 } } });
    expect(filesWith(toy.root, mock.key)).toEqual(['.env']);
  });

  test('runs by a job script of its own: one array, whatever the script asks for', async () => {
    // As its users have it, `{{ SWEEP_ID[:8] }}` and the run's number among the #SBATCH lines.
    const script = `#!/bin/bash
#SBATCH --job-name=sweep_{{ SWEEP_ID[:8] }}_{{ RUN_NUMBER }}

python -m crane_x7_vla.training.cli agent openvla \\
  --sweep-id {{ SWEEP_ID }} \\
  --count 1
`;
    toy.write('jobs/sweep.sh', script);
    toy.write(
      'bin/python',
      '#!/bin/sh\necho "$*"\nexec wandb agent --count 1 "$WANDB_ENTITY/$WANDB_PROJECT/$SWEEP_ID"\n',
      0o755,
    );
    toy.profile('own', `TEMPLATE=jobs/sweep.sh\n[env]\nPATH=${toy.root}/bin:${machine.bin}\nWANDB_ENTITY=team\n`);
    const { submitted } = await good('slurm-sweep-start', { ...START, PROFILE: 'own' });
    expect(submitted.arrays).toEqual([{ attempt: 1, jobId: '1', cells: '0-3' }]);
    await ended({ SWEEP: 'bayes' });
    const { id, entity, runs } = mock.sweeps[0]!;
    expect([entity, runs.length]).toEqual(['team', 4]);
    const rendered = toy.read(meta('own@bayes', 'attempt-1/script.3'));
    expect(rendered).toContain(`#SBATCH --job-name=sweep_${id.slice(0, 8)}_4\n`);
    expect(log('1_3')).toContain(`-m crane_x7_vla.training.cli agent openvla --sweep-id ${id} --count 1\n`);
  });

  test('is the example of the toolkit', async () => {
    for (const file of ['slurm/sweeps/bayes.yaml', 'slurm/profiles/sweep.conf', 'examples/sweep.sh'])
      toy.write(file, readFileSync(join(TOOLKIT, file)));
    const example = { ...START, PROFILE: 'sweep', MAX_RUNS: '2' };
    await good('slurm-sweep-start', { ...example, SETUP: `export PATH=${toy.root}/bin:$PATH` });
    await ended({ SWEEP: 'bayes' });
    expect(mock.sweeps[0]?.runs).toHaveLength(2);
  });
});

describe('a sweep goes on', () => {
  test('with further agents, and those that failed, in the same run directory', async () => {
    toy.write('bin/wandb', '[ $RUN_NUMBER != 2 ] || exit 7\n', 0o755);
    await good('slurm-sweep-start', { ...START, MAX_RUNS: '3' });
    await ended({ SWEEP: 'bayes' }, 1);
    const runDir = toy.read('slurm/jobs/x@bayes.rundir');
    const dry = await good('slurm-sweep-resume', { SWEEP: 'bayes', MAX_RUNS: '2', DRY_RUN: '1' });
    expect(dry.submitted.cells).toEqual([1, 3, 4]);
    const { submitted, sweep } = await good('slurm-sweep-resume', { SWEEP: 'bayes', MAX_RUNS: '2' });
    expect([submitted.cells, sweep.count]).toEqual([[1, 3, 4], 5]);
    expect(await ended({ SWEEP: 'bayes' }, 1)).toMatchObject({ counts: { total: 5, done: 4, failed: 1 } });
    expect(toy.read('slurm/jobs/x@bayes.rundir')).toBe(runDir);

    // One that was broken off once its agents were submitted: the same again adds none, and the next one does.
    const state = 'slurm/jobs/x@bayes.sweep.json';
    const kept = JSON.parse(toy.read(state));
    toy.write(state, JSON.stringify({ ...kept, sweep: { ...kept.sweep, growingFrom: 3 } }));
    expect((await good('slurm-sweep-resume', { SWEEP: 'bayes', MAX_RUNS: '2' })).sweep.count).toBe(5);
    // Kept by a laptop that knows less.
    await ended({ SWEEP: 'bayes' }, 1);
    toy.write(state, JSON.stringify({ ...kept, sweep: { ...kept.sweep, count: 3 } }));
    expect((await good('slurm-sweep-resume', { SWEEP: 'bayes', MAX_RUNS: '1' })).sweep.count).toBe(6);
    expect(await ended({ SWEEP: 'bayes' }, 1)).toMatchObject({ counts: { total: 6, done: 5 } });
  });

  test('that was made elsewhere, in a run of its own', async () => {
    mock.sweeps.push({
      ...{ id: 'abc123de', entity: 'team', project: 'my project', description: null, displayName: 'by hand', runs: [] },
      ...{ state: 'PENDING', config: CONFIG },
    });
    const sweep = { SWEEP_ID: 'team/my project/abc123de' };
    const alone = await toy.make('slurm-sweep-status', sweep);
    expect(alone.stdout).toMatch(/^ +W&B: +PENDING: 0 runs$/m);
    expect(alone.stdout).toContain(
      "make slurm-sweep-resume SWEEP_ID='team/my project/abc123de' PROFILE=NAME MAX_RUNS=10",
    );
    expect(refused(await toy.json('slurm-sweep-watch', sweep))).toEqual({ exit: 2, kind: 'no-agents' });
    expect(refused(await toy.json('slurm-sweep-resume', sweep))).toEqual({ exit: 2, kind: 'sweep-without-profile' });
    const mine = { ...sweep, PROFILE: 'x' };
    expect(refused(await toy.json('slurm-sweep-resume', mine))).toEqual({ exit: 2, kind: 'no-max-runs' });
    const two = { ...mine, MAX_RUNS: '2' };
    expect(refused(await toy.json('slurm-sweep-resume', { ...two, SWEEP_ID: 'abc123de' })).kind).toBe(
      'wandb-no-project',
    );
    expect((await good('slurm-sweep-resume', { ...two, DRY_RUN: '1' })).dryRun).toBe(true);
    expect(toy.has('.cluster/runs')).toBe(false);

    const { id, submitted } = await good('slurm-sweep-resume', { ...two, MAX_CONCURRENT: '1' });
    expect([id, submitted.cells]).toEqual(['x@abc123de', [0, 1]]);
    await ended(sweep);
    expect(log('1_0')).toContain(`agent 1 of team/my project/abc123de at ${mock.url}\n`);
    // It is tracked by now.
    expect((await good('slurm-sweep-resume', { SWEEP_ID: 'abc123de', MAX_RUNS: '1' })).submitted.cells).toEqual([2]);
    await ended(sweep);
    expect(mock.sweeps[0]?.runs).toHaveLength(3);
    expect(await good('slurm-sweep-collect', sweep)).toMatchObject({ collected: { removed: true } });
  });

  test('unless W&B says that it is over', async () => {
    await good('slurm-sweep-start', { SWEEP: 'grid', PROFILE: 'x' });
    expect(await ended({ SWEEP: 'grid' })).toMatchObject({ counts: { total: 6 } });
    const { id, runs } = mock.sweeps[0]!;
    const over = await toy.json('slurm-sweep-resume', { SWEEP: 'grid', MAX_RUNS: '1' });
    expect(refused(over)).toEqual({ exit: 4, kind: 'wandb-over' });
    expect(over.json.problems[0].message).toContain(`the sweep ${id} is FINISHED`);
    await good('slurm-sweep-collect', { SWEEP: 'grid' });
    const more = { SWEEP_ID: `vla/${id}`, PROFILE: 'x', MAX_RUNS: '1' };
    expect(refused(await toy.json('slurm-sweep-resume', more))).toEqual({ exit: 4, kind: 'wandb-over' });
    await good('slurm-sweep-resume', { ...more, FORCE: '1' });
    await ended({ SWEEP_ID: id });
    await good('slurm-sweep-resume', { SWEEP_ID: id, MAX_RUNS: '1', FORCE: '1' });
    await ended({ SWEEP_ID: id });
    expect(log(`${toy.read(`slurm/jobs/x@${id}.jobid`).trim()}_1`)).toContain('no run left');
    expect(runs).toHaveLength(6);
  });
});

test('a status has the Slurm side when W&B cannot be reached, or lets nobody in', async () => {
  await good('slurm-sweep-start', { ...START, MAX_RUNS: '1' });
  await ended({ SWEEP: 'bayes' });
  await mock.refuse();
  const status = await good('slurm-sweep-status', { SWEEP: 'bayes' });
  expect(status).toMatchObject({ counts: { done: 1 }, wandbTrouble: { problems: [{ kind: 'wandb-unreachable' }] } });
  const { exit, stdout } = await toy.make('slurm-sweep-status', { SWEEP: 'bayes' });
  expect(exit).toBe(0);
  expect(stdout).toMatch(/^ +Cells: +1\/1 done$/m);
  expect(stdout).toMatch(/^ +W&B: .*cannot be reached: nobody listens there\.$/m);
  await mock.accept();
  toy.write('.env', `WANDB_API_KEY=wrong\nWANDB_BASE_URL=${mock.url}\nWANDB_PROJECT=vla\n`);
  const wrong = await good('slurm-sweep-status', { SWEEP: 'bayes' });
  expect(wrong.wandbTrouble).toMatchObject({ problems: [{ kind: 'wandb-bad-key' }] });
});
