/** What a sweep was when it was started: its run goes on with that, whatever becomes of its file. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../failure.ts';
import { quote } from '../host/quote.ts';
import type { TrackedRun } from '../run/find.ts';
import type { RunProblem } from '../run/problem.ts';
import { jobsFolder, type Project } from '../run/project.ts';
import { writeWhole } from '../run/record.ts';
import type { Cell } from './types.ts';

export interface StartedSweep {
  /** The file's name in slurm/sweeps, without its ending. */
  name: string;
  /** Its file, relative to the project's root. */
  file: string;
  /** Of its results, below results/; its run's TAG. */
  folder: string;
  kind: 'matrix' | 'wandb';
  /** How often a failed cell may be run again. */
  retry: number;
  /** How many cells may run at a time; undefined for as many as the cluster lets. */
  maxConcurrent?: number;
  /** Words for the end of SCRIPT_ARGS, each a template. */
  args: string[];
  /** Where they stand in the file. */
  argsLine?: number;
  /** All of a matrix, though MAX_RUNS may bound the sweep to the first of them; of W&B's sweeps none is written down, since its runs get their parameters from W&B. */
  cells: Cell[];
  /** How many cells there are. */
  count: number;
  /** How many agents there were when more were asked for by a command that has not heard of its end. */
  growingFrom?: number;
  wandb?: { baseUrl: string; entity: string; project: string; sweepId: string };
}

/** The variables that every cell finds set besides its own parameters. */
export const CELL_VARIABLES = ['SWEEP', 'CELL', 'CELL_NAME', 'RUN_NUMBER', 'RESULTS_DIR'] as const;

/** The names of the cells' own parameters. */
export function parameterNames({ cells }: Pick<StartedSweep, 'cells'>): string[] {
  const names = new Set<string>();
  for (const { values } of cells) for (const name of Object.keys(values)) names.add(name);
  return [...names];
}

/** One cell of a started sweep. */
export function cellOf({ cells, kind }: StartedSweep, index: number): Cell {
  if (kind === 'wandb') return { index, name: String(index), values: {} };
  return cells[index] ?? { index, name: String(index), values: {} };
}

/** The files that a push leaves in `.slurm-runner` of the run directory (cell.sh reads `cells`, query.sh `sweep`). */
export function filesOf(sweep: StartedSweep): Record<string, string> {
  const lines = sweep.cells.map(({ name, values }) => {
    const words = Object.entries({ CELL_NAME: name, ...values }).map(([key, value]) => `${key}=${quote(value)}`);
    return `export ${words.join(' ')}\n`;
  });
  return {
    sweep: `${sweep.count}\n`,
    'sweep.json': `${JSON.stringify(sweep)}\n`,
    ...(lines.length > 0 && { cells: lines.join('') }),
  };
}

const fileOf = (id: string): string => `${id}.sweep.json`;

/** Remembers it beside the state files; losing that costs one more question to the cluster. */
export function keepStarted(root: string, id: string, runDir: string, sweep: StartedSweep): void {
  writeWhole(root, fileOf(id), JSON.stringify({ runDir, sweep }));
}

/** What a run's sweep was; undefined of a run that is no sweep's. Throws Failure(2) if the run is gone. */
export async function startedSweep(project: Project, { id, runDir }: TrackedRun): Promise<StartedSweep | undefined> {
  const noted = keptHere(project.root, id, runDir);
  if (noted) return noted;
  const { stdout, code } = await project.host.run({ files: ['sweep-file'], args: [runDir] });
  if (code === 66) throw new Failure<RunProblem>(2, { kind: 'run-gone', id, runDir });
  if (stdout.trim() === '') return undefined;
  const sweep = JSON.parse(stdout) as StartedSweep;
  keepStarted(project.root, id, runDir, sweep);
  return sweep;
}

/** As remembered here, of that run directory or, without one, of whichever it is. */
export function keptHere(root: string, id: string, runDir?: string): StartedSweep | undefined {
  try {
    const kept = JSON.parse(readFileSync(join(jobsFolder(root), fileOf(id)), 'utf8')) as {
      runDir: string;
      sweep: StartedSweep;
    };
    return runDir === undefined || kept.runDir === runDir ? kept.sweep : undefined;
  } catch {
    return undefined;
  }
}
