/** Arguments, what parents export, and the parameters of a matrix, in the texts of a flow. */

import { describe, expect, it } from 'vitest';
import type { Problems } from '../../../src/flow/file/problem.ts';
import { at, kinds, load, wrong } from './flows.ts';

const args = (lines: string) => `args:\n${lines.replace(/^/gm, '  ')}\njobs:\n  - {name: a, command: [ls]}\n`;
const command = async (text: string, commandLine = {}): Promise<string[]> =>
  (await load(text, { commandLine })).jobs.map(({ settings }) => settings.get('COMMAND')!.value);

describe('an argument', () => {
  it('may be made of others, and is given by the command line', async () => {
    const text = args('out: /s/{{ name }}\nname: "{{ model | upper }}-{{ seed }}"\nmodel: bert\nseed: 007');
    expect([...(await load(text)).args]).toEqual([
      ['out', '/s/BERT-007'],
      ['name', 'BERT-007'],
      ['model', 'bert'],
      ['seed', '007'],
    ]);
    const given = await load(text, { commandLine: { model: "it's {{ x }}", FLOW: 'x', MINE: '1' } });
    expect(given.args.get('out')).toBe("/s/IT'S {{ X }}-007");
  });

  it.each<[string, Problems[number]]>([
    ['a-b: 1', { kind: 'flow-arg-name', name: 'a-b', why: 'form', place: at(2) }],
    ['deps: 1', { kind: 'flow-arg-name', name: 'deps', why: 'deps', place: at(2) }],
    ['PARTITION: gpu', { kind: 'flow-arg-name', name: 'PARTITION', why: 'key', place: at(2) }],
    ['TAG: x', { kind: 'flow-arg-name', name: 'TAG', why: 'command-line', place: at(2) }],
    ['a: [1]', { kind: 'flow-arg-value', name: 'a', found: 'list', place: at(2) }],
    ['a:', { kind: 'flow-arg-value', name: 'a', found: 'nothing', place: at(2) }],
    ['a: "python: 1 + 1"', { kind: 'flow-python', name: 'a', place: at(2) }],
    ['a: "{{ a }}"', { kind: 'flow-arg-circle', names: ['a', 'a'], place: at(2) }],
    [
      'x: "{{ c }}"\na: "{{ b }}"\nb: "{{ c }}"\nc: "{{ a }}"',
      { kind: 'flow-arg-circle', names: ['c', 'a', 'b', 'c'], place: at(5) },
    ],
    [
      'model: b\na: "{{ modle }}"',
      { kind: 'undefined-variable', name: 'modle', nearest: 'model', raw: false, place: at(3) },
    ],
  ])('cannot be %j', async (lines, problem) => {
    expect(await wrong(args(lines))).toEqual([problem]);
  });

  it('may have the name of a filter', async () => {
    expect((await load(args('upper: "{{ \'x\' | upper }}"'))).args.get('upper')).toBe('X');
  });

  it('is asked after where the command line has nearly its name', async () => {
    expect(await wrong(args('dataset: x'), { commandLine: { datset: 'y' } })).toEqual([
      { kind: 'unknown-variable', variable: 'datset', nearest: 'dataset', place: { file: 'command line' } },
    ]);
  });
});

describe('a command', () => {
  const job = (line: string) => `args: {x: "a b;c", y: plain}\njobs:\n  - name: a\n    command: ${line}\n`;

  it('of words has each of them quoted', async () => {
    expect(await command(job(`[echo, "{{ x }}", $HOME, "*", it's, ""]`))).toEqual([
      "echo 'a b;c' '$HOME' '*' 'it'\\''s' ''",
    ]);
  });

  it('of text is shell text, in which values are quoted or harmless', async () => {
    expect(await command(job('echo $HOME {{ y }} {{ x | sh }} | cat'))).toEqual(["echo $HOME plain 'a b;c' | cat"]);
    expect(await wrong(job('|\n      true\n      echo {{ x }}'))).toEqual([
      { kind: 'unsafe-value', name: 'x', characters: ';', place: at(6) },
    ]);
  });
});

