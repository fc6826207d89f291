import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseYaml, readYaml, type YamlMapping, type YamlNode } from '../../src/conf/yaml.ts';
import type { YamlProblem } from '../../src/conf/yaml-problem.ts';
import { asList, asMapping, asText, entryOf, unknownKeys } from '../../src/conf/yaml-values.ts';
import { project } from './project.ts';

const FILE = 'slurm/sweeps/x.yaml';
const at = (line: number) => ({ file: FILE, line });

/** Lists as arrays, mappings as objects, nothing as null. */
function value(node: YamlNode): unknown {
  if (node.kind === 'text') return node.text;
  if (node.kind === 'list') return node.items.map(value);
  if (node.kind === 'nothing') return null;
  return Object.fromEntries(node.entries.map((entry) => [entry.key, value(entry.value)]));
}

function read(text: string): unknown {
  const { node, problems } = parseYaml(text, FILE);
  expect(problems).toEqual([]);
  return value(node!);
}

function mapping(text: string): YamlMapping {
  const { node } = parseYaml(text, FILE);
  if (node?.kind !== 'mapping') throw new Error('no mapping');
  return node;
}

const problemsOf = (text: string) => parseYaml(text, FILE).problems;

describe('a value', () => {
  it.each([
    '1e-6',
    '1.0',
    '010',
    '0x1F',
    'true',
    'Yes',
    '1_000',
    '.5',
    '+1',
    '1:30',
    '2024-01-01',
    'a b',
    'a#b',
    '{{x',
    '-x',
  ])('%s stays as it was typed', (text) => {
    const quoted = /^[{]/.test(text) ? `'${text}'` : text;
    expect(read(`a: ${quoted}\n`)).toEqual({ a: text });
    expect(read(`a:\n  - ${quoted} # a comment\n`)).toEqual({ a: [text] });
  });

  it('in quotes is what stands between them', () => {
    expect(read(`a: "1.0"\nb: 'it''s'\nc: "x\\ty"\nd: ""\ne: 'null'\n`)).toEqual({
      ...{ a: '1.0', b: "it's", c: 'x\ty', d: '', e: 'null' },
    });
  });

  it('over many lines is folded or kept as YAML has it', () => {
    expect(read('a: one\n  two\nb: |\n  one\n  two\nc: >-\n  one\n  two\n')).toEqual({
      ...{ a: 'one two', b: 'one\ntwo\n', c: 'one two' },
    });
  });

  it.each(['', '~', 'null', 'Null', '# a comment'])('that is %j is nothing', (text) => {
    expect(read(`a: ${text}\nb: 1\n`)).toEqual({ a: null, b: '1' });
    const [first] = mapping(`\na: ${text}\nb: 1\n`).entries;
    expect(first!.value.place).toEqual(at(2));
  });

  it('may have a standard tag, which changes nothing', () => {
    expect(read('a: !!str 010\nb: !!float 1\nc: !!seq [1]\nd: !!map {a: 1}\n')).toEqual({
      ...{ a: '010', b: '1', c: ['1'], d: { a: '1' } },
    });
  });
});

describe('a file', () => {
  it.each([
    ['with a byte order mark', '\uFEFFa: 1\nb: [2]\n'],
    ['with Windows line ends', 'a: 1\r\nb: [2]\r\n'],
    ['between --- and ...', '---\na: 1\nb: [2]\n...\n'],
    ['with a directive', '%YAML 1.2\n---\na: 1\nb: [2]\n'],
    ['without a line end', 'a: 1\nb: [2]'],
    ['in JSON', '{"a": 1,\n"b": [2]}'],
    ['with tabs between tokens', 'a:\t1\nb:\t[2]\t# x\n'],
  ])('%s', (_, text) => {
    expect(read(text)).toEqual({ a: '1', b: ['2'] });
  });

  it('knows the lines of its keys and values', () => {
    for (const eol of ['\n', '\r\n']) {
      const file = mapping(['# one', 'a: 1', 'b:', '  - 2', '  -', '    c: "x', '      y"', ''].join(eol));
      const [a, b] = file.entries;
      expect([a!.place, a!.value.place, b!.place, b!.value.place]).toEqual([at(2), at(2), at(3), at(4)]);
      const items = asList('b', b!.value, [])!;
      expect(items.map(({ place }) => place)).toEqual([at(4), at(6)]);
    }
  });

  it('is read from the project', () => {
    const root = project({ [FILE]: '\uFEFFa: 1\r\n' });
    expect(readYaml(root, FILE)).toMatchObject({ text: 'a: 1\r\n', problems: [] });
    expect(readYaml(root, 'slurm/none.yaml')).toBeUndefined();
    mkdirSync(join(root, 'folder.yaml'));
    expect(readYaml(root, 'folder.yaml')!.problems).toEqual([
      { kind: 'unreadable-file', code: 'EISDIR', place: { file: 'folder.yaml' } },
    ]);
  });
});

describe('an alias', () => {
  it('is what it stands for', () => {
    expect(read('a: &x [1, 2]\nb: *x\nc: {d: *x}\n')).toEqual({ a: ['1', '2'], b: ['1', '2'], c: { d: ['1', '2'] } });
    expect(read('a: &x 1\nb: &x 2\nc: *x\n')).toEqual({ a: '1', b: '2', c: '2' });
  });

  it('is merged by <<, own keys first and earlier ones before later', () => {
    expect(
      read('a: &x {p: 1, q: 1}\nb: &y {q: 2, r: 2}\nc: {r: 3, <<: [*x, *y]}\nd:\n  <<: *x\n  p: 4\n'),
    ).toMatchObject({
      c: { r: '3', p: '1', q: '1' },
      d: { p: '4', q: '1' },
    });
    expect(read('"<<": 1\n')).toEqual({ '<<': '1' });
  });

  it.each([
    ['a: *x\n', { kind: 'yaml-alias', name: 'x', why: 'unknown', place: at(1) }],
    ['a: *x\nb: &x 1\n', { kind: 'yaml-alias', name: 'x', why: 'unknown', place: at(1) }],
    ['a: &x\n  - [*x]\n', { kind: 'yaml-alias', name: 'x', why: 'circle', place: at(2) }],
    ['a:\n  <<: 1\n', { kind: 'yaml-merge', place: at(2) }],
    ['a: {<<: [{b: 1}, 2]}\n', { kind: 'yaml-merge', place: at(1) }],
  ])('%j is a problem', (text, problem) => {
    expect(problemsOf(text)).toEqual([problem]);
  });

  it('cannot make a small file endless', () => {
    const lines = Array.from({ length: 9 }, (_, n) => `a${n + 1}: &a${n + 1} [${`*a${n}, `.repeat(9)}]`);
    expect(problemsOf(`a0: &a0 x\n${lines.join('\n')}\n`)).toEqual([
      { kind: 'yaml-too-large', most: 2_000_000, place: { file: FILE } },
    ]);
  });
});

describe('a mistake', () => {
  it.each<[string, YamlProblem]>([
    ['', { kind: 'yaml-empty', place: { file: FILE } }],
    ['# nothing\n', { kind: 'yaml-empty', place: { file: FILE } }],
    ['a: 1\n---\n\nb: 1\n', { kind: 'yaml-documents', place: at(4) }],
    ['a:\n\t- 1\n', { kind: 'yaml-tab', place: at(2) }],
    ['a:\n  - 1\n\t- 2\n', { kind: 'yaml-tab', place: at(3) }],
    ['x: "y"\na: "b\nc: 1\nd: 2\n', { kind: 'yaml-unclosed', quote: '"', place: at(2) }],
    ["a: 'b\nc: 1\n", { kind: 'yaml-unclosed', quote: "'", place: at(1) }],
    ['a: 1\nb: {{ lr }}\n', { kind: 'yaml-key', braces: true, place: at(2) }],
    ['? [a]\n: 1\n', { kind: 'yaml-key', braces: false, place: at(1) }],
    ['a: 1\nb: 2\n"a": 3\n', { kind: 'yaml-repeated-key', key: 'a', firstLine: 1, place: at(3) }],
    ['a: !x 1\n', { kind: 'yaml-tag', tag: '!x', place: at(1) }],
    ['a: !!binary aGk=\n', { kind: 'yaml-tag', tag: 'tag:yaml.org,2002:binary', place: at(1) }],
    ['a: !!omap [b: 1]\n', { kind: 'yaml-tag', tag: 'tag:yaml.org,2002:omap', place: at(1) }],
  ])('%j', (text, problem) => {
    expect(problemsOf(text)).toEqual([problem]);
  });

  it.each([
    ['a: 1\nb: c: d\n', 2],
    ['a: 1\nb\n', 2],
    ['a: [1, 2\nb: 3\n', 2],
    ['a: @x\n', 1],
    ['\na: "\\q"\n', 2],
    ['a: [1,,2]\n', 1],
  ])('of syntax, %j, has its line and is told once', (text, line) => {
    expect(problemsOf(text)).toEqual([{ kind: 'yaml-syntax', detail: expect.any(String), place: at(line) }]);
  });

  it('of syntax is one also in what is nested beyond reason', () => {
    expect(problemsOf('['.repeat(3000))).toEqual([{ kind: 'yaml-syntax', detail: expect.any(String), place: at(1) }]);
  });
});

describe('what a file must say', () => {
  const file = mapping('profile: x\nmatrx: {a: [1]}\nfail-fast: no\nempty:\n');
  const keys = ['profile', 'matrix'];

  it('refuses unknown keys with the nearest right one', () => {
    expect(unknownKeys(file, [...keys, 'empty'])).toEqual([
      { kind: 'yaml-unknown-key', key: 'matrx', keys: [...keys, 'empty'], nearest: 'matrix', place: at(2) },
      { kind: 'yaml-unknown-key', key: 'fail-fast', keys: [...keys, 'empty'], place: at(3) },
    ]);
  });

  it('gives text, lists and mappings, or says what is there instead', () => {
    const problems: YamlProblem[] = [];
    const of = (key: string) => entryOf(file, key)!.value;
    expect(asText('profile', of('profile'), problems)).toBe('x');
    expect(asMapping('matrx', of('matrx'), problems)?.entries).toHaveLength(1);
    expect(entryOf(file, 'none')).toBeUndefined();
    expect(problems).toEqual([]);
    expect(asText('matrx', of('matrx'), problems)).toBeUndefined();
    expect(asList('profile', of('profile'), problems)).toBeUndefined();
    expect(asText('empty', of('empty'), problems)).toBeUndefined();
    expect(problems).toEqual([
      { kind: 'yaml-wrong-kind', key: 'matrx', wanted: 'text', found: 'mapping', place: at(2) },
      { kind: 'yaml-wrong-kind', key: 'profile', wanted: 'list', found: 'text', place: at(1) },
      { kind: 'yaml-no-value', key: 'empty', place: at(4) },
    ]);
  });
});
