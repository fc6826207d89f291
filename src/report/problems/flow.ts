/** Sentences for what stops a flow. */

import type { FlowProblem } from '../../flow/problem.ts';
import { flowFile, make, makeFlow, type Typed, withoutProfile } from '../commands.ts';
import { didYouMean, type Sentences } from '../problem.ts';
import { count, names } from '../quantities.ts';
import { refusalAdvice } from './submit.ts';

export const flowSentences: Sentences<FlowProblem> = {
  // Which one
  'missing-flow': ({ flows }, { target = 'slurm-flow' }) => ({
    says: `FLOW is missing: make ${target} FLOW=NAME`,
    next: flowsHere(flows),
  }),
  'no-flow': ({ flow, flows, nearest }) => ({
    says: `there is no flow ${flow}${didYouMean(nearest)}`,
    next: flowsHere(flows),
  }),
  'flow-not-started': ({ flow, started, nearest }, typed) => ({
    says: `nothing of a flow ${flow}${typed.tag ? ` with TAG=${typed.tag}` : ''} is tracked here${didYouMean(nearest)}`,
    next: [
      started.length > 0 ? `Started from here: ${names(started, 40)}.` : 'No flow was started from here.',
      `Of one that was started, ${make('slurm-recover', undefined, withoutProfile(typed))} writes the state files again; a new one: ${makeFlow('slurm-flow', flow, typed)}`,
    ],
  }),
  'no-flow-run': ({ id }, typed) => ({
    says: `the run of ${id} is not a flow's`,
    next: [`It is a run of its own: ${make('slurm-recover', id, withoutProfile(typed))}`],
  }),

  // Part of it
  'no-such-flow-job': ({ variable, job, jobs, nearest }) => ({
    says: `${variable}: the flow has no job ${job}${didYouMean(nearest)}`,
    ...(nearest === undefined && { next: [`Its jobs: ${names(jobs, 40)}.`] }),
  }),
  'flow-nothing-before': ({ flow, variable, parents }, typed) => ({
    says: `${variable} runs part of a flow again, and nothing of ${flow} is tracked here: there is nothing of ${names(parents)}`,
    next: [
      `All of it: ${makeFlow('slurm-flow', flow, typed)}`,
      `Of one that was started, ${make('slurm-recover', undefined, withoutProfile(typed))} writes the state files again.`,
    ],
  }),
  'flow-of-another': ({ id, flow }) => ({
    says: `the run of ${id} is one of the flow ${flow}`,
    next: ['FLOW=a TAG=b and FLOW=a.b are called alike: take another TAG.'],
  }),
  'flow-part-unused': ({ variables, target }) => ({
    says: `${names(variables)}: ${target} is about the whole flow`,
    next: [`${PARTS} These are for slurm-flow; slurm-flow-status, -cancel and slurm-render know ONLY=JOB.`],
  }),
  'flow-part-empty': ({ variable }) => ({ says: `${variable} names no job`, next: [PARTS] }),
  'flow-parts-twice': ({ variables }) => ({
    says: `${variables.join(' and ')} exclude one another`,
    next: [PARTS],
  }),
  'flow-nothing-to-run': ({ flow, alive }, typed) =>
    alive > 0
      ? {
          says: `Nothing of ${flow} is to be run again: ${count(alive, 'job')} of it ${alive === 1 ? 'is' : 'are'} still to end.`,
          next: [`${makeFlow('slurm-flow-watch', flow, typed)} waits for it.`],
        }
      : {
          says: `Nothing of ${flow} is to be run again: all that was to run has ended as it should.`,
          next: [
            `Its results: ${makeFlow('slurm-flow-collect', flow, typed)}`,
            `A job and all after it once more: ${makeFlow('slurm-flow', flow, typed, 'FROM=JOB')}`,
          ],
        },

  // What is alive
  'flow-job-alive': ({ flow, job, jobId }, typed) => ({
    says: `${job} of ${flow} is alive${jobId ? ` (Job ${jobId})` : ''}, and would be run a second time beside itself.`,
    next: [
      `${makeFlow('slurm-flow-watch', flow, typed)} waits for it.`,
      jobId
        ? `Or end it first: ${make('slurm-cancel', undefined, withoutProfile(typed), `JOB_ID=${jobId}`)}`
        : `Or end all of it first: ${makeFlow('slurm-flow-cancel', flow, typed)}`,
    ],
  }),
  'flow-alive': ({ flow, jobs }, typed) => ({
    says: `⚠️ ${count(jobs.length, 'job')} of ${flow} ${jobs.length === 1 ? 'is' : 'are'} still in the queue: ${names(jobs)}.`,
    next: [watchOrEnd(flow, typed)],
  }),
  'flow-changed': ({ flow, jobs }, typed) => ({
    says: `The jobs of ${flow} are others than when it was started, and some of those are alive: ${names(jobs)}. Nothing was submitted.`,
    next: [
      watchOrEnd(flow, typed),
      'FORCE=1 sends the code as it is now all the same, while they run.',
      `Beside them it can have a run of its own: ${makeFlow('slurm-flow', flow, { ...typed, tag: 'NAME' })}`,
    ],
  }),

  // The submission
  'flow-broken-off': ({ flow, args, variable }, typed) => ({
    says: variable
      ? `The submission of ${flow} was broken off in the middle: ${variable} is for when it is whole.`
      : `The submission of ${flow} was broken off in the middle, and its jobs are others now than when it was begun. Nothing was submitted.`,
    next: [
      ...(variable
        ? [`The rest of it: ${sameAgain(flow, typed)}`]
        : [
            `As it was then, with the same settings and arguments${wereGiven(args)}, the same command submits the rest.`,
            `As it is now: ${makeFlow('slurm-flow-cancel', flow, typed)}, then ${sameAgain(flow, typed)}`,
          ]),
    ],
  }),
  'flow-busy': ({ flow }, typed) => ({
    says: `Another command is submitting jobs of ${flow} at this moment; nothing was submitted twice.`,
    next: [`In a moment: ${makeFlow('slurm-flow-status', flow, typed)}`],
  }),
  'flow-refused': ({ flow, job, detail, cancelled }, typed) => ({
    says: `sbatch refuses the job ${job} of ${flow}, so nothing of this call has run${takenBack(cancelled)}.`,
    words: detail,
    next: [
      ...(/job array/i.test(detail)
        ? [
            'Its matrix may have more cells than an array may have tasks here (MaxArraySize): make several jobs of it, or a sweep.',
          ]
        : refusalAdvice(
            detail,
            `in the profile of ${job} or among its resources in ${flowFile(flow)}`,
            make('slurm-check', undefined, withoutProfile(typed)),
            typed,
          )),
      // In the run directory that is there; of a new run all is due.
      `Then: ${sameAgain(flow, typed)} RESUME=1`,
    ],
  }),
  'flow-cancelled': ({ flow }, typed) => ({
    says: `${flow} was cancelled while it was being submitted; what had been submitted of it was cancelled, too (or sbatch refused a job of it, and another command said so)`,
    next: [`Should it run all the same: ${sameAgain(flow, typed)} RESUME=1`],
  }),
  'flow-cells-differ': ({ job }) => ({
    says: `the template asks Slurm for different things in different cells of ${job}, and these are the tasks of one job array`,
    next: ['Cells that need other resources can be a job of their own.'],
  }),
  'flow-odd-names': ({ flow, runDir }) => ({
    says: `A file that the jobs of ${flow} wrote has a control character in its name and cannot be brought home. All of it was kept: ${runDir}`,
    next: [`Rename it there, or name in results_pull of ${flowFile(flow)} what is to come home.`],
  }),
};

const PARTS =
  'FROM=JOB runs that job and all after it, ONLY=JOB that job alone, RESUME=1 what failed or never ran and all after that.';

const watchOrEnd = (flow: string, typed: Typed): string =>
  `${makeFlow('slurm-flow-watch', flow, typed)} waits until they have ended, ${makeFlow('slurm-flow-cancel', flow, typed)} ends them.`;

const takenBack = (ids: readonly string[]): string =>
  ids.length === 0 ? '' : `: what had been submitted before it was cancelled (${names(ids, 6)})`;

const wereGiven = (args: Readonly<Record<string, string>>): string =>
  Object.keys(args).length === 0
    ? ''
    : ` (${Object.entries(args)
        .map(([name, value]) => `${name}=${value}`)
        .join(' ')})`;

/** FROM, ONLY and RESUME are not known here. */
const sameAgain = (flow: string, typed: Typed): string =>
  makeFlow(typed.target === 'slurm-flow-full' ? typed.target : 'slurm-flow', flow, typed);

function flowsHere(flows: readonly string[]): string[] {
  return [flows.length > 0 ? `Flows here: ${names(flows, 40)}.` : 'Write slurm/flows/NAME.yaml with jobs: in it.'];
}
