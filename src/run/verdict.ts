/** How a job stands, from three witnesses: the queue, accounting, and the marker its supervisor left. Pure; asks nobody. */

import { hasEnded, isLive, type JobState, parseState } from '../scheduler/states.ts';
import type { AccountRow, ExitPair, JobRow, Marker, QueueRow, RunRecord, Snapshot } from '../scheduler/types.ts';

export interface Verdict {
  state: JobState | 'NOT_SUBMITTED';
  /** The job will not go on. Only then may anything be collected. */
  ended: boolean;
  /** The scheduler no longer holds it either: nothing of it runs any more. */
  left: boolean;
  /** It ended, and as its owner wished: COMPLETED, exit code 0, no failed step. */
  success: boolean;
  jobId?: string;
  exitCode?: number;
  /** A signal's name or number, where one ended it. */
  signal?: string;
  /** Why it is pending (the scheduler's word), or what it says of the end. */
  reason?: string;
  /** The exit code of a failed step of a job that itself ended with 0. */
  stepCode?: number;
  elapsedSeconds?: number;
  started?: string;
  endedAt?: string;
  nodes?: string;
  maxRss?: string;
  totalCpu?: string;
  reqMem?: string;
  cpus?: number;
  limit?: string;
  /** Restarts so far, by the markers. */
  restarts?: number;
  /** Of an array: how many tasks are in which state. */
  tasks?: Record<string, number>;
  /** What it failed for want of, where somebody has looked into its log. */
  notFound?: NotFound;
  /** Why it did not run in its container, where somebody has looked into its log. */
  container?: ContainerTrouble;
  /** Who said so. */
  basis: 'queue' | 'accounting' | 'marker' | 'nobody';
}

export interface NotFound {
  /** As the log names it: a word, or a path. */
  program: string;
  /** It is PYTHON, which was to run SCRIPT. */
  isPython: boolean;
}

export interface ContainerTrouble {
  kind:
    | 'no-pyxis'
    | 'no-runtime'
    | 'image-gone'
    | 'other-image'
    | 'mount'
    | 'workdir'
    | 'import'
    | 'image'
    | 'start'
    | 'outside';
  /** What it is about, as the log has it: a path, an image, a task; or empty. */
  detail: string;
}

/** What there is to go by of one job or array task. */
interface Witnesses {
  queue: QueueRow | undefined;
  rows: AccountRow[];
  markers: Marker[];
  job: JobRow | undefined;
  /** The queue answered, so that a missing row means something. */
  answered: boolean;
}

/** The verdict on a run's newest attempt. */
export function verdictOf(run: RunRecord, snapshot: Snapshot): Verdict {
  const name = run.dir.slice(run.dir.lastIndexOf('/') + 1);
  const { jobId } = run;
  if (run.attempt === 0) return plain('NOT_SUBMITTED');
  const byName = (row: { name: string; jobId: string; workDir: string }, dirs: string[]): boolean =>
    row.name.endsWith(name) && dirs.includes(row.workDir) && !run.earlier?.includes(row.jobId);
  const queued = snapshot.queue.filter((row) =>
    jobId === undefined ? byName(row, [run.dir]) : row.jobId === jobId && row.name.endsWith(name),
  );
  const accounted = snapshot.accounts.filter((row) =>
    jobId === undefined ? byName(row, ['', run.dir]) : believable(row, jobId, name),
  );
  const id = jobId ?? queued[0]?.jobId ?? accounted[0]?.jobId ?? run.markers[0]?.jobId;
  if (id === undefined) return plain(neverArrived(run, snapshot) ? 'NOT_SUBMITTED' : 'UNKNOWN');
  // The controller's word on an id that another job has by now is not ours.
  const said = queued.length > 0 ? snapshot.jobs : [];
  const all = [queued, accounted, run.markers, said].map((rows) =>
    (rows as { jobId: string; task?: string }[]).filter((row) => row.jobId === id),
  ) as [QueueRow[], AccountRow[], Marker[], JobRow[]];
  const [queue, rows, markers, jobs] = all;
  const answered = snapshot.queueTrouble === undefined;
  /** Without a task: what is said of the job itself. */
  const of = (task?: string): Verdict => {
    const about = (row: { task?: string }): boolean => row.task === task;
    const [own, ...others] = [queue.find(about), rows.filter(about), markers.filter(about), jobs.find(about)] as const;
    return single({ queue: own, rows: others[0], markers: others[1], job: others[2], answered });
  };
  const tasks = new Set([...queue, ...rows, ...markers].flatMap(({ task }) => (task === undefined ? [] : [task])));
  if (tasks.size === 0) return { ...of(), jobId: id };
  const each = [...tasks].map(of);
  // Tasks that never began have no marker, and at their end accounting may have one row for all of them.
  const count = Math.max(0, ...markers.map((marker) => marker.count ?? 0));
  // Nor has a row of the queue that stands for several a task.
  const several = queue.some((row) => row.task === undefined);
  if (tasks.size < count || several) {
    const others = of();
    // Slurm keeps no trace of a task that was cancelled before it began.
    const vanished = others.state === 'UNKNOWN' && answered && !several;
    each.push(vanished ? { ...others, state: 'CANCELLED', ended: true, left: true } : others);
  }
  return { ...together(each), jobId: id };
}

