/** Every problem there is, and the shape of the tables that put them into words. */

import type { ConfProblem } from '../conf/problem.ts';
import type { ProblemBase } from '../failure.ts';
import type { FlowFileProblem } from '../flow/file/problem.ts';
import type { FlowProblem } from '../flow/problem.ts';
import type { HostProblem } from '../host/problem.ts';
import type { ImageProblem } from '../image/problem.ts';
import type { InteractiveProblem } from '../interactive/problem.ts';
import type { NotifyProblem } from '../notify/problem.ts';
import type { RunProblem } from '../run/problem.ts';
import type { SchedulerProblem } from '../scheduler/problem.ts';
import type { SweepProblem } from '../sweep/problem.ts';
import type { WandbProblem } from '../sweep/wandb/problem.ts';
import type { TemplateProblem } from '../template/problem.ts';
import type { Typed } from './commands.ts';

/** What scripts find wrong with a variable of theirs: YES=maybe, LINES=many. */
export type VariableProblem = ProblemBase &
  (
    | { kind: 'not-a-flag'; variable: string; value: string }
    | { kind: 'not-a-number'; variable: string; value: string; least: number }
  );

/** What was typed after `make` and is none of ours: slurm-runs. */
export type TargetProblem = ProblemBase & { kind: 'unknown-target'; name: string; nearest?: string };

export type Problem =
  | (ConfProblem | HostProblem | TemplateProblem | SchedulerProblem | RunProblem)
  | (VariableProblem | TargetProblem | ImageProblem | InteractiveProblem)
  | (FlowProblem | FlowFileProblem)
  | (SweepProblem | WandbProblem)
  | NotifyProblem;

/** A problem in words. */
export interface Told {
  /** What is wrong, without its place: of files the rest of a line after `FILE:LINE: `, otherwise a sentence or two. */
  says: string;
  /** Another program's own words, shown as they are. */
  words?: string;
  /** What to do about it, a line each. */
  next?: string[];
}

/** The members of a union of problems that have the kind `K`. */
type OfKind<P extends ProblemBase, K> = P extends unknown ? (K extends P['kind'] ? P : never) : never;

/** A sentence for every kind of `P`; one that is missing is a type error. */
export type Sentences<P extends ProblemBase> = {
  [K in P['kind']]: (problem: OfKind<P, K>, typed: Typed) => string | Told;
};

export function didYouMean(nearest: string | undefined): string {
  return nearest === undefined ? '' : `; did you mean ${nearest}?`;
}
