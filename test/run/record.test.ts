/** State files: whole or not there, readable after anything a person does to them, and one command at a time. */

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
import { execa } from 'execa';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Failure } from '../../src/failure.ts';
import { exclusively, forget, listTracked, readTracked, writeJobId, writeRunDir } from '../../src/run/record.ts';
import { makeProgram, over, type Program } from '../kit/program.ts';
import { until } from '../kit/toy.ts';

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

  test('what was given for another run is not of this one', () => {
    writeRunDir(root, 'p', DIR, { home: '/home/me', given: { SCRIPT_ARGS: '--seed 1' } });
    expect(readTracked(root, 'p').notes).toEqual({ home: '/home/me', given: { SCRIPT_ARGS: '--seed 1' } });
    put('p.rundir', '/scratch/a b/runs/p-20260102-030406\n');
    expect(readTracked(root, 'p').notes).toEqual({ home: '/home/me' });
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

/** Writes the job id for ever, or holds the lock, in a process of its own. */
let program: Program;
beforeAll(async () => {
  program = await makeProgram(
    base,
    `
    import { exclusively, writeJobId } from './src/run/record.ts';
    const [what, root] = process.argv.slice(2);
    if (what === 'write') for (let n = 0; ; n++) writeJobId(root, 'p', String(n).repeat(1 + (n % 400)).slice(0, 4000));
    if (what === 'hold') await exclusively(root, 'p', async () => { process.stdout.write('held'); await new Promise((go) => setTimeout(go, 60000)); });`,
  );
});

describe('a killed process', () => {
  test('leaves a state file whole', async () => {
    let [kills, reads] = [0, 0];
    for (; kills < 8; kills++) {
      const writer = program.start('write', root);
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
    const holder = program.start('hold', root);
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
});

test.skipIf(process.getuid?.() !== 0)('a folder that cannot be written is said, and nothing is lost', async () => {
  writeRunDir(root, 'p', DIR, {});
  writeJobId(root, 'p', '5');
  for (const folder of [base, root]) chmodSync(folder, 0o755);
  const { exitCode, all } = await execa(process.execPath, [program.file, 'write', root], {
    uid: 65534,
    gid: 65534,
    reject: false,
    all: true,
  });
  expect(exitCode).not.toBe(0);
  expect(all).toMatch(/EACCES|permission denied/);
  expect(readTracked(root, 'p')).toMatchObject({ jobId: '5', runDir: DIR });
});
