/** What a verb says while it works, and the one thing it may ask. `scripts` decides how it is shown. */

import type { Profile } from '../conf/types.ts';
import type { FlowStatus } from '../flow/results.ts';
import type { Progress } from '../host/types.ts';
import type { QueueRow } from '../scheduler/types.ts';
import type { Counts } from '../sweep/progress.ts';
import type { Header } from '../template/directives.ts';
import type { CleanItem } from './clean.ts';
import type { CellVerdict } from './parts.ts';
import type { Verdict } from './verdict.ts';

export type TalkEvent =
  /** What is about to be submitted. */
  | { type: 'profile'; profile: Profile; header?: Header; codeFiles?: number }
  | { type: 'progress'; what: 'code' | 'data' | 'results' | 'image'; progress: Progress }
  | { type: 'log'; name: 'out' | 'err'; data: Buffer }
  /** The job's place in the queue has changed. */
  | { type: 'queue'; row: QueueRow }
  /** A shell's job is in the queue, while the terminal belongs to what asked for it. */
  | { type: 'waiting'; jobId: string; reason: string }
  /** A shell's connection broke; its job is being ended. */
  | { type: 'shell-lost' }
  | { type: 'started'; jobId: string; restarts: number }
  | { type: 'scheduler-silent'; detail: string }
  /** The link is lost; the next try comes in so many seconds. */
  | { type: 'reconnecting'; seconds: number; detail: string }
  | { type: 'reconnected' }
  /** An image is being made over there; `found`: it was under way, `ours` tells whether from the same recipe. */
  | { type: 'building'; image: string; found: boolean; ours: boolean; jobId?: string }
  /** W&B has made a sweep; should the command break off, it can be gone on with. */
  | { type: 'wandb-sweep'; sweepId: string; url: string }
  /** A push has failed after that: agents can be sent to it later. */
  | { type: 'wandb-left'; wandb: { entity: string; project: string; sweepId: string }; profile: string }
  /** How far a sweep has come. */
  | { type: 'sweep'; counts: Counts; seconds?: number }
  /** How the jobs of a flow stand, at every look of its watch and whenever one has begun or ended. */
  | { type: 'flow'; status: FlowStatus }
  /** A cell of a sweep has ended, and not as wished. */
  | { type: 'cell-failed'; cell: string; verdict: CellVerdict; log: string }
  /** SBATCH_MAIL_TYPE, where there is no Slurm to write mails. */
  | { type: 'no-mail' }
  /** The job that is watched has left an end marker of its own; what that means is judged next. */
  | { type: 'end-marker'; runDir: string; jobId: string; restarts: number }
  /** How a job that was watched ended. */
  | { type: 'over'; runDir: string; verdict: Verdict }
  /** The job's state cannot be told yet, and is asked for again. */
  | { type: 'undecided'; jobId: string };

export type TalkQuestion =
  /** A job of this profile is tracked: going on loses sight of it here. */
  | { type: 'replace'; id: string; jobId?: string; runDir?: string }
  | { type: 'remove'; items: CleanItem[] }
  /** Files below REMOTE_DIR/slurm/images; bytes. */
  | {
      type: 'remove-images';
      items: readonly { path: string; size?: number; why: 'replaced' | 'broken-off' | 'cache' }[];
    };

export interface Talk {
  tell(event: TalkEvent): void;
  /** True for yes. Without a terminal it is no, unless YES=1. */
  ask(question: TalkQuestion): Promise<boolean>;
}
