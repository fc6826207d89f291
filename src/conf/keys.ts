/** The keys of cluster and profile files, and what a right value of each looks like. */

import { posix } from 'node:path';
import * as v from 'valibot';
import { parseMount } from './mounts.ts';
import type { ValueFault } from './problem.ts';
import { optionKey, sbatchOptions } from './sbatch-options.ts';
import { type OpenQuote, splitCommas, splitMounts, splitWords, type Word } from './words.ts';

/** Variables that say what a command is to do. They count only on make's command line and are keys of no file. */
export const controlVariables: ReadonlySet<string> = new Set([
  'PROFILE',
  'CLUSTER',
  'TAG',
  'JOB_ID',
  'JSON',
  'DRY_RUN',
  'YES',
  'FORCE',
  'FOLLOW',
  'LINES',
  'HOLD',
  'FLOW',
  'FROM',
  'ONLY',
  'RESUME',
  'IMAGE',
  'CMD',
  'SWEEP',
  'SWEEP_ID',
  'COUNT',
  'CELL',
  'CELLS',
  'MAX_RUNS',
  'MAX_CONCURRENT',
  'RETRY',
]);

/** Other spellings of a key; what existing templates use comes second here. */
export const aliases: ReadonlyMap<string, string> = new Map([
  ['ARGS', 'SCRIPT_ARGS'],
  ['SBATCH_PARTITION', 'PARTITION'],
  ['SBATCH_ACCOUNT', 'ACCOUNT'],
  ['SBATCH_CPUS_PER_TASK', 'SBATCH_CPUS'],
  ['SBATCH_TASKS_PER_NODE', 'SBATCH_NTASKS_PER_NODE'],
  ['SBATCH_CLUSTER', 'SBATCH_CLUSTERS'],
]);

/** What NOTIFY can name besides `all` and `none`. */
export const NOTIFY_EVENTS = ['started', 'failed', 'finished'] as const;

/** How a key's value is checked: as a whole, or, of a list, word by word. */
export interface KeyRule {
  schema: v.GenericSchema<string, unknown> | v.PicklistSchema<readonly string[], undefined>;
  split?: (value: string) => { words: Word[]; open?: OpenQuote };
}

export const check = (holds: (value: string) => boolean, fault: ValueFault) =>
  v.check<string, ValueFault>(holds, fault);

// An empty word would normalise to `.`, the whole project; nobody means that by `""`.
const isInside = (path: string) => path !== '' && !posix.isAbsolute(path) && !/^\.\.(\/|$)/.test(posix.normalize(path));
const isToolkits = (path: string) => /^\.slurm-runner(\/|$)/.test(posix.normalize(path));
const isUnderData = (path: string) => /^data(\/|$)/.test(posix.normalize(path));

/** Shell text, arguments and values of the environment: all but NUL, which no program can be given. */
const text = v.pipe(
  v.string(),
  check((value) => !value.includes('\0'), 'control-character'),
);
/** Names and paths. */
export const line = v.pipe(
  v.string(),
  check((value) => !/[\x00-\x1f\x7f]/.test(value), 'control-character'),
);
/** Paths on the cluster, where `~/` in front is the only thing that is not literal. */
export const remotePath = v.pipe(
  line,
  check((value) => !value.includes('$'), 'dollar'),
);
export const insidePath = v.pipe(line, check(isInside, 'path-outside'));
export const noSecrets = check((path) => posix.basename(path) !== '.env', 'secret-file');
const name = v.pipe(
  line,
  check((value) => isName(value), 'bad-name'),
);

export const words = (schema: KeyRule['schema']): KeyRule => ({ schema, split: splitWords });

