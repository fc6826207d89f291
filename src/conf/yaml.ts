/** Reads the project's YAML files: every key and value with its line, and text as it was typed. */

import { join } from 'node:path';
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
  visit,
} from 'yaml';
import type { Place } from '../failure.ts';
import { readText } from './conf-file.ts';
import type { ConfProblem } from './problem.ts';

/** `1e-6`, `1.0`, `true` and `010` stay what was typed: the text goes to programs, which read numbers in their own way. */
export interface YamlText {
  kind: 'text';
  text: string;
  place: Place;
  /** It begins in the line below its place (`|` or `>`). */
  block?: true;
}
export interface YamlList {
  kind: 'list';
  items: readonly YamlNode[];
  place: Place;
}
export interface YamlMapping {
  kind: 'mapping';
  entries: readonly YamlEntry[];
  place: Place;
}
/** No value at all, or null. */
export interface YamlNothing {
  kind: 'nothing';
  place: Place;
}
export type YamlNode = YamlText | YamlList | YamlMapping | YamlNothing;

export interface YamlEntry {
  key: string;
  value: YamlNode;
  /** Where the key stands. */
  place: Place;
}

export interface YamlFile {
  text: string;
  /** What the file says; missing if that can't be told. */
  node?: YamlNode;
  problems: ConfProblem[];
}

/** More than any file has that was written down; aliases of aliases of aliases get there in ten lines. */
const MOST_NODES = 2_000_000;

const STANDARD_TAG = /^tag:yaml\.org,2002:(?:str|int|float|bool|null|map|seq)$/;

/** Reads `file`, a path relative to `root`; undefined if there is no such file. */
export function readYaml(root: string, file: string): YamlFile | undefined {
  const read = readText(join(root, file));
  if (read === undefined) return undefined;
  if ('text' in read) return { text: read.text, ...parseYaml(read.text, file) };
  return { text: '', problems: [{ kind: 'unreadable-file', code: read.code, place: { file } }] };
}

/** The same of a text already at hand: one document (YAML 1.2) with aliases and merge keys (`<<`) replaced. */
export function parseYaml(text: string, file: string): Omit<YamlFile, 'text'> {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  const lineOf = (offset: number): Place => ({ file, line: lines.linePos(offset).line });
  const [document, second] = documents;
  if (!document?.contents) return { problems: [{ kind: 'yaml-empty', place: { file } }] };

  const error = document.errors[0];
  if (error) {
    // What follows the first mistake is mostly its consequence.
    const opened = /^Missing closing/.test(error.message) ? lastQuoted(document) : undefined;
    if (opened) return { problems: [{ kind: 'yaml-unclosed', quote: opened.quote, place: lineOf(opened.offset) }] };
    const place = lineOf(error.pos[0]);
    if (error.code === 'TAB_AS_INDENT') return { problems: [{ kind: 'yaml-tab', place }] };
    return { problems: [{ kind: 'yaml-syntax', detail: error.message, place }] };
  }
  if (second) {
    const place = lineOf((second.contents as Node | null)?.range?.[0] ?? second.range[0]);
    return { problems: [{ kind: 'yaml-documents', place }] };
  }
  const problems: ConfProblem[] = [];
  const node = plainNode(document.contents, lineOf, problems);
  return node ? { node, problems } : { problems };
}

/** Where the last quote began; the parser itself only says where the text ended. */
function lastQuoted(document: Document.Parsed): { quote: '"' | "'"; offset: number } | undefined {
  let found: { quote: '"' | "'"; offset: number } | undefined;
  visit(document, {
    Scalar: (_, { type, range }) => {
      if (range && /^QUOTE_/.test(type ?? '')) found = { quote: type === 'QUOTE_SINGLE' ? "'" : '"', offset: range[0] };
    },
  });
  return found;
}

/** The parser's nodes as ours. Undefined where there are too many of them; `problems` then says so. */
function plainNode(root: Node, lineOf: (offset: number) => Place, problems: ConfProblem[]): YamlNode | undefined {
  const anchors = new Map<string, Node>();
  const open = new Set<Node>();
  let count = 0;

  const convert = (node: Node | null, above: Place): YamlNode => {
    if (++count > MOST_NODES) throw new TooLarge();
    const place = node?.range ? lineOf(node.range[0]) : above;
    if (!node) return { kind: 'nothing', place: above };
    if (isAlias(node)) return resolve(node.source, place);
    if (node.anchor) anchors.set(node.anchor, node);
    if (node.tag && !STANDARD_TAG.test(node.tag)) {
      problems.push({ kind: 'yaml-tag', tag: node.tag, place });
      return { kind: 'nothing', place };
    }
    if (isScalar(node)) {
      return node.value === null
        ? { kind: 'nothing', place }
        : { kind: 'text', text: node.source ?? String(node.value), place, ...(isBlock(node.type) && { block: true }) };
    }
    open.add(node);
    const plain: YamlNode = isSeq(node)
      ? { kind: 'list', items: node.items.map((item) => convert(item as Node | null, place)), place }
      : { kind: 'mapping', entries: entries(node.items, place), place };
    open.delete(node);
    return plain;
  };

  const resolve = (name: string, place: Place): YamlNode => {
    const meant = anchors.get(name);
    if (meant && !open.has(meant)) return convert(meant, place);
    problems.push({ kind: 'yaml-alias', name, why: meant ? 'circle' : 'unknown', place });
    return { kind: 'nothing', place };
  };

  const entries = (pairs: readonly Pair[], above: Place): YamlEntry[] => {
    const own = new Map<string, YamlEntry>();
    const merged: YamlEntry[] = [];
    for (const pair of pairs) {
      const key = pair.key as Node | null;
      const place = key?.range ? lineOf(key.range[0]) : above;
      const value = convert(pair.value as Node | null, place);
      const isText = isScalar(key) || key === null;
      const name = isScalar(key) ? (key.source ?? String(key.value)) : '';
      const first = own.get(name);
      if (!isText) problems.push({ kind: 'yaml-key', braces: isMap(key), place });
      else if (name === '<<' && isScalar(key) && key.type === 'PLAIN') merged.push(...mergedEntries(value, problems));
      else if (first) problems.push({ kind: 'yaml-repeated-key', key: name, firstLine: first.place.line ?? 0, place });
      else own.set(name, { key: name, value, place });
    }
    // A mapping's own keys win over merged ones, an earlier merged one over a later one (yaml.org/type/merge.html).
    for (const entry of merged) if (!own.has(entry.key)) own.set(entry.key, entry);
    return [...own.values()];
  };

  try {
    return convert(root, lineOf(0));
  } catch (error) {
    if (!(error instanceof TooLarge)) throw error;
    problems.push({ kind: 'yaml-too-large', most: MOST_NODES, place: { file: lineOf(0).file } });
    return undefined;
  }
}

function mergedEntries(value: YamlNode, problems: ConfProblem[]): readonly YamlEntry[] {
  if (value.kind === 'mapping') return value.entries;
  if (value.kind === 'list' && value.items.every((item) => item.kind === 'mapping')) {
    return value.items.flatMap((item) => (item.kind === 'mapping' ? item.entries : []));
  }
  problems.push({ kind: 'yaml-merge', place: value.place });
  return [];
}

const isBlock = (type: string | null | undefined) => type === 'BLOCK_LITERAL' || type === 'BLOCK_FOLDED';

class TooLarge extends Error {}
