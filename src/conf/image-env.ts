/** The variables that an image sets: ENV and `[env]`, which say the same. */

import type { Place } from '../failure.ts';
import { placeAt } from './conf-file.ts';
import type { ConfProblem } from './problem.ts';
import type { Setting } from './types.ts';
import { splitWords } from './words.ts';

/**
 * Those of the command line's ENV over those of the file, whose ENV an ENV of the command line replaces. A name that
 * stands twice in one of the two is a problem.
 */
export function imageEnv(
  section: ReadonlyMap<string, Setting>,
  written: Setting | undefined,
  given: Setting | undefined,
): { env: Record<string, string>; problems: ConfProblem[] } {
  const problems: ConfProblem[] = [];
  const ofSection = Array.from(section, ([name, { value, place }]) => ({ name, value, place }));
  const inFile = once([...ofSection, ...variables(written)], problems);
  const fromFile = given ? inFile.filter(({ name }) => section.has(name)) : inFile;
  const all = [...fromFile, ...once(variables(given), problems)];
  return { env: Object.fromEntries(all.map(({ name, value }) => [name, value])), problems };
}

interface Variable {
  name: string;
  value: string;
  place: Place;
}

/** Words that are no `NAME=value` are found by the check of the key. */
function variables(setting: Setting | undefined): Variable[] {
  if (!setting) return [];
  return splitWords(setting.value).words.flatMap(({ text, offset }) => {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
    return name === undefined ? [] : [{ name, value: value!, place: placeAt(setting, offset) }];
  });
}

function once(all: readonly Variable[], problems: ConfProblem[]): Variable[] {
  const first = new Map<string, Variable>();
  // By lines: ENV stands in front of `[env]`.
  for (const variable of [...all].sort((a, b) => (a.place.line ?? 0) - (b.place.line ?? 0))) {
    const { name, place } = variable;
    const before = first.get(name);
    const firstLine = before?.place.line;
    if (!before) first.set(name, variable);
    else problems.push({ kind: 'repeated-key', key: name, place, ...(firstLine !== undefined && { firstLine }) });
  }
  return [...first.values()];
}
