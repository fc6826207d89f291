/** Sentences for a scheduler that is reached and does not do what it should. */

import type { SchedulerProblem } from '../../scheduler/problem.ts';
import { clusterFile, make } from '../commands.ts';
import type { Sentences } from '../problem.ts';

type Doing = Extract<SchedulerProblem, { kind: 'scheduler-failed' }>['doing'];

export const schedulerSentences: Sentences<SchedulerProblem> = {
  'no-slurm': ({ host }, typed) => ({
    says: `There is no sbatch on ${host === 'local' ? 'this machine' : host}.`,
    next: [
      `If it is there after a login by hand, put what brings it onto the PATH into ${clusterFile(typed)}, such as REMOTE_SETUP="module load slurm".`,
      `Otherwise name a login node of the cluster in REMOTE_HOST, or run without Slurm: SCHEDULER=local.`,
    ],
  }),
  'setup-broken': ({ host, detail }, typed) => ({
    says: `REMOTE_SETUP ended before its last line on ${host === 'local' ? 'this machine' : host}, so nothing was asked of Slurm.`,
    words: detail,
    next: [
      `It must not exit, return from the middle or name a file that is not there: try it by hand on that machine, and mend it in ${clusterFile(typed)}.`,
    ],
  }),
  'scheduler-failed': ({ doing, code, detail }, typed) => ({
    says: `${DOING[doing]} (exit code ${code}).`,
    words: detail,
    next: [`Nothing is lost: ${make('slurm-recover', undefined, typed)} goes on from here once the scheduler answers.`],
  }),
};

const DOING: Record<Doing, string> = {
  submit: 'The job could not be handed to the scheduler',
  query: 'The scheduler does not say how the jobs stand',
  watch: 'The job cannot be followed',
  remove: 'The run directory could not be removed',
  check: 'the cluster could not be checked',
  cancel: 'The job could not be cancelled',
  release: 'The job could not be released',
};
