/** Brings a run's results and logs to the laptop: into a folder of their own first, verified, then into their places. */

import { constants } from 'node:fs';
import { copyFile, lstat, mkdir, readdir, readlink, rename, rm, symlink, utimes } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { loadProfile } from '../conf/profile.ts';
import { splitWords } from '../conf/words.ts';
import { Failure } from '../failure.ts';
import { beginsWith, sameContent, sameFile } from '../host/copy.ts';
import type { HostProblem } from '../host/problem.ts';
import type { Download } from '../host/types.ts';
import { SEPARATOR } from '../scheduler/rows.ts';
import type { SweepRecord } from '../scheduler/types.ts';
import type { TrackedRun } from './find.ts';
import { withGiven } from './given.ts';
import { sha256 } from './manifest.ts';
import { nameOfRun, remoteDirOf } from './names.ts';
import type { RunProblem } from './problem.ts';
import { jobsFolder, logsFolder, type Project } from './project.ts';

/** What lies over there of what the profile wants. Paths are relative to the run directory, or to the data folder. */
export interface Found {
  /** What can be brought, as the profile names it. */
  results: string[];
  run: string[];
  data: string[];
  logs: string[];
  missing: string[];
  /** Links that lead away from what is collected. */
  leaving: { path: string; target: string }[];
}

export interface Gathered {
  /** Result paths that were brought, as the profile names them. */
  results: string[];
  /** Log files, relative to the project. */
  logs: string[];
  /** Local files that were newer and different, and where they are kept. */
  kept: string[];
  missing: string[];
}

/** What is to come home where no profile says it. */
export interface GivenResults {
  paths: readonly string[];
  /** Files and links that were found in the run directory. */
  known: readonly string[];
  /** Of code that a job has changed: its sums (sha256) as it was sent. */
  sent: ReadonlyMap<string, readonly string[]>;
}

/**
 * What there is of RESULTS_PULL as the profile has it now, so that a path can be mended; and besides of what it was when the
 * run was pushed, so that nothing promised then is removed unseen. Of a profile that is gone only that. Of a sweep its cells' folders, too. With `given` only that.
 */
export async function findResults(
  project: Project,
  run: TrackedRun,
  jobId: string,
  sweep?: SweepRecord,
  given?: GivenResults,
): Promise<Found> {
  if (given) {
    const { found } = await askFor(project, run, jobId, [...given.paths]);
    return { ...found, results: [...found.results, ...given.known], run: [...found.run, ...given.known] };
  }
  const own = sweep ? [`results/${run.id.split('@')[1]}/`] : [];
  const now = union(await resultsOfProfile(project, run), own);
  const { found, promised } = await askFor(project, run, jobId, now ?? []);
  const besides = promised.filter((path) => !now?.includes(path));
  if (besides.length === 0) return found;
  const all = await askFor(project, run, jobId, [...(now ?? []), ...besides]);
  const must = now ?? promised;
  return { ...all.found, missing: all.found.missing.filter((path) => must.includes(path)) };
}

const union = (paths: string[] | undefined, own: string[]): string[] | undefined =>
  paths ? [...new Set([...paths, ...own])] : own.length > 0 ? own : undefined;

/** Undefined if there is no such profile any more. */
async function resultsOfProfile(project: Project, run: TrackedRun): Promise<string[] | undefined> {
  const [profile = '', tag] = run.id.split('@');
  const commandLine = await withGiven(project, run);
  try {
    return loadProfile(project.root, profile, tag, project.cluster, commandLine, 'any').resultsPull;
  } catch (error) {
    const gone = error instanceof Failure && error.problems.every(({ kind }) => kind === 'no-profile');
    if (!gone) throw error;
    return undefined;
  }
}

async function askFor(
  project: Project,
  run: TrackedRun,
  jobId: string,
  wanted: string[],
): Promise<{ found: Found; promised: string[] }> {
  const answer = await project.host.run({ files: ['lib', 'results'], args: [run.runDir, jobId, ...wanted] });
  if (answer.code !== 0) throw new Failure<RunProblem>(2, { kind: 'run-gone', id: run.id, runDir: run.runDir });
  const found: Found = { results: [], run: [], data: [], logs: [], missing: [], leaving: [] };
  let promised: string[] = [];
  for (const line of answer.stdout.split('\n')) {
    const [kind, path = '', target = ''] = line.split(SEPARATOR);
    if (kind === 'run') found.run.push(path);
    else if (kind === 'data') found.data.push(path || '.');
    else if (kind === 'log' && /^\d+(_\d+)?\.(out|err)$/.test(path)) found.logs.push(path);
    else if (kind === 'missing') found.missing.push(path);
    else if (kind === 'leaves' || kind === 'inside') found.leaving.push({ path, target });
    else if (kind === 'promised') promised = promisedPaths(path);
  }
  found.results = wanted.filter((path) => !found.missing.includes(path));
  return { found, promised };
}

/** RESULTS_PULL in the manifest's line of JSON. */
function promisedPaths(line: string): string[] {
  const { RESULTS_PULL } = JSON.parse(`{${line.trim().replace(/,$/, '')}}`) as { RESULTS_PULL: string };
  return splitWords(RESULTS_PULL).words.map(({ text }) => text);
}

