/** shell: a person's shell, or one command, in an allocation as a profile's jobs get it, in a run directory of its own. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Profile } from '../conf/types.ts';
import { Failure } from '../failure.ts';
import { programText, remoteText } from '../host/program.ts';
import { quote } from '../host/quote.ts';
import { insideText } from '../run/contained.ts';
import type { TrackedRun, WhichRun } from '../run/find.ts';
import { nameOfRun } from '../run/names.ts';
import { checked } from '../run/prepare.ts';
import type { RunProblem } from '../run/problem.ts';
import type { Project } from '../run/project.ts';
import { planned, send } from '../run/push.ts';
import { exclusively } from '../run/record.ts';
import { exportLines, renderAttended } from '../run/render.ts';
import { secretLines } from '../run/submit.ts';
import { allocation } from './options.ts';
import type { InteractiveProblem } from './problem.ts';
import { afterwards, endJob, type ShellResult } from './put-away.ts';
import { announceWaiting } from './waiting.ts';

export interface ShellOptions extends WhichRun {
  /** Shell text to run instead of a shell. */
  command?: string;
  /** There is a person with a terminal. */
  terminal: boolean;
  output: 'stdout' | 'stderr';
  /** From the call on, Ctrl-C calls `handler` instead of ending this command; with a terminal it is a key for the program inside. */
  onInterrupt(handler: () => void): void;
}

/** What would be asked for. */
export interface PlannedShell {
  profile: Profile;
  run: string;
  runDir: string;
  options: string[];
  script: string;
}

/** Its runs have a tag of their own, so that none is ever taken for the profile's tracked one. */
export function shellTag(tag: string | undefined): string {
  return tag === undefined ? 'shell' : `${tag}.shell`;
}

/** Shows what would be done; nothing is sent. */
export async function planShell(project: Project, options: ShellOptions): Promise<PlannedShell> {
  const { header, ...ready } = await prepare(project, options, true);
  const { run, runDir } = planned(project, ready);
  const script = await renderAttended(project, ready.profile, runDir, mode(options));
  return { profile: ready.profile, run, runDir, options: optionsOf(project, ready.profile, header, runDir), script };
}

/**
 * Pushes, waits for the allocation, gives the terminal away, brings results home and removes the run directory. Throws Failure(2) for
 * what is wrong before that, Failure(3) when the connection breaks: then the job is cancelled as soon as there is one again, and the
 * run directory kept.
 */
export async function shell(project: Project, options: ShellOptions): Promise<ShellResult> {
  const { header, ...ready } = await prepare(project, options, false);
  const { host, root, scheduler } = project;
  const secrets = secretLines(root, ready.profile);
  const { pushed, notes } = await inTurn(root, ready.profile.id, () => send(project, ready));
  const { runDir } = pushed;
  const run: TrackedRun = { id: ready.profile.id, runDir, notes };
  let interrupted = false;
  options.onInterrupt(() => {
    if (options.terminal || interrupted) return;
    interrupted = true;
    // ssh has ended with the same key, what it started has not; what comes afterwards looks once more.
    endJob(project, run).catch(() => {});
  });
  const script = await renderAttended(project, ready.profile, runDir, mode(options), notes.home);
  const args = optionsOf(project, ready.profile, header, runDir);
  const { files, setup } = scheduler.shell;
  const tty = options.terminal ? 'yes' : '';
  const front = programText({ files: [...files, 'shell'], args: [runDir, setup, tty, ...args] });
  const texts = [jobText(ready.profile, runDir, args), script, secrets, insideText(ready.profile), front];
  const placed = await host.run({ files: ['lib', 'shell-place'], args: [runDir, ...texts] });
  if (placed.code === 66) throw new Failure<RunProblem>(2, { kind: 'run-gone', id: run.id, runDir });
  if (placed.code !== 0)
    throw new Failure<RunProblem>(2, { kind: 'submit-failed', id: run.id, detail: placed.stderr.trim() });
  const stopWaiting = announceWaiting(project, run);
  const end = interrupted
    ? { code: 130 }
    : await host.interact(`${runDir}/.slurm-runner/shell`, { tty: options.terminal, output: options.output });
  stopWaiting();
  return afterwards(project, run, end, { command: options.command !== undefined, interrupted: () => interrupted });
}

const mode = ({ terminal }: ShellOptions): 'terminal' | 'plain' => (terminal ? 'terminal' : 'plain');

/** Every mistake before anything is sent; the profile has what is to run instead of what it runs. */
async function prepare(project: Project, options: ShellOptions, dryRun: boolean) {
  const { profile: name, tag, command, terminal } = options;
  const which = { profile: name, tag: shellTag(tag) };
  if (command === undefined && !terminal && !dryRun) {
    const id = tag === undefined ? name : `${name}@${tag}`;
    throw new Failure<InteractiveProblem>(2, { kind: 'no-terminal', id });
  }
  const { header, files, profile } = await checked(project, which, dryRun);
  const { script: _, ...rest } = profile;
  const shown = { ...rest, command: command ?? 'a shell', scriptArgs: [] };
  project.talk.tell({ type: 'profile', profile: shown, header, codeFiles: files.length });
  const ready = { profile: { ...rest, command: commandText(command), scriptArgs: [] }, files };
  await renderAttended(project, ready.profile, planned(project, ready).runDir, mode(options));
  return { header, ...ready };
}

/** An image may have no bash. */
function commandText(command: string | undefined): string {
  const words = command === undefined ? '-i' : `-c -- ${quote(command)}`;
  return `if command -v bash >/dev/null 2>&1; then exec bash ${words}; else exec sh ${words}; fi`;
}

function optionsOf(
  project: Project,
  profile: Profile,
  header: Parameters<typeof allocation>[1],
  runDir: string,
): string[] {
  const run = nameOfRun(runDir);
  const whose = [`--job-name=${project.cluster.jobPrefix}${run}`, `--comment=${run}`, `--chdir=${runDir}`];
  return [...whose, ...allocation(profile, header)];
}

/** What the allocation runs. */
function jobText(profile: Profile, runDir: string, options: readonly string[]): string {
  // On nodes of its own the step holds all of them (scheduler_attend); then every srun inside has to share them with it.
  const shares = options.some((word) => word.startsWith('--exclusive'));
  const exports = exportLines({ ...(shares && { SLURM_OVERLAP: '1' }), ...profile.env });
  const parts = [
    remoteText('scratch'),
    remoteText('supervisor'),
    remoteText('attend'),
    `attend ${quote(runDir)} 1 /bin/bash`,
  ];
  return ['# Written by slurm-runner. What it runs is the file `script` beside this one.', ...exports, ...parts].join(
    '\n',
  );
}

/** Two shells of a profile may begin at the same moment; their pushes go one after the other. */
async function inTurn<T>(root: string, id: string, work: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await exclusively(root, id, work);
    } catch (error) {
      const busy = error instanceof Failure && error.problems[0]?.kind === 'busy';
      if (!busy || tries > 300) throw error;
      await sleep(200);
    }
  }
}
