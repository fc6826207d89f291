/** What stops a verb. */

import type { ProblemBase } from '../failure.ts';
import type { Verdict } from './verdict.ts';

export type RunProblem = ProblemBase &
  (
    | { kind: 'not-pushed'; id: string }
    | { kind: 'not-submitted'; id: string; jobId?: string }
    | { kind: 'bad-state-file'; content: string }
    /** Another command of ours is at work on the same profile. */
    | { kind: 'busy'; id: string; pid: number; lock: string }
    | { kind: 'declined'; id: string; jobId?: string; runDir?: string }
    | { kind: 'already-ended'; id: string; verdict: Verdict }
    | { kind: 'still-alive'; id: string; verdict: Verdict }
    | { kind: 'undecided'; id: string; verdict: Verdict }
    | { kind: 'queue-silent'; id: string; detail: string }
    | { kind: 'run-gone'; id: string; runDir: string }
    | { kind: 'push-incomplete'; id: string; runDir: string }
    | { kind: 'submit-refused'; id: string; detail: string }
    | { kind: 'submit-unknown'; id: string; detail: string }
    | { kind: 'submit-failed'; id: string; detail: string }
    | { kind: 'results-missing'; id: string; paths: string[]; runDir: string }
    | { kind: 'results-leave'; id: string; links: { path: string; target: string }[]; runDir: string }
    | { kind: 'not-removed'; run: string; detail: string }
    /** CONTAINER without Slurm, or with a runtime that the default template does not know yet. */
    | { kind: 'container-impossible'; runtime: 'pyxis' | 'apptainer'; scheduler: 'slurm' | 'local' }
    /** An option of sbatch that means nothing without Slurm, and is not to be passed over. */
    | { kind: 'option-impossible'; option: string }
    | { kind: 'bad-job-id'; jobId: string }
    | { kind: 'no-such-job'; jobId: string }
    | { kind: 'other-cluster'; id: string; cluster: string }
    | { kind: 'removal-declined'; count: number }
    | { kind: 'alive-run'; run: string; jobId?: string }
  );
