/** The commands that a report tells people to type. */

import { quote } from '../host/quote.ts';

/** What was typed, as far as it has to be typed again: names of make's command line. */
export interface Typed {
  /** The target, such as `slurm-run`. */
  target?: string;
  profile?: string;
  tag?: string;
  cluster?: string;
}

/**
 * `make TARGET PROFILE=… TAG=… CLUSTER=…`, then whatever else is given. `id` is `PROFILE` or `PROFILE@TAG`; without one
 * it is the profile that was typed, if any.
 */
export function make(target: string, id: string | undefined, typed: Typed, ...more: string[]): string {
  const [profile, tag] = id ? id.split('@') : [typed.profile, typed.tag];
  const variables = [
    ['PROFILE', profile],
    ['TAG', tag],
    ['CLUSTER', typed.cluster === DEFAULT_CLUSTER ? undefined : typed.cluster],
  ] as const;
  const words = variables.flatMap(([name, value]) => (value ? [`${name}=${bare(value)}`] : []));
  return ['make', target, ...words, ...more].join(' ');
}

/**
 * The target that was typed, once more; `otherwise` where that one begins with a push: to go on is not to begin again.
 */
export function again(otherwise: string, id: string | undefined, typed: Typed): string {
  const { target = otherwise } = typed;
  return make(/^slurm-(push|run|full)$/.test(target) ? otherwise : target, id, typed);
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