export const profileKeys: ReadonlyMap<string, KeyRule> = new Map<string, KeyRule>([
  [
    'SCRIPT',
    {
      schema: v.pipe(
        line,
        check((path) => posix.isAbsolute(path) || isInside(path), 'path-outside'),
        noSecrets,
      ),
    },
  ],
  ['SCRIPT_ARGS', words(text)],
  ['COMMAND', { schema: text }],
  ['PYTHON', { schema: line }],
  [
    'CODE_FILES',
    words(
      v.pipe(
        insidePath,
        check((path) => !isUnderData(path), 'code-under-data'),
        check((path) => !isToolkits(path), 'toolkit-path'),
        noSecrets,
      ),
    ),
  ],
  [
    'RESULTS_PULL',
    words(
      v.pipe(
        insidePath,
        check((path) => !path.split('/').includes('..'), 'path-outside'),
        check((path) => !/^\.\/?$/.test(posix.normalize(path)), 'whole-run'),
        check((path) => !isToolkits(path), 'toolkit-path'),
      ),
    ),
  ],
  ['DATA_FILES', words(v.pipe(insidePath, noSecrets))],
  ['PARTITION', { schema: line }],
  ['ACCOUNT', { schema: line }],
  ['TEMPLATE', { schema: insidePath }],
  ['CONTAINER', { schema: remotePath }],
  ['CONTAINER_RUNTIME', { schema: v.picklist(['pyxis', 'apptainer', 'none']) }],
  [
    'CONTAINER_MOUNTS',
    {
      schema: v.pipe(
        remotePath,
        v.rawCheck<string>(({ dataset, addIssue }) => {
          const mount = dataset.typed ? parseMount(dataset.value) : 'home';
          if (typeof mount !== 'string' && 'fault' in mount) addIssue({ message: mount.fault });
        }),
      ),
      split: splitMounts,
    },
  ],
  [
    'CONTAINER_WORKDIR',
    {
      schema: v.pipe(
        line,
        check((path) => posix.isAbsolute(path), 'mount-target'),
      ),
    },
  ],
  ['MODULES', words(line)],
  ['CONDA', { schema: line }],
  ['VENV', { schema: remotePath }],
  ['SETUP', { schema: text }],
  ['SECRETS', words(v.pipe(v.string(), check(isEnvName, 'env-name')))],
  ['NOTIFY', { schema: v.picklist([...NOTIFY_EVENTS, 'all', 'none']), split: splitCommas }],
  ['SBATCH_ARGS', words(text)],
]);

export const clusterKeys: ReadonlyMap<string, KeyRule> = new Map<string, KeyRule>([
  [
    'REMOTE_HOST',
    {
      schema: v.pipe(
        v.string(),
        check((host) => !/^-|[\s\x00-\x1f\x7f]/.test(host), 'bad-host'),
      ),
    },
  ],
  ['REMOTE_DIR', { schema: remotePath }],
  ['SCHEDULER', { schema: v.picklist(['slurm', 'local', 'auto']) }],
  ['JOB_PREFIX', { schema: name }],
  [
    'POLL_INTERVAL',
    {
      schema: v.pipe(
        v.string(),
        check((seconds) => /^0*[1-9]\d{0,5}$/.test(seconds), 'not-seconds'),
      ),
    },
  ],
  ['REMOTE_SETUP', { schema: text }],
]);

/** Values of `SBATCH_<OPTION>` and of `[env]`: passed on as they are. */
export const textRule: KeyRule = { schema: text };

/** Every key a profile may have, `SBATCH_<OPTION>` written out; a cluster file may have `clusterKeys` besides. */
export const profileKeyNames: readonly string[] = [
  ...profileKeys.keys(),
  ...aliases.keys(),
  'SBATCH_CPUS',
  ...[...sbatchOptions.keys()].map(optionKey),
].filter((key, at, all) => all.indexOf(key) === at);

/** Safe in a file's name, a job's name and a shell alike: profiles, tags, clusters, templates. */
export function isName(value: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/.test(value);
}

/** A name that an environment variable can have in sh. */
export function isEnvName(value: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(value);
}
