/** submit and resubmit: a rendered job script to the scheduler, once for each attempt, and the state file with its job id. */

import { readEnvFile, secretValues } from '../conf/env-file.ts';
import { loadProfile } from '../conf/profile.ts';
import type { Profile } from '../conf/types.ts';
import { Failure } from '../failure.ts';
import { quote } from '../host/quote.ts';
import { linesForJob, type Whose } from '../notify/in-job.ts';
import type { SubmitAnswer } from '../scheduler/submission.ts';
import type { Header } from '../template/directives.ts';
import { insideText } from './contained.ts';
import { idOf } from './find.ts';
import { withGiven } from './given.ts';
import { remember } from './history.ts';
import { isHeld } from './hold.ts';
import type { PinnedImage } from './pinned.ts';
import type { RunProblem } from './problem.ts';
import type { Project } from './project.ts';
import { readTracked, writeJobId } from './record.ts';
import { jobText, renderRun } from './render.ts';
import { type Verdict, verdictOf } from './verdict.ts';

export interface SubmitOptions {
  profile: string;
  tag?: string;
}

export interface SubmitResult {
  profile: Profile;
  /** The rendered script's own options, where the profile names none. */
  header?: Header;
  jobId: string;
  runDir: string;
  /** It had been submitted before and lives; nothing new was submitted. */
  existing: boolean;
  attempt: number;
  /** It does not start before it is released. */
  held?: boolean;
  /** The image file the run is pinned to, where it is known here. */
  image?: PinnedImage;
}

/** The first job of the tracked run. Throws Failure(4) if it has one that has ended already. */
export async function submit(project: Project, options: SubmitOptions): Promise<SubmitResult> {
  const { profile, runDir } = await trackedRun(project, options);
  // A resubmission that was broken off is the attempt to go on with.
  const { attempt, verdict } = await standing(project, profile.id, runDir);
  if (verdict.ended) {
    // Its submission's answer may have been lost.
    if (verdict.jobId) writeJobId(project.root, profile.id, verdict.jobId);
    throw new Failure<RunProblem>(4, { kind: 'already-ended', id: profile.id, verdict });
  }
  return submitAttempt(project, profile, runDir, Math.max(1, attempt));
}

/** The first job of a run that this very command has pushed: one that is there already is this one, its answer was lost. */
export async function submitPushed(project: Project, options: SubmitOptions): Promise<SubmitResult> {
  const { profile, runDir } = await trackedRun(project, options);
  return { ...(await submitAttempt(project, profile, runDir, 1)), existing: false };
}

/** A new job in the same run directory, once the last one has ended; results so far stay where they are. */
export async function resubmit(project: Project, options: SubmitOptions & { force?: boolean }): Promise<SubmitResult> {
  const { profile, runDir } = await trackedRun(project, options);
  const { id } = profile;
  const { attempt, verdict, trouble } = await standing(project, id, runDir);
  if (trouble !== undefined) throw new Failure<RunProblem>(3, { kind: 'queue-silent', id, detail: trouble });
  if (verdict.state === 'NOT_SUBMITTED') return submitAttempt(project, profile, runDir, Math.max(1, attempt));
  if (verdict.state === 'UNKNOWN' && !options.force)
    throw new Failure<RunProblem>(4, { kind: 'undecided', id, verdict });
  if (!(verdict.ended && verdict.left) && verdict.state !== 'UNKNOWN')
    throw new Failure<RunProblem>(4, { kind: 'still-alive', id, verdict });
  if (verdict.jobId) remember(project, { id, runDir }, verdict.jobId, verdict);
  return submitAttempt(project, profile, runDir, attempt + 1);
}

