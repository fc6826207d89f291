/** What a verb says while it works, and the one thing it may ask. `scripts` decides how it is shown. */

import type { Profile } from '../conf/types.ts';
import type { Progress } from '../host/types.ts';
import type { QueueRow } from '../scheduler/types.ts';
import type { Header } from '../template/directives.ts';
import type { CleanItem } from './clean.ts';

export type TalkEvent =
  /** What is about to be submitted. */
  | { type: 'profile'; profile: Profile; header?: Header; codeFiles?: number }
  | { type: 'progress'; what: 'code' | 'data' | 'results'; progress: Progress }
  | { type: 'log'; name: 'out' | 'err'; data: Buffer }
  /** The job's place in the queue has changed. */
  | { type: 'queue'; row: QueueRow }
  | { type: 'started'; jobId: string; restarts: number }
  | { type: 'scheduler-silent'; detail: string }
  /** The link is lost; the next try comes in so many seconds. */
  | { type: 'reconnecting'; seconds: number; detail: string }
  | { type: 'reconnected' }
  /** The job's state cannot be told yet, and is asked for again. */
  | { type: 'undecided'; jobId: string };

export type TalkQuestion =
  /** A job of this profile is tracked: going on loses sight of it here. */
  { type: 'replace'; id: string; jobId?: string; runDir?: string } | { type: 'remove'; items: CleanItem[] };

export interface Talk {
  tell(event: TalkEvent): void;
  /** True for yes. Without a terminal it is no, unless YES=1. */
  ask(question: TalkQuestion): Promise<boolean>;
}
