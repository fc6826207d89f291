/** What can be wrong with a flow's file. All of it ends with exit code 2. */

import type { ConfProblem } from '../../conf/problem.ts';
import type { ProblemBase } from '../../failure.ts';
import type { SweepProblem } from '../../sweep/problem.ts';
import type { TemplateProblem } from '../../template/problem.ts';

/** Keys of srunx for what is done in another way here, or not at all: of the file, of a job and of a container. */
export const ELSEWHERE = {
  file: ['sweep'],
  job: ['script_vars', 'work_dir', 'log_dir', 'srun_args', 'launch_prefix', 'outputs'],
  container: ['rocm', 'fakeroot', 'writable_tmpfs', 'overlay'],
} as const;

export type FlowFileProblem = ProblemBase &
  // The file
  (
    | { kind: 'two-flow-files'; other: string }
    | { kind: 'flow-without-jobs' }
    | { kind: 'flow-elsewhere'; key: (typeof ELSEWHERE)[keyof typeof ELSEWHERE][number] }
    /** COMMAND or the like on make's command line: it would be that of every job. */
    | { kind: 'flow-for-one'; variable: string }
    // Arguments
    /** `key` of profiles or clusters, variable of make's `command-line`, `deps`, or no name at all (`form`). */
    | { kind: 'flow-arg-name'; name: string; why: 'form' | 'deps' | 'key' | 'command-line' }
    | { kind: 'flow-arg-value'; name: string; found: 'list' | 'mapping' | 'nothing' }
    /** `python:` in front of a value. */
    | { kind: 'flow-python'; name: string }
    /** Arguments that are made of one another, the first one once more at the end. */
    | { kind: 'flow-arg-circle'; names: string[] }
    // A job
    | { kind: 'flow-job-nameless' }
    | { kind: 'flow-job-twice'; job: string; firstLine: number }
    | { kind: 'no-flow-profile'; profile: string; profiles: string[]; nearest?: string }
    /** Neither a command nor a script, and no profile that has one. */
    | { kind: 'flow-job-runs-nothing'; job: string }
    /** Two of command, script_path and path. */
    | { kind: 'flow-runs-twice'; key: string; other: string; firstLine: number }
    | { kind: 'flow-conda-and-venv'; firstLine: number }
    /** nv or cleanenv that is switched off. */
    | { kind: 'flow-always-on'; key: string }
    | { kind: 'flow-export-name'; name: string }
    /** max_concurrent of a job that has no matrix. */
    | { kind: 'flow-without-matrix'; key: string }
    /** An option of sbatch that is the flow's: `option` in the words of sbatch. */
    | { kind: 'flow-own-option'; option: string; job: string }
    // Dependencies
    | { kind: 'flow-dependency-kind'; dependency: string; said: string; kinds: readonly string[]; nearest?: string }
    | { kind: 'flow-no-such-job'; job: string; jobs: string[]; nearest?: string }
    | { kind: 'flow-waits-for-itself'; job: string }
    | { kind: 'flow-parent-twice'; parent: string; firstLine: number }
    /** Each waits for the next; the first one once more at the end. */
    | { kind: 'flow-circle'; jobs: string[] }
    /** It would need `parent` to succeed and to fail; by way of which other jobs, from the job on. */
    | { kind: 'flow-unreachable'; job: string; parent: string; succeeds: string[]; fails: string[] }
    /** Numbers of cells, 0 without a matrix. */
    | { kind: 'flow-aftercorr'; job: string; parent: string; cells: number; parentCells: number }
    // Templates
    /** `deps.JOB` of a job that is none of its parents (`isJob`), or that is not there. */
    | { kind: 'flow-not-a-parent'; job: string; isJob: boolean; parents: string[]; nearest?: string }
    | { kind: 'flow-not-exported'; job: string; name: string; exports: string[]; nearest?: string }
    /** A parameter of a job's own matrix in a text that all of its cells share. */
    | { kind: 'flow-parameter-here'; name: string }
  );

/** Of a flow's file, and of all that it is made of. */
export type Problems = (FlowFileProblem | ConfProblem | SweepProblem | TemplateProblem)[];
