/** The long options of sbatch, and how an `SBATCH_<OPTION>` key becomes one of them. */

import type { OptionRefusal } from './problem.ts';

/** Whether an option takes an argument, may take one, or takes none (`has_arg` of getopt_long). */
export type Argument = 'required' | 'optional' | 'none';

// Every long option of sbatch from Slurm 20.11 to 26.05: the union, over these ten releases, of what slurm_opt.c offers
// to sbatch. What a cluster's own version does not know, its sbatch refuses by name.
const REQUIRED = `
  account acctg-freq array batch bb bbf begin cluster cluster-constraint clusters comment constraint container
  container-id container-type context core-spec cores-per-socket cpu-freq cpus-per-gpu cpus-per-task deadline
  delay-boot dependency distribution exclude export export-file extra extra-node-info gid gpu-bind gpu-freq gpus
  gpus-per-node gpus-per-socket gpus-per-task gres gres-flags hint input kill-on-invalid-dep licenses mail-type
  mail-user mcs-label mem mem-bind mem-per-cpu mem-per-gpu mem-update mincpus network nodefile nodelist nodes ntasks
  ntasks-per-core ntasks-per-gpu ntasks-per-node ntasks-per-socket ntasks-per-tres open-mode partition power prefer
  priority profile qos reservation resources segment signal sockets-per-node switches tasks-per-node thread-spec
  threads-per-core time time-min tmp tres-bind tres-per-task uid wait-all-nodes wckey`;
// get-user-env takes an argument up to 24.11, requeue from 25.11 on (`expedite`).
const OPTIONAL = 'exclusive get-user-env nice no-kill oom-kill-step propagate requeue resv-ports';
const NONE = `
  consolidate-segments contiguous hold ignore-pbs no-requeue overcommit oversubscribe reboot spread-job spread-segments
  stepmgr use-min-nodes verbose`;

/** The options that are not the user's to give. */
export const refusedOptions: ReadonlyMap<string, OptionRefusal> = new Map([
  ['chdir', 'toolkit'],
  ['error', 'toolkit'],
  ['job-name', 'toolkit'],
  ['output', 'toolkit'],
  ['parsable', 'toolkit'],
  ['external', 'no-script'],
  ['wrap', 'no-script'],
  ['autocomplete', 'no-job'],
  ['help', 'no-job'],
  ['test-only', 'no-job'],
  ['usage', 'no-job'],
  ['version', 'no-job'],
  ['wait', 'waits'],
  ['quiet', 'no-id'],
]);

/** The one-letter options that stand for refused ones, for SBATCH_ARGS. */
export const refusedLetters: ReadonlyMap<string, string> = new Map([
  ['D', 'chdir'],
  ['e', 'error'],
  ['h', 'help'],
  ['J', 'job-name'],
  ['o', 'output'],
  ['Q', 'quiet'],
  ['V', 'version'],
  ['W', 'wait'],
]);

/** Every option that may be given, with its kind of argument. */
export const sbatchOptions: ReadonlyMap<string, Argument> = new Map([
  ...names(REQUIRED).map((name) => [name, 'required'] as const),
  ...names(OPTIONAL).map((name) => [name, 'optional'] as const),
  ...names(NONE).map((name) => [name, 'none'] as const),
]);

/** For these 0 and 1 are numbers and not a no and a yes. */
const NUMERIC = new Set(['nice', 'oom-kill-step', 'resv-ports']);

/**
 * Options of which sbatch takes one at most, or of which one undoes the other: a higher layer that gives one of them
 * means it instead of what a lower layer gives.
 */
export const rivalOptions: readonly (readonly string[])[] = [
  ['mem', 'mem-per-cpu', 'mem-per-gpu'],
  ['requeue', 'no-requeue'],
  ['exclusive', 'oversubscribe'],
  ['core-spec', 'thread-spec'],
];

/** An option and those of which sbatch takes only one with it. */
export function rivals(name: string): readonly string[] {
  return rivalOptions.find((group) => group.includes(name)) ?? [name];
}

/** `SBATCH_NTASKS_PER_NODE` for `ntasks-per-node`. */
export function optionKey(option: string): string {
  return `SBATCH_${option.toUpperCase().replaceAll('-', '_')}`;
}

const optionsByKey = new Map([...sbatchOptions.keys(), ...refusedOptions.keys()].map((name) => [optionKey(name), name]))
  .set('PARTITION', 'partition')
  .set('ACCOUNT', 'account')
  .set('SBATCH_CPUS', 'cpus-per-task');

/** The option that a key stands for, refused ones included; undefined for every other key. */
export function optionOf(key: string): string | undefined {
  return optionsByKey.get(key);
}

/**
 * What a value means for an option that may be given: `leave out`, `bare` (no argument), `argument` (that value), or
 * `fault` for one that is neither a yes nor a no where only these make sense.
 */
export function useOf(option: string, value: string): 'leave out' | 'bare' | 'argument' | 'fault' {
  const argument = sbatchOptions.get(option);
  if (argument === 'required') return value === '' ? 'leave out' : 'argument';
  if (NUMERIC.has(option) && /^[01]$/.test(value)) return 'argument';
  if (/^(|1|yes|true)$/i.test(value)) return 'bare';
  if (/^(0|no|false)$/i.test(value)) return 'leave out';
  return argument === 'optional' ? 'argument' : 'fault';
}

function names(list: string): string[] {
  return list.trim().split(/\s+/);
}
