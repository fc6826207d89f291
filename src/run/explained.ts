/** What a job's log adds to the verdict on it: the container it was not in, the program it did not find. */

import { containerTrouble } from './container-trouble.ts';
import type { TrackedRun } from './find.ts';
import { withNotFound } from './not-found.ts';
import type { Project } from './project.ts';
import type { Verdict } from './verdict.ts';

/** `logs` gives the ends of its logs. */
export async function explained(
  project: Project,
  run: TrackedRun,
  verdict: Verdict,
  logs: () => readonly string[],
): Promise<Verdict> {
  // Only what ended by itself: a job that was cancelled or ran out of time may have left Pyxis complaining.
  const failed = verdict.ended && !verdict.success && (verdict.state === 'FAILED' || verdict.state === 'COMPLETED');
  const container = failed ? containerTrouble(logs()) : undefined;
  return container ? { ...verdict, container } : withNotFound(project, run, verdict, logs);
}
