/** What can be wrong with a matrix, and in which line. */

import { describe, expect, it } from 'vitest';
import type { Problems } from '../../../src/sweep/file/axes.ts';
import { expand, FILE, valuesOf } from './matrices.ts';

const at = (line: number) => ({ file: FILE, line });
const problemsOf = (text: string) => expand(text).problems;

describe('an axis', () => {
  it.each<[string, Problems[number]]>([
    ['A: []', { kind: 'empty-axis', axis: 'A', place: at(2) }],
    ['A:', { kind: 'yaml-no-value', key: 'A', place: at(2) }],
    ['B: [1]\nA: x', { kind: 'axis-not-list', axis: 'A', place: at(3) }],
    ['A: {a: 1}', { kind: 'axis-not-list', axis: 'A', place: at(2) }],
    ['A:\n  - 1\n  - [2]', { kind: 'parameter-value', name: 'A', found: 'list', place: at(4) }],
    ['A:\n  - 1\n  -', { kind: 'parameter-value', name: 'A', found: 'nothing', place: at(4) }],
    ['A:\n  - ~\n  - x', { kind: 'parameter-value', name: 'A', found: 'nothing', place: at(3) }],
    ['A:\n  - 1\n  - B: 2', { kind: 'mixed-axis', axis: 'A', place: at(4) }],
    ['a:\n  - B: 1\n  - 2', { kind: 'mixed-axis', axis: 'a', place: at(4) }],
    ['a:\n  - B: 1\n    C: {}', { kind: 'parameter-value', name: 'C', found: 'mapping', place: at(4) }],
    ['A:\n  - "1"\n  - 2\n  - 1', { kind: 'repeated-value', axis: 'A', value: '1', firstLine: 3, place: at(5) }],
    [
      'a:\n  - {B: 1, C: 2}\n  - {C: 2, B: 1}',
      { kind: 'repeated-value', axis: 'a', value: 'C=2 B=1', firstLine: 3, place: at(4) },
    ],
    ['A: ["a\\nb"]', { kind: 'control-character', key: 'A', value: 'a\nb', place: at(2) }],
    ['A:\n  - |\n    x', { kind: 'control-character', key: 'A', value: 'x\n', place: at(3) }],
    ['A: ["\\ud800"]', { kind: 'control-character', key: 'A', value: '\ud800', place: at(2) }],
    ['B: [1]\na: [{A: 1, B: 2}]', { kind: 'shared-field', name: 'B', axis: 'a', other: 'B', place: at(3) }],
    ['a: [{A: 1, B: 2}]\nB: [1]', { kind: 'shared-field', name: 'B', axis: 'B', other: 'a', place: at(3) }],
    ['1A: [1]', { kind: 'parameter-name', name: '1A', why: 'form', place: at(2) }],
    ['a:\n  - {B: 1}\n  - {B: 2,\n    PATH: 1}', { kind: 'parameter-name', name: 'PATH', why: 'shell', place: at(5) }],
  ])('%j', (text, problem) => {
    expect(problemsOf(text)).toEqual([problem]);
  });
});

