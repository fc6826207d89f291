import { describe, expect, it } from 'vitest';
import { nearest } from '../../src/conf/nearest.ts';

const keys = ['SCRIPT', 'SCRIPT_ARGS', 'SBATCH_CPUS', 'SBATCH_GPUS', 'PROFILE', 'VENV', 'ARGS', 'TAG', 'YES'];

describe('nearest', () => {
  it.each([
    ['SBATCH_CPU', 'SBATCH_CPUS'],
    ['SBATCH_GPU', 'SBATCH_GPUS'],
    ['PROFLE', 'PROFILE'],
    ['PROIFLE', 'PROFILE'],
    ['script', 'SCRIPT'],
    ['SCRIPTS', 'SCRIPT'],
    ['SCRIPT_AGRS', 'SCRIPT_ARGS'],
    ['ARG', 'ARGS'],
    ['TAGS', 'TAG'],
  ])('%s means %s', (typed, meant) => {
    expect(nearest(typed, keys)).toBe(meant);
  });

  it.each(['ENV', 'SEED', 'FOO', '', 'X', 'OUTPUT_DIR', 'YEAR'])('%s is none of them', (typed) => {
    expect(nearest(typed, keys)).toBeUndefined();
  });

  it('prefers the nearer one', () => {
    expect(nearest('backtest_v6.py', ['backtest_v.py', 'backtest_v5.py', 'backtest_v6.pyc'])).toBe('backtest_v.py');
    expect(nearest('backtest_v6', ['backtest_v55', 'backtest_v5'])).toBe('backtest_v5');
  });
});
