/** slurm-shell on the real cluster: one command, a shell on a terminal, and what is left afterwards, which is nothing. */

import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { clusterUnavailable, ensureCluster, type TestCluster, type User } from '../cluster/cluster.ts';
import { type Seat, sitDown, UNTIL_INTERRUPTED } from '../kit/terminal.ts';
import { makeToy, type Toy, until } from '../kit/toy.ts';

const PROFILE = `COMMAND=false
CODE_FILES=code/
RESULTS_PULL="out/ data/res/"
SBATCH_MEM=100M
SBATCH_TIME=5
SBATCH_ARRAY=0-3
SECRETS=TOKEN
[env]
GREETING="hello  there"
`;

describe.skipIf(clusterUnavailable())('slurm-shell', () => {
  let cluster: TestCluster;
  const toys: Toy[] = [];
  const places: { toy: Toy; user: User; remoteDir: string; env: Record<string, string> }[] = [];

  const project = (user: User = 'srt-bash', conf = '') => {
    const env = { ...cluster.env(), TOKEN: 's3cr3t' };
    const remoteDir = cluster.remoteDir(user);
    const toy = makeToy(`REMOTE_HOST=${user}\nREMOTE_DIR=${remoteDir}\n${conf}`, env);
    toys.push(toy);
    toy.write('code/word.txt', 'word\n');
    toy.profile('t', PROFILE);
    const place = { toy, user, remoteDir, env };
    places.push(place);
    return place;
  };
  type Place = ReturnType<typeof project>;
  const runs = ({ user, remoteDir }: Place) => cluster.asUser(user, `ls '${remoteDir}/runs'`);
  /** Ids and states of the project's jobs that are not over. */
  const alive = async ({ user, remoteDir }: Place) =>
    (await cluster.asUser(user, `squeue -h --me -o '%i %T %Z'`)).split('\n').filter((row) => row.includes(remoteDir));
  const nothingLeft = async (place: Place): Promise<void> => {
    expect(await runs(place)).toBe('');
    expect(await alive(place)).toEqual([]);
    expect(place.toy.has('slurm/jobs/t.rundir')).toBe(false);
    expect(place.toy.has('slurm/jobs/t@shell.rundir')).toBe(false);
  };
  const sit = (place: Place, variables: Record<string, string> = {}): Promise<Seat> =>
    sitDown(place.toy, place.env, 'slurm-shell', { PROFILE: 't', ...variables });

  beforeAll(async () => {
    cluster = await ensureCluster();
  });
  afterAll(() => {
    for (const toy of toys) toy.remove();
  });

  describe('CMD', () => {
    test("runs in the run directory with the code and the profile's variables; results come home", async () => {
      const place = project();
      place.toy.write('slurm/jobs/t.rundir', '/elsewhere/runs/t-20260101-000000\n');
      place.toy.write('slurm/jobs/t.jobid', '999999\n');
      place.toy.write('out/w', 'of my own\n');
      const later = Date.now() / 1000 + 600;
      utimesSync(join(place.toy.root, 'out/w'), later, later);
      const CMD = `cat code/word.txt; echo "$GREETING/$TOKEN" >&2; mkdir -p out data/res; printf new >out/w; echo d >data/res/d; pwd`;
      const { exit, stdout, stderr } = await place.toy.make('slurm-shell', { PROFILE: 't', CMD });
      expect(exit, stderr).toBe(0);
      expect(stdout).toMatch(new RegExp(`^word\n${place.remoteDir}/runs/t@shell-\\d{8}-\\d{6}$`));
      expect(stderr).toContain('hello  there/s3cr3t\n');
      expect([place.toy.read('out/w'), place.toy.read('data/res/d')]).toEqual(['new', 'd\n']);
      expect(place.toy.read('out/w.local')).toBe('of my own\n');
      // What is tracked of the profile is none of its business.
      expect(place.toy.read('slurm/jobs/t.jobid')).toBe('999999\n');
      expect(await runs(place)).toBe('');
      expect(await alive(place)).toEqual([]);
    });

    test.each([0, 3, 254, 255])('that exits with %i is told so', async (code) => {
      const place = project();
      const ended = await place.toy.json('slurm-shell', { PROFILE: 't', CMD: `echo out; exit ${code}` });
      expect([ended.exit, ended.json.exit, ended.json.code], ended.stderr).toEqual([code, code, code]);
      // With JSON=1 nothing but the document is on standard output.
      expect(ended.stderr).toMatch(/^out$/m);
      expect(ended.json).toMatchObject({
        natural: true,
        removed: true,
        interrupted: false,
        gathered: { missing: ['out/', 'data/res/'] },
      });
      await nothingLeft(place);
    });

    test('killed by a signal is 128 and its number', async () => {
      const place = project();
      const ended = await place.toy.json('slurm-shell', { PROFILE: 't', CMD: 'kill -KILL $$' });
      expect([ended.exit, ended.json.exit]).toEqual([137, 137]);
      await nothingLeft(place);
    });

    test('gets standard input, and every task of the allocation for its own srun', async () => {
      const place = project();
      place.toy.profile('t', `${PROFILE.replace(/\[env\][\s\S]*/, '')}SBATCH_NTASKS=3\n[env]\nGREETING=x\n`);
      const running = sitDown(place.toy, place.env, 'slurm-shell', {
        ...{
          PROFILE: 't',
          CMD: 'tty; srun sh -c "echo task \\$SLURM_PROCID of \\$SLURM_NTASKS" </dev/null; read line; echo "got $line"',
        },
      });
      const seat = await running;
      await seat.shows(/\/dev\/pts/);
      await seat.shows(/task \d of 3[\s\S]*task \d of 3[\s\S]*task \d of 3/);
      seat.type('typed\r');
      await seat.shows(/got typed/);
      expect(await seat.ended).toBe(0);
      await nothingLeft(place);
    });

    test('says what srun refuses', async () => {
      const place = project();
      const ended = await place.toy.json('slurm-shell', { PROFILE: 't', CMD: 'true', PARTITION: 'nowhere' });
      expect(ended.exit).toBe(2);
      expect(ended.json.problems).toMatchObject([{ kind: 'shell-not-started', id: 't@shell' }]);
      expect(ended.stderr).toMatch(/invalid partition/i);
      await nothingLeft(place);
    });

    test('cancelled from elsewhere fails, and what it made comes home', async () => {
      const place = project();
      const CMD = 'mkdir out; echo early >out/w; sleep 300; true';
      const running = place.toy.json('slurm-shell', { PROFILE: 't', CMD });
      const id = await until('its job', async () => (await alive(place))[0]?.split(' ')[0]);
      await until(
        'its file',
        async () => (await cluster.asUser(place.user, `cat '${place.remoteDir}'/runs/*/out/w || :`)) !== '',
      );
      expect((await place.toy.json('slurm-cancel', { JOB_ID: id })).exit).toBe(0);
      const ended = await running;
      expect(ended.exit, ended.stderr).toBeGreaterThan(0);
      expect(ended.json).toMatchObject({ natural: false, verdict: { state: 'CANCELLED' }, removed: true });
      expect(place.toy.read('out/w')).toBe('early\n');
      await nothingLeft(place);
    });

    test('interrupted without a terminal is ended, and what it made comes home', async () => {
      const place = project();
      const CMD = 'mkdir out; echo early >out/w; sleep 300';
      const running = place.toy.start('slurm-shell', { PROFILE: 't', CMD, JSON: '1' }, true);
      await until(
        'its file',
        async () => (await cluster.asUser(place.user, `cat '${place.remoteDir}'/runs/*/out/w 2>/dev/null || :`)) !== '',
      );
      process.kill(-(running.pid as number), 'SIGINT');
      const { stdout } = await running;
      expect(JSON.parse(stdout)).toMatchObject({ exit: 130, interrupted: true, removed: true });
      expect(place.toy.read('out/w')).toBe('early\n');
      await nothingLeft(place);
    });
  });

  test('without a terminal and without CMD it says what to do', async () => {
    const place = project();
    const ended = await place.toy.json('slurm-shell', { PROFILE: 't' });
    expect(ended.exit).toBe(2);
    expect(ended.json.problems).toMatchObject([{ kind: 'no-terminal', message: expect.stringContaining('CMD="…"') }]);
  });

  test('DRY_RUN=1 shows the request and the script, and sends nothing', async () => {
    const place = project();
    const { exit, stdout } = await place.toy.make('slurm-shell', { PROFILE: 't', CMD: 'echo hi', DRY_RUN: '1' });
    expect(exit).toBe(0);
    expect(stdout).toMatch(/--mem=100M/);
    expect(stdout).not.toMatch(/--array|s3cr3t/);
    expect(stdout).toContain('echo hi');
    await expect(runs(place)).rejects.toThrow();
  });

  describe('on a terminal', () => {
    test('is a shell that knows its size, keeps Ctrl-C for what runs inside, and brings results home', async () => {
      const place = project();
      const seat = await sit(place);
      await seat.shows(/\$ $/);
      seat.type('PS1="ready> "\r');
      await seat.shows(/\nready> $/);
      seat.type('until size=$(stty size); [ "$size" = "37 111" ]; do sleep 0.1; done; echo "$size"\r');
      await seat.resizeUntil(/\n37 111\r/, 111, 37);
      seat.type(`${UNTIL_INTERRUPTED}\r`);
      await seat.shows(/\narmed\r/);
      seat.type('\x03');
      await seat.shows(/\nready> $/);
      seat.type('mkdir out; echo "$GREETING $TOKEN" >out/w; false; exit\r');
      expect(await seat.ended, seat.seen()).toBe(0);
      expect(place.toy.read('out/w')).toBe('hello  there s3cr3t\n');
      expect(seat.seen()).toMatch(/Cleanup: .* removed/);
      await nothingLeft(place);
    });

    test('waiting for the allocation, Ctrl-C gives it up', async () => {
      const place = project();
      const seat = await sit(place, {
        SBATCH_BEGIN: '',
        SBATCH_NODELIST: 'n4',
        SBATCH_RESERVATION: '',
        SBATCH_LICENSES: '',
        SBATCH_MEM: '1G',
        SBATCH_CPUS: '32',
        SBATCH_EXCLUSIVE: '1',
      });
      await seat.shows(/\$ $/);
      // A login node that takes its time: the queue knows nothing of it yet when it is asked first.
      onTestFinished(await cluster.wrap(place.user, 'srun', 'sleep 5; exec "$REAL" "$@"'));
      const second = await sit(place, { SBATCH_NODELIST: 'n4', SBATCH_EXCLUSIVE: '1' });
      // Slurm's own word, and why.
      for (const word of [
        /queued and waiting for resources/,
        /Job \d+ waits \((Resources|Priority|ReqNodeNotAvail.*)\)/,
      ])
        await until(`${word}`, () => word.test(second.seen()));
      second.type('\x03');
      expect(await second.ended, second.seen()).toBe(130);
      expect(second.seen()).toContain('given up');
      expect(await alive(place)).toHaveLength(1);
      seat.type('exit\r');
      expect(await seat.ended).toBe(0);
      await nothingLeft(place);
    });

    test('two at once have a run directory each', async () => {
      const place = project();
      const seats = await Promise.all([sit(place), sit(place)]);
      for (const [at, seat] of seats.entries()) {
        await seat.shows(/\$ $/);
        seat.type(`mkdir out; echo ${at} >out/w${at}; ls out; exit\r`);
      }
      for (const seat of seats) expect(await seat.ended, seat.seen()).toBe(0);
      expect([place.toy.read('out/w0'), place.toy.read('out/w1')]).toEqual(['0\n', '1\n']);
      await nothingLeft(place);
    });

    test.each<User>(['srt-tcsh', 'srt-fish', 'srt-noisy', 'srt-login'])('as %s', async (user) => {
      const place = project(user);
      const seat = await sit(place, { CMD: 'echo "I am $(id -un)"; exit 255' });
      await seat.shows(new RegExp(`I am ${user}`));
      expect(await seat.ended, seat.seen()).toBe(255);
      await nothingLeft(place);
    });
  });
});
