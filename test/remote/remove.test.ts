/** The one removal, attacked: whatever it is asked for and whatever lies there, nothing goes but a run directory of our own. */

import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { Cluster } from '../../src/conf/types.ts';
import { Failure } from '../../src/failure.ts';
import { localHost } from '../../src/host/local.ts';
import { programText } from '../../src/host/program.ts';
import { openScheduler } from '../../src/scheduler/scheduler.ts';

const NAME = 'p-20260102-030405';
const OTHER = 'q@x-20260102-030406';
const folder = mkdtempSync(join(tmpdir(), 'remove-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let remoteDir = '';
let count = 0;

const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(remoteDir, path)), { recursive: true });
  writeFileSync(join(remoteDir, path), text);
};

/** A run as a push leaves it and a job has used it. */
function makeRun(name: string, manifestOf = name): void {
  write(`runs/${name}/.slurm-runner/manifest.json`, `{\n  "run": "${manifestOf}",\n  "tool": "x"\n}\n`);
  write(`runs/${name}/.slurm-runner/pushed`, '');
  write(`runs/${name}/.slurm-runner/attempt-1/end`, '7 0 exit 0\n');
  write(`runs/${name}/code/a b.py`, 'print()\n');
  write(`runs/${name}/.hidden/file`, 'x\n');
  write(`runs/${name}/-rf`, 'x\n');
  symlinkSync(join(remoteDir, 'data'), join(remoteDir, 'runs', name, 'data'));
}

beforeEach(() => {
  remoteDir = join(folder, `a remote 'dir' ${count++}`);
  write('data/raw/precious', 'precious\n');
  write('data/.hidden', 'too\n');
  write('elsewhere/precious', 'precious\n');
  write('slurm/logs/7.out', 'log\n');
  makeRun(NAME);
  makeRun(OTHER);
});

/** The removal as every verb calls it; the reason if it was refused. */
function remove(name: string, root = remoteDir, attempt = 1): Promise<string | undefined> {
  const cluster = { remoteDir, remoteSetup: '', jobPrefix: '' } as Cluster;
  return openScheduler('local', localHost(), cluster).remove(root, name, attempt);
}

/** Every file, folder and link below REMOTE_DIR but those of `without` and the executor's own. */
function fingerprint(without: string[] = []): string {
  const lines: string[] = [];
  const visit = (path: string): void => {
    const stats = lstatSync(join(remoteDir, path));
    if (without.includes(path) || path === 'slurm/executor') return;
    if (stats.isSymbolicLink()) lines.push(`${path} -> ${readlinkSync(join(remoteDir, path))}`);
    else if (stats.isDirectory()) {
      lines.push(`${path}/ ${stats.mode}`);
      for (const name of readdirSync(join(remoteDir, path)).sort()) visit(join(path, name));
    } else
      lines.push(
        `${path} ${createHash('sha256')
          .update(readFileSync(join(remoteDir, path)))
          .digest('hex')}`,
      );
  };
  visit('.');
  return lines.join('\n');
}

const mine = join('runs', NAME);
const gone = (): boolean => !existsSync(join(remoteDir, mine));

/** Nothing at all has changed. */
async function refused(name: string, why: RegExp, root = remoteDir): Promise<void> {
  const before = fingerprint();
  expect(await remove(name, root)).toMatch(why);
  expect(fingerprint()).toBe(before);
}

