import { describe, expect, it } from 'vitest';
import type { ConfProblem } from '../../../src/conf/problem.ts';
import { listSweeps, loadSweep } from '../../../src/sweep/file/file.ts';
import type { SweepProblem } from '../../../src/sweep/problem.ts';
import { problemsOf, project } from '../../conf/project.ts';
import { BAYES } from '../../kit/lifter.ts';

const FILE = 'slurm/sweeps/x.yaml';
const at = (line: number) => ({ file: FILE, line });
const profiles = { 'slurm/profiles/train.conf': 'COMMAND=true\n' };

const load = (text: string) => loadSweep(project({ [FILE]: text, ...profiles }), 'x');
const wrong = (text: string) => problemsOf(() => load(text)) as readonly (SweepProblem | ConfProblem)[];

describe('a matrix sweep', () => {
  it('is read whole', () => {
    const text = `profile: train
matrix:
  lr: [1e-4, 1e-5]
args: --lr {{ lr }} --name "a b"
max_concurrent: 8
max_runs: 100
retry: 0
`;
    expect(load(text)).toEqual({
      ...{ kind: 'matrix', name: 'x', file: FILE, profile: 'train' },
      ...{ maxConcurrent: 8, maxRuns: 100, retry: 0 },
      args: ['--lr', '{{ lr }}', '--name', 'a b'],
      argsLine: 4,
      cells: [
        { index: 0, name: '0-1e-4', values: { lr: '1e-4' } },
        { index: 1, name: '1-1e-5', values: { lr: '1e-5' } },
      ],
    });
  });

  it('needs nothing but the matrix', () => {
    expect(load('matrix: {A: [1]}')).toEqual({
      ...{ kind: 'matrix', name: 'x', file: FILE, args: [], cells: [{ index: 0, name: '0_1', values: { A: '1' } }] },
    });
  });

  it("has GitHub's word for max_concurrent, too", () => {
    expect(load('matrix: {A: [1]}\nmax-parallel: "2"')).toMatchObject({ maxConcurrent: 2 });
  });

  it.each<[string, SweepProblem | ConfProblem]>([
    ['max_concurrent: 0', { kind: 'not-a-count', key: 'max_concurrent', value: '0', least: 1, place: at(2) }],
    ['max-parallel: some', { kind: 'not-a-count', key: 'max-parallel', value: 'some', least: 1, place: at(2) }],
    ['max_runs: 1e3', { kind: 'not-a-count', key: 'max_runs', value: '1e3', least: 1, place: at(2) }],
    ['retry: -1', { kind: 'not-a-count', key: 'retry', value: '-1', least: 0, place: at(2) }],
    ['retry:', { kind: 'yaml-no-value', key: 'retry', place: at(2) }],
    [
      'max_concurrent: 1\nmax-parallel: 1',
      { kind: 'yaml-repeated-key', key: 'max-parallel (max_concurrent)', firstLine: 2, place: at(3) },
    ],
    [
      'profile: trian',
      { kind: 'no-sweep-profile', profile: 'trian', profiles: ['train'], nearest: 'train', place: at(2) },
    ],
    ['args: --x "y', { kind: 'open-quote', key: 'args', quote: '"', place: at(2) }],
    ['args: [a]', { kind: 'yaml-wrong-kind', key: 'args', wanted: 'text', found: 'list', place: at(2) }],
  ])('cannot have %j', (text, problem) => {
    expect(wrong(`matrix: {A: [1]}\n${text}\n`)).toEqual([problem]);
  });

  it('says everything that is wrong, by line', () => {
    const problems = wrong('max_run: 3\nmatrix:\n  A: []\n  B: [[1]]\nretry: x\n');
    expect(problems.map(({ kind, place }) => [kind, place?.line])).toEqual([
      ['yaml-unknown-key', 1],
      ['empty-axis', 3],
      ['parameter-value', 4],
      ['not-a-count', 5],
    ]);
    expect(problems[0]).toMatchObject({ nearest: 'max_runs' });
  });
});

