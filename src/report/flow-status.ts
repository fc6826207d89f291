/** The report on how a flow stands; once nothing of it is alive, the summary of it. */

import type { FlowJobStatus, FlowLog, FlowStatus } from '../flow/results.ts';
import { neverStarted } from '../run/judge.ts';
import { absentAdvice } from './advice.ts';
import { block, nextSteps, type Row } from './block.ts';
import { make, makeFlow, ofFlow, runPath, type Typed, withoutProfile } from './commands.ts';
import { shown, shownLog } from './escape.ts';
import { flowCounts, flowSeconds, flowTable, isFlowAlive, reasonLines } from './flow-jobs.ts';
import { duration, memory, names } from './quantities.ts';
import type { Style } from './style.ts';
import { verdictLine } from './verdict.ts';

/** `logs`: the ends of logs of jobs that failed, where somebody has looked. */
export function flowStatusText(
  status: FlowStatus,
  style: Style,
  typed: Typed = {},
  logs: readonly FlowLog[] = status.logs ?? [],
): string {
  const about = ofFlow(status.id, status.flow.name, typed);
  const title = isFlowAlive(status) || status.counts.unknown > 0 ? 'Flow' : 'Flow summary';
  return [
    block(title, [...flowRows(status), ...waitingRows(status, about)], style),
    '',
    ...flowTable(status, style),
    ...failedLines(status, style, about, logs),
    ...otherLogs(status, logs, style),
    nextSteps(flowSteps(status, about), style),
  ].join('\n');
}

/** What it is called, how far it has come, how long it took and because of which jobs. */
export function flowRows(status: FlowStatus): Row[] {
  const { flow, runDir, elapsedSeconds, criticalPath = [], jobs } = status;
  const path = criticalPath.map((name) => {
    const job = jobs.find((one) => one.name === name);
    const seconds = job && flowSeconds(job);
    return seconds === undefined ? name : `${name} ${duration(seconds)}`;
  });
  return [
    ['Flow', flowTitle(flow)],
    ['Run dir', runPath(runDir)],
    ['Jobs', flowCounts(status)],
    ...(elapsedSeconds === undefined
      ? []
      : [['Time', `${duration(elapsedSeconds)}${isFlowAlive(status) ? ' so far' : ''}`] as const]),
    ...(path.length === 0 ? [] : [['Critical path', ...inLines(path)] as const]),
  ];
}

export const flowTitle = ({ name, title }: FlowStatus['flow']): string =>
  title === name ? name : `${name} (${title})`;

/** Several to a line, an arrow between each and the next. */
function inLines(path: readonly string[]): string[] {
  const lines: string[] = [];
  for (let at = 0; at < path.length; at += 4) {
    lines.push(`${at > 0 ? '→ ' : ''}${path.slice(at, at + 4).join(' → ')}`);
  }
  return lines;
}

function waitingRows(status: FlowStatus, typed: Typed): Row[] {
  const { flow, unfinished, trouble } = status;
  return [
    ['Pending', ...reasonLines(status, makeFlow('slurm-release', flow.name, typed))],
    ...(unfinished.length === 0
      ? []
      : [
          [
            'Not yet',
            `${names(unfinished)}: still to be submitted, and what was submitted with them waits for that`,
          ] as const,
        ]),
    ...(trouble === undefined ? [] : [['Slurm', `does not answer: ${trouble}`] as const]),
  ];
}

/** So many failed jobs are told of one by one. */
const MOST = 10;

/** What went wrong, job by job, and what to do about it; `typed` is of that flow. */
export function failedLines(
  { jobs, flow }: FlowStatus,
  style: Style,
  typed: Typed,
  logs: readonly FlowLog[] = [],
): string[] {
  const failed = jobs.filter(({ standing }) => standing === 'failed');
  if (failed.length === 0) return [];
  const told = failed
    .slice(0, MOST)
    .flatMap((job) => [
      `    ${shown(`${job.name}: ${job.verdict ? verdictLine(job.verdict, typed) : 'failed.'}`)}`,
      ...adviceOn(job, flow, typed).map((line) => `    → ${shown(line)}`),
      ...logs
        .filter((log) => log.job === job.name && log.tail.trim() !== '')
        .flatMap((log) => ['', ...logLines(log, style), '']),
    ]);
  if (told.at(-1) === '') told.pop();
  const rest = failed.length - MOST;
  return ['', '  Failed:', ...told, ...(rest > 0 ? [`    … and ${rest} more`] : [])];
}

/** What was asked for of jobs that have not failed. */
function otherLogs({ jobs }: FlowStatus, logs: readonly FlowLog[], style: Style): string[] {
  const failed = new Set(jobs.flatMap(({ name, standing }) => (standing === 'failed' ? [name] : [])));
  return logs.filter(({ job }) => !failed.has(job)).flatMap((log) => ['', ...logLines(log, style)]);
}

function logLines({ name, tail }: FlowLog, style: Style): string[] {
  return [style.bold(`==> ${shown(name)} <==`), shownLog(tail.replace(/\n+$/, ''), style)];
}

/** Its log, and what to change where the way it ended, or what it said, tells. */
function adviceOn({ verdict, log }: FlowJobStatus, { file, name }: FlowStatus['flow'], typed: Typed): string[] {
  if (!verdict) return [];
  if (neverStarted(verdict)) {
    return [`Ask for what there is; ${make('slurm-info', undefined, withoutProfile(typed))} shows it.`];
  }
  const { state, reqMem, limit } = verdict;
  const now = (value: string | undefined): string => (value && /[1-9]/.test(value) ? ` (now ${value})` : '');
  const change =
    state === 'OUT_OF_MEMORY'
      ? [`Raise its memory_per_node (SBATCH_MEM) in ${file} or its profile${now(reqMem && memory(reqMem))}.`]
      : state === 'TIMEOUT'
        ? [`Raise its time_limit (SBATCH_TIME) in ${file} or its profile${now(limit)}.`]
        : [];
  const again = makeFlow('slurm-flow', name, typed, 'RESUME=1');
  const absent = absentAdvice(verdict, `${file} or its profile`, typed, again);
  return [...change, ...absent, ...(log === undefined ? [] : [`Its log: ${log}`])];
}

/** What to type next; `typed` is of that flow. */
export function flowSteps(status: FlowStatus, typed: Typed): (readonly [label: string, command: string])[] {
  const { counts, unfinished, flow, jobs } = status;
  const step = (label: string, target: string, ...more: string[]) =>
    [label, makeFlow(target, flow.name, typed, ...more)] as const;
  if (unfinished.length > 0) return [step('Submit the rest', 'slurm-flow'), step('Give it up', 'slurm-flow-cancel')];
  const alive = isFlowAlive(status);
  const due = counts.failed + counts.stopped + counts.cancelled + counts['not-submitted'];
  const isDone = !alive && due + counts.unknown === 0;
  return [
    ...(counts.held > 0 ? [step('Release', 'slurm-release')] : []),
    ...(alive ? [step('Watch', 'slurm-flow-watch')] : []),
    ...(!alive && counts.unknown > 0 ? [step('Look again', 'slurm-flow-status')] : []),
    ...(!alive && due > 0 ? [step('Run what is missing', 'slurm-flow', 'RESUME=1')] : []),
    ...(!alive && counts['not-submitted'] < jobs.length
      ? [step(isDone ? 'Collect' : 'Collect what there is', 'slurm-flow-collect')]
      : []),
  ];
}
