/** What can go wrong with a scheduler that is reached. */

import type { ProblemBase } from '../failure.ts';

export type SchedulerProblem = ProblemBase &
  (
    | { kind: 'no-slurm'; host: string }
    | {
        kind: 'scheduler-failed';
        doing: 'submit' | 'query' | 'watch' | 'check' | 'remove' | 'cancel';
        code: number;
        detail: string;
      }
  );
