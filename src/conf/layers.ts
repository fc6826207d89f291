/** Lays command line, profile and cluster over one another: the first that has a key decides, an empty value included. */

import { aliases } from './keys.ts';
import type { ConfProblem } from './problem.ts';
import { optionKey, optionOf, refusedOptions, rivalOptions, useOf } from './sbatch-options.ts';
import type { Setting } from './types.ts';

type Settings = ReadonlyMap<string, Setting>;

/** Keys of which a profile can have only one; the one of the highest layer is meant. */
const rivals: readonly (readonly string[])[] = [
  ['SCRIPT', 'COMMAND'],
  ...rivalOptions.map((options) => options.map((option) => keyOf(optionKey(option)))),
];

/** The first spelling of a key that has several. */
export function keyOf(spelling: string): string {
  return aliases.get(spelling) ?? spelling;
}

/** One layer by first spellings. Two spellings of one key must agree, or neither is what was meant. */
export function unalias(layer: Settings): { settings: Map<string, Setting>; problems: ConfProblem[] } {
  const settings = new Map<string, Setting>();
  const written = new Map<string, string>();
  const problems: ConfProblem[] = [];
  for (const [spelling, setting] of layer) {
    const key = keyOf(spelling);
    const first = settings.get(key);
    if (first && first.value !== setting.value) {
      const other = written.get(key)!;
      problems.push({ kind: 'conflicting-keys', key: spelling, other, otherPlace: first.place, place: setting.place });
    }
    if (first) continue;
    settings.set(key, setting);
    written.set(key, spelling);
  }
  return { settings, problems };
}

/** SCRIPT and COMMAND in one layer: there is no telling which is meant. */
export function checkRivals(settings: Settings): ConfProblem[] {
  const [first, second] = ['SCRIPT', 'COMMAND']
    .map((key) => settings.get(key))
    .filter((setting) => setting?.value)
    .sort((a, b) => (a?.place.line ?? 0) - (b?.place.line ?? 0));
  return first && second ? [{ kind: 'script-and-command', otherPlace: first.place, place: second.place }] : [];
}

/** Whether a setting says anything: an empty value does so only where it means a bare option of sbatch. */
export function isGiven(key: string, value: string): boolean {
  const option = optionOf(key);
  if (!option || refusedOptions.has(option)) return value !== '';
  return useOf(option, value) !== 'leave out';
}

/**
 * The winning settings by first spelling, highest layer first. A key won with an empty value is left out, and so is one
 * whose rival stands in a higher layer.
 */
export function overlay(layers: readonly Settings[]): Map<string, Setting> {
  const won = new Map<string, { setting: Setting; rank: number }>();
  layers.forEach((layer, rank) => {
    for (const [key, setting] of layer) if (!won.has(key)) won.set(key, { setting, rank });
  });
  for (const [key, { setting }] of won) if (setting.value === '' && !isGiven(key, '')) won.delete(key);
  for (const group of rivals) {
    const given = group.filter((key) => won.has(key) && isGiven(key, won.get(key)!.setting.value));
    const highest = Math.min(...given.map((key) => won.get(key)!.rank));
    for (const key of given) if (won.get(key)!.rank > highest) won.delete(key);
  }
  return new Map(Array.from(won, ([key, { setting }]) => [key, setting]));
}
