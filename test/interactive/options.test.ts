/** Which of sbatch's options go along to srun. */

import { expect, test } from 'vitest';
import type { SbatchOption } from '../../src/conf/types.ts';
import { allocation } from '../../src/interactive/options.ts';

const option = (name: string, value?: string, layer: SbatchOption['layer'] = 'profile'): SbatchOption => ({
  ...{ name, layer },
  ...(value === undefined ? {} : { value }),
});
const header = (...options: { name: string; value?: string }[]) => ({ directives: [{ line: 2, text: '', options }] });

test("what allocates goes along; what is about jobs, srun's unknown and the toolkit's do not", () => {
  const sbatch = [
    ...[option('array', '0-3'), option('cpus-per-task', '4'), option('dependency', 'afterok:1'), option('exclusive')],
    ...[option('gres', 'gpu:1'), option('hold'), option('mail-type', 'END'), option('requeue'), option('begin', 'now')],
    ...[option('partition', 'long'), option('signal', 'B:USR1@60'), option('time', '1:00:00')],
  ];
  expect(allocation({ sbatch, sbatchArgs: [] }, header())).toEqual([
    ...['--cpus-per-task=4', '--exclusive', '--gres=gpu:1', '--partition=long', '--time=1:00:00'],
  ]);
});

test("the template's lines stand between the profile and the cluster's defaults", () => {
  const sbatch = [option('mem', '4G'), option('time', '10', 'cluster'), option('account', 'a', 'cluster')];
  const template = header(
    { name: 'mem-per-cpu', value: '1G' },
    { name: 'time', value: '99' },
    { name: 'output', value: 'x' },
  );
  expect(allocation({ sbatch, sbatchArgs: [] }, template)).toEqual(['--time=99', '--mem=4G', '--account=a']);
});

test('SBATCH_ARGS go along as far as srun takes them', () => {
  const sbatchArgs = ['--site-plugin=a b', '--parsable', '-a', '1-2', '-C', 'a100', '-Z', '--nodes', '2'];
  expect(allocation({ sbatch: [], sbatchArgs }, header())).toEqual([
    '--site-plugin=a b',
    '--constraint=a100',
    '-Z',
    '--nodes=2',
  ]);
});
