/** What a notification says of a job, a sweep or a flow; the words are those of the reports. */

import type { FlowJobStatus, FlowStatus, StartFlowResult } from '../flow/results.ts';
import { subjectOf, titleOf, type Whose } from '../notify/in-job.ts';
import type { Message, NotifyTrouble, Subject } from '../notify/types.ts';
import { nameOfRun } from '../run/names.ts';
import type { SubmitResult } from '../run/submit.ts';
import { type CellVerdict, neverStarted, type Verdict } from '../run/verdict.ts';
import type { Counts } from '../sweep/progress.ts';
import type { SweepStatus } from '../sweep/status.ts';
import { adviceOn } from './advice.ts';
import type { Typed } from './commands.ts';
import { shown, shownLog } from './escape.ts';
import { count, duration, memory, names } from './quantities.ts';
import { plain } from './style.ts';
import { cellWord } from './sweep-cells.ts';
import { endedText, verdictLine } from './verdict.ts';
import { padTo, widest } from './width.ts';

/** Lines of a log that go along, and characters of each. */
const LOG_LINES = 15;
const LOG_WIDTH = 300;
/** Cells, and jobs of a flow, that are named in one message. */
const MOST_CELLS = 20;
const MOST_JOBS = 40;

/** Where it is: the cluster as REMOTE_HOST has it, and the run directory. */
export interface Where {
  cluster: string;
  runDir?: string;
}

export function submittedMessage({ profile, jobId, runDir, held }: SubmitResult, cluster: string): Message {
  return {
    event: 'started',
    subject: { ...subjectOf(profile), jobId, state: 'PENDING', ...placeOf({ cluster, runDir }) },
    title: titleOf(profile.id),
    lines: [`Job ${jobId} was submitted to ${shown(cluster)}${held ? ', and waits to be released' : ''}.`],
  };
}

/** A job that had to wait, `waited` seconds. */
export function runningMessage(id: string, jobId: string, waited: number, where: Where): Message {
  return {
    event: 'started',
    subject: { ...ofRun(id), jobId, state: 'RUNNING', ...placeOf(where) },
    title: titleOf(id),
    lines: [`Job ${jobId} runs, after ${duration(waited)} in the queue.`],
  };
}

/** `log` is what there is of the end of its log; undefined of a job that has not ended. */
export function endedMessage(
  id: string,
  verdict: Verdict,
  where: Where,
  log: string,
  typed: Typed = {},
): Message | undefined {
  if (!verdict.ended) return undefined;
  const advice = adviceOn(id, verdict, typed).slice(0, 1);
  return {
    event: verdict.success ? 'finished' : 'failed',
    subject: { ...ofRun(id), ...ofVerdict(verdict), ...placeOf(where) },
    title: titleOf(id),
    lines: [verdictLine(verdict, typed), ...usedLine(verdict), ...advice].map((line) => shown(line)),
    ...logOf(verdict.success ? '' : log),
  };
}

export function sweepStartedMessage(
  sweep: string,
  id: string,
  { cells, jobIds, held = false }: { cells: number; jobIds: readonly string[]; held?: boolean },
  where: Where,
): Message {
  const jobs = jobIds.length === 0 ? '' : ` as ${jobIds.length === 1 ? 'job' : 'jobs'} ${names(jobIds)}`;
  return {
    event: 'started',
    subject: { ...ofRun(id, { sweep }), state: 'PENDING', counts: { total: cells }, ...placeOf(where) },
    title: titleOf(id, { sweep }),
    lines: [
      `${count(cells, 'cell')} ${cells === 1 ? 'was' : 'were'} submitted to ${shown(where.cluster)}${jobs}${held ? ', and wait to be released' : ''}.`,
    ],
  };
}

/** Cells that have failed since the last such message; `log` is the end of the last one's. */
export function cellsFailedMessage(
  sweep: string,
  id: string,
  cells: readonly { cell: string; verdict: CellVerdict }[],
  where: Where,
  log: string,
): Message {
  const last = cells.at(-1)?.verdict;
  return {
    event: 'failed',
    subject: {
      ...ofRun(id, { sweep }),
      ...(last ? ofVerdict(last) : {}),
      counts: { failed: cells.length },
      ...placeOf(where),
    },
    title: titleOf(id, { sweep }),
    lines: [`${count(cells.length, 'cell')} failed:`, ...cellLines(cells)],
    ...logOf(log),
  };
}

/** At the end of all that was submitted; `untold` are cells that have failed since the last message. */
export function sweepEndedMessage(
  { id, sweep, counts, runDir }: Pick<SweepStatus, 'id' | 'sweep' | 'counts' | 'runDir'>,
  untold: readonly { cell: string; verdict: CellVerdict }[],
  cluster: string,
): Message {
  const bad = counts.failed + counts.cancelled + counts.unknown > 0;
  const whose = { sweep: sweep.name };
  return {
    event: bad ? 'failed' : 'finished',
    subject: {
      ...ofRun(id, whose),
      state: bad ? 'FAILED' : 'COMPLETED',
      counts: { ...counts },
      ...placeOf({ cluster, runDir }),
    },
    title: titleOf(id, whose),
    lines: [
      `${bad ? 'Ended' : 'Finished'}: ${standingsText(counts)}.`,
      ...(untold.length > 0 ? ['Failed since the last message:', ...cellLines(untold)] : []),
    ],
  };
}

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

