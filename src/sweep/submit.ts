/** Submits what is due of a started sweep, each cell once, in one round trip unless somebody else is at it too. */

import type { Profile } from '../conf/types.ts';
import { Failure } from '../failure.ts';
import { linesForJob } from '../notify/in-job.ts';
import { insideText } from '../run/contained.ts';
import type { TrackedRun } from '../run/find.ts';
import { isHeld } from '../run/hold.ts';
import { type CellVerdict, cellVerdicts } from '../run/parts.ts';
import type { RunProblem } from '../run/problem.ts';
import type { Project } from '../run/project.ts';
import { writeJobId } from '../run/record.ts';
import { jobParts, wholeParts } from '../run/render.ts';
import { jobSecrets, refusal } from '../run/submit.ts';
import { fromRanges, toRanges } from '../scheduler/ranges.ts';
import type { CellsAnswer } from '../scheduler/submission.ts';
import type { SweepRecord } from '../scheduler/types.ts';
import { type Header, optionsAmong } from '../template/directives.ts';
import { type Due, dueCells, slotsLeft } from './plan.ts';
import type { SweepProblem } from './problem.ts';
import { type CellScripts, renderCells } from './scripts.ts';
import { CELL_VARIABLES, parameterNames, type StartedSweep } from './started.ts';
import { agentSecrets, asAgents, settingsOf } from './wandb/agents.ts';

export interface SubmitCellsOptions {
  /** The cells to be submitted among those that are due; `deferred` were asked for when Slurm did not take all. */
  pick(due: Due, deferred: ReadonlySet<number>): number[];
  /** In place of the sweep's own. */
  maxConcurrent?: number;
  /** Cells that have failed as often as they may, too. */
  force?: boolean;
  /** It is no failure if Slurm takes none at present, though none is alive: somebody else's may fill the limit. */
  patient?: boolean;
  /** Pushed by this very command: nothing was submitted in it before. */
  fresh?: boolean;
  /** Only says what would be submitted. */
  dryRun?: boolean;
}

export interface SubmittedCells {
  /** Those submitted now; `cells` are ranges. */
  arrays: { jobId: string; cells: string }[];
  /** What was due before. */
  due: Due;
  /** Cells that were submitted now. */
  cells: number[];
  /** Slurm's words where it takes no more at present: the rest is submitted as others end. */
  deferred?: string;
  /** They wait to be released. */
  held?: boolean;
}

/** How often somebody else may have been faster. */
const TRIES = 5;

/** Throws Failure(2, 3, 4) as a single submission does; what was submitted before that is tracked all the same. */
export async function submitCells(
  project: Project,
  run: TrackedRun,
  profile: Profile,
  sweep: StartedSweep,
  options: SubmitCellsOptions,
): Promise<SubmittedCells> {
  const { id, runDir, notes } = run;
  const { runs, secrets } = jobsOf(project, profile, sweep);
  const arrays: CellsAnswer['arrays'] = [];
  let first: Due | undefined;
  let before: ReadonlySet<string> | undefined;
  let held: Pick<SubmittedCells, 'held'> = {};
  for (let tries = 0; tries < TRIES; tries++) {
    const { record, attempt, verdicts } = options.fresh && tries === 0 ? NOTHING : await seen(project, run);
    // Agents may have been added from another laptop.
    const count = Math.max(sweep.count, record.count);
    const due = dueCells(count, verdicts, sweep.retry, options.force);
    first ??= due;
    before ??= jobsIn(record);
    // What was submitted since this command began was so by itself, though the answer may have been lost: failed since or not, it stays.
    const since = verdicts.filter(({ jobId }) => jobId !== undefined && !before?.has(jobId));
    const taken = new Set(since.map(({ cell }) => cell));
    const never = new Set(verdicts.map(({ cell }) => cell));
    const deferred = new Set(fromRanges(record.wanted).filter((cell) => !never.has(cell)));
    const cells = options.pick(due, deferred).filter((cell) => !taken.has(cell));
    const sent = (): number[] => arrays.flatMap((array) => fromRanges(array.cells));
    if (cells.length === 0 && due.unknown.length === 0) {
      // Submitted by a call whose answer was lost.
      const known = record.arrays.findLast(({ jobId }) => jobId !== undefined)?.jobId;
      if (known !== undefined && known !== run.jobId && !options.dryRun) writeJobId(project.root, id, known);
      const all = options.fresh ? arraysOf(record) : arrays;
      return { arrays: all, due: first, cells: all.flatMap((array) => fromRanges(array.cells)), ...held };
    }
    if (options.dryRun) return { arrays, due: first, cells };
    const rendered = cells.length > 0 ? await renderCells(project, runs, sweep, cells, runDir, notes.home) : NONE;
    // W&B's runs get their parameters from W&B.
    const cellsOf = { folder: sweep.folder, ...(sweep.cells.length > 0 && { file: 'cells' }) };
    const parts = (header: Header) => wholeParts(jobParts(header, runs, runDir, { cells: cellsOf }));
    const groups = rendered.groups.map(({ cells, header }) => ({ cells, ...parts(header) }));
    const { slots, after } = slotsLeft(options.maxConcurrent ?? sweep.maxConcurrent, record.arrays, verdicts);
    const answer = await project.scheduler.submitCells({
      ...{ runDir, seen: attempt, secrets, inside: insideText(runs), count, after },
      ...{ jobName: rendered.jobName, groups, script: rendered.script },
      ...{ options: rendered.options, dependency: dependencyOf(rendered) },
      wanted: toRanges(union(fromRanges(record.wanted), cells)),
      ...(slots === undefined ? {} : { slots }),
    });
    arrays.push(...answer.arrays);
    if (answer.arrays.length > 0 && isHeld(rendered.options, rendered.header)) held = { held: true };
    const newest = arrays.at(-1)?.jobId;
    if (newest !== undefined) writeJobId(project.root, id, newest);
    const { outcome, detail } = answer;
    if (outcome === 'whole') return { arrays, due: first, cells: sent(), ...held };
    if (outcome === 'deferred' && (options.patient || arrays.length > 0 || due.alive.length > 0))
      return { arrays, due: first, cells: sent(), deferred: detail, ...held };
    if (outcome === 'deferred') throw refusal({ outcome: 'refused', detail }, id, runDir);
    if (outcome !== 'changed') throw refusal({ outcome, detail }, id, runDir, sent().length);
  }
  throw new Failure<SweepProblem>(4, { kind: 'sweep-busy', sweep: sweep.name });
}

