/** The queue over there and what is tracked here, side by side. */

import type { StatusResult, TrackedStatus } from '../run/status.ts';
import type { Verdict } from '../run/verdict.ts';
import { toRanges } from '../scheduler/ranges.ts';
import type { QueueRow } from '../scheduler/types.ts';
import { labelled, table } from './block.ts';
import { make, runPath, type Typed, withoutProfile } from './commands.ts';
import { shown } from './escape.ts';
import { count, duration } from './quantities.ts';
import { isHeld } from './reasons.ts';
import type { Style } from './style.ts';
import { stateWord, taskCounts } from './verdict.ts';

/** `profiles`: names of profiles, of which those without a run are shown as having none. */
export function statusText(
  { queue, trouble, tracked }: StatusResult,
  style: Style,
  typed: Typed = {},
  profiles: readonly string[] = [],
): string {
  const idle = profiles.filter((name) => !tracked.some(({ id }) => id === name || id.startsWith(`${name}@`)));
  const rows = [
    ...tracked.map((one) => [one.id, trackedLine(one)] as const),
    ...idle.map((name) => [name, '(none)'] as const),
  ];
  return [
    style.bold('[SLURM Status]'),
    '  Jobs on the server:',
    ...(trouble === undefined
      ? queueLines(queue, style)
      : [`    ${style.red('The scheduler does not answer:')}`, `    ${style.dim(shown(trouble))}`]),
    '',
    '  Tracked here:',
    ...(rows.length > 0 ? labelled(rows, '    ') : ['    (none)']),
    ...hints(tracked, typed).flatMap((hint, at) => [...(at === 0 ? [''] : []), `→ ${hint}`]),
  ].join('\n');
}

function queueLines(queue: readonly QueueRow[], style: Style): string[] {
  if (queue.length === 0) return ['    (none)'];
  const [head = '', ...lines] = table(
    [
      ['JOBID', 'NAME', 'STATE', 'TIME', 'NODES', 'NODELIST'],
      ...folded(queue).map((row) => [
        row.id,
        row.name,
        row.state,
        duration(row.elapsedSeconds),
        row.nodes,
        whereOrWhy(row),
      ]),
    ],
    '    ',
    // As wide as an id and a time usually are, so that the columns stay where they are from one look to the next.
    [9, 0, 7, 9],
  );
  return [style.bold(head), ...lines];
}

/** Tasks of one array that wait for the same reason in one row, as squeue has them: `855_[101-223]`. */
function folded(queue: readonly QueueRow[]): QueueRow[] {
  const waiting = new Map<string, { at: number; tasks: number[] }>();
  const rows: QueueRow[] = [];
  for (const row of queue) {
    const { jobId, task, state, reason, nodeList, name } = row;
    const key = JSON.stringify([jobId, reason, name]);
    const others = waiting.get(key);
    const folds = task !== undefined && state === 'PENDING' && nodeList === '';
    if (folds && others) others.tasks.push(Number(task));
    else {
      if (folds) waiting.set(key, { at: rows.length, tasks: [Number(task)] });
      rows.push(row);
    }
  }
  for (const { at, tasks } of waiting.values()) {
    const row = rows[at];
    if (row && tasks.length > 1) rows[at] = { ...row, id: `${row.jobId}_[${short(toRanges(ascending(tasks)))}]` };
  }
  return rows;
}

const ascending = (numbers: readonly number[]): number[] => [...numbers].sort((a, b) => a - b);

/** Of many ranges the first. */
const short = (ranges: string): string =>
  ranges.length > 30 ? `${ranges.slice(0, ranges.lastIndexOf(',', 30) + 1)}…` : ranges;

/** As squeue's NODELIST(REASON). */
function whereOrWhy({ nodeList, reason }: QueueRow): string {
  if (nodeList !== '') return nodeList;
  return reason === '' || reason === 'None' ? '' : `(${reason})`;
}

function trackedLine({ jobId, runDir, verdict, otherCluster, gone, flow }: TrackedStatus): string {
  const counted = (tasks: Record<string, number>): string =>
    flow ? taskCounts(tasks).replace(/^tasks/, 'jobs') : taskCounts(tasks);
  return [
    jobId === undefined ? '(not submitted)' : `Job ${jobId}`,
    runDir === undefined ? '(run directory not known)' : runPath(runDir),
    ...(otherCluster === undefined ? [] : [`on cluster ${otherCluster}`]),
    ...(gone ? ['run directory gone'] : []),
    ...(verdict === undefined || gone || verdict.state === 'NOT_SUBMITTED'
      ? []
      : [verdict.tasks ? `${verdict.state}, ${counted(verdict.tasks)}` : stateWord(verdict)]),
  ].join(' | ');
}

/** What to type next, for all of a kind together. */
function hints(tracked: readonly TrackedStatus[], typed: Typed): string[] {
  const ended = tracked.filter(({ verdict, gone, collected }) => verdict?.ended && !gone && !collected);
  const lost = tracked.filter(({ gone, jobId, runDir }) => gone || (jobId !== undefined && runDir === undefined));
  // The reason outlives the wait.
  const waits = ({ state, ended, reason = '' }: Verdict): boolean => !ended && state !== 'RUNNING' && isHeld(reason);
  const held = tracked.filter(({ verdict, gone }) => !gone && verdict && waits(verdict));
  const elsewhere = new Set(tracked.flatMap(({ otherCluster }) => otherCluster ?? []));
  const one = (list: readonly TrackedStatus[]): string | undefined => (list.length === 1 ? list[0]?.id : undefined);
  const target = (name: string, list: readonly TrackedStatus[]): string => make(name, one(list), withoutProfile(typed));
  return [
    ...(held.length > 0 ? [`${count(held.length, 'job')} held: ${target('slurm-release', held)}`] : []),
    ...(ended.length > 0 ? [`${count(ended.length, 'job')} ended: ${target('slurm-collect', ended)}`] : []),
    ...(lost.length > 0 ? [`${count(lost.length, 'run')} to look for: ${target('slurm-recover', lost)}`] : []),
    ...Array.from(elsewhere, (cluster) => `Another cluster: ${make('slurm-status', undefined, { cluster })}`),
  ].map((hint) => shown(hint));
}
