/** What a job in a container needs besides its script. */

import type { Profile } from '../conf/types.ts';
import { Failure } from '../failure.ts';
import { remoteText } from '../host/program.ts';
import { unmountable } from '../template/container.ts';
import type { Header } from '../template/directives.ts';
import { wholeScript } from '../template/whole-script.ts';
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

/** What a job script cannot have that asks for a container for all of itself; `file` is its template. */
export function checkWholeScript(
  project: Project,
  profile: Profile,
  runDir: string,
  header: Header,
  file: string,
): void {
  const whole = wholeScript(header, profile);
  if (!whole) return;
  const line = whole.line;
  const place = line === undefined ? profile.settings.get('SBATCH_ARGS')?.place : { file, line };
  const asked = { ...(place && { place }) };
  if (project.scheduler.kind === 'local')
    throw new Failure<RunProblem>(2, { kind: 'container-impossible', whole: true, ...asked });
  if (profile.runsIn) throw new Failure<RunProblem>(2, { kind: 'container-twice', ...asked });
  if (!unmountable(runDir)) return;
  const where = project.cluster.settings.get('REMOTE_DIR')?.place;
  const problem = { kind: 'container-path', key: 'REMOTE_DIR', path: runDir, runtime: 'pyxis' } as const;
  throw new Failure<RunProblem>(2, { ...problem, ...(where && { place: where }) });
}

/** What the supervisor of such a job is to know: that it has to be in a container, and whether to stay where that begins. */
export function wholeScriptLines(header: Pick<Header, 'directives'>, profile: Profile): string[] {
  const whole = wholeScript(header, profile);
  if (!whole) return [];
  return ['sr_contained=yes', ...(whole.workdir ? ['sr_workdir=theirs'] : [])];
}

/**
 * Where the whole script runs in a container: the run and its data are there under the paths they have outside, above whatever is
 * mounted otherwise. Of a run that was never pushed the path is not known yet.
 */
export function mountsOfRun(profile: Profile, header: Header, runDir: string, remoteDir: string): string[] {
  const whole = wholeScript(header, profile);
  if (!whole || !runDir.startsWith('/')) return [];
  const data = `${remoteDir}/data`;
  const own = whole.mounts === '' ? [] : [whole.mounts];
  return [`--container-mounts=${[...own, `${runDir}:${runDir}`, `${data}:${data}`].join(',')}`];
}

/** What each task of a job in a container runs first; the default template looks for it beside the manifest. */
export function insideText({ runsIn }: Profile): string {
  return runsIn === undefined ? '' : remoteText('inside');
}
