/** Reads of each job of a flow's file what no template changes: its name, what it waits for and the names that it exports. */

import { isEnvName, isName } from '../../conf/keys.ts';
import { nearest } from '../../conf/nearest.ts';
import type { YamlEntry, YamlMapping, YamlNode, YamlText } from '../../conf/yaml.ts';
import { asList, asMapping, asText, entryOf } from '../../conf/yaml-values.ts';
import type { Place } from '../../failure.ts';
import type { DependencyKind, FlowJob } from '../types.ts';
import type { Problems } from './problem.ts';

export interface Outline extends Pick<FlowJob, 'name' | 'place' | 'dependsOn'> {
  /** As written. */
  mapping: YamlMapping;
  /** Values that its children may have in their texts. */
  exports: ReadonlyMap<string, YamlText>;
}

const KINDS: readonly DependencyKind[] = ['afterok', 'afterany', 'afternotok', 'after', 'aftercorr'];

/** The jobs of the file, in its order; of two with one name the first. */
export function readOutlines(entry: YamlEntry, problems: Problems): Outline[] {
  const items = asList(entry.key, entry.value, problems);
  if (items?.length === 0) problems.push({ kind: 'flow-without-jobs', place: entry.place });
  const named = new Map<string, { mapping: YamlMapping; place: Place }>();
  for (const item of items ?? []) {
    const mapping = asMapping('a job', item, problems);
    if (!mapping) continue;
    const given = entryOf(mapping, 'name');
    if (!given) {
      problems.push({ kind: 'flow-job-nameless', place: mapping.place });
      continue;
    }
    const name = asText('name', given.value, problems);
    if (name === undefined) continue;
    const { place } = given.value;
    const first = named.get(name);
    if (!isName(name)) problems.push({ kind: 'bad-name', key: 'name', value: name, place });
    else if (first) problems.push({ kind: 'flow-job-twice', job: name, firstLine: first.place.line ?? 0, place });
    else named.set(name, { mapping, place });
  }
  const names = [...named.keys()];
  return Array.from(named, ([name, { mapping, place }]) => {
    const dependsOn = readDependencies(name, entryOf(mapping, 'depends_on'), names, problems);
    return { name, place, mapping, dependsOn, exports: readExports(entryOf(mapping, 'exports'), problems) };
  });
}

function readDependencies(
  job: string,
  entry: YamlEntry | undefined,
  names: readonly string[],
  problems: Problems,
): FlowJob['dependsOn'] {
  if (!entry || entry.value.kind === 'nothing') return [];
  const items: readonly YamlNode[] | undefined =
    entry.value.kind === 'text' ? [entry.value] : asList(entry.key, entry.value, problems);
  const found = new Map<string, FlowJob['dependsOn'][number]>();
  const again: { parent: string; kind: DependencyKind; firstLine: number; place: Place }[] = [];
  for (const item of items ?? []) {
    const text = asText(entry.key, item, problems);
    if (text === undefined) continue;
    const { place } = item;
    const [, said = 'afterok', parent = ''] = /^(?:([^:]*):)?\s*(.*?)\s*$/s.exec(text) ?? [];
    const kind = KINDS.find((one) => one === said.trim());
    if (kind === undefined) {
      const hint = nearest(said, KINDS);
      const about = { dependency: text, said, kinds: KINDS, ...(hint && { nearest: hint }) };
      problems.push({ kind: 'flow-dependency-kind', ...about, place });
    } else if (parent === job) {
      problems.push({ kind: 'flow-waits-for-itself', job, place });
    } else if (!names.includes(parent)) {
      const hint = nearest(parent, names);
      const jobs = names.filter((name) => name !== job);
      problems.push({ kind: 'flow-no-such-job', job: parent, jobs, place, ...(hint && { nearest: hint }) });
    } else if (found.has(parent)) {
      again.push({ parent, kind, firstLine: found.get(parent)!.place.line ?? 0, place });
    } else {
      found.set(parent, { kind, job: parent, place });
    }
  }
  for (const { parent, kind, firstLine, place } of again) {
    const kinds = [kind, found.get(parent)!.kind];
    const both = kinds.includes('afternotok') && (kinds.includes('afterok') || kinds.includes('aftercorr'));
    problems.push(
      both
        ? { kind: 'flow-unreachable', job, parent, succeeds: [], fails: [], place }
        : { kind: 'flow-parent-twice', parent, firstLine, place },
    );
  }
  return [...found.values()];
}

/** Of a name that can't be one, or a value that is none, nothing is kept. */
function readExports(entry: YamlEntry | undefined, problems: Problems): Map<string, YamlText> {
  const exports = new Map<string, YamlText>();
  if (!entry || entry.value.kind === 'nothing') return exports;
  for (const { key: name, value, place } of asMapping(entry.key, entry.value, problems)?.entries ?? []) {
    if (!isEnvName(name)) problems.push({ kind: 'flow-export-name', name, place });
    else if (asText(name, value, problems) !== undefined) exports.set(name, value as YamlText);
  }
  return exports;
}
