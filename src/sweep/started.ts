/** What a sweep was when it was started: its run goes on with that, whatever becomes of its file. */

import { quote } from '../host/quote.ts';
import type { TrackedRun } from '../run/find.ts';
import { keep, kept, keptHere as keptOf } from '../run/kept.ts';
import type { Project } from '../run/project.ts';
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
  return {
    sweep: `${sweep.count}\n`,
    'sweep.json': `${JSON.stringify(sweep)}\n`,
    ...(sweep.cells.length > 0 && { cells: cellLines(sweep.cells) }),
  };
}

/** The parameters of cells, a line of shell each (cell.sh). */
export function cellLines(cells: readonly Cell[]): string {
  const lines = cells.map(({ name, values }) => {
    const words = Object.entries({ CELL_NAME: name, ...values }).map(([key, value]) => `${key}=${quote(value)}`);
    return `export ${words.join(' ')}\n`;
  });
  return lines.join('');
}

/** Remembers it beside the state files. */
export function keepStarted(root: string, id: string, runDir: string, sweep: StartedSweep): void {
  keep(root, 'sweep', id, runDir, sweep);
}

/** What a run's sweep was; undefined of a run that is no sweep's. Throws Failure(2) if the run is gone. */
export function startedSweep(project: Project, run: TrackedRun): Promise<StartedSweep | undefined> {
  return kept<StartedSweep>(project, 'sweep', run);
}

/** As remembered here, of whichever run. */
export function keptHere(root: string, id: string): StartedSweep | undefined {
  return keptOf<StartedSweep>(root, 'sweep', id);
}
