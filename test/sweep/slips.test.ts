/** Slips with a sweep that are told by what was meant. */

import { describe, expect, it, test } from 'vitest';
import { whichSweep } from '../../scripts/sweeps.ts';
import { sweepName, variables } from '../../scripts/variables.ts';
import { Failure } from '../../src/failure.ts';
import { problemText } from '../../src/report/problems.ts';
import { plain } from '../../src/report/style.ts';
import { startedRun } from '../../src/sweep/which.ts';
import { project } from '../conf/project.ts';
import { expand, FILE } from './file/matrices.ts';
import { rendered, started } from './rendered.ts';

const failureOf = async (work: () => unknown): Promise<Failure> => {
  try {
    await work();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('It was taken as it is.');
};

describe('a list of entries', () => {
  test.each([
    ['excludes', 'exclude'],
    ['inlcude', 'include'],
  ])('called %s is %s', (key, nearest) => {
    const { problems } = expand(`A: [1, 2]\n${key}: [{A: 1}]`);
    const place = { file: FILE, line: 3 };
    expect(problems).toEqual([{ kind: 'yaml-unknown-key', key, keys: ['include', 'exclude'], nearest, place }]);
  });

  test('of values is an axis, whatever its name', () => {
    expect(expand('INCLUDES: [1, 2]').problems).toEqual([]);
    expect(expand('agent: [{A: 1}]').problems).toEqual([]);
  });
});

describe('a template', () => {
  test('that wants a parameter of a cell that lacks it', async () => {
    const sweep = started([{ A: '1', B: '2' }, { A: '2' }]);
    const { problems } = await failureOf(() => rendered('#!/bin/sh\n{{ A }} {{ B }}\n', sweep));
    expect(problems).toMatchObject([{ kind: 'unset-variable', name: 'B', cell: '1-x' }]);
    const key = await failureOf(() => rendered('#!/bin/sh\n{{ A }} {{ PARTITION }}\n', sweep));
    expect(key.problems).toMatchObject([{ kind: 'unset-variable', name: 'PARTITION' }]);
    expect(key.problems[0]).not.toHaveProperty('cell');
  });

  test('that wants the SWEEP_ID of a matrix', async () => {
    const { problems } = await failureOf(() => rendered('#!/bin/sh\n{{ SWEEP_ID }}\n', started([{ A: '1' }])));
    expect(problems.map((problem) => problemText(problem as never, plain))).toEqual([
      expect.stringContaining('only sweeps of W&B'),
    ]);
  });
});

test('a TAG under which nothing was started is told with those there are', async () => {
  const kept = (folder: string) =>
    JSON.stringify({ runDir: '/x/runs/r', sweep: { ...started([]), name: 's', folder } });
  const root = project({
    'slurm/jobs/p@s.t1.rundir': '/x/runs/p@s.t1-20260102-030405\n',
    'slurm/jobs/p@s.t1.sweep.json': kept('s.t1'),
  });
  const { problems } = await failureOf(() => startedRun(root, { name: 's', tag: 'nope' }));
  expect(problems).toEqual([{ kind: 'not-started', sweep: 's', started: ['s'], others: ['p@s.t1'] }]);
});

describe('SWEEP', () => {
  it.each(['agents', 'agents.yaml', 'agents.yml', 'slurm/sweeps/agents.yaml', './slurm/sweeps/agents.yml'])(
    '%s is agents',
    (text) => {
      expect(sweepName(text)).toBe('agents');
      expect(whichSweep(variables(new Map([['SWEEP', text]])))).toEqual({ name: 'agents' });
    },
  );

  it('may be no other path', async () => {
    const { problems } = await failureOf(() => whichSweep(variables(new Map([['SWEEP', 'other/agents.yaml']]))));
    expect(problems).toMatchObject([{ kind: 'bad-name', key: 'SWEEP' }]);
  });
});
