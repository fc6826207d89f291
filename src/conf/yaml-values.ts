/** What a YAML file of a certain kind must say: which keys a mapping may have, and what their values are. */

import { nearest } from './nearest.ts';
import type { YamlEntry, YamlMapping, YamlNode } from './yaml.ts';
import type { YamlKind, YamlProblem } from './yaml-problem.ts';

/** A list of problems that can have those of YAML among them. */
export interface YamlProblems {
  push(problem: YamlProblem): unknown;
}

export function entryOf(mapping: YamlMapping, key: string): YamlEntry | undefined {
  return mapping.entries.find((entry) => entry.key === key);
}

/** A problem for every key of `mapping` that is not among `keys`, with the nearest that is. */
export function unknownKeys(mapping: YamlMapping, keys: readonly string[]): YamlProblem[] {
  return mapping.entries
    .filter(({ key }) => !keys.includes(key))
    .map(({ key, place }) => {
      const hint = nearest(key, keys);
      return { kind: 'yaml-unknown-key', key, keys, place, ...(hint && { nearest: hint }) };
    });
}

/** The text of `node`, the value of `key`; undefined if it is something else or nothing, which `problems` then says. */
export function asText(key: string, node: YamlNode, problems: YamlProblems): string | undefined {
  return expect(key, node, 'text', problems)?.text;
}

/** The same for a list. */
export function asList(key: string, node: YamlNode, problems: YamlProblems): readonly YamlNode[] | undefined {
  return expect(key, node, 'list', problems)?.items;
}

/** The same for a mapping. */
export function asMapping(key: string, node: YamlNode, problems: YamlProblems): YamlMapping | undefined {
  return expect(key, node, 'mapping', problems);
}

function expect<K extends Exclude<YamlKind, 'nothing'>>(
  key: string,
  node: YamlNode,
  wanted: K,
  problems: YamlProblems,
): Extract<YamlNode, { kind: K }> | undefined {
  if (node.kind === wanted) return node as Extract<YamlNode, { kind: K }>;
  const { kind: found, place } = node;
  problems.push(
    found === 'nothing'
      ? { kind: 'yaml-no-value', key, place }
      : { kind: 'yaml-wrong-kind', key, wanted, found, place },
  );
  return undefined;
}
