/** What can be wrong with a flow's file, and in which line. */

import { describe, expect, it } from 'vitest';
import { loadFlow } from '../../../src/flow/file/file.ts';
import { listFlows } from '../../../src/flow/file/list.ts';
import { ELSEWHERE, type Problems } from '../../../src/flow/file/problem.ts';
import { problemsOfAsync, project } from '../../conf/project.ts';
import { at, FILE, kinds, wrong } from './flows.ts';

/** A job that can be, on lines 2 and 3, and then `lines` of it. */
const job = (lines: string) => `jobs:\n  - name: a\n    command: [ls]\n${lines.replace(/^/gm, '    ')}\n`;
/** Two jobs that can be, b on lines 4 and 5. */
const two = (lines: string) =>
  `${job('')}  - name: b\n    command: [ls]\n${lines.replace(/^/gm, '    ')}\n`.replace('\n    \n', '\n');

type Row = [string, Problems[number]];

describe('a file', () => {
  it.each<Row>([
    ['name: x', { kind: 'flow-without-jobs', place: { file: FILE } }],
    ['jobs: []', { kind: 'flow-without-jobs', place: at(1) }],
    ['jobs:', { kind: 'yaml-no-value', key: 'jobs', place: at(1) }],
    ['jobs: {a: 1}', { kind: 'yaml-wrong-kind', key: 'jobs', wanted: 'list', found: 'mapping', place: at(1) }],
    ['jobs: [a]', { kind: 'yaml-wrong-kind', key: 'a job', wanted: 'mapping', found: 'text', place: at(1) }],
    ['jobs:\n  - command: [ls]', { kind: 'flow-job-nameless', place: at(2) }],
    ['jobs:\n  - name: a b\n    command: [ls]', { kind: 'bad-name', key: 'name', value: 'a b', place: at(2) }],
    [`${job('')}  - name: a\n    command: [ls]`, { kind: 'flow-job-twice', job: 'a', firstLine: 2, place: at(5) }],
    [`sweep: {matrix: {a: [1]}}\n${job('')}`, { kind: 'flow-elsewhere', key: 'sweep', place: at(1) }],
    ['jobs: [{name: {{ x }}}]', { kind: 'yaml-key', braces: true, place: at(1) }],
  ])('%j', async (text, problem) => {
    expect(await wrong(text)).toEqual([problem]);
  });

  it('has the nearest of its keys named', async () => {
    expect(await wrong(`arg: {}\n${job('')}`)).toMatchObject([{ kind: 'yaml-unknown-key', nearest: 'args' }]);
    expect(await wrong(job('depend_on: b'))).toMatchObject([{ nearest: 'depends_on', place: at(4) }]);
    expect(await wrong(job('resources:\n  node: 1'))).toMatchObject([{ nearest: 'nodes', place: at(5) }]);
    expect(await wrong(job('environment:\n  cond: x'))).toMatchObject([{ nearest: 'conda', place: at(5) }]);
  });

  it('is offered no key that would be refused', async () => {
    const texts = [`x: 1\n${job('')}`, job('retires: 1'), job('environment: {container: {x: 1}}')];
    for (const text of texts) {
      const [problem] = await wrong(text);
      const keys = problem?.kind === 'yaml-unknown-key' ? problem.keys : [];
      expect(keys).not.toEqual([]);
      expect(
        keys.filter((key) =>
          Object.values(ELSEWHERE)
            .flat()
            .some((other) => other === key),
        ),
      ).toEqual([]);
    }
  });

  it('is found by its name alone', async () => {
    const root = project({
      'slurm/flows/a.yaml': job(''),
      'slurm/flows/b.yml': job(''),
      'slurm/flows/b.yaml': job(''),
    });
    const load = (name: string) => problemsOfAsync(() => loadFlow(root, name, new Map()));
    expect(listFlows(root)).toEqual(['a', 'b']);
    expect((await loadFlow(root, 'a', new Map())).title).toBe('a');
    expect(await load('')).toEqual([{ kind: 'missing-flow', flows: ['a', 'b'] }]);
    expect(await load('b')).toEqual([
      { kind: 'two-flow-files', other: 'b.yml', place: { file: 'slurm/flows/b.yaml' } },
    ]);
    expect(await load('../a')).toMatchObject([{ kind: 'bad-name', key: 'FLOW' }]);
    expect(await load('nightly')).toMatchObject([{ kind: 'no-flow', flows: ['a', 'b'] }]);
  });

  it('is told of everything at once', async () => {
    const text = `nam: x
jobs:
  - name: a
    command: [ls]
    depends_on: [bb, aftr:b]
    retry: -1
  - name: b
  - name: c
    command: ["{{ nope }}"]
    matrix: {A: []}
  - name: d
    command: [ls]
    resources: {nodes: two, time_limit: "{{ nope }}"}
    environment: {env_vars: {a-b: 1}}
`;
    expect(await kinds(text)).toEqual([
      '1: yaml-unknown-key',
      '5: flow-no-such-job',
      '5: flow-dependency-kind',
      '6: not-a-count',
      '7: flow-job-runs-nothing',
      '10: empty-axis',
      '13: undefined-variable',
      '13: wrong-form',
      '14: env-name',
    ]);
  });
});

