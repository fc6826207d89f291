/** What a job's log adds to the verdict on it: the container it was not in, the program it did not find. */

import { containerTrouble } from './container-trouble.ts';
import type { TrackedRun } from './find.ts';
import { isInterpreter, missingProgram } from './not-found.ts';
import type { Project } from './project.ts';
import type { Verdict } from './verdict.ts';

/** `logs` gives the ends of its logs. */
export async function explained(
  project: Project,
  run: TrackedRun,
  verdict: Verdict,
  logs: () => readonly string[],
): Promise<Verdict> {
  const told = explainedByLogs(verdict, logs);
  if (!told.notFound) return told;
  const { program } = told.notFound;
  return { ...told, notFound: { program, isPython: await isInterpreter(project, run, program) } };
}

/** The same by nothing but its logs. */
export function explainedByLogs<T extends Verdict>(verdict: T, logs: () => readonly string[]): T {
  // Only what ended by itself: a job that was cancelled or ran out of time may have left Pyxis complaining.
  const failed = verdict.ended && !verdict.success && (verdict.state === 'FAILED' || verdict.state === 'COMPLETED');
  const container = failed ? containerTrouble(logs()) : undefined;
  if (container) return { ...verdict, container };
  const program = missingProgram(verdict, logs);
  return program === undefined ? verdict : { ...verdict, notFound: { program } };
}
