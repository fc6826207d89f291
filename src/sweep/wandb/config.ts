/** Makes of a sweep's own file what is sent to W&B, and reads what comes back as its configuration. */

import { type Document, isAlias, isMap, isScalar, type Node, parse, parseDocument, type YAMLMap } from 'yaml';
import { Failure } from '../../failure.ts';
import { asRecord } from './json.ts';
import type { WandbProblem } from './problem.ts';

/**
 * The file's own text wherever that will do. W&B's client reads the file and writes it anew, in other words but with the same
 * meaning, except for one thing that it adds and that is needed: a parameter with `min` and `max` but no `distribution` gets
 * `int_uniform` or `uniform`. The server cannot do that, since it passes numbers on as JSON, where 0.0 and 0 are one and the
 * same: `min: 0.0, max: 1.0` would be drawn from the two integers. Throws a Failure (2) where the bounds leave it open.
 */
export function configToSend(text: string): string {
  const document = parseDocument(text);
  // A file that is no YAML, or no sweep, is the server's to refuse: PyYAML takes some that other readers do not.
  if (document.errors.length > 0) return text;
  const parameters = find(document, document.contents, 'parameters');
  if (!isMap(parameters)) return text;
  const problems: WandbProblem[] = [];
  /** Where something goes in; two parameters may be one node under two names. */
  const insertions = new Map<number, string>();
  for (const { key, value } of parameters.items) {
    const parameter = follow(document, value);
    if (!isMap(parameter) || find(document, parameter, 'distribution') !== undefined) continue;
    const [min, max] = ['min', 'max'].map((bound) => find(document, parameter, bound));
    if (min === undefined || max === undefined) continue;
    const kinds = [kindOf(min), kindOf(max)];
    if (kinds[0] === undefined || kinds[0] !== kinds[1]) {
      problems.push({ kind: 'wandb-bounds', parameter: String(key), min: String(min), max: String(max) });
      continue;
    }
    const at = (parameter.items[0]!.key as Node).range![0];
    const apart = parameter.flow ? ', ' : `\n${' '.repeat(at - (text.lastIndexOf('\n', at - 1) + 1))}`;
    insertions.set(at, `distribution: ${kinds[0] === 'integer' ? 'int_uniform' : 'uniform'}${apart}`);
  }
  if (problems.length > 0) throw new Failure(2, ...problems);
  return [...insertions]
    .sort(([one], [other]) => other - one)
    .reduce((whole, [at, words]) => whole.slice(0, at) + words + whole.slice(at), text);
}

/** A member of a map, through anchors and `<<`; undefined if there is none. */
function find(document: Document, node: unknown, name: string): unknown {
  const map = follow(document, node);
  if (!isMap(map)) return undefined;
  const own = (map as YAMLMap).items.find(({ key }) => isScalar(key) && key.value === name);
  if (own) return follow(document, own.value);
  const merged = map.items.find(({ key }) => isScalar(key) && key.value === '<<');
  const sources = merged && follow(document, merged.value);
  for (const source of isMap(sources) ? [sources] : ((sources as { items?: unknown[] } | undefined)?.items ?? [])) {
    const found = find(document, source, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

const follow = (document: Document, node: unknown) => (isAlias(node) ? node.resolve(document) : node);

/** As it is written: 1.0 and 1e-6 are floats, whatever they are worth. */
function kindOf(node: unknown): 'integer' | 'float' | undefined {
  if (!isScalar(node) || typeof node.value !== 'number') return undefined;
  return /^[-+]?(\d+|0x[\da-f]+|0o[0-7]+)$/i.test(node.source ?? String(node.value)) ? 'integer' : 'float';
}

/** What a sweep's configuration says of what it is after; nothing of one that cannot be read. */
export interface SweepGoal {
  name?: string;
  description?: string;
  method?: string;
  /** What agents run, relative to their working directory. */
  program?: string;
  metric?: { name: string; goal: 'minimize' | 'maximize' };
  /** The most runs that it will have. */
  runCap?: number;
}

/** Reads a configuration as YAML, of which the JSON that the server may keep is a part. */
export function sweepGoal(text: string): SweepGoal {
  let config: unknown;
  try {
    config = parse(text, { uniqueKeys: false });
  } catch {
    return {};
  }
  const { name, description, method, program, metric, run_cap: cap } = asRecord(config);
  const { name: metricName, goal } = asRecord(metric);
  return {
    ...(typeof name === 'string' && { name }),
    ...(typeof description === 'string' && { description }),
    ...(typeof method === 'string' && { method }),
    ...(typeof program === 'string' && { program }),
    ...(typeof metricName === 'string' && {
      metric: { name: metricName, goal: goal === 'maximize' ? 'maximize' : 'minimize' },
    }),
    ...(Number.isSafeInteger(cap) && { runCap: cap as number }),
  };
}
