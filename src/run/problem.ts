/** What stops a verb. */

import type { ContainerRuntime } from '../conf/types.ts';
import type { ProblemBase } from '../failure.ts';
import type { Verdict } from './verdict.ts';

/** `format`: it is no image of the runtime's kind; `short`: its end is missing. */
export type ImageFault = 'unreadable' | 'format' | 'short';

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
    /** `before`: how many cells of the sweep were submitted before that. */
    | { kind: 'submit-refused'; id: string; detail: string; before?: number }
    | { kind: 'submit-unknown'; id: string; detail: string }
    | { kind: 'submit-failed'; id: string; detail: string }
    | { kind: 'results-missing'; id: string; paths: string[]; runDir: string }
    | { kind: 'results-leave'; id: string; links: { path: string; target: string }[]; runDir: string }
    | { kind: 'not-removed'; run: string; detail: string }
    /** Pyxis without Slurm: CONTAINER_RUNTIME=pyxis, or, for the `whole` job script, --container-image. */
    | { kind: 'container-impossible'; whole?: true }
    /** --container-image for the whole job script, and CONTAINER for a step in it. */
    | { kind: 'container-twice' }
    /** A path with a character that the runtime cannot have in what it mounts. */
    | { kind: 'container-path'; key: 'REMOTE_DIR' | 'CONTAINER_MOUNTS'; path: string; runtime: ContainerRuntime }
    /** The profile's image file is not on the cluster; `name` where it is one of slurm/images. */
    | { kind: 'image-missing'; path: string; name?: string }
    | { kind: 'image-broken'; path: string; name?: string; fault: ImageFault }
    /** It is not the file any more that was made. */
    | { kind: 'image-changed'; path: string; name?: string }
    /** An option of sbatch that means nothing without Slurm, and is not to be passed over. */
    | { kind: 'option-impossible'; option: string }
    /** Its cells are submitted as arrays, by the sweep's own targets. */
    | { kind: 'is-sweep'; id: string; sweep: string }
    | { kind: 'is-flow'; id: string; flow: string }
    | { kind: 'bad-job-id'; jobId: string }
    | { kind: 'no-such-job'; jobId: string }
    /** In the scheduler's words; `reason` as the queue has it. */
    | { kind: 'release-refused'; jobId: string; reason: string; detail: string }
    | { kind: 'other-cluster'; id: string; cluster: string }
    | { kind: 'removal-declined'; count: number }
    | { kind: 'alive-run'; run: string; jobId?: string }
  );
