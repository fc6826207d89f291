/** Sentences for what is wrong with a flow's file. */

import type { FlowFileProblem } from '../../flow/file/problem.ts';
import { didYouMean, type Sentences } from '../problem.ts';
import { names } from '../quantities.ts';
import { cut } from './values.ts';

export const flowFileSentences: Sentences<FlowFileProblem> = {
  // The file
  'two-flow-files': ({ other }) => `${other} is there too, and the two would be one flow; keep one of them`,
  'flow-without-jobs': () => ({
    says: 'this flow has no jobs',
    next: ['jobs: is a list, and each of its items has a name: and a command:.'],
  }),
  'flow-elsewhere': ({ key }) => ({
    says: `${key} means nothing here`,
    next: Object.hasOwn(ELSEWHERE, key) ? [ELSEWHERE[key]] : [],
  }),
  'flow-for-one': ({ variable }) => ({
    says: `${variable} on the command line would be that of every job of the flow`,
    next: ['What changes from time to time can be an argument: args: in its file, and make slurm-flow FLOW=NAME ARG=…'],
  }),

  // Arguments
  'flow-arg-name': ({ name, why }) => `no argument can be called ${cut(name)}: ${ARGUMENT[why]}`,
  'flow-arg-value': ({ name, found }) =>
    found === 'nothing'
      ? { says: `${name} has no value`, next: ['An empty text is written "".'] }
      : `the value of ${name} is a ${found}; an argument is a single text`,
  'flow-python': ({ name }) => ({
    says: `${name}: what comes after python: is not run here`,
    next: [`Give the value itself, or on the command line: make slurm-flow FLOW=NAME ${name}="$(python3 -c '…')"`],
  }),
  'flow-arg-circle': ({ names: circle }) =>
    circle.length === 2
      ? `${circle[0]} is made of itself`
      : `these arguments are made of one another in a circle: ${circle.join(' → ')}`,

  // A job
  'flow-job-nameless': () => 'this job has no name:',
  'flow-job-twice': ({ job, firstLine }) => `there is a job ${job} already, on line ${firstLine}`,
  'no-flow-profile': ({ profile, profiles, nearest }) => ({
    says: `there is no profile ${profile}${didYouMean(nearest)}`,
    next: [profiles.length > 0 ? `Profiles here: ${names(profiles, 40)}.` : 'Write slurm/profiles/NAME.conf first.'],
  }),
  'flow-job-runs-nothing': ({ job }) => ({
    says: `nothing says what ${job} runs`,
    next: ['command: is a list of words or a line of shell, script_path: a file of yours, profile: one that says it.'],
  }),
  'flow-runs-twice': ({ key, other, firstLine }) =>
    `${key} and ${other} (line ${firstLine}) exclude one another: a job runs one thing`,
  'flow-conda-and-venv': ({ firstLine }) =>
    `conda and venv exclude one another, and the other one stands on line ${firstLine}`,
  'flow-always-on': ({ key }) =>
    key === 'nv'
      ? 'nv cannot be switched off: a container sees the GPUs that its job has'
      : `${key} cannot be switched off: a container sees the variables of its job and no others`,
  'flow-export-name': ({ name }) =>
    `nothing can be exported as ${cut(name)}: letters, digits and _ only, the first one no digit`,
  'flow-without-matrix': ({ key }) => `${key} is for the cells of a matrix, and this job has none`,
  'flow-own-option': ({ option, job }) => ({
    says: `--${option} of ${job} is for the flow to give`,
    next: [OWN[option] ?? 'Leave it out.'],
  }),

  // Dependencies
  'flow-dependency-kind': ({ dependency, said, kinds, nearest }) => ({
    says: `${cut(dependency)}: ${cut(said)} is no kind of dependency${didYouMean(nearest)}`,
    next: [`There are ${kinds.join(', ')}; a job's name alone means afterok.`],
  }),
  'flow-no-such-job': ({ job, jobs, nearest }) => ({
    says: `this flow has no job ${cut(job)}${didYouMean(nearest)}`,
    next: [jobs.length > 0 ? `Its other jobs: ${names(jobs, 40)}.` : 'It has no other jobs.'],
  }),
  'flow-waits-for-itself': ({ job }) => `${job} waits for itself`,
  'flow-parent-twice': ({ parent, firstLine }) =>
    `this job waits for ${parent} already (line ${firstLine}), and one kind of dependency is all that it can have on a job`,
  'flow-circle': ({ jobs }) => `these jobs wait for one another in a circle: ${jobs.join(' → ')}`,
  'flow-unreachable': ({ job, parent, succeeds, fails }) =>
    `${job} can never run: it needs ${parent} to succeed${by(succeeds)} and to fail${by(fails)}`,
  'flow-aftercorr': ({ job, parent, cells, parentCells }) => ({
    says:
      cells > 0 && parentCells > 0
        ? `aftercorr: ${job} has ${cells} cells and ${parent} has ${parentCells}, so they do not correspond`
        : `aftercorr is for jobs that both have a matrix, and ${cells > 0 ? parent : job} has none`,
    next: [`afterok waits for all of ${parent}.`],
  }),

  // Templates
  'flow-not-a-parent': ({ job, isJob, parents, nearest }) => ({
    says: isJob
      ? `deps.${job}: this job does not wait for ${job}`
      : `deps.${job}: this flow has no job ${job}${didYouMean(nearest)}`,
    next: [
      isJob ? `Put ${job} into its depends_on.` : parents.length > 0 ? `It waits for: ${names(parents)}.` : ALONE,
      ...(parents.some((parent) => /[.-]/.test(parent))
        ? ["A name with - or . in it is written deps['a-b'].NAME."]
        : []),
    ],
  }),
  'flow-not-exported': ({ job, name, exports, nearest }) => ({
    says: `${job} exports no ${name}${didYouMean(nearest)}`,
    next: [exports.length > 0 ? `What it exports: ${names(exports)}.` : `exports: of ${job} has to say it.`],
  }),
  'flow-parameter-here': ({ name }) => ({
    says: `${name} is a parameter of this job's matrix, and has another value in each cell`,
    next: [`Only its command can have {{ ${name} }} in it; in its environment every cell has it as $${name}.`],
  }),
};