describe('a W&B sweep', () => {
  const text = BAYES;
  it('is kept as it is', () => {
    expect(load(text)).toEqual({
      ...{ kind: 'wandb', name: 'x', file: FILE, config: text, method: 'bayes', program: 'train.py' },
      metric: { name: 'eval/loss', goal: 'minimize' },
    });
    expect(
      load('method: random\nproject: p\nentity: e\nrun_cap: 20\nmetric: {name: loss}\ncommand: [a, b]\n'),
    ).toMatchObject({
      ...{ method: 'random', project: 'p', entity: 'e', runCap: 20, metric: { name: 'loss' } },
    });
  });

  it.each([
    ['{a: {values: [1, 2, 3]}, b: {values: [x, null]}, c: {value: 1}}', 6],
    ['{a: {values: [1, 2]}, b: {parameters: {c: {values: [1, 2, 3]}}}}', 6],
    ['{a: {min: 1, max: 3}}', undefined],
    ['{a: {values: [1]}, b: {distribution: normal}}', undefined],
    ['{}', undefined],
    ['x', undefined],
  ])('with the grid %s has %s runs', (parameters, runs) => {
    expect(load(`method: grid\nparameters: ${parameters}\n`)).toEqual(
      expect.objectContaining(runs === undefined ? { method: 'grid' } : { gridSize: runs }),
    );
    expect(load(`method: grid\nparameters: ${parameters}\n`)).toMatchObject({
      method: 'grid',
      ...(runs && { gridSize: runs }),
    });
    expect('gridSize' in load(`method: random\nparameters: ${parameters}\n`)).toBe(false);
  });

  it.each<[string, SweepProblem | ConfProblem]>([
    ['method: [bayes]', { kind: 'yaml-wrong-kind', key: 'method', wanted: 'text', found: 'list', place: at(1) }],
    ['method:', { kind: 'yaml-no-value', key: 'method', place: at(1) }],
    ['method: grid\nrun_cap: many', { kind: 'not-a-count', key: 'run_cap', value: 'many', least: 1, place: at(2) }],
  ])('cannot have %j', (text, problem) => {
    expect(wrong(text)).toEqual([problem]);
  });
});

describe('a sweep file', () => {
  it.each<[string, SweepProblem | ConfProblem]>([
    ['profile: train\n', { kind: 'sweep-of-no-kind', because: 'neither', place: { file: FILE } }],
    ['matrix: {A: [1]}\nmethod: grid\n', { kind: 'sweep-of-no-kind', because: 'both', place: at(2) }],
    [
      'methd: grid\n',
      expect.objectContaining({ kind: 'yaml-unknown-key', key: 'methd', nearest: 'method', place: at(1) }),
    ],
    ['- a\n', { kind: 'yaml-wrong-kind', key: 'the file', wanted: 'mapping', found: 'list', place: at(1) }],
    ['', { kind: 'yaml-empty', place: { file: FILE } }],
    ['matrix: {A: [1]}\nmatrix: {B: []}\n', { kind: 'yaml-repeated-key', key: 'matrix', firstLine: 1, place: at(2) }],
    ['matrix:\n\tA: [1]\n', { kind: 'yaml-tab', place: at(2) }],
    ['matrix: {A: [1]}\nargs: {{ A }}\n', { kind: 'yaml-key', braces: true, place: at(2) }],
  ])('%j', (text, problem) => {
    expect(wrong(text)).toEqual([problem]);
  });

  it('is found by its name', () => {
    const matrix = 'matrix: {A: [1]}\n';
    const root = project({
      'slurm/sweeps/grid.yaml': matrix,
      'slurm/sweeps/other.yml': matrix,
      'slurm/sweeps/two.yml': matrix,
      'slurm/sweeps/two.yaml': matrix,
      'slurm/sweeps/.hidden.yaml': matrix,
      'slurm/sweeps/a b.yaml': matrix,
      'slurm/sweeps/README.md': '',
    });
    expect(listSweeps(root)).toEqual(['grid', 'other', 'two']);
    expect(loadSweep(root, 'other').file).toBe('slurm/sweeps/other.yml');
    const sweeps = ['grid', 'other', 'two'];
    expect(problemsOf(() => loadSweep(root, 'gird'))).toEqual([
      { kind: 'no-sweep', sweep: 'gird', sweeps, nearest: 'grid', place: { file: 'slurm/sweeps/gird.yaml' } },
    ]);
    expect(problemsOf(() => loadSweep(root, ''))).toEqual([{ kind: 'missing-sweep', sweeps }]);
    expect(problemsOf(() => loadSweep(root, '../x'))).toMatchObject([
      { kind: 'bad-name', key: 'SWEEP', value: '../x' },
    ]);
    expect(problemsOf(() => loadSweep(root, 'two'))).toEqual([
      { kind: 'two-sweep-files', other: 'two.yml', place: { file: 'slurm/sweeps/two.yaml' } },
    ]);
  });

  it('is not there in a project without any', () => {
    const root = project({});
    expect(listSweeps(root)).toEqual([]);
    expect(problemsOf(() => loadSweep(root, 'x'))).toMatchObject([{ kind: 'no-sweep', sweeps: [] }]);
  });
});
