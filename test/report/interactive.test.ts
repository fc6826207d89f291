/** What a person reads after a shell, and of GPUs. */

import { describe, expect, it } from 'vitest';
import { eventText } from '../../src/report/events.ts';
import { gpusText, shellText } from '../../src/report/interactive.ts';
import { plain } from '../../src/report/style.ts';
import { runDir, verdict } from './nouns.ts';

const gathered = { results: ['out/'], logs: [], kept: [], missing: ['data/res/'] };
const result = {
  ...{ id: 'x@shell', run: 'x@shell-20260224-143052', runDir, jobId: '12345', code: 0, natural: true },
  ...{ verdict: verdict({ exitCode: 0 }), gathered, removed: true, interrupted: false },
};

describe('a shell that has ended', () => {
  it('says how, what came home and that nothing is left', () => {
    expect(shellText(result, plain)).toBe(
      [
        '[Shell ended]',
        '  Profile:    x@shell',
        '  Job:        12345 COMPLETED',
        '  Exit code:  0',
        '  Results:    out/ ← pulled',
        '              data/res/ (not there)',
        '  Cleanup:    runs/backtest_v5-20260224-143052/ removed',
      ].join('\n'),
    );
  });

  it('says why its run directory was kept, and what to do', () => {
    const kept = shellText({ ...result, removed: false, kept: 'out/x -> /elsewhere' }, plain, { cluster: 'lab' });
    expect(kept).toContain('kept: out/x -> /elsewhere');
    expect(kept).toContain('make slurm-collect PROFILE=x TAG=shell CLUSTER=lab');
  });

  it('before it began leaves nothing to tell of', () => {
    const { verdict: _, jobId: __, ...rest } = result;
    expect(shellText({ ...rest, code: 130, interrupted: true }, plain)).toMatch(/given up/);
  });
});

it('a wait names its reason and the way out', () => {
  expect(eventText({ type: 'waiting', jobId: '7', reason: 'Resources' }, plain)).toBe(
    'Job 7 waits (Resources); Ctrl-C gives it up.',
  );
});

it('GPUs are a row each', () => {
  const gpus = [{ index: 0, name: 'NVIDIA A100', uuid: 'GPU-1', node: 'n1' }];
  expect(gpusText({ gpus, node: 'n1', options: ['--gres=gpu:1', '--time=2'] }, plain).split('\n')).toEqual([
    ...['[GPUs]', '  1 GPU on n1 (--gres=gpu:1 --time=2)', '  GPU  NAME         UUID', '  0    NVIDIA A100  GPU-1'],
  ]);
});