const ALONE = 'It waits for no job, so there is nothing in deps.';

const by = (jobs: readonly string[]) => (jobs.length === 0 ? '' : ` (by way of ${jobs.join(' → ')})`);

const ELSEWHERE: Record<Extract<FlowFileProblem, { kind: 'flow-elsewhere' }>['key'], string> = {
  sweep: 'Put matrix: on each job that is to have cells; its children wait for all of them.',
  script_vars: 'Variables for a script go into env_vars: of environment:.',
  work_dir: 'All jobs of a flow run in the run directory, where the code is.',
  log_dir: 'Logs come to slurm/logs/JOBID.out and JOBID.err.',
  srun_args: 'Write srun with its options into the command itself; it runs once then, as it is.',
  launch_prefix: 'Write mpirun, or whatever starts it, into the command itself.',
  outputs: 'It is called exports:, and children read {{ deps.JOB.NAME }}.',
  rocm: 'AMD GPUs are not passed into containers.',
  fakeroot: 'A job is in a container as the user who submitted it.',
  writable_tmpfs: 'An image is read-only; write into the run directory or $TMPDIR.',
  overlay: 'An image is read-only; mount a folder instead.',
};

const ARGUMENT: Record<Extract<FlowFileProblem, { kind: 'flow-arg-name' }>['why'], string> = {
  form: 'letters, digits and _ only, the first one no digit',
  deps: 'it stands for what parents export',
  key: 'it is a key of profiles and clusters, and on the command line it would be both',
  'command-line': "it is a variable of make's command line already",
};

const OWN: Readonly<Record<string, string>> = {
  array: 'matrix: makes an array of a job, a task for each cell.',
  dependency: 'depends_on: says what it waits for.',
  hold: 'HOLD=1 holds the whole flow back.',
};
