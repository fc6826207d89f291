/** Sentences for a submission that did not come about, and which key to change for what sbatch complains of. */

import { optionKey } from '../../conf/sbatch-options.ts';
import type { RunProblem } from '../../run/problem.ts';
import { clusterFile, make, profileFile, type Typed } from '../commands.ts';
import type { Sentences } from '../problem.ts';
import { count } from '../quantities.ts';

export const submitSentences = {
  'option-impossible': ({ option }, typed) => ({
    says: `the embedded executor (SCHEDULER=local) knows no --${option}`,
    next: [
      ...(option.startsWith('dependency')
        ? ['Of dependencies it knows after, afterany, afterok, afternotok and aftercorr: --dependency=afterok:ID.']
        : []),
      `Leave it out, or name a cluster with Slurm in ${clusterFile(typed)}.`,
    ],
  }),
  'submit-refused': ({ id, detail, before }, typed) => {
    const down = DOWN.test(detail);
    return {
      says: `${down ? 'Slurm takes no jobs at present.' : 'sbatch refuses the job.'} ${submittedBefore(before)}`,
      words: detail,
      next: [
        ...refusalAdvice(detail, `in ${profileFile(id, typed)}`, make('slurm-check', id, typed), typed),
        `The run directory is kept; then: ${make('slurm-submit', id, typed)}`,
      ],
    };
  },
  'submit-unknown': ({ id, detail }, typed) => ({
    says: `It cannot be told yet whether ${id} was submitted.`,
    words: detail,
    next: [
      `Nothing is lost, and nothing is submitted twice. In a minute: ${make('slurm-recover', id, typed)}`,
      id.startsWith('flow@')
        ? `What is still to be submitted of it: ${make('slurm-submit', id, typed)}, in three minutes at most`
        : `If that finds no job: ${make('slurm-submit', id, typed)}`,
    ],
  }),
  'submit-failed': ({ id, detail }, typed) => ({
    says: `${id} could not be submitted; there is no job.`,
    words: detail,
    next: [`Once that is put right: ${make('slurm-submit', id, typed)}`],
  }),
} satisfies Pick<Sentences<RunProblem>, 'option-impossible' | 'submit-refused' | 'submit-unknown' | 'submit-failed'>;

const submittedBefore = (cells = 0): string =>
  cells === 0 ? 'Nothing was submitted.' : `Before that ${count(cells, 'cell')} went into the queue and stay there.`;

/** Slurm's controller was not reached. */
const DOWN = /unable to contact|connect failure/i;

/**
 * What to change for sbatch's complaint, by Slurm's own words for it (src/common/slurm_errno.c). `file`: in which file, in words;
 * `check`: the command that lists what there is.
 */
export function refusalAdvice(detail: string, file: string, check: string, typed: Typed): string[] {
  const where = `${file} (or in its template or ${clusterFile(typed)}, if it stands there)`;
  const found = COMPLAINTS.find(([pattern]) => pattern.test(detail));
  if (found) return [found[1](where, check)];
  const option = /(?:option '?|for |invalid )--([a-z-]+)/i.exec(detail)?.[1];
  // Pyxis itself says what it will not have.
  if (option === undefined || /\bpyxis: /.test(detail)) return [`Change what it complains of ${where}.`];
  if (option.startsWith('container')) {
    return [`This Slurm has no Pyxis, which knows --${option}. CONTAINER_RUNTIME=apptainer needs none.`];
  }
  return [`This Slurm does not know that option or that value: ${optionKey(option)} or SBATCH_ARGS ${where}.`];
}

type Complaint = readonly [pattern: RegExp, advice: (where: string, check: string) => string];

const SINFO = 'sinfo on the cluster lists its partitions and their limits.';

const COMPLAINTS: readonly Complaint[] = [
  [DOWN, () => "Wait until Slurm's controller answers again."],
  [/rate limit/i, () => 'Slurm asks for a pause: wait a little.'],
  [
    /(invalid|no) partition|permitted to use this partition|partition not available/i,
    (where, check) => `Change PARTITION ${where}. Those there are: ${check}`,
  ],
  [/invalid account/i, (where, check) => `Change ACCOUNT ${where}. Yours are: ${check}`],
  [/invalid qos/i, (where) => `Change SBATCH_QOS ${where}.`],
  [
    /accounting\/QOS policy|job submit limit|MaxJobCount|usage threshold/i,
    (where) => `A limit of your account or QOS: wait until other jobs of yours have ended, or ask for less ${where}.`,
  ],
  [/time limit/i, (where) => `Lower SBATCH_TIME ${where}, or change PARTITION. ${SINFO}`],
  [/generic resource|gres/i, (where) => `Change SBATCH_GPUS or SBATCH_GRES ${where}. ${SINFO}`],
  [/memory/i, (where) => `Lower SBATCH_MEM ${where}, or change PARTITION. ${SINFO}`],
  [/feature/i, (where) => `Change SBATCH_CONSTRAINT ${where}.`],
  [/invalid node name|nodes not in this/i, (where) => `Change SBATCH_NODELIST or SBATCH_EXCLUDE ${where}. ${SINFO}`],
  [
    /node configuration|partition configuration|cpu count|processors|node count|task count/i,
    (where) =>
      `No node there can give that. Lower SBATCH_CPUS, SBATCH_MEM, SBATCH_GPUS or SBATCH_NODES ${where}. ${SINFO}`,
  ],
  [/job array/i, (where) => `Change SBATCH_ARRAY ${where}; a cluster has a largest size (MaxArraySize).`],
  [/dependency/i, (where) => `Change SBATCH_DEPENDENCY ${where}: that job does not exist any more, or never did.`],
  [/reservation/i, (where) => `Change SBATCH_RESERVATION ${where}.`],
  [/licen[sc]e/i, (where) => `Change SBATCH_LICENSES ${where}.`],
  [/permission denied|not authorized/i, () => 'Ask those who run the cluster whether you may submit there.'],
];
