/** A job's own folder for TMPDIR: where it is made, where it is not, and that nothing but it is ever removed. */

import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type Batch, batch, removeBatches, runs, SHELLS } from './batch.ts';

const NOBODY = 65534;
const isRoot = process.getuid?.() === 0;

describe.each(SHELLS.map((shell) => ({ shell })))('run by $shell', ({ shell }) => {
  afterAll(removeBatches);

  /** The TMPDIR that a job finds in these surroundings. */
  async function found(environment: Record<string, string>, env: Record<string, string> = {}) {
    const job = batch(shell, 'echo "$TMPDIR"', env);
    const { stdout } = await job.life({ TMPDIR: job.tmp, ...environment });
    return { job, dir: stdout.trimEnd() };
  }
  const madeIn = (folder: string) => expect.stringMatching(new RegExp(`^${folder}/slurm-runner\\.7\\.\\w{6}$`));

  test('it is there, for this user alone, and gone afterwards, and the code stays', async () => {
    const job = batch(
      shell,
      `ls -ld "$TMPDIR"; cd "$TMPDIR"; pwd; mkdir -p 'a b/c'; : >'a b/c/-rf'; mkdir -p d/e/f d/g h; : >.hidden; exit 3\n`,
    );
    const { code, stdout, stderr } = await job.life();
    const [mode, dir = ''] = stdout.trimEnd().split('\n');
    expect({ code, stderr, mode }).toEqual({ code: 3, stderr: '', mode: expect.stringMatching(/^drwx------/) });
    expect(dir).toEqual(madeIn(job.tmp));
    expect(readdirSync(job.tmp)).toEqual([]);
    expect(job.marker('end')).toBe('7 0 exit 3');
  });

  test('each task of an array has one', async () => {
    const job = batch(
      shell,
      'echo "$TMPDIR"; : >"begun.$SLURM_ARRAY_TASK_ID"; until [ -e begun.1 ] && [ -e begun.2 ]; do sleep 0.05; done',
    );
    const task = (n: string) => job.life({ SLURM_JOB_ID: `8${n}`, SLURM_ARRAY_JOB_ID: '7', SLURM_ARRAY_TASK_ID: n });
    const dirs = await Promise.all([task('1'), task('2')]);
    expect(new Set(dirs.map(({ stdout }) => stdout)).size).toBe(2);
    expect(readdirSync(job.tmp)).toEqual([]);
  });

  test('of a job that is told to end it goes too', async () => {
    const job = batch(shell, `echo "$TMPDIR"; : >"$TMPDIR/file"; : >ready; while :; do sleep 0.05; done`);
    const { process: supervisor, ended } = job.start();
    await job.reached('ready');
    expect(readdirSync(job.tmp)).toHaveLength(1);
    supervisor.kill('SIGTERM');
    expect((await ended).code).toBe(143);
    expect(readdirSync(job.tmp)).toEqual([]);
  });

  // busybox' shell has a find of its own.
  test.skipIf(shell[0] === 'busybox')(
    'the word of the end comes first, and no signal during the removal changes it',
    async () => {
      const job = batch(shell, 'exit 0');
      const bin = join(job.at, 'bin');
      mkdirSync(bin);
      // A folder that takes its time.
      const slow = `#!/bin/sh\n: >"$REACHED"; until [ -e "$GO" ]; do sleep 0.05; done\nexec /usr/bin/find "$@"\n`;
      writeFileSync(join(bin, 'find'), slow, { mode: 0o755 });
      const names = { REACHED: join(job.run, 'removing'), GO: join(job.run, 'go') };
      const { process: supervisor, ended } = job.start({ ...names, PATH: `${bin}:${process.env.PATH}` });
      await job.reached('removing');
      expect(job.marker('end')).toBe('7 0 exit 0');
      for (const signal of ['SIGTERM', 'SIGINT', 'SIGUSR1'] as const) supervisor.kill(signal);
      writeFileSync(names.GO, '');
      expect((await ended).code).toBe(0);
      expect(job.marker('end')).toBe('7 0 exit 0');
      expect(readdirSync(job.tmp)).toEqual([]);
    },
  );

  test('what links in it lead to stays, and so does what the folder itself was made a link to', async () => {
    const elsewhere = (job: Batch) => {
      const folder = join(job.at, 'mine');
      mkdirSync(folder);
      writeFileSync(join(folder, 'file'), 'x');
      return folder;
    };
    for (const script of [
      'ln -s "$1" "$TMPDIR/link"; ln -s "$1/file" "$TMPDIR/file"',
      'rmdir "$TMPDIR"; ln -s "$1" "$TMPDIR"',
    ]) {
      const job = batch(shell, `set -- .slurm-runner/attempt-1/mine; set -- "$PWD/$1"; ${script}`);
      const folder = elsewhere(job);
      expect(await job.life()).toMatchObject({ code: 0, stderr: '' });
      expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('x');
      expect(readdirSync(job.tmp)).toEqual([]);
    }
  });

  test.skipIf(!isRoot)('folders without permission go too', async () => {
    const job = batch(
      shell,
      'mkdir -p "$TMPDIR/a/b/c"; : >"$TMPDIR/a/b/c/d"; chmod 0 "$TMPDIR/a/b/c" "$TMPDIR/a/b" "$TMPDIR/a"',
    );
    expect(await job.life({}, NOBODY)).toMatchObject({ code: 0, stderr: '' });
    expect(readdirSync(job.tmp)).toEqual([]);
  });

  // Such as a file system of the user's own (FUSE), whose files are elsewhere.
  test('what is still mounted in it stays', async ({ skip }) => {
    const mount =
      'mkdir "$TMPDIR/m" && mount -t tmpfs none "$TMPDIR/m" && : >"$TMPDIR/m/file" && : >mounted; : >"$TMPDIR/f"';
    const job = batch(shell, mount);
    const { code } = await job.life();
    if (!existsSync(join(job.run, 'mounted'))) skip();
    const dir = join(job.tmp, readdirSync(job.tmp)[0] ?? '');
    try {
      expect(code).toBe(0);
      expect([readdirSync(dir), readdirSync(join(dir, 'm'))]).toEqual([['m'], ['file']]);
    } finally {
      runs('umount', [join(dir, 'm')]);
    }
  });

  test("a site's folder for this job alone is left as it is, whatever it is called", async () => {
    const job = batch(shell, 'echo "$TMPDIR"; : >"$TMPDIR/file"');
    for (const name of ['7', 'slurm-runner.7.abcdef']) {
      const own = join(job.tmp, name);
      mkdirSync(own, { mode: 0o700 });
      expect((await job.life({ TMPDIR: own })).stdout).toBe(`${own}\n`);
      expect(readdirSync(own)).toEqual(['file']);
    }
  });

  test('a TMPDIR of [env], and a job on several nodes, have what they were given', async () => {
    const mine = await found({}, { TMPDIR: '/var/tmp' });
    expect(mine.dir).toBe('/var/tmp');
    const two = await found({ SLURM_JOB_NUM_NODES: '2' });
    expect(two.dir).toBe(two.job.tmp);
    const one = await found({ SLURM_JOB_NUM_NODES: '1' });
    expect(one.dir).toEqual(madeIn(one.job.tmp));
  });

  test('a container that a script starts itself would not have it inside, unless the script sees to that', async () => {
    const sees = batch(shell, 'echo "$TMPDIR"; : srun --container-image=x true');
    expect((await sees.life()).stdout.trimEnd()).toEqual(madeIn(sees.tmp));
    // Which of the variables it is, it does not say.
    const silent = batch(shell, 'env | sed -n "s/^TMP[D]IR=//p"; : srun --container-image=x true');
    expect((await silent.life()).stdout).toBe(`${silent.tmp}\n`);
  });

  test("without a TMPDIR of the site's it is on Slurm's TmpFS, or in /tmp", async () => {
    const job = batch(shell, 'printf "%s\n" "$TMPDIR"');
    const conf = join(job.at, 'slurm.conf');
    const dirWith = async (environment: Record<string, string>) =>
      (await job.life({ SLURM_CONF: conf, ...environment })).stdout.trimEnd();
    writeFileSync(conf, `ClusterName=x\n#TmpFS=/nowhere\n tmpfs = ${job.tmp} # local\n`);
    for (const TMPDIR of ['', '/tmp']) expect(await dirWith({ TMPDIR })).toEqual(madeIn(job.tmp));
    // What is not there, or nobody's to write to.
    for (const place of ['/nowhere', '/', '%h']) {
      writeFileSync(conf, `TmpFS=${place}\n`);
      expect(await dirWith({ TMPDIR: '' })).toEqual(madeIn('/tmp'));
    }
    const gone = await dirWith({ TMPDIR: '/nowhere' });
    expect(gone).toEqual(madeIn('/tmp'));
    expect(await dirWith({ TMPDIR: '.slurm-runner' })).toEqual(madeIn('/tmp'));
    expect(existsSync(gone)).toBe(false);
  });

  test("the embedded executor's jobs have one wherever the TMPDIR of whoever submits them is", async () => {
    const job = batch(shell, 'printf "%s\n" "$TMPDIR"');
    chmodSync(job.tmp, 0o700);
    expect((await job.life({ SLURM_RUNNER_TOGETHER: '1' })).stdout.trimEnd()).toEqual(madeIn(job.tmp));
    expect(readdirSync(job.tmp)).toEqual([]);
  });

  test.skipIf(!isRoot)('where none can be made, TMPDIR is as it was', async () => {
    const job = batch(shell, 'echo "$TMPDIR"');
    const full = join(job.tmp, 'full');
    mkdirSync(full);
    if (!runs('mount', ['-t', 'tmpfs', '-o', 'ro,mode=1777', 'none', full])) return;
    try {
      expect(await job.life({ TMPDIR: full })).toMatchObject({ code: 0, stdout: `${full}\n`, stderr: '' });
    } finally {
      runs('umount', [full]);
      rmSync(full, { recursive: true });
    }
  });

  test('a folder that somebody else noted in the environment is nothing to it', async () => {
    const job = batch(shell, ':');
    const theirs = join(job.tmp, 'slurm-runner.9.abcdef');
    mkdirSync(theirs);
    await job.life({ sr_scratch: theirs, SLURM_JOB_NUM_NODES: '2' });
    expect(readdirSync(job.tmp)).toEqual([basename(theirs)]);
  });
});
