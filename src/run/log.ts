/** log: the end of both logs of a job, from the cluster or, once collected, from here. */

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../failure.ts';
import { SEPARATOR } from '../scheduler/rows.ts';
import { idOf, submittedRun, type TrackedRun, type WhichRun } from './find.ts';
import { history } from './history.ts';
import { remoteDirOf } from './names.ts';
import type { RunProblem } from './problem.ts';
import { logsFolder, type Project } from './project.ts';
import { readTracked } from './record.ts';
import { lastLines } from './tail.ts';

export interface LogResult {
  jobId: string;
  logs: {
    name: string /** Size of the whole log in bytes, where it lies on the cluster. */;
    size: number;
    tail: string;
  }[];
  /** Read from slurm/logs here. */
  local: boolean;
}

/** The last `lines` lines of each log of the profile's tracked job, or of the last one that was collected. */
export async function log(project: Project, which: WhichRun, lines: number): Promise<LogResult> {
  const tracked = readTracked(project.root, idOf(which));
  if (tracked.runDir === undefined || tracked.jobId === undefined) {
    const last = history(project.root, tracked.id).at(-1);
    const local = last && localLog(project.root, last.jobId, lines);
    if (local) return local;
  }
  const run = submittedRun(project.root, which);
  return { jobId: run.jobId, logs: await logsOf(project, run, [run.jobId], lines), local: false };
}

/** The last `lines` lines of the logs of jobs or array tasks, from the cluster. Throws Failure(2) if the run is gone. */
export async function logsOf(
  project: Project,
  { id, runDir }: Pick<TrackedRun, 'id' | 'runDir'>,
  jobIds: readonly string[],
  lines: number,
): Promise<LogResult['logs']> {
  const chunks: Buffer[] = [];
  // As bytes: a log need not be text.
  const answer = await project.host.run(
    { files: ['lib', 'log'], args: [remoteDirOf(runDir), String(lines), ...jobIds] },
    { onOutput: (chunk) => void chunks.push(Buffer.from(chunk)) },
  );
  if (answer.code !== 0) throw new Failure<RunProblem>(2, { kind: 'run-gone', id, runDir });
  return parseLogs(Buffer.concat(chunks));
}

/** Logs that were brought here; undefined if there are none of that job. */
function localLog(root: string, jobId: string, lines: number): LogResult | undefined {
  const folder = logsFolder(root);
  if (!existsSync(folder)) return undefined;
  const names = readdirSync(folder).filter((name) => new RegExp(`^${jobId}(_\\d+)?\\.(out|err)$`).test(name));
  if (names.length === 0) return undefined;
  const logs = names
    .sort()
    .reverse()
    .map((name) => ({ name, ...lastLines(join(folder, name), lines) }));
  return { jobId, logs, local: true };
}

/** `log NAME SIZE LENGTH` and that many bytes, again and again. */
function parseLogs(output: Buffer): LogResult['logs'] {
  const logs: LogResult['logs'] = [];
  for (let at = 0; at < output.length; ) {
    const newline = output.indexOf(10, at);
    if (newline < 0) break;
    const [, name = '', size = '0', length = '0'] = output.subarray(at, newline).toString().split(SEPARATOR);
    const end = newline + 1 + Number(length);
    logs.push({ name, size: Number(size), tail: output.subarray(newline + 1, end).toString() });
    at = end;
  }
  return logs;
}
