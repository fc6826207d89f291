/** history: one line for every job that was collected or cleared away, in slurm/jobs/history.jsonl. */

import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TrackedRun } from './find.ts';
import { nameOfRun } from './names.ts';
import { jobsFolder, type Project } from './project.ts';
import type { Verdict } from './verdict.ts';

export interface HistoryEntry {
  id: string;
  run: string;
  jobId: string;
  /** Its name in a flow. */
  job?: string;
  cluster: string;
  state: string;
  exitCode?: number;
  signal?: string;
  started?: string;
  ended?: string;
  elapsedSeconds?: number;
  cpus?: number;
  totalCpu?: string;
  maxRss?: string;
  nodes?: string;
  restarts?: number;
  /** Of an array or a sweep: how many tasks ended in which state. */
  tasks?: Record<string, number>;
  /** ISO 8601, when it was written. */
  recorded: string;
}

/** Adds the job's line, once; of a flow's with its name there. */
export function remember(
  project: Project,
  run: Pick<TrackedRun, 'id' | 'runDir'>,
  jobId: string,
  verdict: Verdict,
  job?: string,
): void {
  const name = nameOfRun(run.runDir);
  const before = readHistory(project.root);
  if (entries(before).some((entry) => entry.run === name && entry.jobId === jobId)) return;
  const { exitCode, signal, started, endedAt, elapsedSeconds, cpus, totalCpu, maxRss, nodes, restarts, tasks } =
    verdict;
  const entry: HistoryEntry = {
    ...{ id: run.id, run: name, jobId, cluster: project.cluster.name, state: verdict.state },
    ...(job === undefined ? {} : { job }),
    ...defined({
      exitCode,
      signal,
      started,
      ended: endedAt,
      elapsedSeconds,
      cpus,
      totalCpu,
      maxRss,
      nodes,
      restarts,
      tasks,
    }),
    recorded: new Date().toISOString(),
  };
  mkdirSync(jobsFolder(project.root), { recursive: true });
  // A full disk may have cut the last line short: it must not take this one with it.
  const fresh = before === '' || before.endsWith('\n') ? '' : '\n';
  // One write of one line: appending is atomic among our own commands.
  appendFileSync(historyFile(project.root), `${fresh}${JSON.stringify(entry)}\n`);
}

/** All lines, the oldest first; lines that are none (a disk was full) are passed over. */
export function history(root: string, id?: string): HistoryEntry[] {
  return entries(readHistory(root)).filter((entry) => id === undefined || entry.id === id);
}

function readHistory(root: string): string {
  try {
    return readFileSync(historyFile(root), 'utf8');
  } catch {
    return '';
  }
}

function entries(text: string): HistoryEntry[] {
  return text.split('\n').flatMap((line) => {
    try {
      const entry = JSON.parse(line) as Partial<HistoryEntry> | null;
      return entry?.id && entry.run && entry.jobId ? [entry as HistoryEntry] : [];
    } catch {
      return [];
    }
  });
}

const historyFile = (root: string): string => join(jobsFolder(root), 'history.jsonl');

function defined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== '')) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
