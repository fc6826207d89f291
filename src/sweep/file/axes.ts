/** Reads `matrix:` of a sweep file: its axes, and the entries of include and exclude. */

import { nearest } from '../../conf/nearest.ts';
import type { ConfProblem } from '../../conf/problem.ts';
import type { YamlEntry, YamlMapping, YamlNode } from '../../conf/yaml.ts';
import { asList, asMapping, entryOf } from '../../conf/yaml-values.ts';
import type { Place } from '../../failure.ts';
import type { EntryList, SweepProblem } from '../problem.ts';
import { checkName, parameterValue } from './parameters.ts';

export type Values = ReadonlyMap<string, string>;

export interface Axis {
  name: string;
  /** A list of mappings: values that come in pairs (or more). The fields are the parameters, not the axis. */
  ofFields: boolean;
  /** The parameters that it gives. */
  fields: string[];
  options: Values[];
}

/** An entry of include or exclude; an axis of mappings is replaced by its fields. */
export interface Entry {
  values: Values;
  place: Place;
}

/** Of a sweep file, and of the configuration that it is a part of. */
export type Problems = (SweepProblem | ConfProblem)[];

export function readMatrix(
  matrix: YamlMapping,
  problems: Problems,
): { axes: Axis[]; include: Entry[]; exclude: Entry[] } {
  const axes: Axis[] = [];
  const owners = new Map<string, string>();
  for (const entry of matrix.entries) {
    if (entry.key === 'include' || entry.key === 'exclude') continue;
    const slip = misspelt(entry);
    if (slip) {
      problems.push(slip);
      continue;
    }
    const axis = readAxis(entry, problems);
    for (const name of axis.fields) {
      const other = owners.get(name);
      if (other === undefined) owners.set(name, axis.name);
      else problems.push({ kind: 'shared-field', name, axis: axis.name, other, place: entry.place });
    }
    axes.push(axis);
  }
  const include = readEntries('include', matrix, axes, problems);
  const exclude = readEntries('exclude', matrix, axes, problems);
  return { axes, include, exclude };
}

/** `excludes:` would be an axis of mappings, and every entry of it a row of cells. */
function misspelt({ key, value, place }: YamlEntry): ConfProblem | undefined {
  const keys = ['include', 'exclude'];
  const hint = value.kind === 'list' && value.items[0]?.kind === 'mapping' ? nearest(key, keys) : undefined;
  return hint === undefined ? undefined : { kind: 'yaml-unknown-key', key, keys, nearest: hint, place };
}

function readAxis({ key: name, value, place }: YamlEntry, problems: Problems): Axis {
  if (value.kind !== 'list') {
    if (value.kind === 'nothing') problems.push({ kind: 'yaml-no-value', key: name, place });
    else problems.push({ kind: 'axis-not-list', axis: name, place });
    return { name, ofFields: value.kind === 'mapping', fields: [], options: [] };
  }
  const ofFields = value.items[0]?.kind === 'mapping';
  if (value.items.length === 0) problems.push({ kind: 'empty-axis', axis: name, place });
  if (!ofFields) problems.push(...checkName({ key: name, place }));

  const fields = new Set<string>(ofFields ? [] : [name]);
  const options: Values[] = [];
  const lines = new Map<string, number>();
  for (const item of value.items) {
    if ((item.kind === 'mapping') !== ofFields && (item.kind === 'mapping' || item.kind === 'text')) {
      problems.push({ kind: 'mixed-axis', axis: name, place: item.place });
      continue;
    }
    const entries = item.kind === 'mapping' ? item.entries : [{ key: name, value: item, place: item.place }];
    for (const entry of entries) {
      if (!fields.has(entry.key)) problems.push(...checkName(entry));
      fields.add(entry.key);
    }
    const option = valuesOf(entries, problems);
    const id = identity(option);
    const firstLine = lines.get(id);
    if (firstLine === undefined) lines.set(id, item.place.line ?? 0);
    else if (option.size === entries.length) {
      const said = ofFields ? assignments(option) : (option.get(name) ?? '');
      problems.push({ kind: 'repeated-value', axis: name, value: said, firstLine, place: item.place });
    }
    options.push(option);
  }
  return { name, ofFields, fields: [...fields], options };
}

