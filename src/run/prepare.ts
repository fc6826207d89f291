/** Finds every mistake before anything is sent, shows what will be submitted, and asks before a tracked run is replaced. */

import { relative } from 'node:path';
import { type CodeFile, expandCodeFiles } from '../conf/code-files.ts';
import { loadProfile } from '../conf/profile.ts';
import type { Profile } from '../conf/types.ts';
import { Failure } from '../failure.ts';
import type { Header } from '../template/directives.ts';
import { clusterOf, idOf, type Known, lookAt, type WhichRun } from './find.ts';
import { history } from './history.ts';
import { nameOfRun } from './names.ts';
import type { RunProblem } from './problem.ts';
import type { Project } from './project.ts';
import { exclusively, isFlowRun, isSweepRun, readTracked, type Tracked, writeJobId } from './record.ts';
import { renderRun } from './render.ts';
import { jobSecrets } from './submit.ts';

export interface Prepared {
  profile: Profile;
  /** Where it stands for several jobs: theirs, for each may be in an image of its own. */
  jobs?: readonly Profile[];
  files: CodeFile[];
}

/** Does `work` on a checked profile, while no other command works on it. Connecting begins as soon as the files are read. */
export function prepared<T>(
  project: Project,
  which: WhichRun,
  dryRun: boolean,
  work: (ready: Prepared) => Promise<T>,
  check: CheckJob = checkJob,
): Promise<T> {
  return exclusively(project.root, idOf(which), async () => {
    const id = idOf(which);
    const isSweep = isSweepRun(project.root, id);
    if (isFlowRun(project.root, id)) throw new Failure<RunProblem>(2, { kind: 'is-flow', id, flow: which.tag ?? id });
    if (isSweep && check === checkJob) {
      throw new Failure<RunProblem>(2, { kind: 'is-sweep', id, sweep: which.tag ?? id });
    }
    const { header, ...ready } = await checked(project, which, dryRun, check);
    const { profile, files } = ready;
    project.talk.tell({ type: 'profile', profile, header, codeFiles: files.length });
    if (project.scheduler.kind === 'local' && wantsMail(profile, header)) project.talk.tell({ type: 'no-mail' });
    if (!dryRun) await mayReplace(project, profile.id, isSweep);
    return work(ready);
  });
}

/** NONE is Slurm's word for no mails. */
function wantsMail({ sbatch }: Profile, { directives }: Header): boolean {
  const asked = [...directives.flatMap((line) => line.options), ...sbatch].findLast(({ name }) => name === 'mail-type');
  return asked?.value !== undefined && !/^NONE$/i.test(asked.value);
}

/** Finds every mistake there is to be found here; connecting begins meanwhile. */
export async function checked(
  project: Project,
  which: WhichRun,
  dryRun: boolean,
  check: CheckJob = checkJob,
): Promise<Prepared & { header: Header }> {
  const profile = loadProfile(project.root, which.profile, which.tag, project.cluster, project.commandLine);
  const dialling = dryRun ? undefined : project.host.connect();
  const files = await expandCodeFiles(project.root, profile, runsInside(project));
  await dialling;
  const header = await check(project, profile, `${project.cluster.remoteDir}/runs/${profile.id}-00000000-000000`);
  return { profile, files, header };
}

/** Finds what is wrong with a profile's job, as it would be in some run directory; gives its header. Throws Failure(2). */
export type CheckJob = (project: Project, profile: Profile, runDir: string) => Promise<Header>;

const checkJob: CheckJob = async (project, profile, runDir) => {
  jobSecrets(project, profile);
  return (await renderRun(project, profile, runDir)).header;
};

/** On this machine REMOTE_DIR may lie in the project, or be it: a folder of code must not send earlier runs along. */
export function runsInside({ host, cluster, root }: Project): string[] {
  const inside = relative(root, cluster.remoteDir);
  if (host.kind !== 'local' || inside.startsWith('..')) return [];
  return inside === '' ? ['runs', 'slurm/executor', 'slurm/images'] : [inside];
}

/** A job that is tracked is lost sight of here when its profile is pushed again (`recover` finds it). */
async function mayReplace(project: Project, id: string, isSweep: boolean): Promise<void> {
  const tracked = readTracked(project.root, id);
  const { runDir } = tracked;
  const jobId = tracked.jobId ?? (await unheardOf(project, tracked));
  if (jobId === undefined) return;
  // A job that has ended and whose logs and results are home is not lost sight of: its line in the history stays. Of a sweep that is
  // tracked still there are cells to be run.
  if (
    !isSweep &&
    runDir &&
    history(project.root, id).some((entry) => entry.jobId === jobId && entry.run === nameOfRun(runDir))
  )
    return;
  const whose = { id, jobId, ...(runDir ? { runDir } : {}) };
  if (!(await project.talk.ask({ type: 'replace', ...whose })))
    throw new Failure<RunProblem>(4, { kind: 'declined', ...whose });
}

/** The job of a run whose submission was broken off before its answer came; it is tracked from now on. */
async function unheardOf(project: Project, { id, runDir, notes }: Tracked): Promise<string | undefined> {
  // Of another cluster's run this one knows nothing.
  if (runDir === undefined || clusterOf({ id, notes }) !== project.cluster.name) return undefined;
  const { snapshot, known } = await lookAt(project, [{ id, runDir, notes }]);
  const { record, verdict } = known[0] as Known;
  if (!record.there || verdict.state === 'NOT_SUBMITTED') return undefined;
  if (verdict.jobId === undefined) {
    const detail = snapshot.queueTrouble ?? '';
    throw new Failure<RunProblem>(3, { kind: 'submit-unknown', id, detail });
  }
  writeJobId(project.root, id, verdict.jobId);
  return verdict.jobId;
}
