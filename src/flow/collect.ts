/** collect: results and logs of a flow whose jobs have all ended come home; where all went well its run directory goes. */

import { Failure } from '../failure.ts';
import { collectKnown } from '../run/collect.ts';
import type { TrackedRun } from '../run/find.ts';
import { remember } from '../run/history.ts';
import { together } from '../run/judge.ts';
import { onceLeft, SETTLE } from '../run/left.ts';
import type { RunProblem } from '../run/problem.ts';
import type { Project } from '../run/project.ts';
import { exclusively } from '../run/record.ts';
import { type Verdict, verdictOf } from '../run/verdict.ts';
import { SEPARATOR } from '../scheduler/rows.ts';
import type { WhichFlow } from './id.ts';
import { withLogs } from './logs.ts';
import { rememberMade } from './made.ts';
import type { FlowProblem } from './problem.ts';
import type { CollectFlowResult, FlowStatus } from './results.ts';
import { cellsFolder } from './scripts.ts';
import { type FlowSeen, see, statusOf } from './status.ts';
import { trackedFlow } from './which.ts';

export interface CollectFlowOptions {
  /** Accept missing results, remove after a failure. */
  force?: boolean;
  dryRun?: boolean;
  /** Not what was brought home before, though it was kept. */
  once?: boolean;
}

const NO_RESULTS: GivenResults = { paths: [], known: [], made: [], sent: new Map() };

/** Throws Failure(4) where it must not be collected (yet), with everything kept. */
export function collectFlow(
  project: Project,
  which: WhichFlow,
  options: CollectFlowOptions,
): Promise<CollectFlowResult> {
  const run = trackedFlow(project.root, which);
  return exclusively(project.root, run.id, async () => {
    const seen = await onceLeft(() => see(project, run, SETTLE));
    const status = statusOf(run, seen);
    const alive = status.jobs.filter(({ verdict }) => verdict && !(verdict.ended && verdict.left));
    if (status.trouble === undefined && alive.length > 0 && !seen.record.removing)
      throw new Failure<FlowProblem>(4, {
        kind: 'flow-alive',
        flow: status.flow.name,
        jobs: alive.map(({ name }) => name),
      });
    if (options.once && seen.record.collected) {
      const gathered = { results: [], logs: [], kept: [], missing: [] };
      return { id: run.id, status, gathered, removed: false, already: true };
    }
    const results = seen.record.removing ? NO_RESULTS : await resultsOf(project, run, seen, status);
    const told = seen.record.removing ? status : await withLogs(project, run, status);
    const known = { tracked: run, record: seen.record, verdict: wholeVerdict(status, seen) };
    const { gathered, removed } = await collectKnown(project, known, seen.snapshot, {
      ...options,
      results: { ...results, remember: () => rememberAll(project, run, seen, status) },
    });
    if (!options.dryRun) rememberMade(project.root, run.id, results.made);
    return { id: run.id, status: told, gathered, removed, ...(options.dryRun && { dryRun: true }) };
  });
}

/** Well is what went as its graph meant it to: a job for a case that never came is no failure. */
function wholeVerdict({ jobs, unfinished }: FlowStatus, { record, snapshot }: FlowSeen): Verdict {
  const known = verdictOf(record, snapshot);
  const each = jobs.flatMap(({ verdict }) => verdict ?? []);
  if (record.removing || each.length === 0) return known;
  const all = { ...known, ...together(each), ...(known.jobId && { jobId: known.jobId }) };
  const worst =
    jobs.find(({ standing }) => standing === 'failed') ?? jobs.find(({ standing }) => standing === 'stopped');
  const success =
    unfinished.length === 0 && jobs.every(({ standing }) => standing === 'done' || standing === 'skipped');
  if (success) return { ...all, state: 'COMPLETED', success };
  return { ...all, ...worst?.verdict, ended: all.ended, left: all.left, success };
}

/** What is to come home, relative to the run directory. Throws Failure(2) if the run is gone. */
async function resultsOf(
  project: Project,
  { id, runDir }: TrackedRun,
  { started: flow, verdicts }: FlowSeen,
  { jobs }: FlowStatus,
): Promise<GivenResults> {
  // Of a job that need not run nothing was to be expected.
  const ran = flow.jobs.filter(({ name }) => jobs.find((job) => job.name === name)?.standing !== 'skipped');
  const tag = id.split('@')[1] ?? id;
  const matrices = ran.flatMap(({ name, cells }) => (cells ? [`results/${cellsFolder(tag, name)}/`] : []));
  const named = [...new Set([...ran.flatMap(({ results = [] }) => results), ...matrices])];
  // What was taken out of the file since has left something, too.
  const namesAll = [...verdicts.keys()].every((name) => flow.jobs.find((job) => job.name === name)?.results);
  if (namesAll && flow.jobs.every(({ results }) => results)) return { ...NO_RESULTS, paths: named };
  const answer = await project.host.run({ files: ['lib', 'written'], args: [runDir] });
  if (answer.code !== 0) throw new Failure<RunProblem>(2, { kind: 'run-gone', id, runDir });
  const records = answer.stdout.split('\n').map((line) => line.split(SEPARATOR));
  if (records.some(([kind]) => kind === 'odd'))
    throw new Failure<FlowProblem>(4, { kind: 'flow-odd-names', flow: flow.name, runDir });
  const of = (...kinds: string[]) =>
    records.flatMap(([kind = '', path]) => (kinds.includes(kind) && path ? [path] : []));
  // In a folder that comes as a whole they come anyway.
  const isWithin = (path: string) =>
    named.some((name) => path === name || path.startsWith(`${name.replace(/\/+$/, '')}/`));
  const known = of('new', 'changed', 'link').filter((path) => !isWithin(path));
  // What was sent is there to be edited: one that is another than was sent has been, and is kept.
  const sent = records.flatMap(([kind, path = '', sums = '']) =>
    kind === 'changed' ? [[path, sums.trim().split(' ')] as const] : [],
  );
  return { paths: named, known: known.sort(), made: of('new', 'link'), sent: new Map(sent) };
}

interface GivenResults {
  paths: string[];
  known: string[];
  /** Those that were not there before the jobs made them. */
  made: string[];
  /** Of code that jobs have changed: the sums it was sent with. */
  sent: ReadonlyMap<string, readonly string[]>;
}

/** A line of the history for each of its jobs that ran. */
function rememberAll(project: Project, run: TrackedRun, { verdicts }: FlowSeen, { jobs }: FlowStatus): void {
  const never = new Set(
    jobs.flatMap(({ name, standing }) => (standing === 'stopped' || standing === 'skipped' ? [name] : [])),
  );
  for (const [name, { cells: _, ...verdict }] of verdicts) {
    if (verdict.jobId && verdict.ended && !never.has(name)) remember(project, run, verdict.jobId, verdict, name);
  }
}
