/** Which program a failed job did not find, by the end of its log: exit code 2 or 127 alone does not name it. */

import { loadProfile } from '../conf/profile.ts';
import type { TrackedRun } from './find.ts';
import { withGiven } from './given.ts';
import type { Project } from './project.ts';
import { endOf } from './tail.ts';
import type { Verdict } from './verdict.ts';

/** Bytes at the end of a log that are looked at: srun's own words come after those of the job. */
const TAIL = 8192;

/** What a log's next piece leaves of its end. */
export function lastBytes(before: Buffer, data: Buffer): Buffer {
  return Buffer.concat([before, data.subarray(-TAIL)]).subarray(-TAIL);
}

/** The end of a log file; empty if it cannot be read. */
export function endOfLog(path: string): string {
  try {
    return endOf(path, TAIL).end.toString();
  } catch {
    return '';
  }
}

/** slurmstepd of every version, "execve(): %s: %m" and "execve(): bad interpreter(%s): %m" (exec_task in its task.c). */
const STEP = [/\berror: execve\(\): (?:bad interpreter\(\s*(.+)\)|(.+)): No such file or directory$/];
/** bash and dash, of a word; bash, of a path; env, of the `#!` line that it stands in. */
const SHELL = [
  /(?:^|: )([^:]+): (?:command )?not found$/,
  /(?:\bline \d+|\bbash): ([^:]*\/[^:]*): (?:No such file or directory|cannot execute: required file not found)$/,
  /\benv: ['‘]?([^:'’]+)['’]?: No such file or directory$/,
];
/** By exit code who may have said it: a step ends with ENOENT, a shell with 127 (bash(1), "EXIT STATUS"). */
const SAYS: Readonly<Record<number, readonly RegExp[]>> = { 2: STEP, 127: SHELL };

/** The program that the last such line of a log's end names, for a job that ended with `code`. */
export function programNotFound(code: number, log: string): string | undefined {
  for (const line of log.split(/\r?\n/).reverse()) {
    for (const pattern of SAYS[code] ?? []) {
      const [, ...names] = pattern.exec(line) ?? [];
      const program = names.find(Boolean);
      if (program) return program.slice(0, 200);
    }
  }
  return undefined;
}

/** The program a job did not find, if that is how it ended; `logs` gives the ends of its logs. */
export function missingProgram(verdict: Verdict, logs: () => readonly string[]): string | undefined {
  const code = verdict.ended ? verdict.exitCode || verdict.stepCode : undefined;
  if (code === undefined || !(code in SAYS)) return undefined;
  return logs()
    .map((log) => programNotFound(code, log))
    .find(Boolean);
}

/** Whether a program that was not found is the run's PYTHON. */
export async function isInterpreter(project: Project, run: TrackedRun, program: string): Promise<boolean> {
  const python = await pythonOf(project, run);
  // srun may have looked it up on its PATH before.
  return python !== undefined && (program === python || program.endsWith(`/${python}`));
}

/** PYTHON, as the run was submitted with it; undefined if it runs nothing, or the profile cannot be read any more. */
async function pythonOf(project: Project, run: TrackedRun): Promise<string | undefined> {
  const [name = '', tag] = run.id.split('@');
  try {
    const given = await withGiven(project, run);
    const { script, python } = loadProfile(project.root, name, tag, project.cluster, given, 'any');
    return script?.endsWith('.py') ? python : undefined;
  } catch {
    // Whatever it is: how the job ended is told all the same.
    return undefined;
  }
}
