import { describe, expect, it } from 'vitest';
import { clusterKeys, controlVariables, profileKeyNames } from '../../../src/conf/keys.ts';
import { refusal } from '../../../src/sweep/file/parameters.ts';

describe('the name of a parameter', () => {
  it.each([
    'EVAL',
    'AGENT',
    'AGENT_CONFIG',
    'MODEL_TO_TRAIN',
    'NUM_HOURS',
    'lr',
    '_x',
    'SEED',
    'SLURM',
    'CUDA_VISIBLE_DEVICES',
  ])('may be %s', (name) => {
    expect(refusal(name)).toBeUndefined();
  });

  it.each([
    ['learning-rate', 'form'],
    ['1st', 'form'],
    ['', 'form'],
    ['a b', 'form'],
    ['é', 'form'],
    ['SLURM_JOB_ID', 'slurm'],
    ['SBATCH_FROBNICATE', 'slurm'],
    ['SBATCH_MEM', 'key'],
    ['PARTITION', 'key'],
    ['ARGS', 'key'],
    ['REMOTE_HOST', 'key'],
    ['JSON', 'command-line'],
    ['APPTAINER_BIND', 'container'],
    ['SINGULARITYENV_X', 'container'],
    ['LD_PRELOAD', 'linker'],
    ['PATH', 'shell'],
    ['TMPDIR', 'shell'],
    ['IFS', 'shell'],
    ['RESULTS_DIR', 'toolkit'],
    ['SWEEP', 'toolkit'],
    ['SWEEP_ID', 'toolkit'],
    ['sr_run', 'toolkit'],
    ['SR_X', 'toolkit'],
  ] as const)('cannot be %j (%s)', (name, why) => {
    expect(refusal(name)).toBe(why);
  });

  it('is no key and no variable of the toolkit', () => {
    for (const name of [...profileKeyNames, ...clusterKeys.keys(), ...controlVariables])
      expect([name, refusal(name)]).toEqual([name, expect.any(String)]);
  });
});
