/** A flow while one watches it: a table that fits the screen, or a line for whatever has changed. */

import type { FlowJobStatus, FlowStatus, Standing } from '../flow/results.ts';
import { neverStarted } from '../run/judge.ts';
import { shown } from './escape.ts';
import { FLOW_HEAD, flowCounts, flowRow, flowSeconds, flowWhy, flowWord, painted } from './flow-jobs.ts';
import { duration } from './quantities.ts';
import { reasonText } from './reasons.ts';
import type { Style } from './style.ts';
import { cutTo, headOf, padTo, widest } from './width.ts';

export interface Screen {
  columns: number;
  /** Lines that it may take. */
  rows: number;
}

/** Jobs by how much there is to see of them: where not all have room, the last of these go first. */
const RANKS: readonly (readonly Standing[])[] = [
  ['failed', 'unknown'],
  ['running'],
  ['pending', 'held', 'stopped', 'cancelled'],
  ['waiting', 'not-submitted'],
  ['done', 'skipped'],
];

/** So much of a job's name is shown at the least. */
const LEAST = 12;

/** Counts, a head and a line for each job, none wider than the screen; on a low one only what is neither done nor waiting. */
export function flowScreen(status: FlowStatus, style: Style, { columns, rows }: Screen): string[] {
  const { flow, elapsedSeconds, jobs } = status;
  const time = elapsedSeconds === undefined ? [] : [duration(elapsedSeconds)];
  const title = headOf([shown(flow.name), flowCounts(status), ...time].join('  '), columns);
  const room = Math.max(0, rows - 2);
  const listed = jobs.length <= room ? jobs : mostOf(jobs, room - 1);
  const cells = listed.map((job) => flowRow(job, status).map((cell) => shown(cell)));
  const lines = inColumns([FLOW_HEAD, ...cells], columns);
  const rest = jobs.length - listed.length;
  return [
    style.bold(title),
    ...(room === 0 ? [] : [style.bold(lines[0] ?? '')]),
    ...lines.slice(1).map((line, at) => painted(line, listed[at]?.standing, style)),
    ...(rest > 0 && room > 0 ? [style.dim(headOf(`  … and ${rest} more`, columns))] : []),
  ].slice(0, Math.max(0, rows));
}

/** In the order of the file. */
function mostOf(jobs: readonly FlowJobStatus[], room: number): FlowJobStatus[] {
  const seen = RANKS.flatMap((rank) => jobs.filter(({ standing }) => rank.includes(standing)));
  const chosen = new Set(seen.slice(0, Math.max(0, room)));
  return jobs.filter((job) => chosen.has(job));
}

/** Long names give way first, then whatever stands at the end. */
function inColumns(rows: readonly (readonly string[])[], columns: number): string[] {
  const widths = FLOW_HEAD.map((_, at) => widest(rows.map((row) => row[at] ?? '')));
  const [names = 0, ...others] = widths;
  const fixed = others.slice(0, -1).reduce((sum, width) => sum + width + 2, 2);
  widths[0] = Math.min(names, Math.max(LEAST, columns - fixed - 2));
  return rows.map((row) => {
    const cells = row.map((cell, at) => {
      const width = widths[at] ?? 0;
      return at === row.length - 1 ? cell : `${padTo(at === 0 ? cutTo(cell, width) : cell, width)}  `;
    });
    return headOf(`  ${cells.join('')}`.trimEnd(), columns);
  });
}

/** The same, so many seconds later: jobs that run have run for longer. */
export function flowLater(status: FlowStatus, seconds: number): FlowStatus {
  const { elapsedSeconds } = status;
  if (!status.jobs.some(({ standing }) => standing === 'running')) return status;
  const jobs = status.jobs.map((job) =>
    job.standing === 'running' && job.verdict?.elapsedSeconds !== undefined
      ? { ...job, verdict: { ...job.verdict, elapsedSeconds: job.verdict.elapsedSeconds + seconds } }
      : job,
  );
  return { ...status, jobs, ...(elapsedSeconds !== undefined && { elapsedSeconds: elapsedSeconds + seconds }) };
}

/** `COMPLETED  train (12233) 00:01:02` for each job that stands otherwise than `before`; all of them where that is undefined. */
export function flowChanges(before: FlowStatus | undefined, now: FlowStatus, style: Style): string[] {
  const known = new Map(before?.jobs.map((job) => [job.name, job]));
  return now.jobs.flatMap((job) => {
    const last = known.get(job.name);
    if (job.standing === 'not-submitted' || (last && sign(last) === sign(job))) return [];
    const isNew = last?.verdict?.jobId !== job.verdict?.jobId;
    return [painted(shown(changeText(job, now, isNew)), job.standing, style)];
  });
}

function changeText(job: FlowJobStatus, status: FlowStatus, isNew: boolean): string {
  const { name, verdict, standing, cells, log } = job;
  const waits = standing === 'pending' || standing === 'waiting';
  const seconds = standing === 'running' ? undefined : flowSeconds(job);
  const reason = standing === 'pending' ? uncommon(job) : '';
  const why =
    waits && !cells ? reason && `${reason}: ${reasonText(reason) ?? 'Slurm says no more'}` : flowWhy(job, status);
  const id = verdict?.jobId === undefined ? '' : ` (${verdict.jobId})`;
  const time = seconds === undefined ? '' : ` ${duration(seconds)}`;
  const word = waits && isNew ? 'SUBMITTED' : flowWord(job);
  const where = standing === 'failed' && log && verdict && !neverStarted(verdict) ? ` (${log})` : '';
  return `${padTo(word, 9)}  ${name}${id}${time}${why ? `: ${why}` : ''}${where}`;
}

/** What has to differ for a line to be worth it. */
function sign(job: FlowJobStatus): string {
  const { standing, verdict, cells } = job;
  const failed =
    cells && `${cells.failed} ${Math.floor((10 * (cells.done + cells.failed)) / Math.max(1, cells.total))}`;
  return JSON.stringify([standing, verdict?.jobId, standing === 'pending' && uncommon(job), failed]);
}

/** A reason that does not change by itself from one moment to the next. */
function uncommon({ verdict }: FlowJobStatus): string {
  const { reason = '' } = verdict ?? {};
  return ['None', 'Priority', 'Resources', 'Dependency'].includes(reason) ? '' : reason;
}
