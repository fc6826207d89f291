/** The sentence for a target that there is not. */

import { didYouMean, type Sentences, type TargetProblem } from '../problem.ts';

export const targetSentences: Sentences<TargetProblem> = {
  'unknown-target': ({ name, nearest }) =>
    `unknown target ${name.slice(0, 100)}${didYouMean(nearest) || ';'} make slurm-help lists them`,
};
