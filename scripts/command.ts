/** What every script does around its verb: reads the variables, shows what happens, and turns the end into an exit code. */

import pc from 'picocolors';
import { mustExist } from '../src/conf/profile.ts';
import { Failure } from '../src/failure.ts';
import type { Typed } from '../src/report/commands.ts';
import { interruptedText } from '../src/report/events.ts';
import { toJson } from '../src/report/json.ts';
import { errorText, failureText } from '../src/report/problems.ts';
import type { Style } from '../src/report/style.ts';
import { clusterOf, idOf, type WhichRun } from '../src/run/find.ts';
import type { RunProblem } from '../src/run/problem.ts';
import { openProject, type Project } from '../src/run/project.ts';
import { readTracked } from '../src/run/record.ts';
import { missingProfile } from './missing-profile.ts';
import { openTerminal, type Terminal } from './terminal.ts';
import { commandLine, flowName, sweepName, type Variables, variables } from './variables.ts';

export interface Context {
  /** The project's folder: make runs its recipes there. */
  root: string;
  variables: Variables;
  style: Style;
  typed: Typed;
  terminal: Terminal;
  dryRun: boolean;
  force: boolean;
  /** What is to be done once all is said; the lines that come of it are warnings, and change nothing of how the command ends. */
  atEnd(work: () => Promise<string[]>): void;
  /** From now on Ctrl-C calls this instead of ending the command. */
  onInterrupt(handler: () => void): void;
  /** PROFILE and TAG. Throws Failure(2) without PROFILE. */
  which(): WhichRun;
  /**
   * The project on the cluster of CLUSTER, or else on the one where that profile's run is tracked; with `commandLine` in place of what
   * was typed.
   */
  project(about?: WhichRun, commandLine?: ReadonlyMap<string, string>): Project;
}

export interface Outcome {
  /** Of slurm-shell with CMD it is that command's own exit code, 0 to 255; of every other target an ExitCode. */
  exit?: number;
  /** What JSON=1 prints. */
  result: object;
  /** What a person reads; nothing if it was shown already. */
  text?: string;
}

/** Runs one script; `target` is its make target. */
export async function command(target: string, work: (context: Context) => Promise<Outcome>): Promise<void> {
  const given = variables(commandLine());
  const style: Style = pc.createColors(
    process.stdout.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb',
  );
  const json = /^(1|yes|true)$/i.test(given.all.get('JSON') ?? '');
  const typed = typedWords(target, given);
  const terminal = openTerminal(style, json, given, typed);
  const interrupt = { taken: undefined as (() => void) | undefined };
  process.on('SIGINT', () => {
    if (interrupt.taken) return interrupt.taken();
    terminal.done();
    process.stderr.write(`\n${interruptedText(typed.profile, typed.tag, typed)}\n`);
    if (json) process.stdout.write(`${toJson(target, 130, {}, typed)}\n`);
    process.exit(130);
  });
  // `make slurm-status | head`: whoever reads has had enough.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 2));
  let exit: number;
  const afterwards: (() => Promise<string[]>)[] = [];
  try {
    const outcome = await work(context(given, style, typed, terminal, interrupt, afterwards));
    exit = outcome.exit ?? 0;
    terminal.done();
    if (json) process.stdout.write(`${toJson(target, exit, outcome.result, typed)}\n`);
    else if (outcome.text) process.stdout.write(`${outcome.text}\n`);
  } catch (error) {
    terminal.done();
    const failure = error instanceof Failure ? error : undefined;
    exit = failure?.exit ?? 2;
    if (json) process.stdout.write(`${toJson(target, exit, error, typed)}\n`);
    else process.stderr.write(`${failure ? failureText(failure, style, typed) : errorText(error, style)}\n`);
  }
  process.exitCode = exit;
  for (const last of afterwards) {
    for (const line of await last()) process.stderr.write(`${style.yellow(line)}\n`);
  }
}

function context(
  given: Variables,
  style: Style,
  typed: Typed,
  terminal: Terminal,
  interrupt: { taken: (() => void) | undefined },
  afterwards: (() => Promise<string[]>)[],
): Context {
  const root = process.cwd();
  // Looked at before, for the way errors are shown; what is neither yes nor no is one of them.
  given.flag('JSON');
  given.flag('HOLD');
  const which = (): WhichRun => {
    const found = given.which();
    if (!found) throw missingProfile(root, given.all);
    // It has many jobs, and none of its own.
    const flow = given.text('PROFILE') === undefined && given.text('FLOW');
    if (flow) throw new Failure<RunProblem>(2, { kind: 'is-flow', id: idOf(found), flow: flowName(flow) });
    // A run may be tracked though its profile is gone; of what is neither, nothing can be known.
    const { runDir, jobId } = readTracked(root, idOf(found));
    if (runDir === undefined && jobId === undefined) mustExist(root, found.profile);
    return found;
  };
  return {
    ...{ root, style, typed, terminal, which, variables: given },
    dryRun: given.flag('DRY_RUN'),
    force: given.flag('FORCE'),
    atEnd: (last) => {
      afterwards.push(last);
    },
    onInterrupt: (handler) => {
      interrupt.taken = handler;
    },
    project: (about, words = given.all) => {
      const tracked = about && readTracked(root, idOf(about));
      const [asked, known] = [given.text('CLUSTER'), tracked?.runDir && clusterOf(tracked)];
      if (asked !== undefined && known && asked !== known && about) {
        throw new Failure<RunProblem>(2, { kind: 'other-cluster', id: idOf(about), cluster: known });
      }
      return openProject(root, given.text('CLUSTER') ?? tracked?.notes.cluster, words, terminal.talk);
    },
  };
}

function typedWords(target: string, given: Variables): Typed {
  const said = {
    ...{ profile: 'PROFILE', tag: 'TAG', cluster: 'CLUSTER' },
    ...{ sweep: 'SWEEP', sweepId: 'SWEEP_ID', flow: 'FLOW' },
  };
  const nameIn: Readonly<Record<string, (text: string) => string>> = { sweep: sweepName, flow: flowName };
  const words = Object.entries(said).flatMap(([key, name]) => {
    const value = given.text(name);
    return value ? [[key, nameIn[key]?.(value) ?? value] as const] : [];
  });
  return { target, ...Object.fromEntries(words) };
}