/** Seconds after which a submission without a trace in the queue counts as never made; submit.sh has the same (GRACE). */
export const GRACE = 180;

function neverArrived(run: RunRecord, snapshot: Snapshot): boolean {
  return snapshot.queueTrouble === undefined && run.intent !== undefined && snapshot.now - run.intent > GRACE;
}

function plain(state: 'NOT_SUBMITTED' | 'UNKNOWN'): Verdict {
  return { state, ended: false, left: false, success: false, basis: 'nobody' };
}

/**
 * Whether an accounting record is this job's: ids are used again after years, so its name has to match. Steps have names
 * of their own. `allocation` is what every young record is called, a stranger's too: it is believed of an array cancelled
 * before it began (22.05), which may keep that name, and never of a success.
 */
function believable(row: AccountRow, jobId: string, name: string): boolean {
  if (row.jobId !== jobId) return false;
  const neverBegan = row.name === 'allocation' && row.elapsedSeconds === 0 && parseState(row.state) === 'CANCELLED';
  return row.step !== undefined || row.name.endsWith(name) || neverBegan;
}

/** Ends after which Slurm may put a job back into the queue. */
const MAY_COME_BACK: readonly string[] = ['NODE_FAIL', 'PREEMPTED', 'BOOT_FAIL', 'LAUNCH_FAILED', 'RECONFIG_FAIL'];
/** States of a job whose script has ended while the scheduler cleans up after it. */
const WINDING_UP: readonly string[] = ['RUNNING', 'COMPLETING', 'STAGE_OUT', 'SIGNALING'];

function single({ queue, rows, markers, job, answered }: Witnesses): Verdict {
  const account = rows.find((row) => row.step === undefined);
  const steps = account ? rows.filter((row) => row.step !== undefined) : [];
  const life = Math.max(0, ...markers.map((marker) => marker.life));
  const lived = Math.max(life, job?.restarts ?? 0);
  // Only of this life: what a requeued job left before it began anew says nothing.
  const end = markers.find((marker) => marker.kind === 'end' && marker.life === lived);
  // A requeued job drags the worst code of its earlier lives along; accounting's steps are those of this one.
  const derived = lived > 0 ? [] : [account?.derived, job?.derived];
  const natural = end?.how === 'exit';
  const queueState = queue ? parseState(queue.state) : undefined;
  const accountState = account ? parseState(account.state) : undefined;
  const facts = details(queue, account, steps, lived);
  const alive = { ...facts, ended: false, left: false, success: false };
  const byMarker = (left: boolean): Verdict => {
    // A signal's code is not to be trusted: what traps TERM and ends with 0 was cancelled all the same.
    const state = natural && end?.code === 0 ? 'COMPLETED' : 'FAILED';
    return { ...facts, ...ending(state, end, undefined, [], derived), left, basis: 'marker' };
  };

  // A state of no Slurm we know: it may be anything.
  if (queueState === 'UNKNOWN') return { ...alive, state: 'UNKNOWN', basis: 'queue' };
  if (queueState && isLive(queueState)) {
    const over = natural && WINDING_UP.includes(queueState);
    const settled = over && accountState !== undefined && hasEnded(accountState);
    if (!over || (settled && MAY_COME_BACK.includes(accountState))) {
      return { ...alive, state: queueState, basis: 'queue' };
    }
    if (!settled || queueState !== 'COMPLETING') return byMarker(false);
    return { ...facts, ...ending(accountState, end, account, steps, derived), left: false, basis: 'accounting' };
  }
  if (accountState && hasEnded(accountState)) {
    if (!answered && MAY_COME_BACK.includes(accountState)) return { ...alive, state: 'UNKNOWN', basis: 'nobody' };
    return { ...facts, ...ending(accountState, end, account, steps, derived), left: answered, basis: 'accounting' };
  }
  if (queueState && hasEnded(queueState)) {
    return { ...facts, ...ending(queueState, end, undefined, [], derived), left: true, basis: 'queue' };
  }
  if (natural) return byMarker(answered);
  // Noted a signal, is not in the queue any more (a requeued job would be), and nobody remembers why.
  if (end && answered && !account) return byMarker(true);
  return { ...alive, state: 'UNKNOWN', basis: 'nobody' };
}

