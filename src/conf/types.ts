/** What the configuration files say, once checked: the nouns every other room works with. */

import type { Place } from '../failure.ts';

/**
 * Which layer a value came from; the earlier one wins (a template's own `#SBATCH` lines stand between profile and cluster).
 * An image has the command line's and its own file's alone.
 */
export type Layer = 'command line' | 'profile' | 'cluster' | 'image';

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

/** What makes and keeps an image: enroot's are .sqsh files, apptainer's .sif files. */
export type ImageRuntime = 'enroot' | 'apptainer';

/** What an image begins with. */
export type Base =
  /** An image of a registry; without `registry` Docker Hub's. `digest` is `sha256:…`. */
  | { kind: 'registry'; user?: string; registry?: string; image: string; tag?: string; digest?: string }
  /** An image in the store of docker or podman on this machine (`dockerd://`, `podman://`). */
  | { kind: 'engine'; engine: 'docker' | 'podman'; image: string }
  /** A .sqsh or .sif file: of the project (`here`, relative to its root) or on the cluster (absolute, or beginning with `~/`). */
  | { kind: 'file'; where: 'here' | 'there'; path: string }
  /** An apptainer definition file of the project. */
  | { kind: 'definition'; path: string }
  /** Another of apptainer's sources: `library://`, `oras://`, `shub://`. */
  | { kind: 'uri'; uri: string };

/** A container image and how it is made: slurm/images/NAME.conf, or a project's requirements-slurm.txt and Dockerfile. */
export interface Image {
  name: string;
  /** The file it was read from, relative to the project's root; undefined of a project without one. */
  file?: string;
  runtime: ImageRuntime;
  /** Undefined of a Dockerfile that begins `FROM scratch`: only slurm-image-build can make that one. */
  base?: Base;
  /** Paths relative to the project's root: a pip file, a script run as root inside, a Dockerfile. */
  requirements?: string;
  setup?: string;
  dockerfile?: string;
  /** Where slurm-image-refresh works: on the login node, or in a job. */
  buildOn: 'login' | 'job';
  /** ENV and `[env]`: variables that the image sets. */
  env: Readonly<Record<string, string>>;
  /** What slurm-image-build calls it in the store of docker or podman: `NAME:TAG`, or `HOST/NAME:TAG`. */
  tag: string;
  settings: ReadonlyMap<string, Setting>;
}

/** What CONTAINER means. */
export type Container =
  /** An image of slurm/images, by name; `path` is its stable link, relative to REMOTE_DIR. */
  | { kind: 'image'; name: string; runtime: ImageRuntime; path: string }
  /** A file on the cluster: absolute, `~/…`, or relative to REMOTE_DIR. */
  | { kind: 'file'; path: string }
  /** An image of a registry, spelled as the profile's runtime wants it. */
  | { kind: 'uri'; uri: string };

/** A folder or file of the cluster that a container sees. */
export interface Mount {
  /** Absolute, or `~` or `~/…`: the home there. */
  source: string;
  /** Absolute; `~/…` only where no target is written: then it is the source's own path. */
  target: string;
  readOnly: boolean;
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
  /** CONTAINER as written. */
  container?: string;
  /** Without CONTAINER_RUNTIME what CONTAINER needs, and `none` where nothing is in it. */
  containerRuntime: ContainerRuntime;
  /** What the job runs in; undefined without CONTAINER and under CONTAINER_RUNTIME=none. */
  runsIn?: Container;
  /** Of a job whose run has several images: the name of its own one's link in the run directory. */
  imageLink?: string;
  containerMounts: Mount[];
  /** CONTAINER_MOUNTS has the word `~`. */
  mountHome?: boolean;
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
  /** Names of further variables that a job's container must not hide: those of the cells of a sweep. */
  cellNames?: readonly string[];
}