/** One of its jobs has failed (`job`), or all of it has ended. Undefined while a flow that is said to have ended has not. */
export function flowMessage(
  status: FlowStatus,
  what: { type: 'job-failed'; job: string; log?: string } | { type: 'ended' },
  cluster: string,
): Message | undefined {
  const { id, flow, runDir, counts, jobs } = status;
  const about = { title: titleOf(id, { flow: flow.name }) };
  const subject: Subject = { ...ofRun(id, { flow: flow.name }), ...placeOf({ cluster, runDir }) };
  if (what.type === 'job-failed') {
    const job = jobs.find(({ name }) => name === what.job);
    if (!job) return undefined;
    const stopped = jobs.filter((one) => one.standing === 'stopped' && one.because?.includes(what.job));
    const line = job.verdict ? verdictLine(job.verdict) : `Job ${job.name} failed.`;
    return {
      ...{ ...about, event: 'failed' as const },
      subject: { ...subject, job: job.name, ...(job.verdict ? ofVerdict(job.verdict) : {}) },
      lines: [
        shown(`${job.name}: ${line}`),
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

/** What came of the notifications that did not arrive, in one line. */
export function notSentText(trouble: NotifyTrouble): string {
  const { name, messages } = trouble;
  const what = messages === 1 ? 'A notification' : `${count(messages, 'notification')}`;
  return shown(`${what} to ${name} could not be sent: ${whyNotSent(trouble)}.`);
}

function whyNotSent(trouble: NotifyTrouble): string {
  switch (trouble.why) {
    case 'status': {
      const words = trouble.words === '' ? '' : ` (${trouble.words.replace(/\s+/g, ' ')})`;
      return `the server answered ${trouble.status}${words}`;
    }
    case 'timeout':
      return 'the server does not answer in time';
    case 'name':
      return "the server's name is unknown here";
    case 'refused':
      return 'nobody listens there';
    case 'route':
      return 'there is no way to the server from here';
    case 'tls':
      return 'the server offers no TLS that can be trusted';
    case 'lost':
      return 'the connection broke';
    case 'late':
      return 'the command had ended before';
  }
}

function ofRun(id: string, whose: Whose = {}): Subject {
  const [name = '', tag] = id.split('@');
  return subjectOf({ name, ...(tag === undefined ? {} : { tag }) }, whose);
}

const placeOf = ({ cluster, runDir }: Where): Subject => ({ cluster, ...(runDir ? { run: nameOfRun(runDir) } : {}) });

function ofVerdict(verdict: Verdict): Subject {
  const { state, jobId, exitCode, signal, elapsedSeconds, tasks } = verdict;
  const reason = verdict.success ? '' : endedText(verdict);
  return {
    state,
    ...(jobId === undefined ? {} : { jobId }),
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(signal === undefined ? {} : { signal }),
    ...(reason ? { reason: shown(reason) } : {}),
    ...(elapsedSeconds === undefined ? {} : { elapsedSeconds }),
    ...(tasks ? { counts: tasks } : {}),
  };
}

/** What it used, as far as accounting knows. */
function usedLine(verdict: Verdict): string[] {
  const { maxRss, totalCpu, cpus, nodes } = verdict;
  if (neverStarted(verdict)) return [];
  const parts = [
    maxRss && `${memory(maxRss)} of memory`,
    totalCpu && `${totalCpu} of CPU time`,
    cpus && count(cpus, 'CPU'),
    nodes && `on ${nodes}`,
  ].filter(Boolean);
  return parts.length > 0 ? [`Used: ${parts.join(', ')}`] : [];
}

function logOf(log: string): Pick<Message, 'log'> {
  const lines = shownLog(log.replace(/\s+$/, ''), plain)
    .split('\n')
    .slice(-LOG_LINES)
    .map((line) => (line.length > LOG_WIDTH ? `${line.slice(0, LOG_WIDTH)}…` : line));
  const text = lines.join('\n');
  return text.trim() === '' ? {} : { log: text };
}

function cellLines(cells: readonly { cell: string; verdict: CellVerdict }[]): string[] {
  const listed = cells.slice(0, MOST_CELLS).map(({ cell, verdict }) => shown(`${cell}: ${cellWord(verdict)}`));
  const rest = cells.length - MOST_CELLS;
  return rest > 0 ? [...listed, `… and ${rest} more`] : listed;
}

/** `10 done, 2 failed`, of what there is any. */
function standingsText(counts: Counts | FlowStatus['counts']): string {
  const words = Object.entries(counts).filter(([key, number]) => key !== 'total' && number > 0);
  return words
    .map(([key, number]) => `${number} ${key.replace('notSubmitted', 'not submitted').replace('-', ' ')}`)
    .join(', ');
}
