/** Submits what is due of a started sweep, each cell once, in one round trip unless somebody else is at it too. */

import type { Profile } from '../conf/types.ts';
import { Failure } from '../failure.ts';
import { insideText } from '../run/contained.ts';
import type { TrackedRun } from '../run/find.ts';
import { withHold } from '../run/hold.ts';
import type { RunProblem } from '../run/problem.ts';
import type { Project } from '../run/project.ts';
import { writeJobId } from '../run/record.ts';
import { refusal, secretLines } from '../run/submit.ts';
import { type CellVerdict, cellVerdicts } from '../run/verdict.ts';
import { fromRanges, toRanges } from '../scheduler/ranges.ts';
import type { CellsAnswer, SweepRecord } from '../scheduler/types.ts';
import { optionsAmong } from '../template/directives.ts';
import { agentSecrets, asAgents, settingsOf } from './agents.ts';
import { type Due, dueCells, slotsLeft } from './plan.ts';
import type { SweepProblem } from './problem.ts';
import { renderCells } from './scripts.ts';
import { CELL_VARIABLES, type StartedSweep } from './started.ts';

export interface SubmitCellsOptions {
  /** The cells to be submitted among those that are due. */
  pick(due: Due): number[];
  /** In place of the sweep's own. */
  maxConcurrent?: number;
  /** Cells that have failed as often as they may, too. */
  force?: boolean;
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
  for (let tries = 0; tries < TRIES; tries++) {
    const { record, attempt, verdicts } = options.fresh && tries === 0 ? NOTHING : await seen(project, run);
    // Agents may have been added from another laptop.
    const count = Math.max(sweep.count, record.count);
    const due = dueCells(count, verdicts, options.force ? undefined : sweep.retry);
    first ??= due;
    const submittedBefore = new Set(arrays.flatMap(({ cells }) => fromRanges(cells)));
    const cells = options.pick(due).filter((cell) => !submittedBefore.has(cell));
    const sent = (): number[] => arrays.flatMap((array) => fromRanges(array.cells));
    if (cells.length === 0 && due.unknown.length === 0) {
      // Submitted by a call whose answer was lost.
      const known = record.arrays.findLast(({ jobId }) => jobId !== undefined)?.jobId;
      if (known !== undefined && known !== run.jobId && !options.dryRun) writeJobId(project.root, id, known);
      const all = options.fresh ? arraysOf(record) : arrays;
      return { arrays: all, due: first, cells: all.flatMap((array) => fromRanges(array.cells)) };
    }
    if (options.dryRun) return { arrays, due: first, cells };
    const rendered = cells.length > 0 ? await renderCells(project, runs, sweep, cells, runDir, notes.home) : NONE;
    const { slots, after } = slotsLeft(options.maxConcurrent ?? sweep.maxConcurrent, record.arrays, verdicts);
    const answer = await project.scheduler.submitCells({
      ...{ runDir, seen: attempt, secrets, inside: insideText(runs), count, after },
      ...{ jobName: rendered.jobName, groups: rendered.groups, script: rendered.script },
      ...withoutDependency(rendered.options),
      wanted: toRanges(union(fromRanges(record.wanted), cells)),
      ...(slots === undefined ? {} : { slots }),
    });
    arrays.push(...answer.arrays);
    const newest = arrays.at(-1)?.jobId;
    if (newest !== undefined) writeJobId(project.root, id, newest);
    const { outcome, detail } = answer;
    if (outcome === 'whole') return { arrays, due: first, cells: sent() };
    if (outcome === 'deferred' && (arrays.length > 0 || due.alive.length > 0))
      return { arrays, due: first, cells: sent(), deferred: detail };
    if (outcome === 'deferred') throw refusal({ outcome: 'refused', detail }, id, runDir);
    if (outcome !== 'changed') throw refusal({ outcome, detail }, id, runDir);
  }
  throw new Failure<SweepProblem>(4, { kind: 'sweep-busy', sweep: sweep.name });
}

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
  const parameters = new Set(sweep.cells.flatMap(({ values }) => Object.keys(values)));
  const named = { ...withHold(profile, project.commandLine), cellNames: [...CELL_VARIABLES, ...parameters] };
  if (!sweep.wandb) return { runs: named, secrets: secretLines(project.root, profile) };
  const settings = settingsOf(project.root, sweep.wandb);
  return { runs: asAgents(project.root, named, sweep.wandb), secrets: agentSecrets(project.root, profile, settings) };
}

interface Seen {
  record: SweepRecord;
  attempt: number;
  verdicts: CellVerdict[];
}

const NOTHING: Seen = { record: { count: 0, wanted: '', arrays: [] }, attempt: 0, verdicts: [] };
/** Where nothing is to be submitted, an attempt that was broken off is to be settled all the same. */
const NONE = { groups: [], script: { all: ':' }, options: [], jobName: '' };

/** Throws Failure(2) if the run is gone, Failure(3) if the queue is silent. */
async function seen({ scheduler }: Project, { id, runDir }: TrackedRun): Promise<Seen> {
  const snapshot = await scheduler.query({ runs: [runDir] });
  const run = snapshot.runs.get(runDir);
  if (!run?.there) throw new Failure<RunProblem>(2, { kind: 'run-gone', id, runDir });
  const { queueTrouble: detail } = snapshot;
  if (detail !== undefined) throw new Failure<RunProblem>(3, { kind: 'queue-silent', id, detail });
  return { record: run.sweep ?? NOTHING.record, attempt: run.attempt, verdicts: cellVerdicts(run, snapshot) };
}

/** A dependency of the profile's own holds for every array, besides those among the arrays. */
function withoutDependency(options: readonly string[]): { options: string[]; dependency: string } {
  const isOwn = (option: string): boolean => option.startsWith('--dependency=');
  const own = options.filter(isOwn).map((option) => option.slice('--dependency='.length));
  return { options: options.filter((option) => !isOwn(option)), dependency: own.join(',') };
}

function union(a: readonly number[], b: readonly number[]): number[] {
  return [...new Set([...a, ...b])].sort((one, other) => one - other);
}
