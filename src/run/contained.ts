/** What a job in a container needs besides its script. */

import type { Profile } from '../conf/types.ts';
import { Failure } from '../failure.ts';
import { remoteText } from '../host/program.ts';
import { unmountable } from '../template/container.ts';
import type { RunProblem } from './problem.ts';
import type { Project } from './project.ts';

/** What the default template cannot run in a container; better said now than in the job's log. */
export function checkContainer(project: Project, profile: Profile, runDir: string): void {
  const { runsIn, containerRuntime: runtime, containerMounts } = profile;
  if (runsIn === undefined) return;
  const at = (key: string) => {
    const place = profile.settings.get(key)?.place;
    return place ? { place } : {};
  };
  if (project.scheduler.kind === 'local' && runtime === 'pyxis')
    throw new Failure<RunProblem>(2, { kind: 'container-impossible', ...at('CONTAINER') });
  const sources = containerMounts.map(({ source }) => source);
  const path = [runDir, ...sources].find((one) => unmountable(one));
  if (path === undefined) return;
  const key = path === runDir ? 'REMOTE_DIR' : 'CONTAINER_MOUNTS';
  const place = path === runDir ? project.cluster.settings.get(key)?.place : at(key).place;
  throw new Failure<RunProblem>(2, { kind: 'container-path', key, path, runtime, ...(place ? { place } : {}) });
}

/** What each task of a job in a container runs first; the default template looks for it beside the manifest. */
export function insideText({ runsIn }: Profile): string {
  return runsIn === undefined ? '' : remoteText('inside');
}
