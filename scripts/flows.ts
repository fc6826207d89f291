/** What the targets of flows have in common. */

import { isName } from '../src/conf/keys.ts';
import { COMMAND_LINE, type ConfProblem } from '../src/conf/problem.ts';
import { Failure } from '../src/failure.ts';
import { listFlows, loadFlow, withoutArgs } from '../src/flow/file/file.ts';
import type { FlowPartAsked } from '../src/flow/plan.ts';
import type { FlowProblem } from '../src/flow/problem.ts';
import { loadFlowProfiles, unionProfile } from '../src/flow/profiles.ts';
import type { FlowStatus } from '../src/flow/results.ts';
import { flowKeptHere } from '../src/flow/started.ts';
import type { ReadyFlow } from '../src/flow/submit.ts';
import { runOfFlow, type WhichFlow } from '../src/flow/which.ts';
import { idOf } from '../src/run/find.ts';
import type { Project } from '../src/run/project.ts';
import type { Context } from './command.ts';
import { type FlowNotices, flowNotices } from './notify.ts';
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

/** The flow of a file with its jobs' profiles, and the project, of whose command line the flow's arguments are no keys. Throws Failure(2). */
export async function openFlow(context: Context, which: WhichFlow): Promise<{ ready: ReadyFlow; project: Project }> {
  const { root, variables } = context;
  const flow = await loadFlow(root, which.name, variables.all);
  const project = context.project(runOfFlow(which), withoutArgs(variables.all, flow));
  const profiles = loadFlowProfiles(root, project.cluster, project.commandLine, flow, which.tag);
  return { ready: { flow, profiles, union: unionProfile(flow, profiles) }, project };
}

/** The project where a flow was started, and who is told of it while somebody looks on. */
export function watchedFlow(context: Context, which: WhichFlow): { project: Project; notices: FlowNotices } {
  const run = runOfFlow(which);
  const project = context.project(run);
  const notices = flowNotices(context, project, flowKeptHere(context.root, idOf(run))?.secrets ?? [], false);
  return { project: notices.project, notices };
}

/** FROM, ONLY and RESUME. Throws Failure(2) for more than one of them. */
export function partAsked(variables: Variables): FlowPartAsked {
  const names = (name: string): string[] | undefined =>
    variables
      .text(name)
      ?.split(/[\s,]+/)
      .filter(Boolean);
  const [from, only, resume] = [names('FROM'), names('ONLY'), variables.flag('RESUME')];
  const given = Object.entries({ FROM: from, ONLY: only, RESUME: resume || undefined }).flatMap(([name, value]) =>
    value === undefined ? [] : [name],
  );
  if (given.length > 1) throw new Failure<FlowProblem>(2, { kind: 'flow-parts-twice', variables: given });
  if (from) return { part: 'from', jobs: from };
  if (only) return { part: 'only', jobs: only };
  return { part: resume ? 'due' : 'all' };
}

/** 0 where all went as the graph meant it to, or still may; 1 where something failed. */
export function exitOf({ counts }: FlowStatus): 0 | 1 {
  return counts.failed + counts.stopped + counts.cancelled + counts.unknown > 0 ? 1 : 0;
}