describe('a job', () => {
  const files = { 'slurm/profiles/train.conf': 'COMMAND=true\n' };
  it.each<Row>([
    [
      'script_path: x.sh',
      { kind: 'flow-runs-twice', key: 'script_path', other: 'command', firstLine: 3, place: at(4) },
    ],
    ['retry: some', { kind: 'not-a-count', key: 'retry', value: 'some', least: 0, place: at(4) }],
    ['retry_delay: 1.5', { kind: 'not-a-count', key: 'retry_delay', value: '1.5', least: 0, place: at(4) }],
    ['max_concurrent: 2', { kind: 'flow-without-matrix', key: 'max_concurrent', place: at(4) }],
    ['exports: {a-b: 1}', { kind: 'flow-export-name', name: 'a-b', place: at(4) }],
    ['exports:\n  A: [1]', { kind: 'yaml-wrong-kind', key: 'A', wanted: 'text', found: 'list', place: at(5) }],
    [
      'profile: trian',
      { kind: 'no-flow-profile', profile: 'trian', profiles: ['train'], nearest: 'train', place: at(4) },
    ],
    ['environment:\n  conda: a\n  venv: b', { kind: 'flow-conda-and-venv', firstLine: 5, place: at(6) }],
    ['nodes: 1\nresources:\n  nodes: 2', { kind: 'yaml-repeated-key', key: 'nodes', firstLine: 4, place: at(6) }],
    ['environment:\n  container:\n    fakeroot: true', { kind: 'flow-elsewhere', key: 'fakeroot', place: at(6) }],
    ['environment:\n  container:\n    nv: false', { kind: 'flow-always-on', key: 'nv', place: at(6) }],
    ...(['script_vars', 'work_dir', 'log_dir', 'srun_args', 'launch_prefix', 'outputs'] as const).map(
      (key): Row => [`${key}: x`, { kind: 'flow-elsewhere', key, place: at(4) }],
    ),
  ])('cannot have %j', async (lines, problem) => {
    expect(await wrong(job(lines), { files })).toEqual([problem]);
  });

  it.each([
    ['command:', 'flow-job-runs-nothing'],
    ['command: []', 'yaml-no-value'],
    ['command: ""', 'yaml-no-value'],
    ['command: {a: b}', 'yaml-wrong-kind'],
    ['command: [ls, [a]]', 'yaml-wrong-kind'],
    ['command: [ls, ~]', 'yaml-no-value'],
  ])('has something to run: not %j', async (line, kind) => {
    expect((await wrong(`jobs:\n  - name: a\n    ${line}\n`)).map((problem) => problem.kind)).toEqual([kind]);
  });
});

describe('a dependency', () => {
  it.each<Row>([
    ['depends_on: b', { kind: 'flow-waits-for-itself', job: 'b', place: at(6) }],
    ['depends_on:\n  - A', { kind: 'flow-no-such-job', job: 'A', jobs: ['a'], nearest: 'a', place: at(7) }],
    ['depends_on: [a, "afterany:a"]', { kind: 'flow-parent-twice', parent: 'a', firstLine: 6, place: at(6) }],
    [
      'depends_on: ["aftrcorr:a"]',
      {
        ...{ kind: 'flow-dependency-kind', dependency: 'aftrcorr:a', said: 'aftrcorr', nearest: 'aftercorr' },
        ...{ kinds: ['afterok', 'afterany', 'afternotok', 'after', 'aftercorr'], place: at(6) },
      },
    ],
    [
      'depends_on: [a, "afternotok:a"]',
      { kind: 'flow-unreachable', job: 'b', parent: 'a', succeeds: [], fails: [], place: at(6) },
    ],
    [
      'depends_on: ["aftercorr:a"]',
      { kind: 'flow-aftercorr', job: 'b', parent: 'a', cells: 0, parentCells: 0, place: at(6) },
    ],
  ])('%j', async (lines, problem) => {
    expect(await wrong(two(lines))).toEqual([problem]);
  });

  it('aftercorr needs as many cells', async () => {
    const text = (first: string, second: string) =>
      `jobs:\n  - {name: a, command: [ls], matrix: {A: ${first}}}\n  - {name: b, command: [ls], depends_on: "aftercorr:a", matrix: {B: ${second}}}\n`;
    expect(await wrong(text('[1, 2]', '[1, 2, 3]'))).toMatchObject([
      { kind: 'flow-aftercorr', cells: 3, parentCells: 2 },
    ]);
    await expect(wrong(text('[1, 2]', '[3, 4]'))).rejects.toThrow('nothing was wrong');
  });
});