describe('an entry', () => {
  const axes = 'EVAL: [gsm8k, arc]\nagent: [{AGENT: codex, MODEL: gpt}, {AGENT: claude, MODEL: opus}]\n';

  it.each<[string, Problems[number]]>([
    [
      'exclude: {EVAL: arc}',
      { kind: 'yaml-wrong-kind', key: 'exclude', wanted: 'list', found: 'mapping', place: at(4) },
    ],
    ['include:', { kind: 'yaml-no-value', key: 'include', place: at(4) }],
    [
      'include:\n  - x',
      { kind: 'yaml-wrong-kind', key: 'an entry of include', wanted: 'mapping', found: 'text', place: at(5) },
    ],
    ['exclude: [{}]', { kind: 'empty-entry', list: 'exclude', place: at(4) }],
    [
      'exclude:\n  - EVAL: arc\n    AGNET: claude',
      { kind: 'no-such-axis', name: 'AGNET', axes: ['EVAL', 'AGENT', 'MODEL'], nearest: 'AGENT', place: at(6) },
    ],
    [
      'exclude: [{EVAL: gsm8}]',
      { kind: 'no-such-value', name: 'EVAL', value: 'gsm8', values: ['gsm8k', 'arc'], nearest: 'gsm8k', place: at(4) },
    ],
    ['exclude:\n  - AGENT: codex\n    MODEL: opus', { kind: 'excludes-nothing', place: at(5) }],
    ['exclude: [{agent: codex}]', { kind: 'axis-of-fields', axis: 'agent', fields: ['AGENT', 'MODEL'], place: at(4) }],
    ['include: [{agent: codex}]', { kind: 'axis-of-fields', axis: 'agent', fields: ['AGENT', 'MODEL'], place: at(4) }],
    ['include: [{X: {Y: 1}}]', { kind: 'not-of-fields', name: 'X', list: 'include', place: at(4) }],
    ['include: [{X: [1]}]', { kind: 'parameter-value', name: 'X', found: 'list', place: at(4) }],
    ['include: [{X:}]', { kind: 'parameter-value', name: 'X', found: 'nothing', place: at(4) }],
    ['include: [{X: "\\t"}]', { kind: 'control-character', key: 'X', value: '\t', place: at(4) }],
    ['include: [{HOME: 1}, {HOME: 2}]', { kind: 'parameter-name', name: 'HOME', why: 'shell', place: at(4) }],
    [
      'include:\n  - AGENT: x\n    agent: {AGENT: y}',
      { kind: 'yaml-repeated-key', key: 'AGENT', firstLine: 5, place: at(6) },
    ],
    ['include:\n  - X: 1\n  - X: 2', { kind: 'include-overwritten', line: 6, place: at(5) }],
    [
      'include:\n  - {X: 1, AGENT: claude}\n  - {X: 2, EVAL: arc}\n  - {X: 3, EVAL: gsm8k}',
      { kind: 'include-overwritten', line: 7, place: at(5) },
    ],
    [
      'include:\n  - EVAL: mmlu\n  - EVAL: mmlu',
      { kind: 'same-cell', values: 'EVAL=mmlu', firstLine: 5, place: at(6) },
    ],
  ])('%j', (text, problem) => {
    expect(problemsOf(axes + text)).toEqual([problem]);
  });

  it('of exclude needs every value that it names', () => {
    const text = 'a: [{A: 1}, {A: 2, B: x}]\nexclude: [{A: 1, B: x}]';
    expect(problemsOf(text)).toEqual([{ kind: 'excludes-nothing', place: at(3) }]);
  });

  it('may be overwritten in some cells, in one of its values, or by the same', () => {
    for (const include of [
      '[{X: 1}, {X: 2, EVAL: arc}]',
      '[{X: 1, Y: 1}, {X: 2}]',
      '[{X: 1}, {X: 1}]',
      '[{EVAL: arc}]',
    ])
      expect(valuesOf(`${axes}include: ${include}`)).toHaveLength(4);
  });
});

describe('the cells', () => {
  it('are none', () => {
    expect(problemsOf('A: [1]\nexclude: [{A: 1}]')).toEqual([{ kind: 'no-cells', place: at(1) }]);
    expect(problemsOf('include: []')).toEqual([{ kind: 'no-cells', place: at(1) }]);
  });

  it('are the same because one has what is added to another', () => {
    expect(problemsOf('a: [{A: 1}, {A: 1, B: 2}]\ninclude: [{B: 2}]')).toEqual([
      { kind: 'same-cell', values: 'A=1 B=2', place: at(1) },
    ]);
  });

  it('are too many to be made at all', () => {
    const axis = (name: string) => `${name}: [${Array.from({ length: 1000 }, (_, value) => value).join(', ')}]`;
    const { cells, problems } = expand(['A', 'B', 'C', 'D'].map(axis).join('\n'));
    expect(cells).toEqual([]);
    expect(problems).toEqual([{ kind: 'too-many-cells', count: 1e12, most: 100_000, place: at(1) }]);
  });

  it('are not looked for in a matrix that is none', () => {
    expect(problemsOf('x')).toEqual([
      { kind: 'yaml-wrong-kind', key: 'matrix', wanted: 'mapping', found: 'text', place: at(2) },
    ]);
  });

  it('wait until everything is right', () => {
    expect(problemsOf('A: []\nB: x\nC: [1]\nexclude: [{C: 2}]').map(({ kind }) => kind)).toEqual([
      ...['empty-axis', 'axis-not-list', 'no-such-value'],
    ]);
  });
});
