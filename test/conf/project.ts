/** Projects in temporary folders, made of a few files, for the tests of src/conf. */

import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { loadCluster } from '../../src/conf/cluster.ts';
import type { ConfProblem } from '../../src/conf/problem.ts';
import { loadProfile } from '../../src/conf/profile.ts';
import type { Profile } from '../../src/conf/types.ts';
import { Failure } from '../../src/failure.ts';

export const CLUSTER_CONF = 'REMOTE_HOST=node54\nREMOTE_DIR=/mnt/project\n';

/** A folder with these files, gone after the test. */
export function project(files: Record<string, string>): string {
  const root = mkdtempSync(join(realpathSync(tmpdir()), 'conf-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) write(root, path, text);
  return root;
}

export function write(root: string, path: string, text: string, mode?: number): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
  if (mode !== undefined) chmodSync(join(root, path), mode);
}

/** The problems with which `act` fails; exit code 2, as all of configuration has. */
export function problemsOf(act: () => unknown): readonly ConfProblem[] {
  try {
    act();
  } catch (error) {
    return confProblems(error);
  }
  throw new Error('nothing was wrong');
}

export async function problemsOfAsync(act: () => Promise<unknown>): Promise<readonly ConfProblem[]> {
  const [result] = await Promise.allSettled([act()]);
  if (result.status === 'fulfilled') throw new Error('nothing was wrong');
  return confProblems(result.reason);
}

function confProblems(error: unknown): readonly ConfProblem[] {
  if (!(error instanceof Failure) || error.exit !== 2) throw error;
  return error.problems as readonly ConfProblem[];
}

export interface Given {
  profile?: string;
  cluster?: string;
  commandLine?: Record<string, string>;
  tag?: string;
  files?: Record<string, string>;
}

/** Loads slurm/profiles/x.conf with these texts; without one it is `COMMAND=true`. */
export function load(given: Given): Profile {
  return loadFrom(projectOf(given), given);
}

export function projectOf({ profile = 'COMMAND=true\n', cluster = '', files }: Given): string {
  return project({
    'slurm/cluster.conf': CLUSTER_CONF + cluster,
    'slurm/profiles/x.conf': profile,
    ...files,
  });
}

export function loadFrom(root: string, { commandLine = {}, tag }: Given): Profile {
  const variables = new Map(Object.entries(commandLine));
  return loadProfile(root, 'x', tag, loadCluster(root, undefined, variables), variables);
}
