/** Tells somebody what comes of a command's jobs: listens to what its verbs say, and sends in the background. */

import { bundle } from '../src/notify/bundle.ts';
import { claimed, markOf } from '../src/notify/claim.ts';
import type { Message } from '../src/notify/types.ts';
import { endedMessage, runningMessage, submittedMessage } from '../src/report/notify.ts';
import { cellsFailedMessage, sweepEndedMessage, sweepStartedMessage } from '../src/report/notify-sweep.ts';
import { idOf, type TrackedRun, type WhichRun } from '../src/run/find.ts';
import type { Project } from '../src/run/project.ts';
import type { SubmitResult } from '../src/run/submit.ts';
import type { TalkEvent } from '../src/run/talk.ts';
import type { Verdict } from '../src/run/verdict.ts';
import type { SweepStatus } from '../src/sweep/status.ts';
import type { SubmittedCells } from '../src/sweep/submit.ts';
import { listening, logOf, type Own, open } from './notify-desk.ts';

/** Seconds in the queue after which it is news that a job runs. */
const LONG_WAIT = 60;

export interface JobNotices {
  /** To be worked with instead: what is said of its job is listened to. */
  project: Project;
  submitted(result: SubmitResult): void;
}

/** Of a profile's own job: that it was submitted, that it runs after a long wait, how it ended. */
export function jobNotices(own: Own, project: Project, which: WhichRun): JobNotices {
  const { notifier, soon } = open(own, project, which.profile);
  if (!notifier.wants()) return { project, submitted: () => {} };
  const { host } = project.cluster;
  const id = idOf(which);
  const ends: Record<'out' | 'err', Buffer> = { out: Buffer.alloc(0), err: Buffer.alloc(0) };
  const asked = new Map<string, Promise<boolean>>();
  /** Whether it is ours to tell of; asked for as soon as its own marker is there, for the job waits for the answer. */
  const isOurs = (runDir: string, mark: string): Promise<boolean> => {
    const known = asked.get(mark) ?? claimed(project.host, runDir, [mark]).then((marks) => marks.length > 0);
    asked.set(mark, known);
    return known;
  };
  let waiting: number | undefined;
  const ended = async (runDir: string, verdict: Verdict): Promise<Message | undefined> => {
    const log = [ends.out, ends.err].map((end) => wholeLines(end)).join('');
    const message = endedMessage(id, verdict, { cluster: host, runDir }, log, own.typed);
    if (!message || !notifier.wants(message.event)) return undefined;
    return (await isOurs(runDir, verdict.tasks ? 'all' : markOf(verdict))) ? message : undefined;
  };
  const listen = (event: TalkEvent): void => {
    if (event.type === 'log') ends[event.name] = Buffer.concat([ends[event.name], event.data]).subarray(-KEPT);
    else if (event.type === 'queue' && event.row.state === 'PENDING') waiting ??= Date.now();
    else if (event.type === 'started' && waiting !== undefined) {
      const waited = (Date.now() - waiting) / 1000;
      waiting = undefined;
      if (waited > LONG_WAIT) notifier.tell(runningMessage(id, event.jobId, waited, { cluster: host }));
    } else if (event.type === 'end-marker') void isOurs(event.runDir, markOf(event));
    else if (event.type === 'over') soon(() => ended(event.runDir, event.verdict));
  };
  return {
    project: listening(project, listen),
    submitted: (result) => {
      if (!result.existing) notifier.tell(submittedMessage(result, host));
    },
  };
}

/** Half a line at the front may be half a secret. */
function wholeLines(end: Buffer): string {
  const text = end.toString();
  const lines = end.length < KEPT ? text : text.slice(text.indexOf('\n') + 1);
  return lines === '' || lines.endsWith('\n') ? lines : `${lines}\n`;
}

/** Bytes of a log's end that are kept. */
const KEPT = 16_384;

export interface SweepNotices {
  project: Project;
  /** Which one it is, of one that this command has not started. */
  about(sweep: string, run: Pick<TrackedRun, 'id' | 'runDir'>): void;
  /** Cells were submitted, or with DRY_RUN were not. */
  started(result: Started): void;
  /** All that was submitted has ended. */
  ended(status: SweepStatus): void;
}

interface Started {
  id: string;
  sweep: { name: string };
  push: { runDir: string };
  submitted?: Pick<SubmittedCells, 'arrays' | 'cells' | 'held'>;
}

/** `fresh`: the sweep was begun by this very command, so that cells that have failed when it first looks are news. */
export function sweepNotices(own: Own, project: Project, profile: string, fresh: boolean): SweepNotices {
  const { notifier, soon } = open(own, project, profile);
  if (!notifier.wants()) return { project, about: () => {}, started: () => {}, ended: () => {} };
  const cluster = project.cluster.host;
  type Failed = Extract<TalkEvent, { type: 'cell-failed' }>;
  let looked = fresh;
  let about: { sweep: string; run: Pick<TrackedRun, 'id' | 'runDir'> } | undefined;
  const failed = bundle<Failed>((cells) =>
    soon(async () => {
      if (!about || !notifier.wants('failed')) return undefined;
      const { sweep, run } = about;
      const last = cells.at(-1)?.verdict;
      const log = last?.jobId === undefined ? '' : await logOf(project, run, `${last.jobId}_${last.task}`);
      return cellsFailedMessage(sweep, run.id, cells, { cluster, runDir: run.runDir }, log);
    }),
  );
  const listen = (event: TalkEvent): void => {
    if (event.type === 'sweep') looked = true;
    // What had failed before was told of by then, and is in the summary.
    else if (event.type === 'cell-failed' && looked) failed.add(event);
  };
  return {
    project: listening(project, listen),
    about: (sweep, run) => {
      about = { sweep, run };
    },
    started: ({ id, sweep, push: { runDir }, submitted }) => {
      about = { sweep: sweep.name, run: { id, runDir } };
      if (!submitted || submitted.arrays.length === 0) return;
      const { cells, arrays, held } = submitted;
      const jobIds = arrays.map(({ jobId }) => jobId);
      const told = { cells: cells.length, jobIds, ...(held ? { held } : {}) };
      notifier.tell(sweepStartedMessage(sweep.name, id, told, { cluster, runDir }));
    },
    ended: (status) => {
      const message = sweepEndedMessage(status, failed.rest(), cluster);
      if (!notifier.wants(message.event)) return;
      soon(async () => ((await claimed(project.host, status.runDir, ['all'])).length > 0 ? message : undefined));
    },
  };
}
