/** What can go wrong with a scheduler that is reached. */

import type { ProblemBase } from '../failure.ts';

export type SchedulerProblem = ProblemBase &
  (
    | { kind: 'no-slurm'; host: string }
    /** REMOTE_SETUP, the site's own text, broke off. */
    | { kind: 'setup-broken'; host: string; detail: string }
    | {
        kind: 'scheduler-failed';
        doing: 'submit' | 'query' | 'watch' | 'check' | 'remove' | 'cancel' | 'release';
        code: number;
        detail: string;
      }
  );
