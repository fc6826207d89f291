/** The commands that a report tells people to type. */

import { quote } from '../host/quote.ts';

/** What was typed, as far as it has to be typed again: names of make's command line. */
export interface Typed {
  /** The target, such as `slurm-run`. */
  target?: string;
  profile?: string;
  tag?: string;
  cluster?: string;
  sweep?: string;
  sweepId?: string;
  flow?: string;
}

/** What does for a sweep what these do for a single run. */
const OF_SWEEPS: Readonly<Record<string, string>> = {
  'slurm-push': 'slurm-sweep-start',
  'slurm-run': 'slurm-sweep-start',
  'slurm-submit': 'slurm-sweep-resume',
  'slurm-resubmit': 'slurm-sweep-resume',
  'slurm-watch': 'slurm-sweep-watch',
  'slurm-collect': 'slurm-sweep-collect',
};

/** The same for a flow, with what else has to be typed; the log of a failed job is named by the flow's status. */
const OF_FLOWS: Readonly<Record<string, readonly [target: string, ...more: string[]]>> = {
  'slurm-push': ['slurm-flow'],
  'slurm-run': ['slurm-flow'],
  'slurm-full': ['slurm-flow-full'],
  'slurm-submit': ['slurm-flow'],
  'slurm-resubmit': ['slurm-flow', 'RESUME=1'],
  'slurm-watch': ['slurm-flow-watch'],
  'slurm-log': ['slurm-flow-status'],
  'slurm-collect': ['slurm-flow-collect'],
  'slurm-release': ['slurm-release'],
  'slurm-recover': ['slurm-recover'],
  'slurm-clean': ['slurm-clean'],
};

/** The flow whose run `id` is, unless somebody has typed the profile of that name. */
const flowIn = (id: string | undefined, { profile }: Typed): string | undefined =>
  profile === 'flow' ? undefined : /^flow@(.+)$/.exec(id ?? '')?.[1];

/**
 * `make TARGET PROFILE=… TAG=… CLUSTER=…`, then whatever else is given. `id` is `PROFILE` or `PROFILE@TAG`; without one
 * it is the profile that was typed, if any. Where a sweep or a flow was typed it is the sweep's or the flow's own target, if there is one.
 */
export function make(target: string, id: string | undefined, typed: Typed, ...more: string[]): string {
  const { sweep, sweepId } = typed;
  const named = flowIn(id, typed);
  if (typed.flow === undefined && named !== undefined) return make(target, id, ofFlow(id!, named, typed), ...more);
  const { flow } = typed;
  const isFlow = flow !== undefined && (id === undefined || named !== undefined || id === 'flow');
  const [flowTarget, ...words] = OF_FLOWS[target] ?? (/^slurm-flow(-|$)/.test(target) ? [target] : []);
  if (isFlow && flowTarget) return makeFlow(flowTarget, flow, typed, ...words, ...more);
  const isSweep = sweep !== undefined || sweepId !== undefined;
  const own = target.startsWith('slurm-sweep-') ? target : OF_SWEEPS[target];
  if (isSweep && own) {
    return makeSweep(own, { name: sweep ?? '', ...(sweepId && { wandb: { sweepId } }) }, typed, ...more);
  }
  const [profile, tag] = isFlow ? [] : id ? id.split('@') : isSweep ? [] : [typed.profile, typed.tag];
  return written(target, { PROFILE: profile, TAG: tag }, typed, more);
}

/** `make TARGET SWEEP=… …`, for the sweep's own targets; with SWEEP_ID where that was typed. */
export function makeSweep(
  target: string,
  { name, folder, wandb }: { name: string; folder?: string; wandb?: { sweepId: string } },
  { profile, cluster, sweepId, ...typed }: Typed,
  ...more: string[]
): string {
  // Its folder may have been typed for its name: SWEEP=grid.seed1 is SWEEP=grid TAG=seed1.
  const tag =
    folder === undefined ? typed.tag : folder.startsWith(`${name}.`) ? folder.slice(name.length + 1) : undefined;
  const which = sweepId ? { SWEEP_ID: wandb?.sweepId ?? sweepId } : { SWEEP: name };
  return written(target, { ...which, PROFILE: profile, TAG: tag }, { ...(cluster && { cluster }) }, more);
}

/** `make TARGET FLOW=… TAG=… CLUSTER=…`, then whatever else is given. */
export function makeFlow(target: string, flow: string, typed: Typed, ...more: string[]): string {
  return written(target, { FLOW: flow, TAG: typed.tag }, typed, more);
}

function written(
  target: string,
  which: Readonly<Record<string, string | undefined>>,
  { cluster }: Typed,
  more: readonly string[],
): string {
  const variables = { ...which, CLUSTER: cluster === DEFAULT_CLUSTER ? undefined : cluster };
  const words = Object.entries(variables).flatMap(([name, value]) => (value ? [`${name}=${bare(value)}`] : []));
  return ['make', target, ...words, ...more].join(' ');
}

/** Sends agents to a sweep that W&B has already; what nobody knows here is in capitals. */
export function sendAgents(sweepId: string, { profile = 'NAME', tag, cluster }: Typed): string {
  const typed = { profile, sweepId, ...(tag && { tag }), ...(cluster && { cluster }) };
  return makeSweep('slurm-sweep-resume', { name: '' }, typed, 'MAX_RUNS=10');
}

/**
 * The target that was typed, once more; `otherwise` where that one begins with a push: to go on is not to begin again.
 */
export function again(otherwise: string, id: string | undefined, typed: Typed): string {
  const { target = otherwise } = typed;
  return make(
    /^slurm-(push|run|full|sweep-start|sweep-full|flow|flow-full)$/.test(target) ? otherwise : target,
    id,
    typed,
  );
}

/** As if the sweep had been typed whose run `id` is, so that its own targets are named. */
export function ofSweep(id: string, sweep: string, { cluster }: Typed): Typed {
  return { sweep, profile: id.split('@')[0] ?? id, ...(cluster && { cluster }) };
}

/** As if the flow had been typed whose run `id` is: `flow@NAME` or `flow@NAME.TAG`. */
export function ofFlow(id: string, flow: string, { target, cluster }: Typed): Typed {
  const tag = id.slice(`flow@${flow}.`.length);
  return { flow, ...(target && { target }), ...(tag && { tag }), ...(cluster && { cluster }) };
}

/** What was typed without the profile, for a target that is about all of them. */
export function withoutProfile({ target, cluster }: Typed): Typed {
  return { ...(target && { target }), ...(cluster && { cluster }) };
}

/** The file of a profile by its id; of a flow's run, where the flow was typed, that of the flow. */
export function profileFile(id: string, { flow }: Typed = {}): string {
  return flow !== undefined && id.startsWith('flow@') ? flowFile(flow) : `slurm/profiles/${id.split('@')[0]}.conf`;
}

/** The file of a flow, as it is called unless somebody wrote .yml. */
export function flowFile(flow: string): string {
  return `slurm/flows/${flow}.yaml`;
}

/** The file of the cluster that was typed. */
export function clusterFile({ cluster }: Typed): string {
  return cluster && cluster !== DEFAULT_CLUSTER ? `slurm/clusters/${cluster}.conf` : 'slurm/cluster.conf';
}

/** A run directory as reports name it: relative to REMOTE_DIR. */
export function runPath(runDir: string): string {
  return `runs/${runDir.slice(runDir.lastIndexOf('/') + 1)}/`;
}

/** What slurm/cluster.conf is called. */
const DEFAULT_CLUSTER = 'cluster';

const bare = (value: string): string => (/^[\w.@/:+-]+$/.test(value) ? value : quote(value));
