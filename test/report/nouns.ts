/** One example or more of the nouns that reports are about. */

import type { Profile, Setting } from '../../src/conf/types.ts';
import type { CollectResult } from '../../src/run/collect.ts';
import type { Verdict } from '../../src/run/verdict.ts';
import type { QueueRow } from '../../src/scheduler/types.ts';

const place = { file: 'slurm/profiles/x.conf', line: 4 };

export function verdict(about: Partial<Verdict> = {}): Verdict {
  return { state: 'COMPLETED', ended: true, left: true, success: true, jobId: '12345', basis: 'accounting', ...about };
}

export const failed = (about: Partial<Verdict> = {}): Verdict =>
  verdict({ state: 'FAILED', success: false, exitCode: 3, elapsedSeconds: 190, ...about });

export const running = (about: Partial<Verdict> = {}): Verdict =>
  verdict({ state: 'RUNNING', ended: false, left: false, success: false, basis: 'queue', ...about });

export function queueRow(about: Partial<QueueRow> = {}): QueueRow {
  return {
    ...{ id: '12345', jobId: '12345', state: 'RUNNING', reason: 'None', elapsedSeconds: 5025, limit: '02:00:00' },
    ...{ nodes: '1', nodeList: 'giganode-51', partition: 'all', submitted: '', started: '' },
    ...{ workDir: '/mnt/giga/runs/backtest_v5-20260224-143052', name: 'ptj-backtest_v5', ...about },
  };
}

export const runDir = '/mnt/giga/project/ptj_stock_lab/runs/backtest_v5-20260224-143052';

/** A run that was collected, all of it. */
export const collected: CollectResult = {
  ...{ id: 'backtest_v5', jobId: '12345', runDir, verdict: verdict(), removed: true },
  gathered: {
    results: ['data/results/backtests/'],
    logs: ['slurm/logs/12345.out', 'slurm/logs/12345.err'],
    ...{ kept: [], missing: [] },
  },
};

/** The profile of the reports in the ancestor's documentation. */
export function profile(about: Partial<Profile> = {}): Profile {
  const layer = 'profile' as const;
  return {
    ...{ name: 'backtest_v5', id: 'backtest_v5', file: 'slurm/profiles/backtest_v5.conf' },
    settings: new Map<string, Setting>([['SCRIPT', { value: 'simulation/backtests/backtest_v5.py', layer, place }]]),
    ...{ script: 'simulation/backtests/backtest_v5.py', scriptArgs: [], python: 'python' },
    ...{ codeFiles: ['simulation/'], dataFiles: [] },
    resultsPull: ['data/results/backtests/', 'data/results/analysis/'],
    ...{ partition: 'all', account: 'default', containerRuntime: 'pyxis', containerMounts: [] },
    container: '/mnt/giga/project/ptj_stock_lab/slurm/images/ptj_stock_lab.sqsh',
    runsIn: { kind: 'file', path: '/mnt/giga/project/ptj_stock_lab/slurm/images/ptj_stock_lab.sqsh' },
    ...{ modules: [], secrets: [], sbatchArgs: [], env: {} },
    sbatch: [
      { name: 'account', value: 'default', layer: 'cluster' },
      { name: 'cpus-per-task', value: '20', layer },
      { name: 'mem', value: '40G', layer },
      { name: 'partition', value: 'all', layer: 'cluster' },
      { name: 'time', value: '02:00:00', layer },
    ],
    ...about,
  };
}