describe('what a parent exports', () => {
  const text = (said: string) => `args: {root: /r}
jobs:
  - name: pre-train
    command: [ls]
    exports: {DIR: "{{ root }}/d", LOG: l}
  - name: train
    command: [ls]
    depends_on: [pre-train]
    exports: {MODEL: "{{ deps['pre-train'].DIR }}/m"}
  - name: test
    command: ["${said}"]
    depends_on: "afterany:train"
`;

  it('is there filled in, from one to the next', async () => {
    expect((await command(text('{{ deps.train.MODEL | upper }}'))).at(-1)).toBe('/R/D/M');
  });

  it('is found whatever order the file is in', async () => {
    const backwards = `jobs:
  - {name: c, command: ["{{ deps.b.B }}"], depends_on: [b]}
  - {name: b, command: [ls], depends_on: [a], exports: {B: "{{ deps.a.A }}b"}}
  - {name: a, command: [ls], exports: {A: a}}
`;
    expect((await command(backwards))[0]).toBe('ab');
  });

  it.each<[string, object]>([
    ['{{ deps.train.MODLE }}', { kind: 'flow-not-exported', job: 'train', name: 'MODLE', nearest: 'MODEL' }],
    ['{{ deps.train.X | upper }}', { kind: 'flow-not-exported', job: 'train', name: 'X', exports: ['MODEL'] }],
    ["{{ deps['pre-train'].DIR }}", { kind: 'flow-not-a-parent', job: 'pre-train', isJob: true, parents: ['train'] }],
    ['{{ deps.trian.MODEL }}', { kind: 'flow-not-a-parent', job: 'trian', isJob: false, nearest: 'train' }],
    ['{{ deps.train }}', { kind: 'no-such-member', of: 'deps.train', members: ['MODEL'] }],
  ])('but %j is not there', async (said, problem) => {
    expect(await wrong(text(said))).toMatchObject([{ ...problem, place: at(11) }]);
  });

  it('may be left out where there is something to fall back on', async () => {
    expect((await command(text("{{ deps.train.X | default('y') }}"))).at(-1)).toBe('y');
  });
});

describe('a matrix', () => {
  const text = (lines: string) => `args: {lr: 5, name: n}
jobs:
  - name: train
    matrix:
      lr: [0.1, 0.01]
      include: [{lr: 1, extra: "x y"}]
    max_concurrent: 2
${lines.replace(/^/gm, '    ')}
`;

  it('has a command for each of its cells, and its parameters go before arguments', async () => {
    const [job] = (await load(text(`command: [t, "{{ lr }}", "{{ name }}", "{{ extra | default('-') }}"]`))).jobs;
    expect(job).toMatchObject({ maxConcurrent: 2, commands: ['t 0.1 n -', 't 0.01 n -', "t 1 n 'x y'"] });
    expect(job!.cells.map(({ name }) => name)).toEqual(['0-0.1', '1-0.01', '2-1-x_y']);
    expect(job!.settings.get('COMMAND')?.value).toBe('t 0.1 n -');
  });

  it('has one command for all where nothing changes', async () => {
    const [job] = (await load(text('command: [t, "{{ name }}"]'))).jobs;
    expect(job).not.toHaveProperty('commands');
  });

  it('has its parameters in nothing that cells share, and in a command only where they have a value', async () => {
    expect(await kinds(text('command: [t]\nexports: {M: "{{ lr }}"}'))).toEqual(['9: flow-parameter-here']);
    expect(await wrong(text('command: [t, "{{ extra }}"]'))).toMatchObject([
      { kind: 'unset-variable', name: 'extra', cell: '0-0.1', place: at(8) },
      { kind: 'unset-variable', name: 'extra', cell: '1-0.01' },
    ]);
  });

  it('that is wrong is told of alone', async () => {
    const broken = 'jobs:\n  - name: a\n    matrix: {A: []}\n    command: ["{{ A }}"]\n';
    expect(await kinds(broken)).toEqual(['3: empty-axis']);
  });
});
