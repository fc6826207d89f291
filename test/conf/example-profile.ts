/** A profile as people have them, and the places that problems of a profile name. */

import type { ConfProblem } from '../../src/conf/problem.ts';
import { type Given, load, problemsOf } from './project.ts';

export const FILE = 'slurm/profiles/x.conf';
export const at = (line: number, file = FILE) => ({ file, line });
export const commandLine = { file: 'command line' };

/** What is wrong with slurm/profiles/x.conf of a project like this. */
export const problemsIn = (given: Given): readonly ConfProblem[] => problemsOf(() => load(given));

export const BACKTEST = `# Profile: backtest
SCRIPT=simulation/backtest.py
SCRIPT_ARGS=--stage 2 --n-trials 200
SBATCH_TIME=04:00:00
SBATCH_CPUS=4
SBATCH_MEM=60G
CODE_FILES="\\
  config.py \\
  simulation/__init__.py \\
  simulation/backtest.py \\
"
RESULTS_PULL="\\
  data/results/backtests/ \\
"
`;
export const BACKTEST_FILES = { 'config.py': '', 'simulation/__init__.py': '', 'simulation/backtest.py': '' };
