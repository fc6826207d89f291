/** What a sweep or a flow was when it was started: a file in its run directory, and a copy beside the state files here. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../failure.ts';
import type { TrackedRun } from './find.ts';
import type { RunProblem } from './problem.ts';
import { jobsFolder, type Project } from './project.ts';
import { writeWhole } from './record.ts';

export type KeptKind = 'sweep' | 'flow';

const fileOf = (kind: KeptKind, id: string): string => `${id}.${kind}.json`;

/** Remembers it beside the state files; losing that costs one more question to the cluster. */
export function keep(root: string, kind: KeptKind, id: string, runDir: string, what: object): void {
  writeWhole(root, fileOf(kind, id), JSON.stringify({ runDir, [kind]: what }));
}

/** As remembered here, of that run directory or, without one, of whichever it is. */
export function keptHere<T>(root: string, kind: KeptKind, id: string, runDir?: string): T | undefined {
  try {
    const text = readFileSync(join(jobsFolder(root), fileOf(kind, id)), 'utf8');
    const kept = JSON.parse(text) as { runDir: string } & Partial<Record<KeptKind, T>>;
    return runDir === undefined || kept.runDir === runDir ? kept[kind] : undefined;
  } catch {
    return undefined;
  }
}

/**
 * From here, if that is the one there still (`isCurrent`), else from the run directory; undefined of a run of another kind. Throws
 * Failure(2) if the run is gone.
 */
export async function kept<T extends object>(
  project: Project,
  kind: KeptKind,
  { id, runDir }: TrackedRun,
  isCurrent: (noted: T) => boolean = () => true,
): Promise<T | undefined> {
  const noted = keptHere<T>(project.root, kind, id, runDir);
  if (noted && isCurrent(noted)) return noted;
  const { stdout, code } = await project.host.run({ files: ['kept-file'], args: [runDir, `${kind}.json`] });
  if (code === 66) throw new Failure<RunProblem>(2, { kind: 'run-gone', id, runDir });
  if (stdout.trim() === '') return undefined;
  const what = JSON.parse(stdout) as T;
  keep(project.root, kind, id, runDir, what);
  return what;
}
