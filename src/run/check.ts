/** check: whether everything a job needs is in order, here and over there; changes nothing. */

import { execa } from 'execa';
import { expandCodeFiles } from '../conf/code-files.ts';
import { ownTemplate } from '../conf/local-paths.ts';
import { mustExist, readProfiles } from '../conf/profile.ts';
import type { Profile } from '../conf/types.ts';
import { Failure, type ProblemBase } from '../failure.ts';
import { containerChecks } from './check-container.ts';
import { runName } from './names.ts';
import { runsInside } from './prepare.ts';
import type { Project } from './project.ts';
import { jobText, renderRun } from './render.ts';
import { jobSecrets } from './submit.ts';

export type CheckSubject =
  | 'node'
  | 'ssh'
  | 'local-rsync'
  | 'profile'
  | 'host'
  | 'remote-dir'
  | 'space'
  | 'rsync'
  | 'scheduler'
  | 'queue'
  | 'accounting'
  | 'partition'
  | 'account'
  | 'python'
  | 'test-only'
  | 'image'
  | 'pyxis'
  | 'runtime'
  | 'namespaces'
  | 'enroot-temp'
  | 'enroot-data'
  | 'compute-node';

export interface CheckItem {
  subject: CheckSubject;
  verdict: 'ok' | 'bad' | 'note';
  /** A version, a name, or the other program's words. */
  detail: string;
  /** Where it was looked for, of what every node has for itself. */
  where?: string;
  /** What there is instead of what was asked for. */
  choices?: string[];
  problems?: readonly ProblemBase[];
}

export interface CheckResult {
  items: CheckItem[];
  ok: boolean;
}

/** Checks one profile with its submission tested, or all profiles' files. */
export async function check(project: Project, id?: { profile: string }): Promise<CheckResult> {
  const items: CheckItem[] = [{ subject: 'node', verdict: 'ok', detail: process.version }];
  if (project.host.kind === 'ssh') {
    void project.host.connect();
    items.push(await version('ssh', 'ssh', ['-V']), await version('local-rsync', 'rsync', ['--version']));
  }
  if (id) mustExist(project.root, id.profile);
  const all = readProfiles(project.root, project.cluster, project.commandLine);
  const chosen = id ? all.filter(({ name }) => name === id.profile) : all;
  const read = chosen.map(({ name, profile, problems }) => ({ name, profile, problems: problems as ProblemBase[] }));
  let rendered: Awaited<ReturnType<typeof tryRender>> | undefined;
  for (const one of read) {
    const attempt = one.profile ? await tryRender(project, one.profile) : undefined;
    const problems = [...one.problems, ...(attempt && 'problems' in attempt ? attempt.problems : [])];
    items.push({ subject: 'profile', verdict: problems.length > 0 ? 'bad' : 'ok', detail: one.name, problems });
    if (id && problems.length === 0) rendered = attempt;
  }
  const python = id && read[0]?.profile ? pythonOnPath(project, read[0].profile) : undefined;
  const ready = rendered && 'job' in rendered ? rendered : undefined;
  const contained = read.find(({ profile }) => profile?.runsIn !== undefined)?.profile;
  items.push(...(await remotely(project, read[0]?.profile, python, ready, contained)));
  return { items, ok: items.every(({ verdict }) => verdict !== 'bad') };
}

async function version(subject: CheckSubject, program: string, args: string[]): Promise<CheckItem> {
  const result = await execa(program, args, { reject: false, all: true });
  const detail = String(result.all ?? '').split('\n')[0] ?? '';
  return { subject, verdict: result.exitCode === 0 ? 'ok' : 'bad', detail };
}

async function tryRender(
  project: Project,
  profile: Profile,
): Promise<{ job: string; options: string[] } | { problems: readonly ProblemBase[] }> {
  const runDir = `${project.cluster.remoteDir}/runs/${runName(profile.id, new Date())}`;
  try {
    await expandCodeFiles(project.root, profile, runsInside(project));
    jobSecrets(project, profile);
    const rendered = await renderRun(project, profile, runDir);
    // The run directory does not exist: sbatch need not go there to test.
    const options = rendered.options.filter((word) => !/^--(chdir|output|error)=/.test(word));
    return { job: jobText(rendered, profile, runDir, 1), options };
  } catch (error) {
    if (error instanceof Failure) return { problems: error.problems };
    throw error;
  }
}

/** PYTHON, if it is what runs the profile's SCRIPT and nothing in the job changes where it is found. */
function pythonOnPath({ root }: Project, profile: Profile): string | undefined {
  const { script, python, container, containerRuntime, modules, conda, venv, setup, env } = profile;
  // A template of the project's own may do anything; a path not from the root begins in the run directory.
  const elsewhere = ownTemplate(root, profile.template) !== undefined || /^[^/]+\//.test(python);
  const contained = container !== undefined && containerRuntime !== 'none';
  const changed = contained || modules.length > 0 || conda || venv || setup || 'PATH' in env;
  return script?.endsWith('.py') && !elsewhere && !changed ? python : undefined;
}

/** One round trip; what cannot be reached is an item too. */
async function remotely(
  project: Project,
  profile: Profile | undefined,
  python: string | undefined,
  rendered: { job: string; options: string[] } | undefined,
  contained: Profile | undefined,
): Promise<CheckItem[]> {
  const { host, cluster, scheduler } = project;
  try {
    const container = contained ? containerChecks(project, contained) : [];
    const records = await scheduler.check({
      remoteDir: cluster.remoteDir,
      partition: profile?.partition ?? '',
      account: profile?.account ?? '',
      python: python ?? '',
      // The embedded executor has no trial submission: what it does not take was refused before.
      job: (scheduler.kind === 'slurm' && rendered?.job) || '',
      options: rendered?.options ?? [],
    });
    const items = records.map(({ what, verdict, detail, choices }): CheckItem => {
      return { subject: what as CheckSubject, verdict, detail, ...(choices ? { choices } : {}) };
    });
    // Nothing is copied through rsync on this machine.
    const wanted = items.filter(({ subject }) => host.kind === 'ssh' || subject !== 'rsync');
    return [{ subject: 'host', verdict: 'ok', detail: host.name }, ...wanted, ...(await container)];
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return [{ subject: 'host', verdict: 'bad', detail: host.name, problems: error.problems }];
  }
}
