/** The note that a run was brought home: of the attempt that was judged, whatever was submitted since. */

import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { localHost } from '../../src/host/local.ts';

describe('collected', () => {
  let run: string;
  const meta = (path: string): string => join(run, '.slurm-runner', path);
  const mark = (attempt: number) => localHost().run({ files: ['lib', 'mark'], args: [run, String(attempt)] });

  beforeEach(() => {
    run = mkdtempSync(join(tmpdir(), 'mark-'));
    for (const attempt of ['attempt-1', 'attempt-2']) mkdirSync(meta(attempt), { recursive: true });
    writeFileSync(meta('secrets'), 'export A=1\n');
  });
  afterEach(() => rmSync(run, { recursive: true }));

  test('an attempt before the newest: that one alone, and the secrets stay for the newest', async () => {
    expect((await mark(1)).code).toBe(0);
    expect(['attempt-1/collected', 'attempt-2/collected', 'secrets'].map((path) => existsSync(meta(path)))).toEqual([
      true,
      false,
      true,
    ]);
  });

  test('the newest attempt: the secrets go', async () => {
    expect((await mark(2)).code).toBe(0);
    expect(['attempt-2/collected', 'secrets'].map((path) => existsSync(meta(path)))).toEqual([true, false]);
  });

  test('an attempt that is not there is said', async () => expect((await mark(3)).code).toBe(66));
});