describe('a run of our own', () => {
  test('goes whole, and nothing else', async () => {
    const rest = fingerprint([mine]);
    expect(await remove(NAME)).toBeUndefined();
    expect(gone()).toBe(true);
    expect(fingerprint()).toBe(rest);
    // A second time: it is gone already, which is what was wanted.
    expect(await remove(NAME)).toBeUndefined();
  });

  test('is asked for by several at once, as after a lost answer: none of them complains', async () => {
    for (let round = 0; round < 12; round++) {
      const said = await Promise.all(
        [0, 8, 16, 24].map(async (milliseconds) => {
          await new Promise((resolve) => setTimeout(resolve, milliseconds + round));
          return remove(NAME);
        }),
      );
      expect(said).toEqual([undefined, undefined, undefined, undefined]);
      expect(gone()).toBe(true);
      makeRun(NAME);
    }
  }, 60_000);

  test('has a namesake in another folder whose job is alive: no hindrance', async () => {
    write(`another/runs/${NAME}/file`, '');
    const job = { state: 'RUNNING', submit: '1000', dir: join(remoteDir, `another/runs/${NAME}`), name: `pre-${NAME}` };
    for (const [field, text] of Object.entries(job)) write(`slurm/executor/1/${field}`, `${text}\n`);
    expect(await remove(NAME)).toBeUndefined();
    expect(gone()).toBe(true);
  });

  test('never takes what its links point to along', async () => {
    const links: [string, string][] = [
      ['data/raw', 'raw'],
      ['elsewhere', 'else'],
      ['elsewhere/precious', 'file'],
      [`runs/${OTHER}`, 'other'],
      ['.', 'everything'],
    ];
    for (const [target, name] of links) symlinkSync(join(remoteDir, target), join(remoteDir, mine, name));
    symlinkSync('../..', join(remoteDir, mine, 'up'));
    symlinkSync(join(remoteDir, 'elsewhere'), join(remoteDir, mine, '.slurm-runner/attempt-1/out'));
    const rest = fingerprint([mine]);
    expect(await remove(NAME)).toBeUndefined();
    expect([gone(), fingerprint()]).toEqual([true, rest]);
  });

  test('may have got a data folder of its own in the place of the link', async () => {
    unlinkSync(join(remoteDir, mine, 'data'));
    write(`${mine}/data/own`, 'x\n');
    const rest = fingerprint([mine]);
    expect(await remove(NAME)).toBeUndefined();
    expect([gone(), fingerprint()]).toEqual([true, rest]);
  });

  test('may have the data folder or the runs behind a link', async () => {
    renameSync(join(remoteDir, 'data'), join(remoteDir, 'elsewhere/data'));
    symlinkSync('elsewhere/data', join(remoteDir, 'data'));
    renameSync(join(remoteDir, 'runs'), join(remoteDir, 'elsewhere/runs'));
    symlinkSync('elsewhere/runs', join(remoteDir, 'runs'));
    const rest = fingerprint([`elsewhere/runs/${NAME}`]);
    expect(await remove(NAME)).toBeUndefined();
    expect([gone(), fingerprint()]).toEqual([true, rest]);
  });
});

describe('refused', () => {
  test.each([
    '',
    '.',
    '..',
    '../data',
    `../runs/${NAME}`,
    `${NAME}/`,
    `${NAME}/data`,
    `./${NAME}`,
    '/',
    '/tmp',
    '*',
    '~',
  ])('the name %j', (name) => refused(name, /not the name of a run/));

  test.each([
    `${NAME} `,
    ` ${NAME}`,
    `a ${NAME}`,
    `${NAME}\n${OTHER}`,
    '-rf',
    '--',
    '-e',
    '$(touch x)',
    "'",
    'ü',
    '%s\\n',
  ])('the name %j', (name) => refused(name, /not the name of a run/));

  test('any other name', async () => {
    const before = fingerprint();
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary' }).filter((name) => !name.includes('\0')),
        async (name) => {
          const why = await remove(name);
          expect(why === undefined || /not the name of a run|no manifest/.test(why)).toBe(true);
        },
      ),
      { numRuns: 25 },
    );
    expect(fingerprint()).toBe(before);
  });

  test('a folder without a manifest', async () => {
    unlinkSync(join(remoteDir, mine, '.slurm-runner/manifest.json'));
    await refused(NAME, /no manifest of its own/);
  });

  test.each([OTHER, `${NAME}0`, `x${NAME}`, NAME.replace('p-', 'P-'), ''])('the manifest of %j', async (whose) => {
    rmSync(join(remoteDir, mine), { recursive: true });
    makeRun(NAME, whose);
    await refused(NAME, /no manifest of its own/);
  });

  test('the manifest of a name that a pattern would take for this one', async () => {
    makeRun('a.b-20260102-030405', 'axb-20260102-030405');
    await refused('a.b-20260102-030405', /no manifest of its own/);
  });

  test('a name in the middle of a manifest, as in a diff that it holds', async () => {
    const text = `{\n  "run": "other-20260102-030405",\n  "diff": "+\\n  \\"run\\": \\"${NAME}\\","\n}\n`;
    write(`${mine}/.slurm-runner/manifest.json`, text);
    await refused(NAME, /no manifest of its own/);
  });

  test('a link, though it points to a run', async () => {
    symlinkSync(OTHER, join(remoteDir, 'runs/link-20260102-030405'));
    await refused('link-20260102-030405', /no directory/);
    makeRun('moved-20260102-030405');
    renameSync(join(remoteDir, 'runs/moved-20260102-030405'), join(remoteDir, 'elsewhere/moved'));
    symlinkSync('../elsewhere/moved', join(remoteDir, 'runs/moved-20260102-030405'));
    await refused('moved-20260102-030405', /no directory/);
    symlinkSync('/nowhere', join(remoteDir, 'runs/dangling'));
    await refused('dangling', /no directory/);
  });

  test('a file', async () => {
    write('runs/notes.txt', 'mine\n');
    await refused('notes.txt', /no directory/);
  });

  test.skipIf(process.getuid?.() !== 0)("somebody else's, though its manifest is right", async () => {
    chownSync(join(remoteDir, mine), 65534, 65534);
    await refused(NAME, /somebody else/);
  });

  test('where there are no runs', async () => {
    await refused(NAME, /no folder/, join(remoteDir, 'elsewhere'));
    await refused(NAME, /no folder/, '/no/such/folder');
  });

  test.each<[string, Record<string, string>]>([
    ['by its folder', { dir: 'HERE', name: 'another' }],
    ['by its name, whatever the folder is called over there', { dir: '/elsewhere', name: `pre-${NAME}` }],
  ])('the run of a job that is alive: %s', async (_, fields) => {
    for (const [field, text] of Object.entries({ state: 'PENDING', submit: '1000', ...fields })) {
      write(`slurm/executor/1/${field}`, `${text.replace('HERE', join(remoteDir, mine))}\n`);
    }
    await refused(NAME, /job 1 still uses it/);
    // Another's job is none of its business.
    expect(await remove(OTHER)).toBeUndefined();
    const now = String(Math.floor(Date.now() / 1000));
    for (const [field, text] of Object.entries({ state: 'FAILED', end: now })) {
      write(`slurm/executor/1/${field}`, `${text}\n`);
    }
    expect(await remove(NAME)).toBeUndefined();
    expect(gone()).toBe(true);
  });

  test('a run that was submitted again since it was judged', async () => {
    mkdirSync(join(remoteDir, mine, '.slurm-runner/attempt-2'));
    await refused(NAME, /submitted again/);
    expect(await remove(NAME, remoteDir, 2)).toBeUndefined();
    expect(gone()).toBe(true);
  });

  test('when the scheduler cannot be asked', async () => {
    write('slurm/executor', 'a file in the way\n');
    const before = fingerprint();
    await expect(remove(NAME)).rejects.toThrow(Failure);
    expect(fingerprint()).toBe(before);
    expect(gone()).toBe(false);
  });
});

