/** The state files of slurm/jobs: plain text that a person may read, copy or delete. */

import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { isName } from '../conf/keys.ts';
import { Failure } from '../failure.ts';
import { tryLock } from '../host/lock.ts';
import type { Given } from './given.ts';
import type { PinnedImage } from './pinned.ts';
import type { RunProblem } from './problem.ts';
import { jobsFolder } from './project.ts';

/** What is tracked of one profile (or PROFILE@TAG). */
export interface Tracked {
  id: string;
  jobId?: string;
  /** The run directory on the cluster, absolute. */
  runDir?: string;
  /** What is remembered beside them; all of it can be found out again. */
  notes: Notes;
}

export interface Notes {
  /** The cluster's name, where it is not the default. */
  cluster?: string;
  /** The home over there, which `~/` means. */
  home?: string;
  /** What make's command line said when the run was pushed. */
  given?: Given;
  /** The image file that the push pinned the run to. */
  image?: PinnedImage;
}

/** An absolute path of one line that ends in runs/NAME, the name being one that a push can have made. */
const RUN_DIR = /^\/[^\x00-\x1f\x7f]*\/runs\/[A-Za-z0-9_][A-Za-z0-9._@-]*$/;

/** Reads the state files of `id`. Throws Failure(2) for content that cannot be one. */
export function readTracked(root: string, id: string): Tracked {
  const jobId = readLine(root, `${id}.jobid`, /^\d+$/);
  const runDir = readLine(root, `${id}.rundir`, RUN_DIR);
  return { id, ...(jobId ? { jobId } : {}), ...(runDir ? { runDir } : {}), notes: readNotes(root, id, runDir) };
}

/** Everything tracked in this project, by name. */
export function listTracked(root: string): Tracked[] {
  const ids = new Set<string>();
  for (const name of filesOf(root)) {
    const id = /^([A-Za-z0-9_][A-Za-z0-9._@-]*)\.(?:jobid|rundir)$/.exec(name)?.[1];
    if (id) ids.add(id);
  }
  return [...ids].sort().map((id) => readTracked(root, id));
}

export function writeRunDir(root: string, id: string, runDir: string, notes: Notes): void {
  // The job belongs to the run before: a crash between the two must not pair it with the new directory.
  rmSync(join(jobsFolder(root), `${id}.jobid`), { force: true });
  writeWhole(root, `${id}.json`, JSON.stringify({ ...notes, runDir }));
  writeWhole(root, `${id}.rundir`, runDir);
}

export function writeJobId(root: string, id: string, jobId: string): void {
  writeWhole(root, `${id}.jobid`, jobId);
}

/** Whether what is tracked under `id` is a sweep's run: what that was when it began lies beside the state files (src/sweep/started.ts). */
export function isSweepRun(root: string, id: string): boolean {
  return readText(root, `${id}.sweep.json`) !== undefined && readTracked(root, id).runDir !== undefined;
}

/** Whether what is tracked under `id` is a flow's run, likewise (src/flow/started.ts). */
export function isFlowRun(root: string, id: string): boolean {
  return readText(root, `${id}.flow.json`) !== undefined && readTracked(root, id).runDir !== undefined;
}

/** Removes the state files of `id`, if they still name that run directory. */
export function forget(root: string, id: string, runDir: string): void {
  if (readTracked(root, id).runDir !== runDir) return;
  for (const ending of ['jobid', 'rundir', 'json', 'sweep.json', 'flow.json'])
    rmSync(join(jobsFolder(root), `${id}.${ending}`), { force: true });
}

/** Does `work` while no other command on this machine works on the same profile; throws Failure(4) if one does. */
export async function exclusively<T>(root: string, id: string, work: () => Promise<T>): Promise<T> {
  mkdirSync(jobsFolder(root), { recursive: true });
  const path = join(jobsFolder(root), `.${id}.lock`);
  const release = tryLock(path);
  if (typeof release === 'number') throw new Failure<RunProblem>(4, { kind: 'busy', id, pid: release, lock: path });
  try {
    return await work();
  } finally {
    release();
  }
}

/** A file whole or not at all, on disk before it has its name. */
export function writeWhole(root: string, name: string, line: string): void {
  const path = join(jobsFolder(root), name);
  mkdirSync(jobsFolder(root), { recursive: true });
  const temporary = join(jobsFolder(root), `.${name}.${process.pid}.tmp`);
  const fd = openSync(temporary, 'w');
  try {
    writeSync(fd, `${line}\n`);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(temporary, path);
}

function filesOf(root: string): string[] {
  try {
    return readdirSync(jobsFolder(root));
  } catch {
    return [];
  }
}

function readLine(root: string, name: string, shape: RegExp): string | undefined {
  const text = readText(root, name);
  if (text === undefined) return undefined;
  const line = text.trim();
  if (shape.test(line)) return line;
  throw new Failure<RunProblem>(2, {
    kind: 'bad-state-file',
    content: line,
    place: { file: `slurm/jobs/${name}`, line: 1 },
  });
}

/** What can't be right, or is of another run, is left out: losing it costs nothing. */
function readNotes(root: string, id: string, runDir: string | undefined): Notes {
  try {
    const {
      cluster,
      home,
      given,
      image,
      runDir: noted,
    } = JSON.parse(readText(root, `${id}.json`) ?? '{}') as Record<string, unknown>;
    return {
      ...(typeof cluster === 'string' && isName(cluster) ? { cluster } : {}),
      ...(typeof home === 'string' && /^\/[^\x00-\x1f\x7f]*$/.test(home) ? { home } : {}),
      ...(noted === runDir && isGiven(given) ? { given } : {}),
      ...(noted === runDir && isPinned(image) ? { image } : {}),
    };
  } catch {
    return {};
  }
}

const isGiven = (value: unknown): value is Given =>
  typeof value === 'object' && value !== null && Object.values(value).every((one) => typeof one === 'string');

const isPinned = (value: unknown): value is PinnedImage =>
  typeof value === 'object' && value !== null && 'digest' in value && /^sha256:[\da-f]{64}$/.test(String(value.digest));

function readText(root: string, name: string): string | undefined {
  try {
    return readFileSync(join(jobsFolder(root), name), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
