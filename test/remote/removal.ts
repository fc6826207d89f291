/** The remote folder that removals are tried on, laid out anew for each test: two runs, and files beside them that must stay. */

import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import type { Cluster } from '../../src/conf/types.ts';
import { localHost } from '../../src/host/local.ts';
import { openScheduler } from '../../src/scheduler/scheduler.ts';

export const NAME = 'p-20260102-030405';
export const OTHER = 'q@x-20260102-030406';
export const mine = join('runs', NAME);

/** Around all the remote folders of a test file. */
export const folder = mkdtempSync(join(tmpdir(), 'remove-'));
export const clearAway = (): void => rmSync(folder, { recursive: true, force: true });

let remoteDir = '';
let count = 0;

/** A path below REMOTE_DIR; REMOTE_DIR itself without one. */
export const here = (...path: string[]): string => join(remoteDir, ...path);

export const write = (path: string, text: string): void => {
  mkdirSync(dirname(here(path)), { recursive: true });
  writeFileSync(here(path), text);
};

/** A run as a push leaves it and a job has used it. */
export function makeRun(name: string, manifestOf = name): void {
  write(`runs/${name}/.slurm-runner/manifest.json`, `{\n  "run": "${manifestOf}",\n  "tool": "x"\n}\n`);
  write(`runs/${name}/.slurm-runner/pushed`, '');
  write(`runs/${name}/.slurm-runner/attempt-1/end`, '7 0 exit 0\n');
  write(`runs/${name}/code/a b.py`, 'print()\n');
  write(`runs/${name}/.hidden/file`, 'x\n');
  write(`runs/${name}/-rf`, 'x\n');
  symlinkSync(here('data'), here('runs', name, 'data'));
}

/** A folder as before any removal, for the next test. */
export function layOut(): void {
  remoteDir = join(folder, `a remote 'dir' ${count++}`);
  write('data/raw/precious', 'precious\n');
  write('data/.hidden', 'too\n');
  write('elsewhere/precious', 'precious\n');
  write('slurm/logs/7.out', 'log\n');
  makeRun(NAME);
  makeRun(OTHER);
}

/** The removal as every verb calls it; the reason if it was refused. */
export function remove(name: string, root = remoteDir, attempt = 1): Promise<string | undefined> {
  const cluster = { remoteDir, remoteSetup: '', jobPrefix: '' } as Cluster;
  return openScheduler('local', localHost(), cluster).remove(root, name, attempt);
}

/** Every file, folder and link below REMOTE_DIR but those of `without` and the executor's own. */
export function fingerprint(without: string[] = []): string {
  const lines: string[] = [];
  const visit = (path: string): void => {
    const stats = lstatSync(here(path));
    if (without.includes(path) || path === 'slurm/executor') return;
    if (stats.isSymbolicLink()) lines.push(`${path} -> ${readlinkSync(here(path))}`);
    else if (stats.isDirectory()) {
      lines.push(`${path}/ ${stats.mode}`);
      for (const name of readdirSync(here(path)).sort()) visit(join(path, name));
    } else
      lines.push(
        `${path} ${createHash('sha256')
          .update(readFileSync(here(path)))
          .digest('hex')}`,
      );
  };
  visit('.');
  return lines.join('\n');
}

export const gone = (): boolean => !existsSync(here(mine));

/** Nothing at all has changed. */
export async function refused(name: string, why: RegExp, root = remoteDir): Promise<void> {
  const before = fingerprint();
  expect(await remove(name, root)).toMatch(why);
  expect(fingerprint()).toBe(before);
}
