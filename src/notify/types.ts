/** The nouns of notifications: what is told, to whom, and what may go wrong with it. */

import type { WEBHOOKS } from '../conf/env-file.ts';
import { NOTIFY_EVENTS } from '../conf/keys.ts';

export const EVENTS = NOTIFY_EVENTS;
export type NotifyEvent = (typeof EVENTS)[number];

/** Slack's incoming webhook, and any other that takes JSON. */
export type WebhookName = (typeof WEBHOOKS)[number];

/** What it is about, as a program reads it; what there is not is left out. */
export interface Subject {
  profile?: string;
  tag?: string;
  sweep?: string;
  flow?: string;
  /** Of a flow's job its name. */
  job?: string;
  jobId?: string;
  /** The run directory's name. */
  run?: string;
  /** As REMOTE_HOST has it. */
  cluster?: string;
  state?: string;
  exitCode?: number;
  signal?: string;
  /** Why, in words. */
  reason?: string;
  elapsedSeconds?: number;
  /** Of a sweep its cells, of a flow its jobs: how many stand how. */
  counts?: Readonly<Record<string, number>>;
}

export interface Message {
  event: NotifyEvent;
  subject: Subject;
  /** What it is about, in a few words. */
  title: string;
  /** What is said of it, a line each. */
  lines: readonly string[];
  /** A table, or another text whose columns matter. */
  table?: string;
  /** The end of a log, as it is. */
  log?: string;
}

/** Why a message did not arrive; no address is in it. */
export type NotSent =
  | { why: 'status'; status: number; words: string }
  | { why: 'timeout' | 'name' | 'refused' | 'route' | 'tls' | 'lost' }
  /** The command had to end before. */
  | { why: 'late' };

export type NotifyTrouble = { name: WebhookName; messages: number } & NotSent;
