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

/**
 * `make TARGET PROFILE=… TAG=… CLUSTER=…`, then whatever else is given. `id` is `PROFILE` or `PROFILE@TAG`; without one
 * it is the profile that was typed, if any. Where a sweep was typed it is the sweep's own target, if there is one.
 */
export function make(target: string, id: string | undefined, typed: Typed, ...more: string[]): string {
  const { sweep, sweepId } = typed;
  const isSweep = sweep !== undefined || sweepId !== undefined;
  const own = target.startsWith('slurm-sweep-') ? target : OF_SWEEPS[target];
  if (isSweep && own) {
    return makeSweep(own, { name: sweep ?? '', ...(sweepId && { wandb: { sweepId } }) }, typed, ...more);
  }
  const [profile, tag] = id ? id.split('@') : isSweep ? [] : [typed.profile, typed.tag];
  const variables = [
    ['PROFILE', profile],
    ['TAG', tag],
    ['CLUSTER', typed.cluster === DEFAULT_CLUSTER ? undefined : typed.cluster],
  ] as const;
  const words = variables.flatMap(([name, value]) => (value ? [`${name}=${bare(value)}`] : []));
  return ['make', target, ...words, ...more].join(' ');
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
  const variables = [
    sweepId ? (['SWEEP_ID', wandb?.sweepId ?? sweepId] as const) : (['SWEEP', name] as const),
    ['PROFILE', profile] as const,
    ['TAG', tag] as const,
    ['CLUSTER', cluster === DEFAULT_CLUSTER ? undefined : cluster] as const,
  ];
  const words = variables.flatMap(([key, value]) => (value ? [`${key}=${bare(value)}`] : []));
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
  return make(/^slurm-(push|run|full|sweep-start|sweep-full)$/.test(target) ? otherwise : target, id, typed);
}

/** As if the sweep had been typed whose run `id` is, so that its own targets are named. */
export function ofSweep(id: string, sweep: string, { cluster }: Typed): Typed {
  return { sweep, profile: id.split('@')[0] ?? id, ...(cluster && { cluster }) };
}

/** What was typed without the profile, for a target that is about all of them. */
export function withoutProfile({ target, cluster }: Typed): Typed {
  return { ...(target && { target }), ...(cluster && { cluster }) };
}

/** The file of a profile by its id. */
export function profileFile(id: string): string {
  return `slurm/profiles/${id.split('@')[0]}.conf`;
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
