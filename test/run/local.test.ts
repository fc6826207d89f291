/** The lives of jobs in the embedded executor, end to end, through make: how they begin and end, and what survives what. */

import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ABSENT, type BareMachine, type BareToy, find, makeBareMachine } from '../kit/bare-machine.ts';
import { until } from '../kit/toy.ts';

/** A process that is there and is no zombie, as one stays in a container without an init. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !existsSync('/proc/self') || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

describe('the embedded executor', () => {
  let machine: BareMachine;
  let toy: BareToy;

  beforeAll(async () => {
    machine = await makeBareMachine();
  });
  afterAll(() => machine.remove());

  beforeEach(() => {
    toy = machine.toy();
  });
  afterEach(() => toy.remove());

  const executor = (id: string): number => Number.parseInt(toy.read(`.cluster/slurm/executor/${id}/executor`), 10);

  test('there is nothing else on PATH', () => {
    for (const tool of ABSENT) expect(existsSync(join(machine.bin, tool)), tool).toBe(false);
  });

  test('slurm-full brings results and logs, and clears up', async () => {
    toy.write(
      'code/say.sh',
      'echo "$GREETING $1"\nmkdir -p results data/shared\necho r >results/r\necho d >data/shared/d\n',
    );
    toy.profile(
      'hello',
      'SCRIPT=code/say.sh\nSCRIPT_ARGS="two words"\nSBATCH_TIME=1:00\nRESULTS_PULL="results/ data/shared/"\n[env]\nGREETING=hi\n',
    );
    const { exit, json, stderr } = await toy.json('slurm-full', { PROFILE: 'hello' });
    expect(exit, stderr).toBe(0);
    expect(json.collect).toMatchObject({ removed: true, verdict: { state: 'COMPLETED', exitCode: 0, success: true } });
    expect(toy.read('results/r')).toBe('r\n');
    expect(toy.read('data/shared/d')).toBe('d\n');
    expect(toy.read(`slurm/logs/${json.submit.jobId}.out`)).toBe('hi two\n');
    expect(toy.jobsLeft()).toEqual([]);
    expect(toy.has('slurm/jobs/hello.jobid')).toBe(false);
  });

  test('a job that fails: its logs come, and it stays', async () => {
    toy.profile('bad', 'COMMAND="echo why >&2; exit 3"\n');
    const { exit, json } = await toy.json('slurm-full', { PROFILE: 'bad' });
    expect(exit).toBe(1);
    expect(json.collect).toMatchObject({ removed: false, verdict: { state: 'FAILED', exitCode: 3 } });
    expect(toy.read(`slurm/logs/${json.submit.jobId}.err`)).toBe('why\n');
    expect(toy.jobsLeft()).toHaveLength(1);
    const again = await toy.json('slurm-resubmit', { PROFILE: 'bad' });
    expect(again.json).toMatchObject({ exit: 0, attempt: 2, runDir: json.push.runDir });
    expect((await toy.json('slurm-watch', { PROFILE: 'bad' })).json.verdict.exitCode).toBe(3);
  });

  test('the time limit', async () => {
    toy.profile('long', 'COMMAND="echo begun; sleep 100"\nSBATCH_TIME=0:04\n');
    const { exit, json } = await toy.json('slurm-full', { PROFILE: 'long' });
    expect(exit).toBe(1);
    expect(json.collect.verdict).toMatchObject({ state: 'TIMEOUT', ended: true, success: false });
    expect(toy.read(`slurm/logs/${json.submit.jobId}.out`)).toBe('begun\n');
  });

  test('cancelled from another terminal', async () => {
    const full = toy.start('slurm-full', { PROFILE: 'waits' });
    await toy.logHas('1', 'begun');
    const cancelled = await toy.json('slurm-cancel', { JOB_ID: '1' });
    expect(cancelled.json).toMatchObject({ exit: 0, cancelled: true });
    const ended = await full;
    expect(ended.stdout).toMatch(/Job 1 CANCELLED/);
    expect(toy.has('out/r')).toBe(false);
    expect((await toy.json('slurm-cancel', { JOB_ID: '1' })).json.cancelled).toBe(false);
    expect((await toy.json('slurm-cancel', { JOB_ID: '99' })).json).toMatchObject({ exit: 2 });
  });

  // A terminal that is closed hangs up on its foreground process group; the last two leave no chance to put anything in order.
  test.each(['SIGHUP', 'SIGINT', 'SIGKILL', 'pty'] as const)(
    'a job survives its command and its terminal: %s',
    async (how) => {
      const script = find('script');
      if (how === 'pty' && script === undefined) return;
      const make = [find('make') as string, '--no-print-directory', 'slurm-full', 'PROFILE=waits'];
      const [file, ...args] = how === 'pty' ? [script as string, '-qec', make.join(' '), '/dev/null'] : make;
      const child = spawn(file as string, args, {
        cwd: toy.root,
        env: machine.env,
        detached: true,
        stdio: ['ignore', 'ignore', 'ignore'],
      });
      await toy.logHas('1', 'begun');
      const gone = new Promise((resolve) => child.once('exit', resolve));
      // `script` holds the terminal: without it the terminal hangs up.
      process.kill(how === 'pty' ? (child.pid as number) : -(child.pid as number), how === 'pty' ? 'SIGKILL' : how);
      await gone;
      // It may say something before it is noted that it runs.
      const tracked = await until('it is noted as running', async () => {
        const [one] = (await toy.json('slurm-status')).json.tracked;
        return one.verdict?.state !== 'PENDING' && one;
      });
      expect(tracked).toMatchObject({ id: 'waits', jobId: '1', verdict: { state: 'RUNNING' } });

      const watching = toy.start('slurm-watch', { PROFILE: 'waits' });
      const runDir = toy.read('slurm/jobs/waits.rundir').trim();
      toy.write(join(runDir.slice(toy.root.length), 'go'), '');
      const watched = await watching;
      expect(watched.exitCode, watched.stderr).toBe(0);
      // What is said of the queue may stand between.
      for (const line of ['begun', 'done']) expect(watched.stdout.split('\n')).toContain(line);
      const collected = await toy.json('slurm-collect', { PROFILE: 'waits' });
      expect(collected.json, collected.stdout).toMatchObject({
        exit: 0,
        removed: true,
        verdict: { state: 'COMPLETED' },
      });
      expect(toy.read('out/r')).toBe('r\n');
      expect(toy.jobsLeft()).toEqual([]);
    },
  );

  test('an executor that is killed has failed like a node, and leaves nothing running', async () => {
    await toy.json('slurm-run', { PROFILE: 'waits' });
    await toy.logHas('1', 'begun');
    await until('its process is noted', () => toy.has('.cluster/slurm/executor/1/leader'));
    const leader = Number.parseInt(toy.read('.cluster/slurm/executor/1/leader'), 10);
    process.kill(executor('1'), 'SIGKILL');
    const watched = await toy.json('slurm-watch', { PROFILE: 'waits' });
    expect(watched.json).toMatchObject({ exit: 1, verdict: { state: 'NODE_FAIL', ended: true, success: false } });
    await until('its processes are gone', () => {
      try {
        process.kill(-leader, 0);
        return false;
      } catch {
        return true;
      }
    });
    const collected = await toy.json('slurm-collect', { PROFILE: 'waits' });
    expect(collected.json).toMatchObject({ exit: 1, removed: false, verdict: { state: 'NODE_FAIL' } });
  });

  test('two at once, and two of one profile by TAG', async () => {
    toy.profile('other', 'COMMAND="echo $SLURM_JOB_NAME; mkdir -p out2; echo 2 > out2/r"\nRESULTS_PULL=out2/\n');
    const runs = [
      toy.json('slurm-full', { PROFILE: 'other' }),
      toy.json('slurm-full', { PROFILE: 'other', TAG: 'b' }),
      toy.json('slurm-full', { PROFILE: 'waits' }),
    ];
    const runDir = await until(
      'the third is tracked',
      () => toy.has('slurm/jobs/waits.rundir') && toy.read('slurm/jobs/waits.rundir'),
    );
    toy.write(join(runDir.trim().slice(toy.root.length), 'go'), '');
    const ended = await Promise.all(runs);
    for (const { exit, stderr } of ended) expect(exit, stderr).toBe(0);
    expect(new Set(ended.map(({ json }) => json.submit.jobId)).size).toBe(3);
    expect(toy.jobsLeft()).toEqual([]);
    expect((await toy.json('slurm-history')).json.entries).toHaveLength(3);
  });

  // RHEL's and macOS's sh is bash, which has job control without a terminal.
  test.each(['sh', 'bash'])('nothing of a job outlives it: %s', async (shell) => {
    const own = join(machine.folder, `bin-${shell}`);
    mkdirSync(own);
    symlinkSync(find(shell) as string, join(own, 'sh'));
    const bare = machine.toy(`${own}:${machine.bin}`);
    try {
      // A child of a child, in the background of one that ends at once when it is told to.
      const tree = 'bash -c \'sleep 98 & echo $! >pids; bash -c "echo \\$\\$ >>pids; sleep 99; true"; true\'';
      bare.write('code/tree.sh', `${tree}\n`);
      bare.write('code/stray.sh', 'sleep 97 >/dev/null 2>&1 & echo $! >pids\n');
      bare.profile('tree', 'SCRIPT=code/tree.sh\n');
      // Time enough for all of them to begin.
      bare.profile('limit', 'SCRIPT=code/tree.sh\nSBATCH_TIME=0:04\n');
      bare.profile('stray', 'SCRIPT=code/stray.sh\n');
      let processes = 0;
      for (const [profile, state, count] of [
        ['tree', 'CANCELLED', 2],
        ['limit', 'TIMEOUT', 2],
        ['stray', 'COMPLETED', 1],
      ] as const) {
        const { push, submit } = (await bare.json('slurm-run', { PROFILE: profile })).json;
        const runDir: string = push.runDir;
        const jobId: string = submit.jobId;
        const file = join(runDir.slice(bare.root.length), 'pids');
        const pids = await until(
          'the processes',
          () =>
            bare.has(file) && bare.read(file).trim().split('\n').length === count && bare.read(file).trim().split('\n'),
        );
        if (state === 'CANCELLED') await bare.json('slurm-cancel', { JOB_ID: jobId });
        const watched = await bare.json('slurm-watch', { PROFILE: profile });
        expect(watched.json.verdict.state, watched.stdout).toBe(state);
        for (const pid of [...pids, bare.read(`.cluster/slurm/executor/${jobId}/executor`).split(' ')[0]]) {
          await until(`process ${pid} of ${profile} is gone`, () => !isRunning(Number(pid)));
          processes += 1;
        }
      }
      console.log(`executor under ${shell}: ${processes} processes of 3 jobs, none left`);
    } finally {
      bare.remove();
    }
  });

  test("signals mean in the job what they mean on Slurm, and the caller's environment stays behind", async () => {
    toy.profile(
      'signals',
      'COMMAND="cat /dev/zero | head -c 0; echo pipe ${PIPESTATUS[0]}; (kill -INT $BASHPID; echo survived); echo int $?; echo ${SR_CLI-none} ${MAKELEVEL-none}"\n',
    );
    const { exit, json, stderr } = await toy.json('slurm-full', { PROFILE: 'signals' });
    expect(exit, stderr).toBe(0);
    expect(toy.read(`slurm/logs/${json.submit.jobId}.out`)).toBe('pipe 141\nint 130\nnone none\n');
  });
});
