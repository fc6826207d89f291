/** recover: rebuilds the state files from what lies on the cluster, after any accident, and says what comes next. */

import { Failure } from '../failure.ts';
import type { RunRecord, Snapshot } from '../scheduler/types.ts';
import { clusterOf } from './find.ts';
import { history } from './history.ts';
import { byAge, idOfRun, nameOfRun } from './names.ts';
import type { RunProblem } from './problem.ts';
import type { Project } from './project.ts';
import { forget, listTracked, readTracked, writeJobId, writeRunDir } from './record.ts';
import { type Verdict, verdictOf } from './verdict.ts';

export interface RecoverOptions {
  /** `PROFILE` or `PROFILE@TAG`; all of them without. */
  id?: string;
  dryRun?: boolean;
}

export interface Recovered {
  id: string;
  runDir: string;
  jobId?: string;
  verdict?: Verdict;
  /** What was done to the state files. */
  action: 'unchanged' | 'restored' | 'forgotten';
  /** What the user does next. */
  next: 'watch' | 'collect' | 'submit' | 'push' | 'wait' | 'none';
  /** Of a sweep's run: the sweep's folder below results/, which is the run's tag. */
  sweep?: string;
  /** Of a flow's run: FLOW, with its TAG if it has one. */
  flow?: string;
  /** Other runs of the same profile on the cluster. */
  others: { run: string; jobId?: string; state: string }[];
}

export interface RecoverResult {
  recovered: Recovered[];
  /** The scheduler did not answer: what is said of jobs is what lies on disk. */
  trouble?: string;
}

interface Candidate {
  record: RunRecord;
  verdict: Verdict;
}

export async function recover(project: Project, options: RecoverOptions): Promise<RecoverResult> {
  const tracked = listTracked(project.root).filter((one) => clusterOf(one) === project.cluster.name);
  const runs = tracked.flatMap((one) => (one.runDir ? [one.runDir] : []));
  const snapshot = await project.scheduler.query({ runs, remoteDir: project.cluster.remoteDir });
  const byId = new Map<string, Candidate[]>();
  for (const record of snapshot.runs.values()) {
    const id = idOfRun(nameOfRun(record.dir));
    if (id === undefined || !record.there) continue;
    byId.set(id, [...(byId.get(id) ?? []), { record, verdict: verdictOf(record, snapshot) }]);
  }
  const ids = new Set([...byId.keys(), ...tracked.map((one) => one.id)]);
  const elsewhere = new Map(
    listTracked(project.root).flatMap((one) =>
      one.runDir !== undefined && clusterOf(one) !== project.cluster.name ? [[one.id, clusterOf(one)] as const] : [],
    ),
  );
  const cluster = options.id === undefined ? undefined : elsewhere.get(options.id);
  if (options.id !== undefined && cluster !== undefined) {
    throw new Failure<RunProblem>(2, { kind: 'other-cluster', id: options.id, cluster });
  }
  const chosen = options.id === undefined ? [...ids].filter((id) => !elsewhere.has(id)).sort() : [options.id];
  const recovered = chosen.flatMap((id) =>
    recoverOne(project, id, byId.get(id) ?? [], snapshot, options.dryRun ?? false),
  );
  return { recovered, ...(snapshot.queueTrouble === undefined ? {} : { trouble: snapshot.queueTrouble }) };
}

function recoverOne(
  project: Project,
  id: string,
  candidates: Candidate[],
  snapshot: Snapshot,
  dryRun: boolean,
): Recovered[] {
  const { root } = project;
  const tracked = readTracked(root, id);
  const sorted = candidates.sort((a, b) => -byAge(a.record.dir, b.record.dir));
  const pick = sorted.find((one) => one.record.dir === tracked.runDir) ?? newestWorth(sorted);
  const others = sorted
    .filter((one) => one !== pick)
    .map(({ record, verdict }) => ({
      run: nameOfRun(record.dir),
      ...(verdict.jobId ? { jobId: verdict.jobId } : {}),
      state: verdict.state,
    }));
  if (!pick) {
    if (tracked.runDir === undefined) return [];
    // Nothing over there any more: it was collected, from here or from another laptop.
    if (!dryRun) forget(root, id, tracked.runDir);
    return [
      {
        id,
        runDir: tracked.runDir,
        ...(tracked.jobId ? { jobId: tracked.jobId } : {}),
        action: 'forgotten',
        next: 'none',
        others,
      },
    ];
  }
  const { record, verdict } = pick;
  const jobId = verdict.jobId ?? record.jobId;
  const same = tracked.runDir === record.dir && tracked.jobId === jobId;
  if (!same && !dryRun) {
    // What make's command line said at the push of another run is not this one's.
    const { home } = tracked.notes;
    const { name } = project.cluster;
    const notes = { ...(home ? { home } : {}), ...(name === 'cluster' ? {} : { cluster: name }) };
    if (tracked.runDir !== record.dir) writeRunDir(root, id, record.dir, notes);
    if (jobId) writeJobId(root, id, jobId);
  }
  return [
    {
      ...{ id, runDir: record.dir, verdict, others },
      ...(jobId ? { jobId } : {}),
      ...(record.sweep ? { sweep: id.split('@')[1] ?? id } : {}),
      ...(record.flow ? { flow: id.split('@')[1] ?? id } : {}),
      action: same ? 'unchanged' : 'restored',
      next: nextStep(record, verdict, snapshot, isHome(root, id, record, jobId)),
    },
  ];
}

/** Without state files: the newest run that still needs somebody, rather than one that was left after its collection. */
function newestWorth(sorted: Candidate[]): Candidate | undefined {
  return sorted.find(({ record }) => record.attempt > 0 && !record.collected) ?? sorted[0];
}

/** Its logs and results are on this laptop; collected from another one they are not. */
function isHome(root: string, id: string, record: RunRecord, jobId: string | undefined): boolean {
  const run = nameOfRun(record.dir);
  return record.collected && history(root, id).some((entry) => entry.run === run && entry.jobId === jobId);
}

function nextStep(record: RunRecord, verdict: Verdict, snapshot: Snapshot, home: boolean): Recovered['next'] {
  // A removal that was broken off is finished by another collect.
  if (record.removing) return 'collect';
  if (!record.pushed) return 'push';
  // Nothing of it runs before the graph is whole.
  if (record.flow?.graph) return 'submit';
  if (verdict.state === 'NOT_SUBMITTED') return 'submit';
  // Even what history knows: results came home, but the run directory could not go yet.
  if (verdict.ended) return home ? 'none' : 'collect';
  if (verdict.state === 'UNKNOWN')
    return snapshot.queueTrouble === undefined && record.jobId === undefined ? 'wait' : 'watch';
  return 'watch';
}