describe('interrupted', () => {
  const bin = join(folder, 'bin');

  /** A `find` that ends the whole removal before, in the middle of or after one of its calls. */
  const shim = (call: number, when: 'before' | 'after'): void => {
    mkdirSync(bin, { recursive: true });
    const real = execFileSync('sh', ['-c', 'command -v find']).toString().trim();
    const kill = 'kill -s KILL "$PPID"';
    writeFileSync(
      join(bin, 'find'),
      `#!/bin/sh
n=$(cat '${bin}/n' 2>/dev/null || echo 0); n=$((n + 1)); echo $n >'${bin}/n'
if [ $n = ${call} ] && [ ${when} = before ]; then ${kill}; exit 1; fi
'${real}' "$@"; code=$?
if [ $n = ${call} ] && [ ${when} = after ]; then ${kill}; fi
exit $code
`,
    );
    chmodSync(join(bin, 'find'), 0o755);
    rmSync(join(bin, 'n'), { force: true });
  };

  test.each([
    [1, 'before'],
    [1, 'after'],
    [2, 'before'],
    [2, 'after'],
  ] as const)('at step %i, %s it: the rest goes by the same rules', async (call, when) => {
    const rest = fingerprint([mine]);
    const path = process.env.PATH;
    shim(call, when);
    process.env.PATH = `${bin}:${path}`;
    try {
      await expect(remove(NAME)).rejects.toThrow(Failure);
    } finally {
      process.env.PATH = path;
    }
    expect(gone()).toBe(false);
    expect(existsSync(join(remoteDir, mine, '.slurm-runner/manifest.json'))).toBe(true);
    expect(await remove(NAME)).toBeUndefined();
    expect([gone(), fingerprint()]).toEqual([true, rest]);
  });

  test('by a kill at any moment', async () => {
    const rest = fingerprint([mine]);
    let halves = 0;
    for (let round = 0; round < 8; round++) {
      if (gone()) makeRun(NAME);
      for (let n = 0; n < 400; n++) write(`${mine}/out/${n % 20}/${n}`, 'x');
      const args = [remoteDir, NAME, join(remoteDir, 'slurm/executor'), '1'];
      const text = programText({ files: ['lib', 'process', 'local', 'remove'], args });
      const child = spawn('sh', ['-c', text], { stdio: 'ignore', detached: true });
      const over = new Promise((resolve) => child.once('exit', resolve));
      // From when it has begun to remove: the more files are gone, the later.
      const left = (): number =>
        existsSync(join(remoteDir, mine, 'out')) ? readdirSync(join(remoteDir, mine, 'out')).length : 0;
      while (child.exitCode === null && left() > 20 - round * 2) await new Promise((resolve) => setImmediate(resolve));
      if (child.exitCode === null) process.kill(-(child.pid as number), 'SIGKILL');
      await over;
      if (!gone()) halves += 1;
      expect(fingerprint([mine])).toBe(rest);
      expect(await remove(NAME)).toBeUndefined();
      expect([gone(), fingerprint()]).toEqual([true, rest]);
    }
    console.log(`remove: killed 8 times, ${halves} left something, all of it went by the same rules; nothing else did`);
  });
});
