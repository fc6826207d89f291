/** What srun is asked for so that a person gets what a profile's jobs get. */

import { rivalOptions } from '../conf/sbatch-options.ts';
import type { Profile } from '../conf/types.ts';
import { type Header, optionsAmong } from '../template/directives.ts';

/** What srun does not know, what is about when and how often a job runs, and what is the toolkit's. */
const FOR_JOBS = new Set(
  `array batch begin chdir comment dependency error export export-file get-user-env gid hold ignore-pbs input job-name
  kill-on-invalid-dep mail-type mail-user no-requeue open-mode output parsable quiet requeue signal test-only uid verbose wait
  wait-all-nodes wrap`.split(/\s+/),
);

interface Option {
  name: string;
  value?: string;
}

/**
 * The options that allocate what the profile asks for, a word each: the template's own lines as far as the profile says nothing, then
 * the profile's, then SBATCH_ARGS. cluster.conf's defaults give way to the template.
 */
export function allocation(
  profile: Pick<Profile, 'sbatch' | 'sbatchArgs'>,
  { directives }: Pick<Header, 'directives'>,
): string[] {
  const template = directives.flatMap(({ options }) => options);
  const ours = profile.sbatch.filter(({ name, layer }) => layer !== 'cluster' || !isAmong(template, name));
  const below = template.filter(({ name }) => !isAmong(ours, name));
  const all: Option[] = [...below, ...ours, ...optionsAmong(profile.sbatchArgs)];
  // A container for a whole job script has the run that was submitted in it, and no shell.
  return all.filter(({ name }) => !FOR_JOBS.has(name) && !/^(no-)?container-(?!id$|type$)/.test(name)).map(spell);
}

/** Whether one of `options` is `name`, or what cannot be given together with it. */
function isAmong(options: readonly Option[], name: string): boolean {
  const rivals = rivalOptions.find((group) => group.includes(name)) ?? [name];
  return options.some((option) => rivals.includes(option.name));
}

function spell({ name, value }: Option): string {
  if (name.length === 1) return `-${name}${value ?? ''}`;
  return value === undefined ? `--${name}` : `--${name}=${value}`;
}
