/** Examples of every problem that stops a flow. */

import type { Examples } from './examples.ts';

export const flowProblems = {
  'missing-flow': [
    { kind: 'missing-flow', flows: ['ml_pipeline', 'nightly'] },
    { kind: 'missing-flow', flows: [] },
  ],
  'no-flow': [
    { kind: 'no-flow', flow: 'ml_pipelin', flows: ['ml_pipeline'], nearest: 'ml_pipeline' },
    { kind: 'no-flow', flow: 'x', flows: [], place: { file: 'slurm/flows/x.yaml' } },
  ],
  'flow-not-started': [
    { kind: 'flow-not-started', flow: 'nighty', started: ['nightly'], nearest: 'nightly' },
    { kind: 'flow-not-started', flow: 'nightly', started: [] },
  ],
  'no-such-flow-job': [
    { kind: 'no-such-flow-job', variable: 'FROM', job: 'trian', jobs: ['prepare', 'train'], nearest: 'train' },
    { kind: 'no-such-flow-job', variable: 'ONLY', job: 'x', jobs: ['prepare', 'train'] },
  ],
  'flow-parts-twice': [{ kind: 'flow-parts-twice', variables: ['FROM', 'RESUME'] }],
  'flow-job-alive': [
    { kind: 'flow-job-alive', flow: 'nightly', job: 'train', jobId: '12233' },
    { kind: 'flow-job-alive', flow: 'nightly', job: 'train' },
  ],
  'flow-nothing-to-run': [
    { kind: 'flow-nothing-to-run', flow: 'nightly', alive: 1 },
    { kind: 'flow-nothing-to-run', flow: 'nightly', alive: 0 },
  ],
  'flow-refused': [
    {
      ...{ kind: 'flow-refused', flow: 'nightly', job: 'train', cancelled: ['12232', '12233'] },
      detail: 'sbatch: error: Batch job submission failed: Requested node configuration is not available',
    },
    { kind: 'flow-refused', flow: 'nightly', job: 'train', cancelled: [], detail: 'sbatch: error: something new' },
  ],
  'no-flow-run': [{ kind: 'no-flow-run', id: 'flow@seed1' }],
  'is-flow': [
    { kind: 'is-flow', id: 'flow@nightly', flow: 'nightly' },
    { kind: 'is-flow', id: 'flow@nightly.t1', flow: 'nightly' },
  ],
  'flow-nothing-before': [
    { kind: 'flow-nothing-before', flow: 'nightly', variable: 'FROM', parents: ['prepare', 'tune'] },
  ],
  'flow-of-another': [{ kind: 'flow-of-another', id: 'flow@a.b', flow: 'a' }],
  'flow-part-unused': [{ kind: 'flow-part-unused', variables: ['FROM'], target: 'slurm-flow-watch' }],
  'flow-cancelled': [{ kind: 'flow-cancelled', flow: 'nightly' }],
  'flow-part-empty': [{ kind: 'flow-part-empty', variable: 'ONLY' }],
  'flow-broken-off': [
    { kind: 'flow-broken-off', flow: 'nightly', args: { model: 'large' } },
    { kind: 'flow-broken-off', flow: 'nightly', args: { model: 'large' }, variable: 'ONLY' },
  ],
  'flow-changed': [{ kind: 'flow-changed', flow: 'nightly', jobs: ['train', 'evaluate'] }],
  'flow-cells-differ': [
    { kind: 'flow-cells-differ', job: 'tune', place: { file: 'slurm/flows/nightly.yaml', line: 9 } },
  ],
  'flow-odd-names': [
    { kind: 'flow-odd-names', flow: 'nightly', runDir: '/mnt/giga/runs/flow@nightly-20260224-143052' },
  ],
  'flow-busy': [{ kind: 'flow-busy', flow: 'nightly' }],
  'flow-alive': [
    { kind: 'flow-alive', flow: 'nightly', jobs: ['train'] },
    { kind: 'flow-alive', flow: 'nightly', jobs: ['train', 'evaluate'] },
  ],
} satisfies Partial<Examples>;
