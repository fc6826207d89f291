/** Examples of every problem that stops a sweep. */

import type { Examples } from './examples.ts';

const place = { file: 'slurm/sweeps/x.yaml', line: 4 };
const commandLine = { file: 'command line' };

export const sweepProblems = {
  // Runs
  'sweep-without-profile': [
    { kind: 'sweep-without-profile', sweep: 'grid', sweepKind: 'matrix', profiles: ['train'] },
    { kind: 'sweep-without-profile', sweep: 'bayes', sweepKind: 'wandb', profiles: [] },
  ],
  'not-started': [
    { kind: 'not-started', sweep: 'gird', started: ['grid'], nearest: 'grid' },
    { kind: 'not-started', sweep: 'abc123', started: [] },
    { kind: 'not-started', sweep: 'grid', started: ['grid', 'grid'], others: ['train@grid', 'train@grid.t1'] },
  ],
  'several-started': [
    { kind: 'several-started', sweep: 'grid', ids: ['train@grid', 'test@grid'] },
    { kind: 'several-started', sweep: '', ids: ['train@grid', 'train@bayes'] },
  ],
  'no-sweep-run': [{ kind: 'no-sweep-run', id: 'train@seed1' }],
  'folder-taken': [{ kind: 'folder-taken', folder: 'grid', id: 'test@grid' }],
  'own-array': [{ kind: 'own-array', profile: 'train', place: { file: 'slurm/profiles/train.conf', line: 3 } }],
  'sweep-busy': [{ kind: 'sweep-busy', sweep: 'grid' }],
  'no-max-runs': [
    { kind: 'no-max-runs', sweep: 'bayes', method: 'bayes' },
    { kind: 'no-max-runs', sweep: 'abc123' },
  ],
  'no-agents': [{ kind: 'no-agents', sweepId: 'me/vla/abc123' }],
  'no-agent': [{ kind: 'no-agent', place: { file: 'slurm/templates/train.sbatch' } }],
  'no-sweep-program': [{ kind: 'no-sweep-program', program: 'train.py', profile: 'train' }],

  // Files
  'missing-sweep': [
    { kind: 'missing-sweep', sweeps: ['bayes', 'grid'] },
    { kind: 'missing-sweep', sweeps: [] },
  ],
  'no-sweep': [
    { kind: 'no-sweep', sweep: 'gird', sweeps: ['grid'], nearest: 'grid', place: { file: 'slurm/sweeps/gird.yaml' } },
    { kind: 'no-sweep', sweep: 'x', sweeps: [], place: { file: 'slurm/sweeps/x.yaml' } },
  ],
  'two-sweep-files': [{ kind: 'two-sweep-files', other: 'x.yml', place: { file: 'slurm/sweeps/x.yaml' } }],
  'sweep-of-no-kind': [
    { kind: 'sweep-of-no-kind', because: 'neither', place: { file: 'slurm/sweeps/x.yaml' } },
    { kind: 'sweep-of-no-kind', because: 'both', place },
  ],
  'not-a-count': [{ kind: 'not-a-count', key: 'max_runs', value: '0', least: 1, place }],
  'open-quote': [
    { kind: 'open-quote', key: 'args', quote: '"', place },
    { kind: 'open-quote', key: 'CELL', quote: '\\', place: commandLine },
  ],
  'no-sweep-profile': [
    { kind: 'no-sweep-profile', profile: 'trian', profiles: ['train'], nearest: 'train', place },
    { kind: 'no-sweep-profile', profile: 'train', profiles: [], place },
  ],

  // Parameters
  'parameter-name': [
    ...(['form', 'slurm', 'container', 'linker', 'shell', 'key', 'command-line', 'toolkit'] as const).map((why) => ({
      ...{ kind: 'parameter-name' as const, name: 'X', why, place },
    })),
    { kind: 'parameter-name', name: 'SBATCH_MEM', why: 'key', place },
    { kind: 'parameter-name', name: 'PARTITION', why: 'key', place },
  ],
  'parameter-value': (['list', 'mapping', 'nothing'] as const).map((found) => ({
    ...{ kind: 'parameter-value', name: 'LR', found, place },
  })),

  // Axes
  'axis-not-list': [{ kind: 'axis-not-list', axis: 'LR', place }],
  'empty-axis': [{ kind: 'empty-axis', axis: 'LR', place }],
  'mixed-axis': [{ kind: 'mixed-axis', axis: 'agent', place }],
  'repeated-value': [{ kind: 'repeated-value', axis: 'LR', value: '0.1', firstLine: 2, place }],
  'shared-field': [{ kind: 'shared-field', name: 'MODEL', axis: 'agent', other: 'MODEL', place }],

  // Entries
  'empty-entry': [{ kind: 'empty-entry', list: 'include', place }],
  'no-such-axis': [
    { kind: 'no-such-axis', name: 'AGNET', axes: ['AGENT'], nearest: 'AGENT', place },
    { kind: 'no-such-axis', name: 'COLOR', axes: ['AGENT'], place },
    { kind: 'no-such-axis', name: 'COLOR', axes: [], place },
  ],
  'axis-of-fields': [{ kind: 'axis-of-fields', axis: 'agent', fields: ['AGENT', 'MODEL'], place }],
  'not-of-fields': [{ kind: 'not-of-fields', name: 'LR', list: 'exclude', place }],
  'no-such-value': [
    { kind: 'no-such-value', name: 'EVAL', value: 'gsm8', values: ['gsm8k'], nearest: 'gsm8k', place },
    { kind: 'no-such-value', name: 'EVAL', value: '', values: ['gsm8k', ''], place },
  ],
  'excludes-nothing': [{ kind: 'excludes-nothing', place }],
  'include-overwritten': [{ kind: 'include-overwritten', line: 9, place }],

  // Cells
  'same-cell': [
    { kind: 'same-cell', values: 'LR=0.1 SEED=2', firstLine: 7, place },
    { kind: 'same-cell', values: 'LR=0.1 SEED=2', place },
  ],
  'no-cells': [{ kind: 'no-cells', place }],
  'too-many-cells': [{ kind: 'too-many-cells', count: 1000000, most: 100000, place }],

  // CELL=
  'no-such-cell': [
    { kind: 'no-such-cell', cell: '300', count: 224, place: commandLine },
    { kind: 'no-such-cell', cell: '0-a', count: 1, nearest: '0-b', place: commandLine },
  ],
  'no-such-parameter': [
    { kind: 'no-such-parameter', name: 'EVL', parameters: ['EVAL'], nearest: 'EVAL', place: commandLine },
    { kind: 'no-such-parameter', name: 'COLOR', parameters: ['EVAL'], place: commandLine },
  ],
  'no-matching-cell': [{ kind: 'no-matching-cell', expression: 'A=1 B=2', place: commandLine }],
} satisfies Partial<Examples>;
