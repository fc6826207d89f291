/** Secrets reach the job's environment, and no process list, script, manifest, log, report or readable file on the way. */

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clusterUnavailable, ensureCluster, type TestCluster } from '../cluster/cluster.ts';
import { unique } from '../cluster/laptop.ts';
import { ended as hasLeft } from '../kit/scene.ts';
import { type Ended, makeToy, type Toy, until } from '../kit/toy.ts';

// Each begins with a word that is nowhere else, which is what is looked for.
const WORDS = { API_KEY: `fromenv${unique()}`, DB_PASS: `fromfile${unique()}` };
const VALUES = { API_KEY: `${WORDS.API_KEY} it's "$HOME" \`id\` é\nsecond line`, DB_PASS: `${WORDS.DB_PASS}!#;'x` };
const sum = (text: string): string => createHash('sha256').update(text).digest('hex');

const SUMS = `mkdir -p out
for value in "$API_KEY" "$DB_PASS"; do printf %s "$value" | sha256sum | cut -d' ' -f1; done > "out/life\${SLURM_RESTART_COUNT:-0}"
`;

describe.skipIf(clusterUnavailable())('secrets', () => {
  let cluster: TestCluster;
  let toy: Toy;
  let remoteDir: string;
  /** Where process lists are kept; a file `stop` in it ends that. */
  let folder: string;
  /** All that any target said, of every test. */
  const said: string[] = [];

  const json = async (target: string, variables: Record<string, string> = {}): Promise<Ended> => {
    const ended = await toy.json(target, variables);
    said.push(ended.stdout, ended.stderr);
    return ended;
  };
  const secretsFile = (runDir: string): string => `${runDir}/.slurm-runner/secrets`;
  const exists = async (path: string) => (await cluster.asRoot(`[ -e '${path}' ] && echo yes || true`)) === 'yes';
  /** Files of the whole cluster (homes, Slurm's state, logs, the database) that hold a secret. */
  const holders = async (): Promise<string[]> => {
    // In a file, for the words would be seen in the process list of the one who looks for them.
    const words = join(cluster.dir, `words-${unique()}`);
    writeFileSync(words, `${Object.values(WORDS).join('\n')}\n`, { mode: 0o600 });
    const found = await cluster.asRoot(`grep -rlaF -f ${words} ${cluster.dir} /var/spool /run 2>/dev/null || true`);
    rmSync(words);
    return found.split('\n').filter((file) => file !== '' && file !== words);
  };

  beforeAll(async () => {
    cluster = await ensureCluster();
    remoteDir = cluster.remoteDir();
    folder = join(cluster.dir, `ps-${unique()}`);
    mkdirSync(folder, { mode: 0o700 });
    toy = makeToy(`REMOTE_HOST=srt\nREMOTE_DIR=${remoteDir}\n`, { ...cluster.env(), API_KEY: VALUES.API_KEY });
    toy.write('.env', `# never sent\nDB_PASS="${VALUES.DB_PASS}"\nUNUSED=x\n`, 0o600);
    toy.write('sums.sh', SUMS);
    toy.write('wait.sh', `${SUMS}until [ -e go ] || [ -n "$SLURM_RESTART_COUNT" ]; do sleep 0.1; done\n`);
    toy.profile('quick', 'SCRIPT=sums.sh\nSECRETS="API_KEY DB_PASS"\nRESULTS_PULL=out/\n');
    toy.profile(
      'long',
      'SCRIPT=wait.sh\nSECRETS="API_KEY DB_PASS"\nRESULTS_PULL=out/\nSBATCH_REQUEUE=yes\nSBATCH_TIME=20\n',
    );
    toy.profile(
      'fails',
      'COMMAND="bash sums.sh; exit 3"\nCODE_FILES=sums.sh\nSECRETS="API_KEY DB_PASS"\nRESULTS_PULL=out/\n',
    );
  });
  afterAll(() => {
    writeFileSync(join(folder, 'stop'), '');
    toy.remove();
  });

  const expected = `${sum(VALUES.API_KEY)}\n${sum(VALUES.DB_PASS)}\n`;

  test('are in the environment of the job, also after a requeue, and in one 0600 file alone', async () => {
    // Every process of every user, there and here, again and again, from before the submission to after the collection.
    const loop = `while [ ! -e ${folder}/stop ]; do ps -eww -o args; cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '; echo; echo SAMPLE; sleep 0.02; done >> ${folder}`;
    const there = cluster.asRoot(`${loop}/there`);
    const here = execa('sh', ['-c', `${loop}/here`], { stdin: 'ignore' });

    // sbatch waits until it was seen; not for ever, should the test fail.
    const seen = `${remoteDir}/seen`;
    const waits = `n=0; until [ -e '${seen}' ] || [ $n -gt 600 ]; do n=$((n+1)); sleep 0.1; done`;
    const undo = await cluster.wrap('srt-bash', 'sbatch', `${waits}; exec "$REAL" "$@"`);
    const running = json('slurm-run', { PROFILE: 'long' });
    const lists = join(folder, 'there');
    await until(
      'sbatch is in a process list',
      () => existsSync(lists) && readFileSync(lists, 'latin1').includes('sbatch --parsable'),
    );
    await cluster.asUser('srt-bash', `touch '${seen}'`);
    const run = await running;
    expect(run.exit, run.stdout).toBe(0);
    const { runDir } = run.json.push;
    const { jobId } = run.json.submit;
    await until('the first life has written', () => exists(`${runDir}/out/life0`));
    expect(await cluster.asRoot(`stat -c '%a %U' ${secretsFile(runDir)}`)).toBe('600 srt-bash');
    expect(await holders()).toEqual([secretsFile(runDir)]);
    await cluster.asRoot(`scontrol requeue ${jobId}`);
    await until('the second life has written', () => exists(`${runDir}/out/life1`));
    const about = await cluster.asRoot(
      `scontrol show job ${jobId}; scontrol write batch_script ${jobId} -; cat ${runDir}/.slurm-runner/manifest.json`,
    );
    expect(about).toContain('SECRETS');
    for (const word of Object.values(WORDS)) expect(about).not.toContain(word);

    for (const target of ['status', 'log', 'fetch', 'watch', 'recover', 'collect', 'history'])
      expect((await json(`slurm-${target}`, target === 'status' ? {} : { PROFILE: 'long' })).exit, target).toBe(0);
    expect([toy.read('out/life0'), toy.read('out/life1')]).toEqual([expected, expected]);
    expect(await exists(secretsFile(runDir))).toBe(false);

    writeFileSync(join(folder, 'stop'), '');
    await Promise.all([there, here]);
    await undo();
    const count = async (word: string, side: string): Promise<number> =>
      Number((await execa('grep', ['-cF', word, join(folder, side)], { reject: false })).stdout);
    for (const [side, known] of [
      ['there', 'sbatch --parsable'],
      ['here', 'ssh'],
    ] as const) {
      for (const word of Object.values(WORDS)) expect(await count(word, side), `a process list ${side}`).toBe(0);
      expect(await count(known, side), known).toBeGreaterThan(0);
      console.log(`${await count('SAMPLE', side)} process lists of everybody ${side}, none with a secret`);
    }
  });

  test('go with cancel, clean, and the collection of a failed job; resubmit brings them again', async () => {
    const cancelled = await json('slurm-run', { PROFILE: 'long' });
    const file = secretsFile(cancelled.json.push.runDir);
    await until('the job runs', () => exists(`${cancelled.json.push.runDir}/out/life0`));
    expect(await exists(file)).toBe(true);
    expect((await json('slurm-cancel', { JOB_ID: cancelled.json.submit.jobId })).exit).toBe(0);
    expect(await exists(file)).toBe(false);

    const failed = await json('slurm-full', { PROFILE: 'fails' });
    expect(failed.exit, failed.stdout).toBe(1);
    expect(toy.read('out/life0')).toBe(expected);
    const kept = secretsFile(failed.json.push.runDir);
    expect(await exists(kept)).toBe(false);
    const again = await json('slurm-resubmit', { PROFILE: 'fails' });
    expect(again.exit).toBe(0);
    expect((await json('slurm-watch', { PROFILE: 'fails' })).json.verdict).toMatchObject({ exitCode: 3 });
    expect(await exists(kept)).toBe(true);
    // The end of a watch is that of the job, which may still be winding up; so may what was cancelled.
    for (const { jobId } of [again.json, cancelled.json.submit]) await hasLeft(cluster, jobId);
    expect((await json('slurm-clean', { PROFILE: 'fails', FORCE: '1', YES: '1' })).exit).toBe(0);
    expect(await exists(kept)).toBe(false);
    expect((await json('slurm-clean', { PROFILE: 'long', FORCE: '1', YES: '1' })).exit).toBe(0);
    expect(await holders()).toEqual([]);
  });

  test('are in nothing that any target says or leaves here', async () => {
    const dry = { PROFILE: 'quick', DRY_RUN: '1' };
    for (const target of [
      'render',
      'push',
      'run',
      'full',
      'submit',
      'profiles',
      'check',
      'clean',
      'collect',
      'status',
    ]) {
      for (const ended of [
        await toy.make(`slurm-${target}`, dry),
        await toy.make(`slurm-${target}`, { ...dry, JSON: '1' }),
      ])
        said.push(ended.stdout, ended.stderr);
    }
    const full = await toy.make('slurm-full', { PROFILE: 'quick' });
    expect(full.exit, full.stderr).toBe(0);
    said.push(full.stdout, full.stderr, (await toy.make('slurm-log', { PROFILE: 'quick' })).stdout);
    // A template that asks for one is told so, without its value.
    toy.write('slurm/templates/leak.sbatch', '#!/bin/bash\necho {{ DB_PASS | sh }}\n');
    toy.profile('leak', 'TEMPLATE=leak\nSECRETS=DB_PASS\n');
    const leak = await json('slurm-render', { PROFILE: 'leak' });
    expect(leak.exit).toBe(2);
    expect(leak.json.problems[0]).toMatchObject({ kind: 'secret-variable', name: 'DB_PASS', place: { line: 2 } });

    const all = said.join('\n');
    for (const word of Object.values(WORDS)) expect(all).not.toContain(word);
    const here = await execa('grep', ['-rlF', ...Object.values(WORDS).flatMap((word) => ['-e', word]), toy.root], {
      reject: false,
    });
    expect(here.stdout).toBe(join(toy.root, '.env'));
    console.log(`${said.length} outputs of targets (${all.length} characters), none with a secret`);
  });

  test('a missing one is an error by line before anything is sent', async () => {
    toy.profile('missing', 'COMMAND=true\n# two\nSECRETS="API_KEY NO_SUCH EMPTY"\n');
    toy.write('.env', `DB_PASS="${VALUES.DB_PASS}"\nEMPTY=\n`);
    for (const target of ['run', 'push', 'full']) {
      const ended = await json(`slurm-${target}`, { PROFILE: 'missing' });
      expect(ended.exit).toBe(2);
      expect(ended.json.problems).toMatchObject([
        { kind: 'missing-secret', name: 'NO_SUCH', place: { file: 'slurm/profiles/missing.conf', line: 3 } },
        { kind: 'missing-secret', name: 'EMPTY' },
      ]);
    }
    expect(await cluster.asRoot(`ls ${remoteDir}/runs | grep missing || true`)).toBe('');
  });

  test('`.env` is never sent: not with CODE_FILES=., when git tracks it, in the diff, or as data', async () => {
    const git = (...args: string[]) =>
      execa('git', ['-c', 'user.name=x', '-c', 'user.email=x', ...args], { cwd: toy.root });
    const word = `tracked${unique()}`;
    for (const file of ['.env', 'sub/.env', 'data/.env', 'data/set.txt', 'sub/code.py'])
      toy.write(file, `KEY=${word}1\n`);
    await git('init', '-q');
    await git('add', '-f', '.');
    await git('commit', '-qm', 'all of it, .env too');
    for (const file of ['.env', 'sub/.env']) toy.write(file, `KEY=${word}2\nDB_PASS="${VALUES.DB_PASS}"\n`);
    toy.write('sub/code.py', 'print(1)  # changed\n');
    toy.profile('all', 'COMMAND=true\nCODE_FILES=.\nDATA_FILES=data/\n');
    const pushed = await json('slurm-push', { PROFILE: 'all' });
    expect(pushed.exit, pushed.stdout).toBe(0);
    const { runDir, files } = pushed.json;
    expect(files).toContain('sub/code.py');
    expect(await cluster.asRoot(`find ${remoteDir} -name '.env*'`)).toBe('');
    expect(await cluster.asRoot(`ls ${remoteDir}/data`)).toBe('set.txt');
    const manifest = await cluster.asRoot(`cat ${runDir}/.slurm-runner/manifest.json`);
    expect(JSON.parse(manifest).git).toMatchObject({ dirty: true, diff: expect.stringContaining('# changed') });
    expect(manifest).not.toContain(`${word}2`);
    expect(manifest).not.toContain(WORDS.DB_PASS);
    expect(manifest).not.toMatch(/"[^"]*\.env":/);

    // The whole project as data, and a project in a folder of the repository.
    toy.profile('data', 'COMMAND=true\nDATA_FILES=.\n');
    expect((await json('slurm-push', { PROFILE: 'data' })).exit).toBe(0);
    expect(await cluster.asRoot(`find ${remoteDir} -name '.env*'`)).toBe('');
    for (const [key, value] of [
      ['CODE_FILES', '.env'],
      ['CODE_FILES', 'sub/.env'],
      ['DATA_FILES', './.env'],
      ['SCRIPT', 'sub/.env'],
    ] as const) {
      toy.profile('named', `${key === 'SCRIPT' ? '' : 'COMMAND=true\n'}${key}=${value}\n`);
      const named = await json('slurm-push', { PROFILE: 'named' });
      expect(named.exit).toBe(2);
      expect(named.json.problems).toMatchObject([
        { kind: 'secret-file', key, place: { file: 'slurm/profiles/named.conf' } },
      ]);
    }
    expect(await holders()).toEqual([]);
  });
});
