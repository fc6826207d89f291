/** What stops a flow. */

import type { ProblemBase } from '../failure.ts';

export type FlowProblem = ProblemBase &
  (
    | { kind: 'missing-flow'; flows: string[] }
    | { kind: 'no-flow'; flow: string; flows: string[]; nearest?: string }
    /** Nothing of it is tracked here. */
    | { kind: 'flow-not-started'; flow: string; started: string[]; nearest?: string }
    /** FROM or ONLY names a job that the flow does not have. */
    | { kind: 'no-such-flow-job'; variable: string; job: string; jobs: string[]; nearest?: string }
    /** Part of it was asked for, nothing of it is there, and that part waits for `parents`. */
    | { kind: 'flow-nothing-before'; flow: string; variable: string; parents: string[] }
    /** The run under that id is another flow's: FLOW=a TAG=b and FLOW=a.b are the same. */
    | { kind: 'flow-of-another'; id: string; flow: string }
    /** FROM and the like, of a target that is about the whole flow. */
    | { kind: 'flow-part-unused'; variables: string[]; target: string }
    /** FROM or ONLY names no job at all. */
    | { kind: 'flow-part-empty'; variable: string }
    /** Two of FROM, ONLY and RESUME. */
    | { kind: 'flow-parts-twice'; variables: string[] }
    /** A job of the flow is alive, and would be run again. */
    | { kind: 'flow-job-alive'; flow: string; job: string; jobId?: string }
    /** Everything is done or alive. */
    | { kind: 'flow-nothing-to-run'; flow: string; alive: number }
    /** sbatch refused one of its jobs; what had been submitted of this call was cancelled by its ids before it began. */
    | { kind: 'flow-refused'; flow: string; job: string; detail: string; cancelled: string[] }
    /** Another command has cancelled it while it was being submitted, and so was all of this call. */
    | { kind: 'flow-cancelled'; flow: string }
    /** The run that is tracked under that id is none of a flow's. */
    | { kind: 'no-flow-run'; id: string }
    /** Its template asks for something else of Slurm for some of its cells. */
    | { kind: 'flow-cells-differ'; job: string }
    /** The code or the file has changed, and jobs of it are alive. */
    | { kind: 'flow-changed'; flow: string; jobs: string[] }
    /** Its submission was broken off, and can't be made whole: it is another flow now, or only part of it was asked for (`variable`). */
    | { kind: 'flow-broken-off'; flow: string; args: Readonly<Record<string, string>>; variable?: string }
    /** A file in its run directory has a name that cannot be brought home. */
    | { kind: 'flow-odd-names'; flow: string; runDir: string }
    /** Other commands are submitting it, again and again. */
    | { kind: 'flow-busy'; flow: string }
    /** Something of it is alive: it is not to be collected yet. */
    | { kind: 'flow-alive'; flow: string; jobs: string[] }
  );