/** How the run stands over there. Throws Failure(2) if it is gone. */
async function standing(
  project: Project,
  id: string,
  runDir: string,
): Promise<{ attempt: number; verdict: Verdict; trouble?: string }> {
  const snapshot = await project.scheduler.query({ runs: [runDir], settle: 10 });
  const run = snapshot.runs.get(runDir);
  if (!run?.there) throw new Failure<RunProblem>(2, { kind: 'run-gone', id, runDir });
  if (run.flow) throw new Failure<RunProblem>(2, { kind: 'is-flow', id, flow: id.split('@')[1] ?? id });
  if (run.sweep) throw new Failure<RunProblem>(2, { kind: 'is-sweep', id, sweep: id.split('@')[1] ?? id });
  const { queueTrouble: trouble } = snapshot;
  return { attempt: run.attempt, verdict: verdictOf(run, snapshot), ...(trouble === undefined ? {} : { trouble }) };
}

/** The profile as it is now, with what make's command line said at the push, and the run directory. */
async function trackedRun(project: Project, options: SubmitOptions): Promise<{ profile: Profile; runDir: string }> {
  const { root, cluster } = project;
  const tracked = readTracked(root, idOf(options));
  const { id, runDir } = tracked;
  if (runDir === undefined) throw new Failure<RunProblem>(2, { kind: 'not-pushed', id });
  const commandLine = await withGiven(project, tracked);
  const profile = loadProfile(root, options.profile, options.tag, cluster, commandLine, 'any');
  return { profile, runDir };
}

async function submitAttempt(
  project: Project,
  profile: Profile,
  runDir: string,
  attempt: number,
): Promise<SubmitResult> {
  const { root, scheduler, host } = project;
  const { id } = profile;
  await host.connect();
  const secrets = jobSecrets(project, profile);
  const { home, image } = readTracked(root, id).notes;
  const rendered = await renderRun(project, profile, runDir, home);
  const answer = await scheduler.submit({
    ...{ runDir, attempt, secrets, jobName: rendered.jobName, options: rendered.options, script: rendered.script },
    job: jobText(rendered, profile, runDir, attempt),
    inside: insideText(profile),
  });
  if (!('jobId' in answer)) throw refusal(answer, id, runDir);
  writeJobId(root, id, answer.jobId);
  const existing = answer.outcome === 'existing';
  return {
    ...{ profile, header: rendered.header, jobId: answer.jobId, runDir, existing, attempt },
    ...(image && profile.runsIn ? { image } : {}),
    ...(isHeld(rendered.options, rendered.header) ? { held: true } : {}),
  };
}

export function refusal(
  answer: Exclude<SubmitAnswer, { outcome: 'submitted' | 'existing' }>,
  id: string,
  runDir: string,
  before?: number,
): Failure<RunProblem> {
  const { detail } = answer;
  switch (answer.outcome) {
    case 'gone':
      return new Failure(2, { kind: 'run-gone', id, runDir });
    case 'incomplete':
      return new Failure(2, { kind: 'push-incomplete', id, runDir });
    case 'refused':
      // Slurm's word for a controller that cannot be connected to; nothing was submitted.
      return new Failure(/connect failure/i.test(detail) ? 3 : 2, {
        ...{ kind: 'submit-refused', id, detail },
        ...(before ? { before } : {}),
      });
    case 'unknown':
      return new Failure(3, { kind: 'submit-unknown', id, detail });
    case 'failed':
      return new Failure(2, { kind: 'submit-failed', id, detail });
  }
}

/** The secrets of a profile's jobs, and what they need to tell somebody of their end. Throws Failure(2). */
export function jobSecrets(project: Project, profile: Profile, whose: Whose = {}): string {
  return [secretLines(project.root, profile), linesForJob(project, profile, whose)].filter(Boolean).join('\n');
}

/** Lines for a file that only the owner reads; the values travel on standard input alone. Throws Failure(2) for a missing one. */
export function secretLines(root: string, profile: Profile): string {
  if (profile.secrets.length === 0) return '';
  const values = secretValues(profile, process.env, readEnvFile(root));
  return [...values].map(([name, value]) => `export ${name}=${quote(value)}`).join('\n');
}
