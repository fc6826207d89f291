/** What is wrong with the addresses that notifications go to. The addresses themselves are in none of these. */

import type { ProblemBase } from '../failure.ts';
import type { WebhookName } from './types.ts';

export type NotifyProblem = ProblemBase &
  (
    | { kind: 'webhook-bad-url'; name: WebhookName; why: 'form' | 'protocol' | 'user' }
    /** On make's command line, where every process list shows it. */
    | { kind: 'webhook-on-command-line'; name: WebhookName }
    /** In an `[env]`, which is in every job script. */
    | { kind: 'webhook-in-env'; name: WebhookName }
  );
