/** What a notification says of a job, and what all of them share; the words are those of the reports. */

import type { FlowStatus } from '../flow/results.ts';
import { subjectOf, titleOf, type Whose } from '../notify/in-job.ts';
import type { Message, NotifyTrouble, Subject } from '../notify/types.ts';
import { neverStarted } from '../run/judge.ts';
import { nameOfRun } from '../run/names.ts';
import type { SubmitResult } from '../run/submit.ts';
import type { Verdict } from '../run/verdict.ts';
import type { Counts } from '../sweep/progress.ts';
import { adviceOn } from './advice.ts';
import type { Typed } from './commands.ts';
import { shown, shownLog } from './escape.ts';
import { count, duration, memory } from './quantities.ts';
import { plain } from './style.ts';
import { endedText, verdictLine } from './verdict.ts';

/** Lines of a log that go along, and characters of each. */
const LOG_LINES = 15;
const LOG_WIDTH = 300;

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

export function ofRun(id: string, whose: Whose = {}): Subject {
  const [name = '', tag] = id.split('@');
  return subjectOf({ name, ...(tag === undefined ? {} : { tag }) }, whose);
}

export const placeOf = ({ cluster, runDir }: Where): Subject => ({
  cluster,
  ...(runDir ? { run: nameOfRun(runDir) } : {}),
});

export function ofVerdict(verdict: Verdict): Subject {
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

export function logOf(log: string): Pick<Message, 'log'> {
  const lines = shownLog(log.replace(/\s+$/, ''), plain)
    .split('\n')
    .slice(-LOG_LINES)
    .map((line) => (line.length > LOG_WIDTH ? `${line.slice(0, LOG_WIDTH)}…` : line));
  const text = lines.join('\n');
  return text.trim() === '' ? {} : { log: text };
}

/** `10 done, 2 failed`, of what there is any. */
export function standingsText(counts: Counts | FlowStatus['counts']): string {
  const words = Object.entries(counts).filter(([key, number]) => key !== 'total' && number > 0);
  return words
    .map(([key, number]) => `${number} ${key.replace('notSubmitted', 'not submitted').replace('-', ' ')}`)
    .join(', ');
}
