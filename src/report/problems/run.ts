/** Sentences for what stops a verb that is about a run or a job. */

import type { RunProblem } from '../../run/problem.ts';
import { adviceOn } from '../advice.ts';
import { again, make, makeFlow, makeSweep, ofFlow, profileFile, runPath, withoutProfile } from '../commands.ts';
import type { Sentences } from '../problem.ts';
import { count } from '../quantities.ts';
import { stateWord, verdictLine } from '../verdict.ts';
import { containerSentences } from './container.ts';
import { resultSentences } from './results.ts';
import { submitSentences } from './submit.ts';

export const runSentences: Sentences<RunProblem> = {
  ...submitSentences,
  ...containerSentences,
  ...resultSentences,

  // What is tracked here
  'not-pushed': ({ id }, typed) => ({
    says: `${id} has no run directory: push first (there is no slurm/jobs/${id}.rundir).`,
    next: [
      `${make('slurm-push', id, typed)} makes one; ${make('slurm-run', id, typed)} makes one and submits.`,
      `If there was one: ${make('slurm-recover', id, typed)} finds it again.`,
    ],
  }),
  'not-submitted': ({ id, jobId }, typed) =>
    jobId === undefined
      ? {
          says: `${id} has no job: submit first (there is no slurm/jobs/${id}.jobid).`,
          next: [
            `${make('slurm-submit', id, typed)} submits what was pushed; ${make('slurm-run', id, typed)} pushes and submits.`,
            `If there was one: ${make('slurm-recover', id, typed)} finds it again.`,
          ],
        }
      : {
          says: `The run directory of job ${jobId} is not known (there is no slurm/jobs/${id}.rundir).`,
          next: [`${make('slurm-recover', id, typed)} finds it again.`],
        },
  'bad-state-file': ({ content, place }, typed) => {
    const [, id, ending] = /([^/]+)\.(jobid|rundir)$/.exec(place?.file ?? '') ?? [];
    const what = ending === 'jobid' ? 'a job id' : ending === 'rundir' ? 'the path of a run directory' : 'right';
    return {
      says: content === '' ? `the file is empty, not ${what}` : `"${content.slice(0, 100)}" is not ${what}`,
      next: [`Delete the file; ${make('slurm-recover', id, typed)} writes it again.`],
    };
  },
  'other-cluster': ({ id, cluster }, typed) => ({
    says: `${id} is tracked on another cluster, ${cluster}.`,
    next: [make(typed.target ?? 'slurm-status', id, { ...typed, cluster })],
  }),
  busy: ({ id, pid, lock }) => ({
    says: `Another command (process ${pid}) is at work on ${id}.`,
    next: [`Wait until it has ended. If process ${pid} is something else by now, delete ${lock}`],
  }),
  declined: ({ id, jobId, runDir }, typed) => ({
    says: `Nothing was pushed or submitted: ${id} is tracked already${jobId ? ` (Job ${jobId}${runDir ? `, ${runPath(runDir)}` : ''})` : ''}.`,
    next: [
      `Bring its results first: ${make('slurm-collect', id, typed)}`,
      `Run a second one beside it: ${make(typed.target ?? 'slurm-run', id.split('@')[0], typed, 'TAG=NAME')}`,
      `Go on without tracking the old one: ${make(typed.target ?? 'slurm-run', id, typed, 'YES=1')}`,
    ],
  }),

  // How a job stands
  'already-ended': ({ id, verdict }, typed) => ({
    says: `This run was submitted before. ${verdictLine(verdict)}`,
    next: [
      `Bring its results: ${make('slurm-collect', id, typed)}`,
      `A new job in the same run directory: ${make('slurm-resubmit', id, typed)}`,
      `A new run: ${make('slurm-run', id, typed)}`,
    ],
  }),
  'still-alive': ({ id, verdict }, typed) => {
    const job = verdict.jobId ? `Job ${verdict.jobId}` : `The job of ${id}`;
    if (verdict.ended) {
      return {
        says: `⚠️ ${job} has ended (${stateWord(verdict)}), but the scheduler still cleans up after it.`,
        next: [`Try again in a moment: ${again('slurm-collect', id, typed)}`],
      };
    }
    const then =
      typed.target === 'slurm-resubmit'
        ? 'Its run directory can have a new job when it has ended.'
        : 'Collect it when it has ended.';
    return {
      says: `⚠️ ${job} is still ${stateWord(verdict)}. ${then}`,
      next: [`${make('slurm-watch', id, typed)} waits for it.`],
    };
  },
  undecided: ({ id, verdict }, typed) => ({
    says: verdictLine(verdict),
    next: adviceOn(id, verdict, typed),
  }),
  'queue-silent': ({ id, detail }, typed) => ({
    says: 'The scheduler does not answer, so nobody can tell which jobs are alive. Nothing was changed.',
    words: detail,
    next: [`Try again later: ${again('slurm-collect', id || undefined, typed)}`],
  }),

  // Cancel, release and clean
  'is-sweep': ({ id, sweep }, typed) => ({
    says: `The run of ${id} is a sweep's, whose cells are submitted as job arrays.`,
    next: [`What failed or is missing: ${makeSweep('slurm-sweep-resume', { name: sweep }, withoutProfile(typed))}`],
  }),
  'is-flow': ({ id, flow }, typed) => ({
    says: `The run of ${id} is that of a flow, whose jobs belong together.`,
    next: [
      `How they stand: ${makeFlow('slurm-flow-status', flow, ofFlow(id, flow, typed))}`,
      `One of them and the end of its log: ${makeFlow('slurm-flow-status', flow, ofFlow(id, flow, typed), 'ONLY=JOB')}`,
    ],
  }),
  'bad-job-id': ({ jobId }) => ({
    says: jobId === '' ? 'JOB_ID is missing.' : `JOB_ID=${jobId} is not the id of one job or array task.`,
    next: ['JOB_ID=12345 is one job, JOB_ID=12345_7 one task of an array; never several.'],
  }),
  'no-such-job': ({ jobId }, typed) => ({
    says: `You have no job ${jobId} in the queue.`,
    next: [`Your jobs: ${make('slurm-status', undefined, withoutProfile(typed))}`],
  }),
  'release-refused': ({ jobId, reason, detail }, typed) => ({
    says: `Job ${jobId} was not released.`,
    words: detail,
    next:
      reason === 'JobHeldAdmin'
        ? ['An administrator holds it: ask those who run the cluster.']
        : [`How it stands: ${make('slurm-status', undefined, withoutProfile(typed))}`],
  }),
  'removal-declined': ({ count: number }) => ({
    says: `${count(number, 'run directory', 'run directories')} could go. Nothing was removed.`,
    next: ['YES=1 answers yes.'],
  }),
  'alive-run': ({ run, jobId }, typed) => ({
    says: `${runPath(run)} belongs to ${jobId ? `job ${jobId}, which` : 'a job that'} is alive. FORCE=1 does not change that.`,
    next: [
      `Cancel it first, if that is what you want: ${make('slurm-cancel', undefined, withoutProfile(typed), `JOB_ID=${jobId ?? '…'}`)}`,
    ],
  }),
  'not-removed': ({ run, detail }, typed) => ({
    says: `${runPath(run)} was not removed: ${detail}`,
    next: [`Try again later: ${again('slurm-collect', undefined, typed)}`],
  }),
  'run-gone': ({ id, runDir }, typed) => ({
    says: `${runPath(runDir)} is not on the cluster any more.`,
    next: [`${make('slurm-recover', id, typed)} looks for other runs of ${id}, and forgets this one if there is none.`],
  }),
  'push-incomplete': ({ id, runDir }, typed) => ({
    says: `The push was cut short: not all of the code is in ${runPath(runDir)}.`,
    next: [`Push again (${profileFile(id, typed)} as it is now): ${make('slurm-push', id, typed)}`],
  }),
};
