/** What the targets of flows have in common. */

import { isName } from '../src/conf/keys.ts';
import { COMMAND_LINE, type ConfProblem } from '../src/conf/problem.ts';
import { Failure } from '../src/failure.ts';
import { loadFlow, withoutArgs } from '../src/flow/file/file.ts';
import { listFlows } from '../src/flow/file/list.ts';
import { runOfFlow, type WhichFlow } from '../src/flow/id.ts';
import type { FlowPartAsked } from '../src/flow/plan.ts';
import type { FlowProblem } from '../src/flow/problem.ts';
import { loadFlowProfiles, unionProfile } from '../src/flow/profiles.ts';
import type { FlowStatus } from '../src/flow/results.ts';
import { flowKeptHere } from '../src/flow/started.ts';
import type { ReadyFlow } from '../src/flow/submit.ts';
import { idOf } from '../src/run/find.ts';
import type { Project } from '../src/run/project.ts';
import { readTracked } from '../src/run/record.ts';
import type { Context } from './command.ts';
import { type FlowNotices, flowNotices } from './notify-flow.ts';
import { flowName, type Variables } from './variables.ts';

/** FLOW and TAG. Throws Failure(2) without FLOW, or for what can't be a name. */
export function whichFlow({ root, variables }: Pick<Context, 'root' | 'variables'>): WhichFlow {
  const [given, tag] = [variables.text('FLOW'), variables.text('TAG')];
  if (given === undefined) throw new Failure<FlowProblem>(2, { kind: 'missing-flow', flows: listFlows(root) });
  const name = flowName(given);
  for (const [key, value] of Object.entries({ FLOW: name, TAG: tag })) {
    if (value !== undefined && !isName(value))
      throw new Failure<ConfProblem>(2, { kind: 'bad-name', key, value, place: COMMAND_LINE });
  }
  return { name, ...(tag !== undefined && { tag }) };
}

/**
 * The flow of a file with its jobs' profiles, and the project, of whose command line the flow's arguments are no keys; all of it anew if
 * that is asked for, else by what was said when it was started, too. Throws Failure(2).
 */
export async function openFlow(
  context: Context,
  which: WhichFlow,
  asked?: FlowPartAsked,
): Promise<{ ready: ReadyFlow; project: Project }> {
  const { root, variables } = context;
  const words = asked?.part === 'all' ? variables.all : new Map([...saidBefore(root, which), ...variables.all]);
  const flow = await loadFlow(root, which.name, words);
  const project = context.project(runOfFlow(which), withoutArgs(words, flow));
  const profiles = loadFlowProfiles(root, project.cluster, project.commandLine, flow, which.tag);
  const given = new Map([...words].filter(([name]) => flow.args.has(name)));
  return { ready: { flow, profiles, union: unionProfile(flow, profiles), given }, project };
}

/** What make's command line said when it was started: part of it again is part of that. */
function saidBefore(root: string, which: WhichFlow): [name: string, value: string][] {
  const id = idOf(runOfFlow(which));
  return Object.entries({ ...readTracked(root, id).notes.given, ...flowKeptHere(root, id)?.args });
}

/** Throws Failure(2) for variables that say which part of a flow is meant, of a target that is about all of it. */
export function noParts({ variables, typed }: Pick<Context, 'variables' | 'typed'>, ...more: string[]): void {
  const given = ['FROM', 'RESUME', ...more].filter((name) => variables.text(name) !== undefined);
  const { target = '' } = typed;
  if (given.length > 0) throw new Failure<FlowProblem>(2, { kind: 'flow-part-unused', variables: given, target });
}

/** The project where a flow was started, and who is told of it while somebody looks on. */
export function watchedFlow(context: Context, which: WhichFlow): { project: Project; notices: FlowNotices } {
  const run = runOfFlow(which);
  const project = context.project(run);
  const notices = flowNotices(context, project, flowKeptHere(context.root, idOf(run))?.secrets ?? [], false);
  return { project: notices.project, notices };
}

/** Jobs' names, with commas or blanks between them; undefined where the variable is not given. Throws Failure(2) for none. */
export function namesIn(variables: Variables, name: string): string[] | undefined {
  const names = variables.all
    .get(name)
    ?.split(/[\s,]+/)
    .filter(Boolean);
  // `ONLY=$(JOBS)` of which nothing came is not the whole flow.
  if (names?.length === 0) throw new Failure<FlowProblem>(2, { kind: 'flow-part-empty', variable: name });
  return names;
}

/** FROM, ONLY and RESUME. Throws Failure(2) for more than one of them. */
export function partAsked(variables: Variables): FlowPartAsked {
  const [from, only, resume] = [namesIn(variables, 'FROM'), namesIn(variables, 'ONLY'), variables.flag('RESUME')];
  const given = Object.entries({ FROM: from, ONLY: only, RESUME: resume || undefined }).flatMap(([name, value]) =>
    value === undefined ? [] : [name],
  );
  if (given.length > 1) throw new Failure<FlowProblem>(2, { kind: 'flow-parts-twice', variables: given });
  if (from) return { part: 'from', jobs: from };
  if (only) return { part: 'only', jobs: only };
  return { part: resume ? 'due' : 'all' };
}

/** 0 where all went as the graph meant it to, or still may; 1 where something failed, or was never submitted. */
export function exitOf({ counts, unfinished }: FlowStatus): 0 | 1 {
  return counts.failed + counts.stopped + counts.cancelled + counts.unknown + unfinished.length > 0 ? 1 : 0;
}
