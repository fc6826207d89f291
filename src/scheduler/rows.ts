/** Reads the records that the programs of src/remote print: fields joined by the unit separator, in the order given there. */

import type { AccountRow, ArrayRecord, ExitPair, Marker, QueueRow, RunRecord, Snapshot } from './types.ts';

export const SEPARATOR = '\x1f';

/**
 * A row of squeue, its fields in the order of src/remote/slurm.sh; undefined for lines that are none (`CLUSTER: x`, a name with a newline).
 */
export function queueRow(fields: readonly string[]): QueueRow | undefined {
  if (fields.length !== 14 || !/^\d/.test(fields[0] as string)) return undefined;
  const [id = '', jobId = '', task = '', state = '', reason = '', elapsed = '', limit = '', ...rest] = fields;
  const [nodes = '', nodeList = '', partition = '', submitted = '', started = '', workDir = '', name = ''] = rest;
  const isTask = /^\d+$/.test(task) && id.includes('_');
  // One literal: there may be ten thousands of them.
  return {
    ...{ id, jobId, state, reason, limit, nodes, nodeList, partition, submitted, started, workDir, name },
    ...(isTask ? { task } : {}),
    elapsedSeconds: seconds(elapsed),
  };
}

/** Seconds of `days-hours:minutes:seconds`, of which squeue leaves out what is 0 in front; 0 for what is none (`INVALID`). */
function seconds(time: string): number {
  const [, days = 0, hours = 0, minutes = 0, rest = 0] = /^(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+)$/.exec(time) ?? [];
  return ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(rest);
}

/** A row of sacct; undefined for lines that are none. */
export function accountRow(fields: readonly string[]): AccountRow | undefined {
  if (fields.length !== 17) return undefined;
  const id = /^(\d+)(?:_(\d+|\[.*\]))?(?:\+\d+)?(?:\.(.+))?$/.exec(fields[0] as string);
  if (!id) return undefined;
  const { code: exitCode, signal } = pair(fields[3]);
  const text = (index: number): string => fields[index] ?? '';
  return {
    id: text(0),
    jobId: id[1] as string,
    ...(id[2] && /^\d+$/.test(id[2]) ? { task: id[2] } : {}),
    ...(id[3] ? { step: id[3] } : {}),
    state: text(2),
    exitCode,
    signal,
    derived: pair(fields[4]),
    submitted: text(5),
    started: text(6),
    ended: text(7),
    elapsedSeconds: Number(text(8)) || 0,
    maxRss: text(9),
    totalCpu: text(10),
    reqMem: text(11),
    cpus: Number(text(12)) || 0,
    limit: text(13),
    nodeList: text(14),
    workDir: text(15),
    name: text(16),
  };
}

/** `code:signal` of sacct. */
function pair(text = ''): ExitPair {
  const [code, signal] = text.split(':').map(Number);
  return { code: code || 0, signal: signal || 0 };
}

/** A marker file's line: `JOB LIFE TIME NODES [TASKS]`, `JOB LIFE exit CODE`, `JOB LIFE signal NAME [CODE]`. */
export function marker(file: string, line: string): Marker | undefined {
  const [kind, task] = file.split('.') as [string, string?];
  const [jobId, life, how, what, after] = line.split(' ');
  const count = Number(after);
  if ((kind !== 'begin' && kind !== 'end') || !jobId || !/^\d+$/.test(jobId) || !life || !/^\d+$/.test(life))
    return undefined;
  const base = { kind, jobId, life: Number(life), ...(task ? { task } : {}) } as const;
  if (kind === 'begin') return { ...base, ...(task && count > 0 ? { count } : {}) };
  if (how === 'exit' && what && /^\d+$/.test(what)) return { ...base, how, code: Number(what) };
  if (how === 'signal' && what) return { ...base, how, signal: what, ...(after ? { code: Number(after) } : {}) };
  return undefined;
}

/** The answer of query.sh. */
export function snapshot(output: string): Snapshot {
  const all: Snapshot = { runs: new Map(), queue: [], accounts: [], jobs: [], now: 0 };
  let before: readonly string[] = [];
  let run = '';
  for (const line of output.split('\n')) {
    const [kind, ...fields] = line.split(SEPARATOR) as [string, ...string[]];
    const [first = '', second = '', third = ''] = fields;
    if (kind === 'now') all.now = Number(first);
    else if (kind === 'dir') all.remoteDir = first;
    else if (kind === 'run') {
      run = first;
      all.runs.set(first, runRecord(fields));
    } else if (kind === 'sweep') {
      const swept = all.runs.get(first);
      if (swept) swept.sweep = { count: Number(second) || 0, wanted: third, arrays: [] };
    } else if (kind === 'flow') {
      const [begun = '', ...jobs] = second.split(' ');
      const [since, digest, held] = begun.split(':');
      const flows = all.runs.get(first);
      const graph = second && {
        graph: { since: Number(since), ...(digest && { digest }), ...(held && { held: true }), jobs },
      };
      if (flows) flows.flow = { version: third, ...graph, parts: [] };
    } else if (kind === 'array') {
      const found = arrayRecord(fields);
      const { sweep, flow } = all.runs.get(first) ?? {};
      if (found) sweep?.arrays.push(found);
      if (found?.job !== undefined) flow?.parts.push({ ...found, job: found.job });
    } else if (kind === 'marker') {
      const found = marker(second, third);
      if (found) all.runs.get(first || run)?.markers.push(found);
    } else if (kind === 'queue') {
      // With no more than a task's ids it is otherwise like the one before.
      before = fields.length === 3 ? [...fields, ...before.slice(3)] : fields;
      const row = queueRow(before);
      if (row) all.queue.push(row);
    } else if (kind === 'account') {
      const row = accountRow(fields);
      if (row) all.accounts.push(row);
    } else if (kind === 'job') {
      const task = second === '-' ? {} : { task: second };
      all.jobs.push({ jobId: first, ...task, restarts: Number(third) || 0, derived: pair(fields[3]) });
    } else if (kind === 'trouble' && first === 'queue') all.queueTrouble = second;
    else if (kind === 'trouble') all.accountTrouble = second;
  }
  return all;
}

/** Undefined of one that is void: it was never submitted, nor will be. */
function arrayRecord([, attempt, jobId = '', intent, claim = '']: readonly string[]): ArrayRecord | undefined {
  const [offset, tasks = '', throttle, , job] = claim.split(' ');
  if (jobId === 'void') return undefined;
  return {
    attempt: Number(attempt),
    ...(/^\d+$/.test(jobId) ? { jobId } : {}),
    ...(intent ? { intent: Number(intent) } : {}),
    ...(job === undefined ? {} : { job }),
    offset: Number(offset) || 0,
    tasks: tasks === '-' ? '' : tasks,
    ...(Number(throttle) > 0 ? { throttle: Number(throttle) } : {}),
  };
}

function runRecord(fields: readonly string[]): RunRecord {
  const [dir = '', state, attempt, jobId, intent, collected, earlier = '', made] = fields;
  return {
    dir,
    there: state !== 'gone',
    removing: state === 'removing',
    pushed: state === 'pushed',
    attempt: Number(attempt) || 0,
    ...(jobId && /^\d+$/.test(jobId) ? { jobId } : {}),
    ...(earlier.trim() ? { earlier: earlier.trim().split(' ') } : {}),
    ...(intent ? { intent: Number(intent) } : {}),
    ...(made ? { made: Number(made) } : {}),
    collected: collected === 'collected',
    markers: [],
  };
}
