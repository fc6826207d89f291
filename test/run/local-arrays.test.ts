/** Job arrays in the embedded executor, end to end, through make: as many tasks at a time as the profile says, on this machine. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type BareMachine, type BareToy, find, makeBareMachine } from '../kit/bare-machine.ts';
import { processesOf } from '../kit/executor.ts';
import { until } from '../kit/toy.ts';

/** Says it has begun and waits for the file `go`; not for ever, should its test fail. */
const WAITS =
  'echo begun; n=0; until [ -e go ] || [ $n -gt 2000 ]; do n=$((n+1)); sleep 0.1; done; mkdir -p out; echo r >out/$SLURM_ARRAY_TASK_ID';

describe('an array in the embedded executor', () => {
  let machine: BareMachine;
  let toy: BareToy;

  beforeAll(async () => {
    machine = await makeBareMachine();
  });
  afterAll(() => machine.remove());
  beforeEach(() => {
    toy = machine.toy();
    toy.profile('array', `COMMAND="${WAITS}"\nSBATCH_ARRAY=0-5%2\nRESULTS_PULL=out/\n`);
  });
  afterEach(async () => {
    await until('nothing runs', () => processesOf(toy.root).length === 0);
    toy.remove();
  });

  const go = (): void => {
    const runDir = toy.read('slurm/jobs/array.rundir').trim();
    toy.write(join(runDir.slice(toy.root.length), 'go'), '');
  };
  const states = async (): Promise<string[]> => (await toy.json('slurm-status')).json.queue.map(({ state }) => state);
  /** A task may say something before it is noted that it runs. */
  const running = async (): Promise<number> => (await states()).filter((state) => state === 'RUNNING').length;

  test('slurm-full brings the results and logs of every task, and clears up', async () => {
    const note = (word: string) => `echo ${word} >>../../notes`;
    // Two are there at the same time, or none goes on for long.
    const both = 'n=0; until [ $(grep -c begin ../../notes) -gt 1 ] || [ $n -gt 1000 ]; do n=$((n+1)); sleep 0.1; done';
    toy.profile(
      'array',
      `COMMAND="${note('begin')}; echo $SLURM_ARRAY_TASK_ID; mkdir -p out; ${both}; echo r >out/$SLURM_ARRAY_TASK_ID; ${note('end')}"\n` +
        'SBATCH_ARRAY=0-5%2\nRESULTS_PULL=out/\n',
    );
    const { exit, json, stderr } = await toy.json('slurm-full', { PROFILE: 'array' });
    expect(exit, stderr).toBe(0);
    expect(json.collect).toMatchObject({ removed: true, verdict: { state: 'COMPLETED', tasks: { COMPLETED: 6 } } });
    for (const task of [0, 1, 2, 3, 4, 5]) {
      expect(toy.read(`out/${task}`)).toBe('r\n');
      expect(toy.read(`slurm/logs/${json.submit.jobId}_${task}.out`)).toBe(`${task}\n`);
    }
    let [running, most] = [0, 0];
    for (const word of toy.read('.cluster/notes').trim().split('\n')) {
      running += word === 'begin' ? 1 : -1;
      most = Math.max(most, running);
    }
    expect(most).toBe(2);
    expect(toy.jobsLeft()).toEqual([]);
  });

  test('one task fails: the array has', async () => {
    toy.profile('array', 'COMMAND="exit $((SLURM_ARRAY_TASK_ID == 2))"\nSBATCH_ARRAY=1-3\n');
    const { exit, json } = await toy.json('slurm-full', { PROFILE: 'array' });
    expect(exit).toBe(1);
    expect(json.collect).toMatchObject({ removed: false, verdict: { tasks: { COMPLETED: 2, FAILED: 1 } } });
  });

  test.each(['SIGHUP', 'SIGKILL', 'pty'] as const)('survives its command and its terminal: %s', async (how) => {
    const script = find('script');
    if (how === 'pty' && script === undefined) return;
    const make = [find('make') as string, '--no-print-directory', 'slurm-full', 'PROFILE=array'];
    const [file, ...args] = how === 'pty' ? [script as string, '-qec', make.join(' '), '/dev/null'] : make;
    const child = spawn(file as string, args, { cwd: toy.root, env: machine.env, detached: true, stdio: 'ignore' });
    await toy.logHas('1_1', 'begun');
    const gone = once(child, 'exit');
    // `script` holds the terminal: without it the terminal hangs up.
    process.kill(how === 'pty' ? (child.pid as number) : -(child.pid as number), how === 'pty' ? 'SIGKILL' : how);
    await gone;
    await until('two are noted as running', async () => (await running()) === 2);
    expect(await states()).toEqual(['RUNNING', 'RUNNING', 'PENDING', 'PENDING', 'PENDING', 'PENDING']);
    go();
    const watched = await toy.json('slurm-watch', { PROFILE: 'array' });
    expect(watched.json.verdict, watched.stderr).toMatchObject({ success: true, tasks: { COMPLETED: 6 } });
    expect((await toy.json('slurm-collect', { PROFILE: 'array' })).json).toMatchObject({ exit: 0, removed: true });
    expect(toy.read('out/5')).toBe('r\n');
  });

  test('slurm-cancel of a task, and of all', async () => {
    await toy.json('slurm-run', { PROFILE: 'array' });
    await toy.logHas('1_1', 'begun');
    for (const id of ['1_0', '1_4']) {
      expect((await toy.json('slurm-cancel', { JOB_ID: id })).json).toMatchObject({ exit: 0, cancelled: true });
    }
    await toy.logHas('1_2', 'begun');
    await until('two are noted as running', async () => (await running()) === 2);
    expect(await states()).toEqual(['RUNNING', 'RUNNING', 'PENDING', 'PENDING']);
    const { json } = await toy.json('slurm-cancel', { JOB_ID: '1' });
    expect(json.rows).toHaveLength(6);
    const watched = await toy.json('slurm-watch', { PROFILE: 'array' });
    expect(watched.json).toMatchObject({ exit: 1, verdict: { ended: true, tasks: { CANCELLED: 6 } } });
    expect((await toy.json('slurm-cancel', { JOB_ID: '1_3' })).json.cancelled).toBe(false);
  });

  test("held, and let go; the template's own lines count", async () => {
    toy.write(
      'slurm/templates/own.sbatch',
      '#!/bin/bash\n#SBATCH -a 3-4%1 -t 0:04\n#SBATCH --hold\n[ $SLURM_ARRAY_TASK_ID = 3 ] || sleep 100\n',
    );
    toy.profile('own', 'COMMAND=true\nTEMPLATE=own\n');
    await toy.json('slurm-run', { PROFILE: 'own' });
    const rows = (await toy.json('slurm-status')).json.queue;
    expect(rows.map((row) => [row.task, row.reason, row.limit])).toEqual([
      ['3', 'JobHeldUser', '0:04'],
      ['4', 'JobHeldUser', '0:04'],
    ]);
    const released = await toy.json('slurm-release', { JOB_ID: '1' });
    expect(released.json, released.stdout).toMatchObject({ exit: 0 });
    const watched = await toy.json('slurm-watch', { PROFILE: 'own' });
    expect(watched.json.verdict.tasks).toEqual({ COMPLETED: 1, TIMEOUT: 1 });
  });

  test('one job after another', async () => {
    await toy.json('slurm-run', { PROFILE: 'array' });
    toy.profile('after', 'COMMAND=true\nSBATCH_DEPENDENCY=afterany:1\n');
    await toy.json('slurm-run', { PROFILE: 'after' });
    const { json } = await toy.json('slurm-status');
    expect(json.tracked.find(({ id }) => id === 'after')?.verdict).toMatchObject({
      ...{ state: 'PENDING', reason: 'Dependency' },
    });
    await toy.logHas('1_1', 'begun');
    go();
    const watched = await toy.json('slurm-watch', { PROFILE: 'after' });
    expect(watched.json.verdict).toMatchObject({ state: 'COMPLETED' });
    expect((await toy.json('slurm-watch', { PROFILE: 'array' })).json.verdict.success).toBe(true);
  });
});
