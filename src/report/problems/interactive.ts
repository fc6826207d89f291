/** Sentences for what stops interactive work. */

import type { InteractiveProblem } from '../../interactive/problem.ts';
import { clusterFile, make, profileFile, runPath, withoutProfile } from '../commands.ts';
import { didYouMean, type Sentences } from '../problem.ts';
import { names } from '../quantities.ts';

export const interactiveSentences: Sentences<InteractiveProblem> = {
  'no-terminal': ({ id }, typed) => ({
    says: 'There is no terminal here for a shell to be on.',
    next: [`One command needs none: ${make('slurm-shell', id, typed, 'CMD="…"')}`],
  }),
  'shell-not-started': ({ id, code }, typed) => ({
    says: `The shell did not start (exit code ${code}); what Slurm says of it stands above. Nothing is left of it.`,
    next: [
      `It asks for what ${profileFile(id)} and ${clusterFile(typed)} ask for; ${make('slurm-info', undefined, withoutProfile(typed))} shows what is free.`,
    ],
  }),
  'shell-lost': ({ id, jobId, ended, runDir }, typed) => {
    const job = jobId === undefined ? 'Its job' : `Job ${jobId}`;
    const fate = ended
      ? `${job} has been ended.`
      : `${job} could not be ended yet; it ends by itself when its time is up.`;
    if (runDir === undefined) return `The connection was lost before the shell began. ${fate} Nothing is left of it.`;
    return {
      says: `The connection was lost, and the shell with it. ${fate} Its run directory is kept: ${runPath(runDir)}`,
      next: [
        `What it has made: ${make('slurm-fetch', id, typed)}`,
        `The same, and the run directory goes: ${make('slurm-collect', id, typed, 'FORCE=1')}`,
        `If there are several: ${make('slurm-recover', id, typed)}`,
      ],
    };
  },
  'shell-kept': ({ id, runDir, why }, typed) => ({
    says:
      why === 'alive'
        ? `The shell has ended, but the scheduler still holds its job. Its run directory is kept: ${runPath(runDir)}`
        : `The shell has ended, but nobody knows how. Its run directory is kept: ${runPath(runDir)}`,
    next: [`Bring its results: ${make('slurm-collect', id, typed)}`],
  }),
  'gpus-refused': ({ detail }, typed) => ({
    says: 'Slurm gives no allocation with a GPU.',
    words: detail,
    next: [
      /gres|gpu|configuration/i.test(detail)
        ? `The partition has no such GPUs. ${make('slurm-info', undefined, withoutProfile(typed))} shows which have; PARTITION=NAME chooses one.`
        : `It was asked for with the partition and account of ${typed.profile ? profileFile(typed.profile) : clusterFile(typed)}.`,
    ],
  }),
  'no-nvidia-smi': ({ node }) => ({
    says: `There is no nvidia-smi on ${node}: it has no NVIDIA driver, or one that is not on the PATH.`,
  }),
  'nvidia-smi-failed': ({ node, code, detail }) => ({
    says: `nvidia-smi failed on ${node} (exit code ${code}).`,
    words: detail,
  }),
  'nodes-silent': ({ detail }, typed) => ({
    says: 'Slurm does not say what nodes there are.',
    words: detail,
    next: [`Try again later: ${make('slurm-info', undefined, withoutProfile(typed))}`],
  }),
  'no-partition': ({ partition, partitions, nearest }) => ({
    says: `There is no partition ${partition}${didYouMean(nearest) || '.'}`,
    next: [partitions.length > 0 ? `Partitions here: ${names(partitions)}.` : 'This cluster shows you no partition.'],
  }),
};
