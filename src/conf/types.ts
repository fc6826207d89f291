/** What the configuration files say, once checked: the nouns every other room works with. */

import type { Place } from '../failure.ts';

/** Which layer a value came from; the earlier one wins (a template's own `#SBATCH` lines stand between profile and cluster). */
export type Layer = 'command line' | 'profile' | 'cluster';

/** One value as written, with the layer and the place it came from. */
export interface Setting {
  value: string;
  layer: Layer;
  place: Place;
  /** Offsets in `value` at which a further line of the file begins: a mistake in a long list then names its own line. */
  breaks?: readonly number[];
}

/** A long option of sbatch, ready for its command line: `--gpus=1` is `{ name: 'gpus', value: '1' }`, a bare option has no value. */
export interface SbatchOption {
  name: string;
  value?: string;
  layer: Layer;
}

export type SchedulerKind = 'slurm' | 'local';

export interface Cluster {
  /** `cluster` for slurm/cluster.conf, else NAME of slurm/clusters/NAME.conf. */
  name: string;
  /** The file it was read from, relative to the project's root. */
  file: string;
  /** REMOTE_HOST: an ssh alias, `user@host`, or `local`. */
  host: string;
  /** REMOTE_DIR: absolute, or beginning with `~/` (the remote home). On host `local` already absolute. */
  remoteDir: string;
  scheduler: SchedulerKind | 'auto';
  /** JOB_PREFIX, before every job's name. */
  jobPrefix: string;
  /** POLL_INTERVAL in seconds: slurmctld is asked no more than once in this time. */
  pollInterval: number;
  /** REMOTE_SETUP: shell text run before Slurm's commands; empty if not set. */
  remoteSetup: string;
  /** Every key of the file as written, cluster keys and profile defaults alike. */
  settings: ReadonlyMap<string, Setting>;
  /** The file's `[env]`, if it has one: defaults for that of every profile. */
  env?: Readonly<Record<string, string>>;
}

export type ContainerRuntime = 'pyxis' | 'apptainer' | 'none';

export interface Profile {
  name: string;
  /** TAG, which keeps a second live run of the same profile apart. */
  tag?: string;
  /** `PROFILE` or `PROFILE@TAG`: the name of its state files and the start of its runs' names. */
  id: string;
  /** The file it was read from, relative to the project's root. */
  file: string;
  /** Every profile key that has a value, the winning layer's, as written: what templates see and the manifest keeps. */
  settings: ReadonlyMap<string, Setting>;
  script?: string;
  /** SCRIPT_ARGS split by shell quoting, without expansion. */
  scriptArgs: string[];
  command?: string;
  python: string;
  /** Files, folders and globs, relative to the project's root, as written. */
  codeFiles: string[];
  /** Paths relative to the run directory, through its `data` link too. */
  resultsPull: string[];
  /** Paths relative to the project's root. */
  dataFiles: string[];
  partition?: string;
  account?: string;
  template?: string;
  container?: string;
  containerRuntime: ContainerRuntime;
  containerMounts: string[];
  containerWorkdir?: string;
  modules: string[];
  conda?: string;
  venv?: string;
  setup?: string;
  /** Names only; the values come from the environment or `.env` at submit time. */
  secrets: string[];
  /** Everything that goes on sbatch's command line, PARTITION and ACCOUNT included, in a stable order; SBATCH_ARGS follows apart. */
  sbatch: SbatchOption[];
  /** SBATCH_ARGS split by shell quoting. */
  sbatchArgs: string[];
  /** `[env]`, exported to the job. */
  env: Readonly<Record<string, string>>;
}
