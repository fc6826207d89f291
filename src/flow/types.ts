/** The nouns of a flow: a graph of jobs as its file says it, checked. */

import type { Setting } from '../conf/types.ts';
import type { Place } from '../failure.ts';
import type { Cell } from '../sweep/types.ts';

/** What a job waits for of another (sbatch(1), --dependency). */
export type DependencyKind = 'afterok' | 'afterany' | 'afternotok' | 'after' | 'aftercorr';

export interface Dependency {
  kind: DependencyKind;
  /** The other job's name. */
  job: string;
}

export interface FlowJob {
  name: string;
  /** Where its name stands. */
  place: Place;
  /** The profile from which it takes whatever it does not say itself. */
  profile?: string;
  dependsOn: readonly (Dependency & { place: Place })[];
  /** What it says itself, as keys of a profile (`COMMAND`, `SBATCH_NODES`, `CONDA`), templates filled in. */
  settings: ReadonlyMap<string, Setting>;
  /** Its environment.env_vars. */
  env: ReadonlyMap<string, Setting>;
  /** How often its command may be run again after it failed, and seconds before each time. */
  retry: number;
  retryDelay: number;
  /** Of its matrix; empty without one. */
  cells: readonly Cell[];
  /** Cells that may run at a time; undefined for any number. */
  maxConcurrent?: number;
  /** COMMAND of each cell, in their order, where it differs from cell to cell. */
  commands?: readonly string[];
}

/** slurm/flows/NAME.yaml. */
export interface Flow {
  /** The file's name without its ending: FLOW. */
  name: string;
  /** What the file itself calls it (`name:`), else its name. */
  title: string;
  /** Relative to the project's root. */
  file: string;
  /** Its `args` with make's command line over them, templates filled in: variables of the command line that are nobody else's. */
  args: ReadonlyMap<string, string>;
  /** CODE_FILES, RESULTS_PULL and DATA_FILES of jobs that nobody else gives any. */
  defaults: ReadonlyMap<string, Setting>;
  /** As in the file. */
  jobs: readonly FlowJob[];
}
