/** HOLD on make's command line: whether this submission is held, whatever the profile says. */

import type { Profile } from '../conf/types.ts';
import { type Header, optionsAmong } from '../template/directives.ts';

/** The profile with its option `--hold` as HOLD has it: 1 adds it, 0 takes it away. */
export function withHold(profile: Profile, commandLine: ReadonlyMap<string, string>): Profile {
  const value = commandLine.get('HOLD') ?? '';
  if (value === '') return profile;
  const sbatch = profile.sbatch.filter(({ name }) => name !== 'hold');
  if (/^(1|yes|true)$/i.test(value)) return { ...profile, sbatch: [...sbatch, { name: 'hold', layer: 'profile' }] };
  return { ...profile, sbatch, sbatchArgs: profile.sbatchArgs.filter((word) => word !== '--hold' && word !== '-H') };
}

/** Whether sbatch is told to hold it, by an option or by a line of the template's. */
export function isHeld(options: readonly string[], { directives }: Header): boolean {
  const inTemplate = directives.flatMap((line) => line.options);
  return [...optionsAmong(options), ...inTemplate].some(({ name }) => name === 'hold');
}