function readEntries(list: EntryList, matrix: YamlMapping, axes: readonly Axis[], problems: Problems): Entry[] {
  const given = entryOf(matrix, list);
  if (!given) return [];
  const byName = new Map(axes.map((axis) => [axis.name, axis]));
  const known = knownValues(axes);
  const seen = new Set<string>();
  return (asList(list, given.value, problems) ?? []).flatMap((item) => {
    const mapping = asMapping(`an entry of ${list}`, item, problems);
    if (!mapping) return [];
    if (mapping.entries.length === 0) problems.push({ kind: 'empty-entry', list, place: item.place });
    const entries = mapping.entries.flatMap((entry) => fieldsOf(entry, list, byName.get(entry.key), problems));
    for (const { key, value, place } of entries) {
      const values = known.get(key);
      if (list === 'include') {
        // One name of a hundred entries is wrong once.
        if (!values && !seen.has(key)) problems.push(...checkName({ key, place }));
        seen.add(key);
      } else {
        problems.push(...checkExcluded(key, value, place, values, axes));
      }
    }
    return [{ values: valuesOf(entries, problems), place: item.place }];
  });
}

/** `agent: {AGENT: codex}` means what `AGENT: codex` does, if `agent` is an axis of mappings. */
function fieldsOf(entry: YamlEntry, list: EntryList, axis: Axis | undefined, problems: Problems): readonly YamlEntry[] {
  const { key: name, value, place } = entry;
  if (value.kind === 'mapping') {
    if (axis?.ofFields) return value.entries;
    problems.push({ kind: 'not-of-fields', name, list, place });
    return [];
  }
  if (!axis?.ofFields || axis.fields.includes(name)) return [entry];
  problems.push({ kind: 'axis-of-fields', axis: name, fields: axis.fields, place });
  return [];
}

function checkExcluded(
  name: string,
  value: YamlNode,
  place: Place,
  known: ReadonlySet<string> | undefined,
  axes: readonly Axis[],
): SweepProblem[] {
  if (!known) {
    const names = axes.flatMap((axis) => axis.fields);
    const hint = nearest(name, [...names, ...axes.map((axis) => axis.name)]);
    return [{ kind: 'no-such-axis', name, axes: names, place, ...(hint && { nearest: hint }) }];
  }
  if (value.kind !== 'text' || known.has(value.text)) return [];
  return [noSuchValue(name, value.text, known, value.place)];
}

/** The problem that the parameter `name` never has `value`, with the nearest that it has. */
export function noSuchValue(name: string, value: string, known: ReadonlySet<string>, place: Place): SweepProblem {
  const hint = nearest(value, known);
  return { kind: 'no-such-value', name, value, values: [...known], place, ...(hint && { nearest: hint }) };
}

function knownValues(axes: readonly Axis[]): Map<string, Set<string>> {
  const known = new Map<string, Set<string>>();
  for (const axis of axes) {
    for (const field of axis.fields) known.set(field, known.get(field) ?? new Set());
    for (const option of axis.options) for (const [field, text] of option) known.get(field)?.add(text);
  }
  return known;
}

function valuesOf(entries: readonly YamlEntry[], problems: Problems): Values {
  const values = new Map<string, string>();
  const lines = new Map<string, number>();
  for (const { key, value, place } of entries) {
    const text = parameterValue(key, value, problems);
    const firstLine = lines.get(key);
    if (firstLine !== undefined) problems.push({ kind: 'yaml-repeated-key', key, firstLine, place });
    else if (text !== undefined) values.set(key, text);
    lines.set(key, place.line ?? 0);
  }
  return values;
}

/** The same for the same values in whatever order. */
export function identity(values: Values): string {
  return JSON.stringify([...values].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** `LR=0.1 SEED=2`. */
export function assignments(values: Values): string {
  return Array.from(values, ([name, text]) => `${name}=${text}`).join(' ');
}
