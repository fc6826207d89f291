/** What every verb works with: a project's folder, its cluster, and the two seams opened for it. */

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { loadCluster } from '../conf/cluster.ts';
import type { Cluster, SchedulerKind } from '../conf/types.ts';
import { openHost } from '../host/host.ts';
import type { Host } from '../host/types.ts';
import { openScheduler } from '../scheduler/scheduler.ts';
import type { Scheduler } from '../scheduler/types.ts';
import type { Talk } from './talk.ts';

export interface Project {
  /** The folder that holds `slurm/`; absolute. */
  root: string;
  cluster: Cluster;
  host: Host;
  scheduler: Scheduler;
  /** Variables of the make command line, by name. */
  commandLine: ReadonlyMap<string, string>;
  talk: Talk;
}

/** Opens the project for one cluster (slurm/cluster.conf if none is named). Nothing is connected to yet. */
export function openProject(
  root: string,
  clusterName: string | undefined,
  commandLine: ReadonlyMap<string, string>,
  talk: Talk,
): Project {
  const cluster = loadCluster(root, clusterName, commandLine);
  const host = openHost(cluster.host);
  return { root, cluster, host, scheduler: openScheduler(schedulerKind(cluster), host, cluster), commandLine, talk };
}

/** `auto` is Slurm, except on this machine when there is no sbatch. */
function schedulerKind(cluster: Cluster): SchedulerKind {
  if (cluster.scheduler !== 'auto') return cluster.scheduler;
  return cluster.host === 'local' && !onPath('sbatch') ? 'local' : 'slurm';
}

function onPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Where state files lie. */
export function jobsFolder(root: string): string {
  return join(root, 'slurm', 'jobs');
}

/** Where logs come to. */
export function logsFolder(root: string): string {
  return join(root, 'slurm', 'logs');
}
