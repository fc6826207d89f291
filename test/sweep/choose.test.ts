import { describe, expect, it } from 'vitest';
import { COMMAND_LINE } from '../../src/conf/problem.ts';
import { Failure } from '../../src/failure.ts';
import { chooseCells } from '../../src/sweep/choose.ts';
import type { SweepProblem } from '../../src/sweep/problem.ts';
import { expand } from './file/matrices.ts';

const { cells } = expand(`
EVAL: [gsm8k, arc, "two words"]
agent: [{AGENT: codex}, {AGENT: claude, MODEL: a=b}]
SEED: [1, 2]`);

const chosen = (expression: string) => chooseCells(cells, expression, COMMAND_LINE).map(({ index }) => index);

function problemsOf(expression: string): readonly SweepProblem[] {
  try {
    chosen(expression);
  } catch (error) {
    if (!(error instanceof Failure) || error.exit !== 2) throw error;
    return error.problems as readonly SweepProblem[];
  }
  throw new Error('something was found');
}

describe('CELL', () => {
  it.each([
    ['7', [7]],
    ['007', [7]],
    ['3,5-7', [3, 5, 6, 7]],
    ['5-7, 3', [3, 5, 6, 7]],
    [' 3 5 ', [3, 5]],
    ['5,5-6', [5, 6]],
    ['02-gsm8k-claude-a=b-1', [2]],
    ['02-gsm8k-claude-a=b-1 9', [2, 9]],
    ['EVAL=arc', [4, 5, 6, 7]],
    ['EVAL=arc AGENT=claude', [6, 7]],
    ['SEED=1 EVAL="two words"', [8, 10]],
    ["'EVAL=two words' SEED=1", [8, 10]],
    ['MODEL=a=b SEED=2', [3, 7, 11]],
    ['0-5 SEED=1', [0, 2, 4]],
  ])('%j', (expression, indices) => {
    expect(chosen(expression)).toEqual(indices);
  });

  const place = COMMAND_LINE;
  it.each<[string, SweepProblem]>([
    ['12', { kind: 'no-such-cell', cell: '12', count: 12, place }],
    ['3-9999999999', { kind: 'no-such-cell', cell: '3-9999999999', count: 12, place }],
    ['9-3', { kind: 'no-such-cell', cell: '9-3', count: 12, place }],
    [
      '00-gsm8k-codx-1',
      { kind: 'no-such-cell', cell: '00-gsm8k-codx-1', count: 12, nearest: '00-gsm8k-codex-1', place },
    ],
    ['all', { kind: 'no-such-cell', cell: 'all', count: 12, place }],
    ['=x', { kind: 'no-such-cell', cell: '=x', count: 12, place }],
    ['COLOR=arc', { kind: 'no-such-parameter', name: 'COLOR', parameters: ['EVAL', 'AGENT', 'SEED', 'MODEL'], place }],
    [
      'AGNET=claude',
      {
        kind: 'no-such-parameter',
        name: 'AGNET',
        parameters: ['EVAL', 'AGENT', 'SEED', 'MODEL'],
        nearest: 'AGENT',
        place,
      },
    ],
    [
      'toString=x',
      { kind: 'no-such-parameter', name: 'toString', parameters: ['EVAL', 'AGENT', 'SEED', 'MODEL'], place },
    ],
    [
      'AGENT=cluade',
      { kind: 'no-such-value', name: 'AGENT', value: 'cluade', values: ['codex', 'claude'], nearest: 'claude', place },
    ],
    ['AGENT=codex MODEL=a=b', { kind: 'no-matching-cell', expression: 'AGENT=codex MODEL=a=b', place }],
    ['0 SEED=2', { kind: 'no-matching-cell', expression: '0 SEED=2', place }],
    ['', { kind: 'no-matching-cell', expression: '', place }],
    ['EVAL="two', { kind: 'open-quote', key: 'CELL', quote: '"', place }],
  ])('%j finds nothing', (expression, problem) => {
    expect(problemsOf(expression)).toEqual([problem]);
  });

  it('says everything that is wrong', () => {
    expect(problemsOf('99 EVAL=x FOO=1').map(({ kind }) => kind)).toEqual([
      ...['no-such-cell', 'no-such-value', 'no-such-parameter'],
    ]);
  });
});
