/** What a sweep file says, once checked: many runs of one profile. */

/** One combination of parameters. */
export interface Cell {
  /** From 0, in the order of the sweep file. */
  index: number;
  /** Its index and values, fit for a folder's name: `017-gsm8k-claude-claude-opus-4-6`. */
  name: string;
  /** The parameters, as the job's environment has them; a cell need not have every parameter of its sweep. */
  values: Readonly<Record<string, string>>;
}

export interface MatrixSweep {
  kind: 'matrix';
  name: string;
  /** Relative to the project's root. */
  file: string;
  /** The profile that the file names, if it does. */
  profile?: string;
  /** How many cells may run at a time. */
  maxConcurrent?: number;
  /** How many cells may be run at all. */
  maxRuns?: number;
  /** How often a failed cell may be run again. */
  retry?: number;
  /** Words for the end of SCRIPT_ARGS, each a template of a cell's values. */
  args: string[];
  /** Where they stand in the file. */
  argsLine?: number;
  cells: Cell[];
}

/** A sweep of W&B's: what its runs are is for W&B to say. */
export interface WandbSweep {
  kind: 'wandb';
  name: string;
  /** Relative to the project's root. */
  file: string;
  /** The file's text. */
  config: string;
  method: string;
  program?: string;
  metric?: { name: string; goal?: string };
  project?: string;
  entity?: string;
  /** `run_cap`: how many runs W&B gives out at most. */
  runCap?: number;
  /** How many runs a `grid` has, where its parameters are lists of values. */
  gridSize?: number;
}

export type Sweep = MatrixSweep | WandbSweep;
