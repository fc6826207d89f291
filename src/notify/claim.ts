/** Who tells of an end: the laptop that watches, or the job itself while the laptop sleeps. */

import type { Host } from '../host/types.ts';

/**
 * The marks among `marks` that are ours to tell of. An end has the mark `JOB.LIFE`, LIFE being the restart count (`JOB_TASK.LIFE` of an
 * array's task); the end of all that was submitted in the run so far is `all`. Where nobody can be asked all are: rather twice than never.
 */
export async function claimed(host: Host, runDir: string, marks: readonly string[]): Promise<string[]> {
  if (marks.length === 0) return [];
  try {
    const { code, stdout } = await host.run({ files: ['lib', 'told'], args: [runDir, ...marks] });
    if (code !== 0) return [...marks];
    const told = new Set(stdout.split('\n'));
    return marks.filter((mark) => !told.has(mark));
  } catch {
    return [...marks];
  }
}

/** The mark of a job's end. */
export const markOf = ({ jobId = '', restarts = 0 }: { jobId?: string; restarts?: number }): string =>
  `${jobId}.${restarts}`;
