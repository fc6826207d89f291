/** State files and the history: whole or not there, readable after anything a person does to them, and one command at a time. */

import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { execa } from 'execa';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Failure } from '../../src/failure.ts';
import { tryLock } from '../../src/host/lock.ts';
import { history, remember } from '../../src/run/history.ts';
import type { Project } from '../../src/run/project.ts';
import { exclusively, forget, listTracked, readTracked, writeJobId, writeRunDir } from '../../src/run/record.ts';
import type { Verdict } from '../../src/run/verdict.ts';
import { TOOLKIT, until } from '../kit/toy.ts';

const base = mkdtempSync(join(tmpdir(), 'record-'));
let root = '';
let jobs = '';
let count = 0;
beforeEach(() => {
  root = join(base, `project ${count++}`);
  jobs = join(root, 'slurm/jobs');
  mkdirSync(jobs, { recursive: true });
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

const DIR = '/scratch/a b/runs/p-20260102-030405';
const put = (name: string, text: string): void => writeFileSync(join(jobs, name), text);
const files = (): string[] => readdirSync(jobs).sort();

function failure(work: () => unknown): Failure {
  try {
    work();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

describe('what is tracked', () => {
  test('is one line each, and nothing else', () => {
    writeRunDir(root, 'p@seed1', DIR, { cluster: 'lab', home: '/home/me' });
    writeJobId(root, 'p@seed1', '12345');
    expect(readFileSync(join(jobs, 'p@seed1.jobid'), 'utf8')).toBe('12345\n');
    expect(readFileSync(join(jobs, 'p@seed1.rundir'), 'utf8')).toBe(`${DIR}\n`);
    const tracked = { id: 'p@seed1', jobId: '12345', runDir: DIR, notes: { cluster: 'lab', home: '/home/me' } };
    expect(readTracked(root, 'p@seed1')).toEqual(tracked);
    expect(listTracked(root)).toEqual([tracked]);
    expect(files()).toEqual(['p@seed1.jobid', 'p@seed1.json', 'p@seed1.rundir']);
  });

  test('is nothing in a project that has no folder for it yet', () => {
    rmSync(jobs, { recursive: true });
    expect(readTracked(root, 'p')).toEqual({ id: 'p', notes: {} });
    expect(listTracked(root)).toEqual([]);
    forget(root, 'p', DIR);
    writeJobId(root, 'p', '1');
    expect(readTracked(root, 'p').jobId).toBe('1');
  });

  test('may have been edited on any system', () => {
    put('p.jobid', ' 12345 \r\n\n');
    put('p.rundir', `${DIR}\r\n`);
    expect(readTracked(root, 'p')).toMatchObject({ jobId: '12345', runDir: DIR });
    put('p.rundir', DIR);
    expect(readTracked(root, 'p').runDir).toBe(DIR);
  });

  test.each<[string, string, string]>([
    ['an empty job id', 'p.jobid', ''],
    ['a job id with a word', 'p.jobid', 'Submitted batch job 5\n'],
    ['two job ids', 'p.jobid', '5\n6\n'],
    ['a federation', 'p.jobid', '5;lab\n'],
    ['an option', 'p.jobid', '-u me\n'],
    ['an empty run directory', 'p.rundir', '\n'],
    ['a relative one', 'p.rundir', 'runs/p-20260102-030405\n'],
    ['a home', 'p.rundir', '/home/me\n'],
    ['the runs themselves', 'p.rundir', '/scratch/runs/\n'],
    ['something above', 'p.rundir', '/scratch/runs/..\n'],
    ['something within', 'p.rundir', '/scratch/runs/p/data\n'],
    ['two of them', 'p.rundir', `${DIR}\n${DIR}\n`],
    ['an odd name', 'p.rundir', '/scratch/runs/$(reboot)\n'],
  ])('that cannot be: %s', (_, name, content) => {
    put(name, content);
    const { exit, problems } = failure(() => readTracked(root, 'p'));
    expect([exit, problems]).toEqual([
      2,
      [{ kind: 'bad-state-file', content: content.trim(), place: { file: `slurm/jobs/${name}`, line: 1 } }],
    ]);
  });

  test('whatever is in the files, it is read as it is or refused with the place', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('jobid', 'rundir'), (content, ending) => {
        rmSync(join(jobs, 'p.jobid'), { force: true });
        rmSync(join(jobs, 'p.rundir'), { force: true });
        put(`p.${ending}`, content);
        try {
          const { jobId, runDir } = readTracked(root, 'p');
          expect(jobId ?? runDir).toMatch(ending === 'jobid' ? /^\d+$/ : /^\/.*\/runs\/[^/]+$/);
        } catch (error) {
          expect((error as Failure).problems?.[0]?.place?.file).toBe(`slurm/jobs/p.${ending}`);
        }
      }),
    );
  });

  test.each(['', '{', '[]', 'null', '"x"', '{"cluster":5,"home":"relative"}', '{"cluster":"../x","home":"/a\\nb"}'])(
    'notes that cannot be right cost nothing: %s',
    (text) => {
      writeRunDir(root, 'p', DIR, {});
      put('p.json', text);
      expect(readTracked(root, 'p')).toEqual({ id: 'p', runDir: DIR, notes: {} });
    },
  );

  test('is found by its files alone; others in the folder are not ours', () => {
    put('a.jobid', '1\n');
    put('b@x.rundir', `${DIR}\n`);
    for (const other of [
      '.a.jobid.1.tmp',
      '.b.lock',
      'history.jsonl',
      'c.json',
      'notes.txt',
      '.hidden.jobid',
      'd e.jobid',
    ]) {
      put(other, 'x');
    }
    expect(listTracked(root).map(({ id }) => id)).toEqual(['a', 'b@x']);
  });

  test('a new run directory never keeps the job of the one before', () => {
    writeRunDir(root, 'p', DIR, {});
    writeJobId(root, 'p', '5');
    const other = '/scratch/a b/runs/p-20260102-030406';
    writeRunDir(root, 'p', other, {});
    expect(readTracked(root, 'p')).toEqual({ id: 'p', runDir: other, notes: {} });
  });
});

describe('forget', () => {
  test('removes what names that run directory', () => {
    writeRunDir(root, 'p', DIR, {});
    writeJobId(root, 'p', '5');
    writeRunDir(root, 'p@x', DIR.replace('p-', 'p@x-'), {});
    put('history.jsonl', '{}\n');
    forget(root, 'p', DIR);
    expect(files()).toEqual(['history.jsonl', 'p@x.json', 'p@x.rundir']);
  });

  test('leaves alone what names another one by now', () => {
    writeRunDir(root, 'p', DIR, {});
    writeJobId(root, 'p', '5');
    forget(root, 'p', '/scratch/a b/runs/p-20260102-030404');
    expect(readTracked(root, 'p')).toMatchObject({ jobId: '5', runDir: DIR });
  });

  test('without a run directory removes nothing', () => {
    writeJobId(root, 'p', '5');
    forget(root, 'p', DIR);
    expect(files()).toEqual(['p.jobid']);
  });
});

/** Programs that use the same modules, each in a process of its own. */
let program = '';
beforeAll(async () => {
  program = join(base, 'program.mjs');
  const contents = `
    import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
    import { tryLock } from './src/host/lock.ts';
    import { remember } from './src/run/history.ts';
    import { exclusively, writeJobId } from './src/run/record.ts';
    const [what, root, rounds] = process.argv.slice(2);
    if (what === 'write') for (let n = 0; ; n++) writeJobId(root, 'p', String(n).repeat(1 + (n % 400)).slice(0, 4000));
    if (what === 'hold') await exclusively(root, 'p', async () => { process.stdout.write('held'); await new Promise((go) => setTimeout(go, 60000)); });
    if (what === 'history') for (let n = 0; n < Number(rounds); n++) {
      const runDir = '/r/runs/p-20260102-' + String(n).padStart(6, '0');
      remember({ root, cluster: { name: 'cluster' } }, { id: 'p', runDir }, String(process.pid), { state: 'COMPLETED', nodes: 'n'.repeat(2000) });
    }
    // Enters, and looks whether it is alone there; some die inside.
    if (what === 'enter') for (let n = 0; n < Number(rounds); ) {
      const release = tryLock(root + '/lock');
      if (typeof release === 'number') { await new Promise((go) => setTimeout(go, Math.random() * 3)); continue; }
      n += 1;
      writeFileSync(root + '/inside', String(process.pid));
      if (Math.random() < 0.5) await new Promise((go) => setTimeout(go, 1));
      const alone = readFileSync(root + '/inside', 'utf8') === String(process.pid);
      appendFileSync(root + '/entered', (alone ? 'alone' : 'TOGETHER') + '\\n');
      if (n === Number(rounds)) process.kill(process.pid, 'SIGKILL');
      release();
    }`;
  const stdin = { contents, resolveDir: TOOLKIT, loader: 'ts' as const };
  const options = { bundle: true, platform: 'node', format: 'esm', outfile: program, logLevel: 'error' } as const;
  const banner = { js: "import { createRequire as __cr } from 'node:module'; const require = __cr(import.meta.url);" };
  await build({ ...options, stdin, banner });
});

const start = (...args: string[]): ChildProcess =>
  spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
const over = (child: ChildProcess): Promise<unknown> => new Promise((resolve) => child.once('exit', resolve));

describe('a killed process', () => {
  test('leaves a state file whole', async () => {
    let [kills, reads] = [0, 0];
    for (; kills < 8; kills++) {
      const writer = start('write', root);
      await until('a first line', () => existsSync(join(jobs, 'p.jobid')));
      for (const end = Date.now() + 20 + kills * 7; Date.now() < end; reads++) {
        expect(readTracked(root, 'p').jobId).toMatch(/^(\d+)$/);
        await new Promise((resolve) => setImmediate(resolve));
      }
      writer.kill('SIGKILL');
      await over(writer);
      expect(readTracked(root, 'p').jobId).toMatch(/^\d+$/);
    }
    console.log(`state files: read ${reads} times while written, ${kills} writers killed, no half line`);
    // What they had begun is hidden, and nobody takes it for a state file.
    expect(listTracked(root).map(({ id }) => id)).toEqual(['p']);
  });

  test('does not hold its lock', async () => {
    const holder = start('hold', root);
    await new Promise((resolve) => holder.stdout?.once('data', resolve));
    const { exit, problems } = await exclusively(root, 'p', async () => {}).then(
      () => Promise.reject(new Error('it was let in')),
      (error: Failure) => error,
    );
    expect(exit).toBe(4);
    expect(problems).toEqual([{ kind: 'busy', id: 'p', pid: holder.pid, lock: join(jobs, '.p.lock') }]);
    // Another profile, and the same one with a tag, are not concerned.
    expect(await exclusively(root, 'p@x', async () => 'in')).toBe('in');
    holder.kill('SIGKILL');
    await over(holder);
    expect(await exclusively(root, 'p', async () => 'in')).toBe('in');
    expect(files()).toEqual([]);
  });
});

describe('the lock', () => {
  test('is released by failures too', async () => {
    await expect(exclusively(root, 'p', async () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(files()).toEqual([]);
  });

  test('is not entered twice in one process', async () => {
    await exclusively(root, 'p', async () => {
      await expect(exclusively(root, 'p', async () => {})).rejects.toThrow('busy');
    });
  });

  test.each(['', 'x\n', '0\n', '-1\n', '99999999\n'])('that names no process alive is nobody’s: %j', (content) => {
    writeFileSync(join(root, 'lock'), content);
    const release = tryLock(join(root, 'lock'));
    expect(release).toBeTypeOf('function');
    if (typeof release === 'function') release();
    expect(existsSync(join(root, 'lock'))).toBe(false);
  });

  test("names somebody else's process: it is alive", () => {
    writeFileSync(join(root, 'lock'), '1\n');
    expect(tryLock(join(root, 'lock'))).toBe(1);
  });

  test('lets in one at a time of many processes, of which some die inside', async () => {
    const [crowd, rounds] = [8, 25];
    await Promise.all(Array.from({ length: crowd }, () => over(start('enter', root, String(rounds)))));
    const entered = readFileSync(join(root, 'entered'), 'utf8').trimEnd().split('\n');
    const together = entered.filter((word) => word !== 'alone').length;
    console.log(`lock: ${entered.length} entries by ${crowd} processes, ${crowd} killed inside, ${together} not alone`);
    expect(together).toBe(0);
    expect(entered).toHaveLength(crowd * rounds);
  });
});

describe('the history', () => {
  const project = (): Project => ({ root, cluster: { name: 'lab' } }) as Project;
  const verdict: Verdict = {
    state: 'COMPLETED',
    ended: true,
    left: true,
    success: true,
    basis: 'accounting',
    exitCode: 0,
  };

  test('has a line for each job, once', () => {
    for (const jobId of ['5', '5', '6', '5']) remember(project(), { id: 'p', runDir: DIR }, jobId, verdict);
    remember(project(), { id: 'q', runDir: DIR.replace('p-', 'q-') }, '5', verdict);
    expect(history(root).map(({ id, jobId }) => `${id} ${jobId}`)).toEqual(['p 5', 'p 6', 'q 5']);
    expect(history(root, 'p')).toHaveLength(2);
    expect(history(root)[0]).toMatchObject({
      run: 'p-20260102-030405',
      cluster: 'lab',
      state: 'COMPLETED',
      exitCode: 0,
    });
    expect(readFileSync(join(jobs, 'history.jsonl'), 'utf8')).toMatch(/^(\{.*\}\n){3}$/);
  });

  test('goes on after a line that was cut off', () => {
    remember(project(), { id: 'p', runDir: DIR }, '5', verdict);
    // A disk was full: half a line, without its end.
    writeFileSync(join(jobs, 'history.jsonl'), `${readFileSync(join(jobs, 'history.jsonl'), 'utf8')}{"id":"p","ru`);
    remember(project(), { id: 'p', runDir: DIR }, '6', verdict);
    remember(project(), { id: 'p', runDir: DIR }, '7', verdict);
    expect(history(root).map(({ jobId }) => jobId)).toEqual(['5', '6', '7']);
  });

  test('passes over lines that are no entry', () => {
    put('history.jsonl', 'null\n5\n"x"\n[]\n{}\n\n{"id":"p","run":"r","jobId":"5"}\n');
    expect(history(root).map(({ jobId }) => jobId)).toEqual(['5']);
    remember(project(), { id: 'p', runDir: DIR }, '6', verdict);
    expect(history(root)).toHaveLength(2);
  });

  test('loses no line of many commands at once', async () => {
    await Promise.all(Array.from({ length: 4 }, () => over(start('history', root, '25'))));
    const entries = history(root);
    console.log(`history: ${entries.length} of 100 lines written by 4 processes at once`);
    expect(new Set(entries.map(({ run, jobId }) => `${run} ${jobId}`)).size).toBe(100);
    expect(entries).toHaveLength(100);
  });
});

test.skipIf(process.getuid?.() !== 0)('a folder that cannot be written is said, and nothing is lost', async () => {
  writeRunDir(root, 'p', DIR, {});
  writeJobId(root, 'p', '5');
  for (const folder of [base, root]) chmodSync(folder, 0o755);
  const { stdout } = await execa(process.execPath, [program, 'write', root], {
    uid: 65534,
    gid: 65534,
    reject: false,
    all: true,
  });
  expect(stdout).toBe('');
  expect(readTracked(root, 'p')).toMatchObject({ jobId: '5', runDir: DIR });
});