/** A shell's code for a child that a signal ended. */
function signalOf(code: number): { signal?: string } {
  return code > 128 && code < 160 ? { signal: String(code - 128) } : {};
}

/** Slurm's word for no memory, in the place of a signal (SIG_OOM). */
const NO_MEMORY = 125;

function ending(
  state: JobState,
  end: Marker | undefined,
  account: AccountRow | undefined,
  steps: AccountRow[],
  derived: (ExitPair | undefined)[],
): Pick<Verdict, 'state' | 'ended' | 'success' | 'exitCode' | 'signal' | 'stepCode'> {
  // The marker's code is whole; accounting loses the top bit of it in older Slurms.
  const code = end?.how === 'exit' ? (end.code ?? 0) : account?.exitCode;
  const signal = end?.how === 'signal' ? end.signal : account?.signal ? String(account.signal) : undefined;
  // What a script went on after: a failed or killed step, though the batch script itself ended with 0.
  const failed = steps.filter((row) => row.step !== 'extern' && !/^(COMPLETED|RUNNING|PENDING)/.test(row.state));
  const pairs = [...derived, ...failed.map(({ exitCode, signal }) => ({ code: exitCode, signal }))];
  const codes = pairs.map((pair) => pair && (pair.code || (pair.signal && 128 + pair.signal)));
  const stepCode = state === 'COMPLETED' ? codes.find(Boolean) || (failed.length > 0 ? 1 : 0) : 0;
  const starved =
    pairs.some((pair) => pair?.signal === NO_MEMORY) || failed.some((row) => row.state.startsWith('OUT_OF_ME'));
  return {
    state: starved && (state === 'COMPLETED' || state === 'FAILED') ? 'OUT_OF_MEMORY' : state,
    ended: true,
    success: state === 'COMPLETED' && !code && !stepCode && !account?.signal,
    ...(code === undefined ? {} : { exitCode: code }),
    ...(signal ? { signal } : code === undefined ? {} : signalOf(code)),
    ...(stepCode ? { stepCode } : {}),
  };
}

function details(
  queue: QueueRow | undefined,
  account: AccountRow | undefined,
  steps: AccountRow[],
  life: number,
): Partial<Verdict> {
  const rss = [account, ...steps].map((row) => row?.maxRss ?? '').filter(Boolean);
  const given = <K extends keyof Verdict>(key: K, value: Verdict[K] | '' | undefined): Partial<Verdict> =>
    value === undefined || value === '' || value === 0 ? {} : { [key]: value };
  return {
    ...given('reason', queue && queue.reason !== 'None' ? queue.reason : undefined),
    // Of what has not ended yet the queue knows better.
    ...given(
      'elapsedSeconds',
      (account?.ended === 'Unknown' ? (queue ?? account) : (account ?? queue))?.elapsedSeconds,
    ),
    ...given('started', account?.started ?? queue?.started),
    ...given('endedAt', account && account.ended !== 'Unknown' ? account.ended : undefined),
    ...given('nodes', queue?.nodeList || account?.nodeList),
    ...given('maxRss', rss.sort((a, b) => bytes(b) - bytes(a))[0]),
    ...given('totalCpu', account?.totalCpu),
    ...given('reqMem', account?.reqMem),
    ...given('cpus', account?.cpus),
    ...given('limit', queue?.limit ?? account?.limit),
    ...given('restarts', life),
  };
}

/** `1234K` in bytes. */
function bytes(text: string): number {
  return Number.parseFloat(text) * 1024 ** (' KMGT'.indexOf(text.at(-1) ?? ' ') || 0);
}

/** An array: alive while one task is; else as bad as its worst task. */
function together(tasks: Verdict[]): Verdict {
  const counts: Record<string, number> = {};
  for (const { state } of tasks) counts[state] = (counts[state] ?? 0) + 1;
  const worst =
    tasks.find((task) => task.state === 'RUNNING') ??
    tasks.find((task) => !task.ended && task.state !== 'UNKNOWN') ??
    tasks.find((task) => task.state === 'UNKNOWN') ??
    tasks.find((task) => !task.success) ??
    (tasks[0] as Verdict);
  return {
    ...worst,
    ended: tasks.every((task) => task.ended),
    left: tasks.every((task) => task.left),
    success: tasks.every((task) => task.success),
    tasks: counts,
  };
}