const jobsIn = ({ arrays }: SweepRecord): Set<string> => new Set(arrays.flatMap(({ jobId }) => jobId ?? []));

/** All that were submitted. */
function arraysOf({ arrays }: SweepRecord): SubmittedCells['arrays'] {
  return arrays.flatMap(({ jobId, offset, tasks }) =>
    jobId === undefined ? [] : [{ jobId, cells: toRanges(fromRanges(tasks).map((task) => offset + task)) }],
  );
}

/** The profile as its cells' jobs have it, and its secrets. Throws Failure(2) for a missing one, and for an array of its own. */
export function jobsOf(project: Project, profile: Profile, sweep: StartedSweep): { runs: Profile; secrets: string } {
  const array = profile.sbatch.some(({ name }) => name === 'array') ? 'SBATCH_ARRAY' : undefined;
  const own =
    array ?? (optionsAmong(profile.sbatchArgs).some(({ name }) => name === 'array') ? 'SBATCH_ARGS' : undefined);
  if (own !== undefined) {
    const place = profile.settings.get(own)?.place;
    throw new Failure<SweepProblem>(2, { kind: 'own-array', profile: profile.name, ...(place && { place }) });
  }
  const named = { ...profile, cellNames: [...CELL_VARIABLES, ...parameterNames(sweep)] };
  const whose = { sweep: sweep.name };
  if (!sweep.wandb) return { runs: named, secrets: jobSecrets(project, profile, whose) };
  const runs = asAgents(project.root, named, sweep.wandb);
  const secrets = agentSecrets(project.root, profile, settingsOf(project.root, sweep.wandb));
  return { runs, secrets: [secrets, linesForJob(project, runs, whose)].filter(Boolean).join('\n') };
}

interface Seen {
  record: SweepRecord;
  attempt: number;
  verdicts: CellVerdict[];
}

const NOTHING: Seen = { record: { count: 0, wanted: '', arrays: [] }, attempt: 0, verdicts: [] };
/** Where nothing is to be submitted, an attempt that was broken off is to be settled all the same. */
const NONE: CellScripts = {
  ...{ groups: [], script: { all: ':' }, options: [], jobName: '' },
  header: { shebang: { interpreter: '', args: [] }, directives: [], header: '', body: '' },
};

/** Throws Failure(2) if the run is gone, Failure(3) if the queue is silent. */
async function seen({ scheduler }: Project, { id, runDir }: TrackedRun): Promise<Seen> {
  const snapshot = await scheduler.query({ runs: [runDir] });
  const run = snapshot.runs.get(runDir);
  if (!run?.there) throw new Failure<RunProblem>(2, { kind: 'run-gone', id, runDir });
  const { queueTrouble: detail } = snapshot;
  if (detail !== undefined) throw new Failure<RunProblem>(3, { kind: 'queue-silent', id, detail });
  return { record: run.sweep ?? NOTHING.record, attempt: run.attempt, verdicts: cellVerdicts(run, snapshot) };
}

/** The profile's or the template's own: it holds for every array, besides those among the arrays, which come last and so win. */
export function dependencyOf({ options, header }: Pick<CellScripts, 'options' | 'header'>): string {
  const all = [...header.directives.flatMap((line) => line.options), ...optionsAmong(options)];
  return all.findLast(({ name }) => name === 'dependency')?.value ?? '';
}

function union(a: readonly number[], b: readonly number[]): number[] {
  return [...new Set([...a, ...b])].sort((one, other) => one - other);
}
