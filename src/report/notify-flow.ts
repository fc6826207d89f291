/** What notifications say of a flow. */

import type { FlowJobStatus, FlowStatus, StartFlowResult } from '../flow/results.ts';
import { titleOf } from '../notify/in-job.ts';
import type { Message, Subject } from '../notify/types.ts';
import { shown } from './escape.ts';
import { logOf, ofRun, ofVerdict, placeOf, standingsText } from './notify.ts';
import { count, duration, names } from './quantities.ts';
import { verdictLine } from './verdict.ts';
import { padTo, widest } from './width.ts';

/** Jobs that are in one table. */
const MOST_JOBS = 40;
/** Cells that are named in one message. */
const MOST_CELLS = 20;

export function flowStartedMessage(result: StartFlowResult, cluster: string): Message {
  const { flow, id, runDir, submitted, kept, held } = result;
  const before = kept.length > 0 ? `; ${count(kept.length, 'job')} left as before` : '';
  return {
    event: 'started',
    subject: {
      ...ofRun(id, { flow: flow.name }),
      state: 'PENDING',
      counts: { total: submitted.length + kept.length, submitted: submitted.length },
      ...placeOf({ cluster, runDir }),
    },
    title: titleOf(id, { flow: flow.name }),
    lines: [
      `${count(submitted.length, 'job')} submitted to ${shown(cluster)}${before}${held ? '; they wait to be released' : ''}.`,
      ...(submitted.length > 0 ? [names(submitted.map(({ job, jobId }) => (jobId ? `${job} (${jobId})` : job)))] : []),
    ],
  };
}

/**
 * One of its jobs has failed (`job`), or cells of one that goes on have, the last of which `log` is of; or all of it has ended. Undefined while a flow
 * that is said to have ended has not.
 */
export function flowMessage(
  status: FlowStatus,
  what:
    | { type: 'job-failed'; job: string; log?: string }
    | { type: 'cells-failed'; job: string; cells: readonly string[]; log: string }
    | { type: 'ended' },
  cluster: string,
): Message | undefined {
  const { id, flow, runDir, counts, jobs } = status;
  const about = { title: titleOf(id, { flow: flow.name }) };
  const subject: Subject = { ...ofRun(id, { flow: flow.name }), ...placeOf({ cluster, runDir }) };
  if (what.type === 'cells-failed') {
    const { job, cells, log } = what;
    return {
      ...{ ...about, event: 'failed' as const },
      subject: { ...subject, job, state: 'FAILED', counts: { failed: cells.length } },
      lines: [shown(`${job}: ${count(cells.length, 'cell')} failed: ${names(cells, MOST_CELLS)}.`)],
      ...logOf(log),
    };
  }
  if (what.type === 'job-failed') {
    const job = jobs.find(({ name }) => name === what.job);
    if (!job) return undefined;
    const stopped = jobs.filter((one) => one.standing === 'stopped' && one.because?.includes(what.job));
    const line = job.verdict ? verdictLine(job.verdict) : `Job ${job.name} failed.`;
    const { failedCells = [] } = job;
    return {
      ...{ ...about, event: 'failed' as const },
      subject: { ...subject, job: job.name, ...(job.verdict ? ofVerdict(job.verdict) : {}) },
      lines: [
        shown(`${job.name}: ${line}`),
        ...(failedCells.length > 0 ? [shown(`Cells that failed: ${names(failedCells, MOST_CELLS)}.`)] : []),
        ...(stopped.length > 0 ? [`For want of it never run: ${names(stopped.map(({ name }) => name))}.`] : []),
      ],
      ...logOf(what.log ?? ''),
    };
  }
  const alive = counts.running + counts.pending + counts.waiting + counts.held;
  if (alive > 0) return undefined;
  const bad = counts.failed + counts.stopped + counts.cancelled + counts.unknown + counts['not-submitted'] > 0;
  const time = status.elapsedSeconds === undefined ? '' : ` after ${duration(status.elapsedSeconds)}`;
  return {
    ...{ ...about, event: bad ? ('failed' as const) : ('finished' as const) },
    subject: {
      ...{ ...subject, state: bad ? 'FAILED' : 'COMPLETED', counts: { ...counts } },
      ...(status.elapsedSeconds === undefined ? {} : { elapsedSeconds: status.elapsedSeconds }),
    },
    lines: [
      `${bad ? 'Ended' : 'Finished'}${time}: ${standingsText(counts)}.`,
      ...(status.criticalPath ? [`Critical path: ${status.criticalPath.join(' → ')}`] : []),
    ],
    table: flowTable(jobs),
  };
}

function flowTable(jobs: readonly FlowJobStatus[]): string {
  const listed = jobs.slice(0, MOST_JOBS);
  const width = widest(
    listed.map(({ name }) => name),
    3,
  );
  const rows = listed.map(({ name, standing, verdict }) => {
    const seconds = verdict?.elapsedSeconds;
    return [
      padTo(name, width),
      padTo(standing, 13),
      padTo(verdict?.jobId ?? '-', 10),
      seconds === undefined ? '-' : duration(seconds),
    ].join('  ');
  });
  const rest = jobs.length - listed.length;
  return [...rows, ...(rest > 0 ? [`… and ${rest} more`] : [])].map((row) => shown(row)).join('\n');
}
