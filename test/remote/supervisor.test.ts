/** The supervisor as a scheduler starts it: the job script that `submit` makes, run by every shell there is that may be a cluster's /bin/sh. */

import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { until } from '../kit/toy.ts';
import { batch, removeBatches, runs, SHELLS } from './batch.ts';

afterAll(removeBatches);

/** Seconds of processor time of a process, its children left out (proc(5)). */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

describe.each(SHELLS.map((shell) => [shell.join(' '), shell] as const))('run by %s', (_, shell) => {
  const CODES = [0, 1, 3, 126, 127, 128, 129, 130, 137, 143, 200, 255];

  // Facts c: 128 and more are the job's own to use, and look like a signal's.
  test.each(CODES)('exit %i is passed on and noted whole', async (code) => {
    const job = batch(shell, `exit ${code}\n`);
    expect(await job.life()).toMatchObject({ code, stdout: '', stderr: '' });
    expect(job.marker('end')).toBe(`7 0 exit ${code}`);
    expect(job.marker('begin')).toMatch(/^7 0 \d{10}\b/);
    expect(job.marker('job_id')).toBe('7');
  });

  test('a child that a signal ends', async () => {
    for (const [signal, code] of [
      ['SEGV', 139],
      ['KILL', 137],
      ['TERM', 143],
    ] as const) {
      const job = batch(shell, `kill -s ${signal} $$\n`);
      expect((await job.life()).code).toBe(code);
      expect(job.marker('end')).toBe(`7 0 exit ${code}`);
    }
  });

  test('an interpreter that is not there', async () => {
    const job = batch(shell, 'exit 0\n', {}, '/no/such/interpreter');
    expect((await job.life()).code).toBe(127);
    expect(job.marker('end')).toBe('7 0 exit 127');
  });

  test('TERM reaches the child and is noted, with the code it then ends with', async () => {
    const job = batch(shell, `trap 'echo asked >asked; exit 9' TERM\n: >ready\nwhile :; do sleep 0.05; done\n`);
    const { process, ended } = job.start();
    await job.reached('ready');
    process.kill('SIGTERM');
    expect((await ended).code).toBe(9);
    expect(existsSync(join(job.run, 'asked'))).toBe(true);
    expect(job.marker('end')).toBe('7 0 signal TERM 9');
  });

  test('TERM is noted at once while the child goes on; a child that ends well has been told to all the same', async () => {
    const job = batch(shell, `trap '' TERM\n: >ready\nuntil [ -e finish ]; do sleep 0.05; done\nexit 0\n`);
    const { process, ended } = job.start();
    await job.reached('ready');
    process.kill('SIGTERM');
    await until('the marker', () => job.marker('end') === '7 0 signal TERM');
    process.kill('SIGTERM');
    writeFileSync(join(job.run, 'finish'), '');
    expect((await ended).code).toBe(0);
    expect(job.marker('end')).toBe('7 0 signal TERM 0');
  });

  test('KILL leaves the begin alone', async () => {
    const job = batch(shell, `: >ready\nuntil [ -e finish ]; do sleep 0.05; done\n`);
    const { process, ended } = job.start();
    await job.reached('ready');
    process.kill('SIGKILL');
    writeFileSync(join(job.run, 'finish'), '');
    expect((await ended).signal).toBe('SIGKILL');
    expect(job.marker('begin')).toMatch(/^7 0 /);
    expect(job.marker('end')).toBeUndefined();
  });

  // sbatch --signal=B:USR1@60: a word to the job, no end.
  test('USR1, USR2 and ALRM are passed on and are no end', async () => {
    for (const signal of ['USR1', 'USR2', 'ALRM'] as const) {
      const job = batch(
        shell,
        `trap ': >heard' ${signal}\n: >ready\nuntil [ -e heard ]; do sleep 0.05; done\nexit 4\n`,
      );
      const { process, ended } = job.start();
      await job.reached('ready');
      process.kill(`SIG${signal}`);
      expect((await ended).code).toBe(4);
      expect(job.marker('end')).toBe('7 0 exit 4');
    }
  });

  test('a signal that comes before the number of the child is known is passed on', async () => {
    const job = batch(
      shell,
      `trap 'exit 4' USR1\n: >ready\nn=0; while [ $n -lt 200 ]; do n=$((n + 1)); sleep 0.05; done\n`,
    );
    const file = join(job.at, 'job.sh');
    const text = readFileSync(file, 'utf8');
    const late = text.replace(/^ +sr_child=\$!\n +set \+m$/m, 'until [ -e "$sr_run/known" ]; do sleep 0.05; done\n$&');
    expect(late).not.toBe(text);
    writeFileSync(file, late);
    const { process, ended } = job.start();
    await job.reached('ready');
    process.kill('SIGUSR1');
    writeFileSync(join(job.run, 'known'), '');
    expect((await ended).code).toBe(4);
  });

  test('a child that ends the moment it is signalled keeps its code, in 20 rounds', async () => {
    const codes: (string | undefined)[] = [];
    for (let round = 0; round < 20; round++) {
      const job = batch(shell, `trap 'exit 0' USR1\n: >ready\nread -r _ <fifo\n`);
      execFileSync('mkfifo', [join(job.run, 'fifo')]);
      const { process, ended } = job.start();
      await job.reached('ready');
      process.kill('SIGUSR1');
      // A shell that gets it just before it opens the pipe waits there all the same, and needs another.
      const again = setInterval(() => process.kill('SIGUSR1'), 2000);
      const end = await ended;
      clearInterval(again);
      expect([end.code, end.stderr.replace(/.*cannot open fifo: Interrupted.*\n/, ''), job.marker('end')]).toEqual([
        0,
        '',
        '7 0 exit 0',
      ]);
      codes.push(job.marker('end'));
    }
    expect(codes).toEqual(Array(20).fill('7 0 exit 0'));
  });

  // A shell without job control starts what is in the background with INT ignored for good.
  test('INT and QUIT mean in the job what they mean everywhere', async () => {
    for (const [signal, code] of [
      ['INT', 130],
      ['QUIT', 131],
    ] as const) {
      const job = batch(shell, `ulimit -c 0; kill -s ${signal} $$\nsleep 0.1; echo survived\n`);
      expect(await job.life()).toMatchObject({ code, stdout: '' });
      expect(job.marker('end')).toBe(`7 0 exit ${code}`);
    }
  });

  test('INT to the supervisor is passed on', async () => {
    const job = batch(shell, `trap 'exit 5' INT\n: >ready\nwhile :; do sleep 0.05; done\n`);
    const { process, ended } = job.start();
    await job.reached('ready');
    process.kill('SIGINT');
    expect((await ended).code).toBe(5);
    expect(job.marker('end')).toBe('7 0 signal INT 5');
  });

  // scontrol suspend.
  test.skipIf(!existsSync('/proc/self/stat'))('a stopped child costs nothing', async () => {
    const job = batch(shell, `echo $$ >pid; mv pid ready\nuntil [ -e finish ]; do sleep 0.05; done\n`);
    const { process, ended } = job.start();
    await job.reached('ready');
    const child = Number(readFileSync(join(job.run, 'ready'), 'utf8'));
    globalThis.process.kill(child, 'SIGSTOP');
    await until('the stop', () => /\) T /.test(readFileSync(`/proc/${child}/stat`, 'utf8')));
    const before = cpuSeconds(process.pid as number);
    // Time in which a supervisor that spins would use up as much of the processor.
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(process.exitCode).toBeNull();
    expect(cpuSeconds(process.pid as number) - before).toBeLessThan(0.06);
    writeFileSync(join(job.run, 'finish'), '');
    globalThis.process.kill(child, 'SIGCONT');
    expect((await ended).code).toBe(0);
    expect(job.marker('end')).toBe('7 0 exit 0');
  });

  // Submitted twice in spite of everything: the second does nothing.
  test("a run that is another job's", async () => {
    const job = batch(shell, ': >ran\n');
    writeFileSync(join(job.at, 'job_id'), '6\n');
    const { code, stderr } = await job.life();
    expect(code).toBe(75);
    expect(stderr).toContain('job 6');
    expect(existsSync(join(job.run, 'ran'))).toBe(false);
    expect([job.marker('begin'), job.marker('end'), job.marker('job_id')]).toEqual([undefined, undefined, '6']);
  });

  test('a requeued job begins anew, and its end is of that life', async () => {
    const job = batch(shell, `[ "\${SLURM_RESTART_COUNT-0}" = 1 ] || exit 3\nls .slurm-runner/attempt-1\n`);
    expect((await job.life()).code).toBe(3);
    expect(job.marker('end')).toBe('7 0 exit 3');
    const { code, stdout } = await job.life({ SLURM_RESTART_COUNT: '1' });
    expect(code).toBe(0);
    // While it runs there is no end, not even an old one.
    expect(stdout.split('\n')).not.toContain('end');
    expect(job.marker('begin')).toMatch(/^7 1 /);
    expect(job.marker('end')).toBe('7 1 exit 0');
  });

  test('an array task has markers of its own', async () => {
    const job = batch(shell, 'exit "$SLURM_ARRAY_TASK_ID"\n');
    const task = (n: number) => ({
      ...{ SLURM_JOB_ID: String(100 + n), SLURM_ARRAY_JOB_ID: '7', SLURM_ARRAY_TASK_ID: String(n) },
      ...{ SLURM_ARRAY_TASK_COUNT: '2', SLURM_JOB_NODELIST: 'n1' },
    });
    const ends = await Promise.all([4, 5].map((n) => job.life(task(n))));
    expect(ends.map(({ code }) => code)).toEqual([4, 5]);
    expect([job.marker('end.4'), job.marker('end.5'), job.marker('end')]).toEqual([
      '7 0 exit 4',
      '7 0 exit 5',
      undefined,
    ]);
    expect(job.marker('begin.5')).toMatch(/^7 0 \d{10} n1 2$/);
    expect(job.marker('job_id')).toBe('7');
  });

  // As root everything can be written: it is run as somebody else.
  test.skipIf(process.getuid?.() !== 0)('a folder that cannot be written changes nothing', async () => {
    for (const code of [0, 3]) {
      const job = batch(shell, `echo said\nexit ${code}\n`);
      expect(await job.life({}, 65534)).toEqual({ code, signal: null, stdout: 'said\n', stderr: '' });
      expect(job.marker('end')).toBeUndefined();
    }
  });

  test('a disk that is full changes nothing, and leaves no half marker', async ({ skip }) => {
    const job = batch(shell, 'exit 3\n');
    const small = join(job.at, 'x');
    mkdirSync(small);
    // Only where a small file system can be mounted.
    if (!runs('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'none', small])) skip();
    try {
      const script = readFileSync(join(job.at, 'job.sh'), 'utf8');
      mkdirSync(join(small, '.slurm-runner/attempt-1'), { recursive: true });
      writeFileSync(join(small, '.slurm-runner/attempt-1/script'), 'exit 3\n');
      const quoted = `'${small.replaceAll("'", "'\\''")}'`;
      const file = join(job.run, 'job.sh');
      writeFileSync(file, script.replace(/^supervise .*$/m, `supervise ${quoted} 1 /bin/sh`));
      runs('dd', ['if=/dev/zero', `of=${join(small, 'full')}`, 'bs=4096']);
      const ended = spawn(shell[0] as string, [...shell.slice(1), file], {
        env: { PATH: process.env.PATH, SLURM_JOB_ID: '7' },
        stdio: 'ignore',
      });
      expect(await new Promise((resolve) => ended.once('close', resolve))).toBe(3);
      const left = execFileSync('find', [small, '-name', '*.tmp', '-o', '-name', 'end', '-o', '-name', 'begin']);
      expect(left.toString()).toBe('');
    } finally {
      runs('umount', [small]);
    }
  });

  test("secrets and [env] reach the job, under whatever names, and the supervisor's own variables do not", async () => {
    const names = ['run', 'at', 'job', 'life', 'of', 'signal', 'child', 'code', 'name', 'owner', 'line', 'status'];
    const env = Object.fromEntries(names.map((name) => [name, `mine: ${name} '"$`]));
    const job = batch(
      shell,
      `for n in ${names.join(' ')} TOKEN; do eval "printf '%s\\n' \\"\\$$n\\""; done\nenv | grep '^sr_'\n`,
      env,
    );
    writeFileSync(join(job.run, '.slurm-runner/secrets'), `export TOKEN='a b'\\''c'\n`, { mode: 0o600 });
    const { stdout, code } = await job.life();
    expect(stdout.split('\n')).toEqual([...names.map((name) => `mine: ${name} '"$`), "a b'c", '']);
    expect(code).toBe(1);
  });

  // `--export=NONE` would leave `srun env` without a PATH.
  test("what the submission's shell left behind is gone, and srun gets the job's CPUs", async () => {
    const job = batch(shell, 'echo "${SLURM_EXPORT_ENV-none} ${SRUN_CPUS_PER_TASK-none} $PWD"\n');
    const left = { SLURM_EXPORT_ENV: 'NONE', SLURM_CPUS_PER_TASK: '3' };
    expect((await job.life(left)).stdout).toBe(`none 3 ${job.run}\n`);
    expect((await job.life()).stdout).toBe(`none none ${job.run}\n`);
  });

  test('a run directory that the node does not see', async () => {
    const job = batch(shell, 'exit 0\n');
    const text = join(job.run, '../job.sh');
    writeFileSync(text, readFileSync(join(job.at, 'job.sh')));
    rmSync(job.run, { recursive: true });
    const ended = spawn(shell[0] as string, [...shell.slice(1), text], {
      env: { SLURM_JOB_ID: '7', PATH: process.env.PATH },
    });
    expect(await new Promise((resolve) => ended.once('close', resolve))).toBe(66);
  });
});
