/** Sentences for values of the configuration that can't be right. */

import type { ConfProblem, OptionRefusal } from '../../conf/problem.ts';
import type { ValueForm } from '../../conf/sbatch-values.ts';
import { didYouMean, type Sentences } from '../problem.ts';
import type { ImageConfKind } from './image-conf.ts';

type ValueProblem = Extract<ConfProblem, { key: string; value: string }>;
type ValueKind = Exclude<ValueProblem['kind'], ImageConfKind> | 'refused-option' | 'missing-secret';

/** Longer values are cut in a sentence: the line is named anyway. */
const LONGEST = 120;

export const valueSentences = {
  dollar: (p) => ({
    says: `${given(p)}: a $ is not expanded here, the value is taken as it is`,
    next: ['Write the path out; a leading ~/ is the home on the cluster.'],
  }),
  'control-character': ({ key, value }) =>
    value === '' ? `${key} has a control character in it` : `${given({ key, value })} has a control character in it`,
  'not-absolute': (p) => `${given(p)} has to begin with / or with ~/ (the home on the cluster)`,
  'path-outside': (p) =>
    `${given(p)} leads out of the project: only paths inside it, relative to its root, make sense here`,
  'code-under-data': ({ key, value }) => ({
    says: `${key}: ${cut(value)} is data, not code: data/ is one folder that all runs share`,
    next: [`Put it into DATA_FILES=, which syncs it into the data folder of the cluster.`],
  }),
  'whole-run': ({ key, value }) => ({
    says: `${key}=${cut(value)} is the whole run directory, with the code, the data link and slurm-runner's own files`,
    next: ['Name the files and folders that the job writes.'],
  }),
  'toolkit-path': ({ key, value }) => `${key}: ${cut(value)} is slurm-runner's own, and is neither sent nor brought`,
  'secret-file': ({ key, value }) => ({
    says: `${key}: ${cut(value)} is never sent, it may hold secrets`,
    next: ['Name the variables that the job needs in SECRETS=; their values are taken from .env.'],
  }),
  'not-seconds': (p) => `${given(p)} has to be a whole number of seconds, 1 or more`,
  'bad-host': (p) => `${given(p)} is no host: an ssh alias, user@host or local, without blanks`,
  'bad-name': (p) =>
    `${given(p)} can't be a name: letters, digits, . _ and - only, the first one no . and no -, 100 at most`,
  'env-name': ({ key, value }) =>
    `${key}: ${cut(value)} can't be an environment variable: letters, digits and _ only, the first one no digit`,
  'not-a-switch': (p) => `${given(p)} has to be yes or no (or 1, 0, true, false): the option takes no value`,
  'not-an-option': ({ key, value }) =>
    `${key} begins with ${cut(value)}, which is no option: sbatch would take it for the job script`,
  'not-one-of': ({ key, value, choices, nearest }) =>
    `${given({ key, value })} has to be one of ${choices.join(', ')}${didYouMean(nearest)}`,
  'wrong-form': ({ key, value, form }) => `${given({ key, value })} ${FORMS[form]}`,
  'refused-option': ({ key, option, why }) => {
    const next = NEXT[option];
    return { says: `${key}: ${REFUSED[why](option)}`, ...(next && { next: [next] }) };
  },
  'missing-secret': ({ name }) => ({
    says: `the secret ${name} has no value`,
    next: [`Give it in the environment or in .env (${name}=…), which is never pushed.`],
  }),
} satisfies Pick<Sentences<ConfProblem>, ValueKind>;

const FORMS: Record<ValueForm, string> = {
  time: 'is no time limit; write minutes (90), hours:minutes:seconds (04:00:00) or days-hours (2-12)',
  size: 'is no size; write a whole number, with K, M, G or T right behind it (60G) or alone for megabytes (4000)',
  count: 'has to be a whole number, 1 or more',
  nodes: 'is no number of nodes; write one (2), the least and the most (1-4) or, from Slurm 23.02 on, a list (1,2,4)',
  array:
    'is no list of array tasks; write numbers and ranges (0-223 or 1,3,5-7), a range with a step (0-10:2), ' +
    'and how many may run at a time behind all that (0-223%8)',
  gpus: 'is no number of GPUs; write one (2), or a type and its number (a100:2), several with commas between them',
  events: 'names no event to write mails about; choose BEGIN, END, FAIL, TIME_LIMIT, …, ALL or NONE',
};

const REFUSED: Record<OptionRefusal, (option: string) => string> = {
  toolkit: (option) => `slurm-runner sets --${option} itself`,
  'no-script': (option) => `with --${option} sbatch would run something other than the job script`,
  'no-job': (option) => `with --${option} nothing would be submitted`,
  waits: (option) => `with --${option} sbatch would come back only when the job has ended`,
  'no-id': (option) => `with --${option} sbatch would not say which job it submitted`,
};

const NEXT: Readonly<Record<string, string>> = {
  output: 'The output comes to slurm/logs/JOBID.out.',
  error: 'Errors come to slurm/logs/JOBID.err.',
  chdir: 'A job runs in its own run directory.',
  'job-name': 'A job bears the name of its run; JOB_PREFIX= in the file of the cluster is put before it.',
  wrap: 'COMMAND=… runs a line of shell.',
  wait: 'make slurm-watch waits for a job, make slurm-full brings its results too.',
  'test-only': 'make slurm-check tries a submission.',
};

export function given({ key, value }: { key: string; value: string }): string {
  return `${key}=${cut(value)}`;
}

export function cut(value: string): string {
  return value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value;
}
