/** The jobs of a flow in reports: a word for how each stands, for how long it ran, why it does not run, and a table of them all. */

import type { FlowJobStatus, FlowStatus, Standing } from '../flow/results.ts';
import { neverStarted } from '../run/judge.ts';
import { table } from './block.ts';
import { duration, names } from './quantities.ts';
import { reasonText } from './reasons.ts';
import type { Style } from './style.ts';
import { countsText } from './sweep-status.ts';
import { endedText } from './verdict.ts';

const WORDS: Record<Standing, string> = {
  done: 'COMPLETED',
  failed: 'FAILED',
  stopped: 'STOPPED',
  cancelled: 'CANCELLED',
  skipped: 'SKIPPED',
  running: 'RUNNING',
  pending: 'PENDING',
  waiting: 'WAITING',
  held: 'HELD',
  unknown: 'UNKNOWN',
  'not-submitted': 'NOT SUBMITTED',
};

/** Slurm's own word where it says more: TIMEOUT, OUT_OF_MEMORY, COMPLETING. */
export function flowWord({ standing, verdict, cells }: FlowJobStatus): string {
  const state = cells ? undefined : verdict?.state;
  const says = (standing === 'failed' && state !== 'COMPLETED') || (standing === 'running' && state !== 'UNKNOWN');
  return (says && state) || WORDS[standing];
}

/** Seconds it ran, or has run so far; undefined of one that never began, or of which nobody knows. */
export function flowSeconds({ standing, verdict }: FlowJobStatus): number | undefined {
  if (!verdict || !TIMED.includes(standing)) return undefined;
  const { elapsedSeconds, endedAt } = verdict;
  // Accounting has no time for what ended within its first second.
  return (
    elapsedSeconds ?? (endedAt !== undefined && standing !== 'cancelled' && !neverStarted(verdict) ? 0 : undefined)
  );
}

const TIMED: readonly Standing[] = ['done', 'failed', 'running', 'cancelled'];

/** Which of its cells failed. */
const cellsText = ({ failedCells = [] }: FlowJobStatus): string =>
  failedCells.length > 0 ? ` (${names(failedCells, 4)})` : '';

/** Why it does not run, or how it went wrong; of a matrix job how its cells stand. */
export function flowWhy(job: FlowJobStatus, status: FlowStatus): string {
  const { standing, verdict, cells, because = [] } = job;
  switch (standing) {
    case 'waiting':
      if (verdict?.reason && verdict.reason !== 'Dependency') return verdict.reason;
      return because.length > 0 ? `waits for ${names(because, 4)}` : '';
    case 'stopped':
      return [parentsText(because, status), ...(cells ? [countsText(cells)] : [])].join('; ');
    case 'skipped':
    case 'cancelled':
      return parentsText(because, status);
    case 'failed':
      return cells ? `${countsText(cells)}${cellsText(job)}` : verdict ? endedText(verdict).replace(/^but /, '') : '';
    case 'held':
      if (status.unfinished.length > 0) return 'until the rest is submitted';
      return verdict?.reason ?? '';
    case 'pending':
      return [verdict?.reason, cells && cells.pending < cells.total && countsText(cells)].filter(Boolean).join(', ');
    case 'unknown':
      return 'nobody can tell at present';
    case 'not-submitted':
      return status.unfinished.includes(job.name) ? 'still to be submitted' : '';
    default:
      return cells ? `${countsText(cells)}${cellsText(job)}` : '';
  }
}

/** `train and tune failed, check was cancelled`. */
function parentsText(parents: readonly string[], { jobs }: FlowStatus): string {
  const byFate = new Map<string, string[]>();
  for (const parent of parents) {
    const fate = FATES[jobs.find(({ name }) => name === parent)?.standing ?? 'unknown'];
    byFate.set(fate, [...(byFate.get(fate) ?? []), parent]);
  }
  return [...byFate].map(([fate, some]) => `${some.length > 4 ? names(some, 3) : joined(some)} ${fate}`).join(', ');
}

const joined = (list: readonly string[]): string =>
  list.length < 2 ? list.join('') : `${list.slice(0, -1).join(', ')} and ${list.at(-1)}`;

const FATES: Record<Standing, string> = {
  ...{ done: 'succeeded', failed: 'failed', cancelled: 'was cancelled', stopped: 'never ran', skipped: 'never ran' },
  ...{ running: 'runs', pending: 'is pending', waiting: 'waits', held: 'is held' },
  ...{ unknown: 'ended otherwise', 'not-submitted': 'was not submitted' },
};

/** Slurm's reasons of jobs that wait for it, each once and explained; `release` lets held ones go. */
export function reasonLines({ jobs, unfinished }: FlowStatus, release: string): string[] {
  const reasons = jobs.flatMap(({ standing, verdict }) => {
    // What is held until the rest is submitted waits for no word of its owner's.
    const waits = standing === 'pending' || standing === 'waiting' || (standing === 'held' && unfinished.length === 0);
    return waits && verdict?.reason && verdict.reason !== 'Dependency' ? [verdict.reason] : [];
  });
  return [...new Set(reasons)].flatMap((reason) => {
    const text = reason === 'JobArrayTaskLimit' ? TASK_LIMIT : reasonText(reason, release);
    return text === undefined ? [] : [`${reason}: ${text}`];
  });
}

const TASK_LIMIT = 'as many cells run as max_concurrent allows';

/** `2/5 done, 1 running, 2 waiting`. */
export function flowCounts({ jobs, counts }: Pick<FlowStatus, 'jobs' | 'counts'>): string {
  const { done, ...others } = counts;
  const rest = (Object.keys(ORDER) as (keyof typeof others)[]).filter((key) => others[key] > 0);
  return [`${done}/${jobs.length} done`, ...rest.map((key) => `${others[key]} ${ORDER[key]}`)].join(', ');
}

const ORDER: Record<Exclude<Standing, 'done'>, string> = {
  ...{ failed: 'failed', stopped: 'never ran', cancelled: 'cancelled', running: 'running', pending: 'pending' },
  ...{ waiting: 'waiting', held: 'held', unknown: 'unknown', skipped: 'skipped', 'not-submitted': 'not submitted' },
};

/** Whether something of it may still run. */
export function isFlowAlive({ counts }: Pick<FlowStatus, 'counts'>): boolean {
  return counts.running + counts.pending + counts.waiting + counts.held > 0;
}

export const FLOW_HEAD = ['JOB', 'STATUS', 'ID', 'TIME', ''];

/** Name, word, id, time and why. */
export function flowRow(job: FlowJobStatus, status: FlowStatus): string[] {
  const seconds = flowSeconds(job);
  return [
    job.name,
    flowWord(job),
    job.verdict?.jobId ?? '',
    seconds === undefined ? '' : duration(seconds),
    flowWhy(job, status),
  ];
}

/** Every job, in the order of the file. */
export function flowTable(status: FlowStatus, style: Style): string[] {
  const rows = status.jobs.map((job) => flowRow(job, status));
  const [head = '', ...lines] = table([FLOW_HEAD, ...rows], '  ');
  return [style.bold(head), ...lines.map((line, at) => painted(line, status.jobs[at]?.standing, style))];
}

export function painted(line: string, standing: Standing | undefined, style: Style): string {
  switch (standing) {
    case 'done':
      return style.green(line);
    case 'failed':
      return style.red(line);
    case 'running':
      return style.cyan(line);
    case 'stopped':
    case 'cancelled':
    case 'unknown':
      return style.yellow(line);
    case 'waiting':
    case 'skipped':
    case 'not-submitted':
      return style.dim(line);
    default:
      return line;
  }
}
