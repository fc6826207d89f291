/** The history: a line for each job, once, whatever happened to the file. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { history, remember } from '../../src/run/history.ts';
import type { Project } from '../../src/run/project.ts';
import type { Verdict } from '../../src/run/verdict.ts';
import { makeProgram, over, type Program } from '../kit/program.ts';

const base = mkdtempSync(join(tmpdir(), 'history-'));
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

/** Remembers that many jobs, in a process of its own. */
let program: Program;
beforeAll(async () => {
  program = await makeProgram(
    base,
    `
    import { remember } from './src/run/history.ts';
    const [root, rounds] = process.argv.slice(2);
    for (let n = 0; n < Number(rounds); n++) {
      const runDir = '/r/runs/p-20260102-' + String(n).padStart(6, '0');
      remember({ root, cluster: { name: 'cluster' } }, { id: 'p', runDir }, String(process.pid), { state: 'COMPLETED', nodes: 'n'.repeat(2000) });
    }`,
  );
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
    await Promise.all(Array.from({ length: 4 }, () => over(program.start(root, '25'))));
    const entries = history(root);
    console.log(`history: ${entries.length} of 100 lines written by 4 processes at once`);
    expect(new Set(entries.map(({ run, jobId }) => `${run} ${jobId}`)).size).toBe(100);
    expect(entries).toHaveLength(100);
  });
});
