/** Expands a matrix into its cells, by GitHub's rules (GitHub Docs, "Running variations of jobs in a workflow"). */

import type { YamlEntry } from '../../conf/yaml.ts';
import { asMapping } from '../../conf/yaml-values.ts';
import type { Cell } from '../types.ts';
import { type Axis, assignments, type Entry, identity, type Problems, readMatrix, type Values } from './axes.ts';
import { cellNames } from './cell-name.ts';

/** More cells than anybody wants to have run. */
const MOST_CELLS = 100_000;

interface Combination {
  /** What the axes say, or an include entry that fitted no combination; never overwritten. */
  original: Values;
  /** What include entries added, and which of them did. */
  added: Map<string, { text: string; by: number }>;
  line?: number;
}

/**
 * The cells of `matrix:`, the last axis varying fastest, new ones of include at the end. What is wrong comes into
 * `problems`, and then there may be no cells.
 */
export function expandMatrix(matrix: YamlEntry, problems: Problems): Cell[] {
  const mapping = asMapping(matrix.key, matrix.value, problems);
  if (!mapping) return [];
  const before = problems.length;
  const { axes, include, exclude } = readMatrix(mapping, problems);
  const { place } = matrix;
  const size = axes.reduce((product, { options }) => product * options.length, axes.length > 0 ? 1 : 0);
  if (size > MOST_CELLS) problems.push({ kind: 'too-many-cells', count: size, most: MOST_CELLS, place });
  if (problems.length > before) return [];

  const index = axes.map(indexed);
  const left = withoutExcluded(axes, index, size, exclude, problems);
  const combinations = withIncluded(left, index, include, problems);
  const count = combinations.length;
  if (count === 0) problems.push({ kind: 'no-cells', place });
  if (count > MOST_CELLS) problems.push({ kind: 'too-many-cells', count, most: MOST_CELLS, place });

  const all = combinations.map(({ original, added }): Values => {
    if (added.size === 0) return original;
    return new Map([...original, ...Array.from(added, ([name, { text }]) => [name, text] as const)]);
  });
  const lines = combinations.map(({ line }) => line);
  // Without include the axes' options differ, and so do their combinations.
  if (include.length > 0) checkTwice(all, lines, matrix, problems);
  const names = cellNames(all);
  return all.map((values, at) => ({ index: at, name: names[at]!, values: Object.fromEntries(values) }));
}

/** An axis with the options that have a value, or (`undefined`) do not have that field. */
interface Indexed {
  size: number;
  options: readonly Values[];
  all: readonly number[];
  having: ReadonlyMap<string, ReadonlyMap<string | undefined, readonly number[]>>;
}

function indexed({ fields, options }: Axis): Indexed {
  const having = new Map(fields.map((field) => [field, new Map<string | undefined, number[]>()]));
  for (const [at, option] of options.entries()) {
    for (const [field, places] of having) {
      const text = option.get(field);
      const same = places.get(text);
      if (same) same.push(at);
      else places.set(text, [at]);
    }
  }
  return { size: options.length, options, all: [...options.keys()], having };
}

/**
 * Where the combinations stand that `entry` fits, counting all of them with the last axis fastest. An entry of exclude
 * has to find every value, one of include only no other.
 */
function fitting(axes: readonly Indexed[], { values }: Entry, list: 'include' | 'exclude'): number[] {
  let places = [0];
  for (const { size, options, all, having } of axes) {
    const fields = [...having.keys()].filter((field) => values.has(field));
    const [first] = fields;
    let found = all;
    if (first !== undefined) {
      const same = having.get(first)?.get(values.get(first)) ?? [];
      const without = (list === 'include' && having.get(first)?.get(undefined)) || [];
      found = [...same, ...without].filter((at) =>
        fields.every((field) => {
          const text = options[at]!.get(field);
          return text === values.get(field) || (text === undefined && list === 'include');
        }),
      );
    }
    places = places.flatMap((place) => found.map((at) => place * size + at));
  }
  return places;
}

/** All combinations, `undefined` in place of those that are excluded. */
function withoutExcluded(
  axes: readonly Axis[],
  index: readonly Indexed[],
  size: number,
  exclude: readonly Entry[],
  problems: Problems,
): (Combination | undefined)[] {
  const excluded = new Uint8Array(size);
  for (const entry of exclude) {
    const places = fitting(index, entry, 'exclude');
    if (places.length === 0) problems.push({ kind: 'excludes-nothing', place: entry.place });
    for (const at of places) excluded[at] = 1;
  }
  return Array.from(excluded, (isExcluded, at) => {
    if (isExcluded) return undefined;
    const options: Values[] = [];
    for (let rest = at, axis = axes.length - 1; axis >= 0; axis--) {
      const { options: those } = axes[axis]!;
      options.unshift(those[rest % those.length]!);
      rest = Math.floor(rest / those.length);
    }
    return { original: new Map(options.flatMap((option) => [...option])), added: new Map() };
  });
}

/** An entry is added to every combination of which it overwrites no original value; if there is none, it is a new one. */
function withIncluded(
  left: readonly (Combination | undefined)[],
  index: readonly Indexed[],
  include: readonly Entry[],
  problems: Problems,
): Combination[] {
  const created: Combination[] = [];
  // Of each entry: values that it added and that still stand, and the last entry to overwrite one.
  const standing = new Map<number, number>();
  const overwrittenBy = new Map<number, number>();
  for (const [by, entry] of include.entries()) {
    const fits = index.length === 0 ? [] : fitting(index, entry, 'include').flatMap((at) => left[at] ?? []);
    if (fits.length === 0) created.push({ original: entry.values, added: new Map(), ...lineOf(entry) });
    for (const { original, added } of fits) {
      for (const [name, text] of entry.values) {
        const earlier = added.get(name);
        if (original.has(name) || earlier?.text === text) continue;
        if (earlier) {
          standing.set(earlier.by, standing.get(earlier.by)! - 1);
          overwrittenBy.set(earlier.by, by);
        }
        added.set(name, { text, by });
        standing.set(by, (standing.get(by) ?? 0) + 1);
      }
    }
  }
  for (const [by, count] of standing) {
    const line = include[overwrittenBy.get(by) ?? by]!.place.line ?? 0;
    if (count === 0) problems.push({ kind: 'include-overwritten', line, place: include[by]!.place });
  }
  return [...left.filter((combination) => combination !== undefined), ...created];
}

const lineOf = ({ place: { line } }: Entry) => (line === undefined ? {} : { line });

/** Two cells of the same values would be told apart by nothing. */
function checkTwice(
  all: readonly Values[],
  lines: readonly (number | undefined)[],
  { place }: YamlEntry,
  problems: Problems,
): void {
  const first = new Map<string, number>();
  for (const [at, values] of all.entries()) {
    const id = identity(values);
    const earlier = first.get(id);
    if (earlier === undefined) {
      first.set(id, at);
      continue;
    }
    const [firstLine, line = place.line] = [lines[earlier], lines[at]];
    problems.push({
      ...{ kind: 'same-cell', values: assignments(values), ...(firstLine !== undefined && { firstLine }) },
      place: line === undefined ? place : { ...place, line },
    });
  }
}
