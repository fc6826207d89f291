/** Which container a job has, and why a job did not run in it, as a person reads it. */

import { describe, expect, it } from 'vitest';
import { containerName, containerText } from '../../src/report/container.ts';
import { plain } from '../../src/report/style.ts';
import { verdictText } from '../../src/report/verdict.ts';
import type { ContainerTrouble } from '../../src/run/verdict.ts';
import { failed, profile } from './nouns.ts';

describe('a container', () => {
  const image = { digest: `sha256:0123456789abcdef${'0'.repeat(48)}` };

  it('is named by its image, its file or its URI, with its runtime and the beginning of its digest', () => {
    expect(containerText(profile())).toBe('ptj_stock_lab.sqsh (Pyxis)');
    expect(containerText(profile(), image)).toBe('ptj_stock_lab.sqsh (Pyxis), sha256:0123456789ab');
    const named = { container: 'torch', containerRuntime: 'apptainer' as const };
    expect(containerText(profile(named), image)).toBe('torch (Apptainer), sha256:0123456789ab');
    const uri = 'nvcr.io#nvidia/pytorch:24.12-py3';
    expect(containerName(profile({ container: uri, runsIn: { kind: 'uri', uri } }))).toBe(uri);
  });

  it('is the one that a job script asks for, for all of itself', () => {
    const { container: _, runsIn: __, ...without } = profile({ containerRuntime: 'none' });
    const options = [{ name: 'container-image', value: 'noppdev/vla:latest' }];
    const header = { directives: [{ line: 2, text: '', options }] };
    expect(containerName(without, header)).toBe('noppdev/vla:latest (Pyxis, the whole job script)');
    const args = { ...without, sbatchArgs: ['--container-image', './x.sqsh'] };
    expect(containerText(args, undefined, header)).toBe('./x.sqsh (Pyxis, the whole job script)');
  });

  it('is none, or one that is not used', () => {
    const { container: _, runsIn: __, ...without } = profile({ containerRuntime: 'none' });
    expect(containerText(without)).toBe('(none)');
    expect(containerText({ ...without, container: 'torch' })).toBe('torch (not used)');
  });
});

describe('a job that did not run in its container', () => {
  const text = (kind: ContainerTrouble['kind'], detail = '') =>
    verdictText('x', failed({ exitCode: 1, container: { kind, detail } }), plain);

  it.each<[ContainerTrouble['kind'], RegExp, RegExp]>([
    ['no-pyxis', /Pyxis is not installed there/, /CONTAINER_RUNTIME=apptainer/],
    ['no-runtime', /there is no apptainer where it ran/, /MODULES/],
    [
      'image-gone',
      /the image it was pushed with is not there/,
      /make slurm-image-refresh, then: make slurm-run PROFILE=x/,
    ],
    ['other-image', /another image than its own/, /slurm-image-refresh/],
    ['mount', /a folder that its container was to have/, /CONTAINER_MOUNTS in slurm\/profiles\/x\.conf/],
    ['workdir', /no such working directory/, /CONTAINER_WORKDIR/],
    ['import', /could not be fetched from the registry/, /spelled right/],
    ['image', /could not be unpacked/, /slurm-image-refresh/],
    ['start', /could not be started/, /SBATCH_EXCLUDE/],
    ['outside', /did not run in its container/, /SBATCH_EXCLUDE/],
  ])('%s', (kind, why, advice) => {
    const [line = '', ...next] = text(kind, 'the detail').split('\n');
    expect(line).toMatch(/^Job 12345 FAILED after 00:03:10: exit code 1, .* \(the detail\)\.$/);
    expect(line).toMatch(why);
    expect(next.join('\n')).toMatch(advice);
    expect(next.at(-1)).toBe('→ The log says more: make slurm-log PROFILE=x');
  });

  it('needs no detail', () => {
    expect(text('outside')).toContain(': exit code 1, it did not run in its container.\n');
  });
});