/** What `gather` would bring. */
export function planned({ results, logs, missing }: Found): Gathered {
  return { results, logs: logs.map((name) => `slurm/logs/${name}`), kept: [], missing };
}

/** Fetches what was found. When it resolves, everything is in its place and what came from the run directory is verified. */
export async function gather(
  project: Project,
  run: TrackedRun,
  found: Found,
  sent: GivenResults['sent'] = new Map(),
): Promise<Gathered> {
  const { root, host } = project;
  const isEdited: Precious = async (here, arrived) => {
    const sums = sent.get(relative(root, here));
    return (await isNewer(here, arrived)) || (sums !== undefined && !sums.includes(await sha256(here)));
  };
  const remoteDir = remoteDirOf(run.runDir);
  // Kept between calls: what a broken link left half is completed by the next.
  const incoming = join(jobsFolder(root), `.incoming-${nameOfRun(run.runDir)}`);
  const parts = [
    { name: 'run', from: run.runDir, paths: found.run, home: root, checksum: true, precious: isEdited },
    // Other jobs may go on writing there, so by size and time: what was there at the job's end is the same after a second look.
    {
      name: 'data',
      from: `${remoteDir}/data`,
      paths: found.data,
      home: join(root, 'data'),
      checksum: false,
      precious: isNewer,
    },
    {
      name: 'logs',
      from: `${remoteDir}/slurm/logs`,
      paths: found.logs,
      home: logsFolder(root),
      checksum: true,
      precious: isAnothers,
    },
  ].filter((part) => part.paths.length > 0);
  const kept: string[] = [];
  await Promise.all(
    parts.map(async ({ name, from, paths, home, checksum, precious }) => {
      const into = join(incoming, name);
      await mkdir(into, { recursive: true });
      await mkdir(home, { recursive: true });
      // On this machine the folders may be the very same.
      if (host.kind === 'local' && (await sameFile(from, home))) return;
      const download: Download = {
        ...{ from, paths, into, compare: home, checksum },
        onProgress: (progress) => project.talk.tell({ type: 'progress', what: 'results', progress }),
      };
      await host.download(download);
      // Reads both sides again and fetches whatever differs: success means that nothing does.
      await host.download(download);
      await settle(into, home, '', precious, kept);
    }),
  ).catch(fullHere);
  await rm(incoming, { recursive: true, force: true });
  return {
    results: found.results,
    logs: found.logs.map((name) => `slurm/logs/${name}`),
    kept: kept.map((path) => relative(root, path)).sort(),
    missing: found.missing,
  };
}

/** A disk that is full here is told of as rsync's own word on it is, whoever comes upon it first. */
function fullHere(error: unknown): never {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') throw error;
  throw new Failure<HostProblem>(2, { kind: 'disk-full', where: 'here', detail: message });
}

/** Whether a file here that differs from the one that arrived is worth keeping. */
type Precious = (here: string, arrived: string) => Promise<boolean>;

const isNewer: Precious = async (here, arrived) => (await lstat(here)).mtimeMs > (await lstat(arrived)).mtimeMs;

/** A log only grows: what it does not begin with is of another job, which had the same id on another cluster. */
const isAnothers: Precious = async (here, arrived) => !(await beginsWith(arrived, here));

/** Moves what arrived into its place; a file there that is different and worth keeping is kept beside it as NAME.local. */
async function settle(from: string, to: string, path: string, precious: Precious, kept: string[]): Promise<void> {
  for (const entry of await readdir(join(from, path), { withFileTypes: true })) {
    const name = join(path, entry.name);
    const [source, target] = [join(from, name), join(to, name)];
    if (entry.isDirectory()) {
      await mkdir(target, { recursive: true }).catch(async () => {
        await keepAside(target, kept);
        await mkdir(target, { recursive: true });
      });
      await settle(from, to, name, precious, kept);
      continue;
    }
    const there = await lstat(target).catch(() => undefined);
    const differs = there !== undefined && !(await alike(source, target));
    if (differs && (there.isDirectory() || (await precious(target, source)))) await keepAside(target, kept);
    await move(source, target);
  }
}

async function alike(a: string, b: string): Promise<boolean> {
  const [one, two] = await Promise.all([lstat(a), lstat(b)]);
  if (one.isSymbolicLink() && two.isSymbolicLink()) return (await readlink(a)) === (await readlink(b));
  return one.isFile() && two.isFile() && sameContent(a, b);
}

async function keepAside(path: string, kept: string[]): Promise<void> {
  for (let count = 1; ; count++) {
    const aside = `${path}.local${count === 1 ? '' : `-${count}`}`;
    if (await lstat(aside).catch(() => undefined)) continue;
    await rename(path, aside);
    kept.push(aside);
    return;
  }
}

async function move(source: string, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  try {
    await rename(source, target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    // Another file system, as a data folder often is: copied beside, then renamed.
    const beside = `${target}.${process.pid}.tmp`;
    const { atime, mtime, ...arrived } = await lstat(source);
    if ((arrived.mode & constants.S_IFMT) === constants.S_IFLNK) await symlink(await readlink(source), beside);
    else {
      await copyFile(source, beside);
      await utimes(beside, atime, mtime);
    }
    await rename(beside, target);
    await rm(source);
  }
}
