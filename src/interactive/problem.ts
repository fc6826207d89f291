/** What stops interactive work. */

import type { ProblemBase } from '../failure.ts';

export type InteractiveProblem = ProblemBase &
  /** A shell was asked for where there is nobody to type. */
  (
    | { kind: 'no-terminal'; id: string }
    /** The allocation was refused, or ended before the shell began; what Slurm said was shown as it came. */
    | { kind: 'shell-not-started'; id: string; code: number }
    /** `ended`: its job is known to be gone. `runDir` where something may be worth bringing home. */
    | { kind: 'shell-lost'; id: string; jobId?: string; ended: boolean; runDir?: string }
    /** It ran, but nobody could look after it to the end. */
    | { kind: 'shell-kept'; id: string; runDir: string; why: 'alive' | 'undecided' }
    | { kind: 'gpus-refused'; detail: string }
    /** The node that came has no nvidia-smi, or the program found nothing. */
    | { kind: 'no-nvidia-smi'; node: string }
    | { kind: 'nvidia-smi-failed'; node: string; code: number; detail: string }
    | { kind: 'nodes-silent'; detail: string }
    | { kind: 'no-partition'; partition: string; partitions: string[]; nearest?: string }
  );
