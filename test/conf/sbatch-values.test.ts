/** Values of sbatch's options: what is refused here, Slurm 22.05 and 26.05 refused; the rest is right on one of them or on a larger cluster. */

import { describe, expect, it } from 'vitest';
import { loadCluster } from '../../src/conf/cluster.ts';
import { sbatchOptions } from '../../src/conf/sbatch-options.ts';
import { missedForm } from '../../src/conf/sbatch-values.ts';
import { CLUSTER_CONF, load, problemsOf, project } from './project.ts';

const TIMES = ['10', '0', '1:00', '04:00:00', '25:61:99', '2-12', '2-', '2-12:30', '1-1:1:1', '-1', 'UNLIMITED'];
const NO_TIMES = ['10 minutes', '4h', '1d', '1.5', '10:', ':30', '1::2', '1:2:3:4', '1-2-3', '1-:30', ' 10', '+5', '-'];
const SIZES = ['4000', '4G', '4GB', '4gb', '2k', '1T', '0', ' 4G', '+4G'];
const NO_SIZES = ['1.5G', '4,5G', '60,000', '4 G', '4G ', '4GiB', '1P', '4B', '-4G', 'G', 'max'];
const NODES = ['2', ' 2 ', '1-4', '2 - 4', '-4', '1-0', '1k', '1,2,4', '1-4:2'];
const NO_NODES = ['4-1', '2-', '-', '1--4', '1-4-2', '1-x', '1.5', '1 2', 'x', '1,x', 'n[1-4]'];
const ARRAYS = ['1', '0-223%8', '1,3,5-7:2', '0-10:2%3', '0-3%2,7', '[0-3]%2', '1, 3', '0-', '%5', '100000'];
const NO_ARRAYS = [
  'x',
  '-5',
  '5-1',
  '1-x',
  '0-10:0',
  '0-10:',
  '0-3-5',
  '0:10',
  '0..10',
  '1 2 3',
  '1 ,3',
  '0-3 %2',
  '0;5',
];
const GPUS = ['1', '0', 'a100', 'a100:2', 'a100:1,v100:2', 'a100=2', '1g.5gb:2', ':2', 'a100:1k'];
const NO_GPUS = ['a100:', 'a100:two', 'a100:1.5', '1,a100:x'];
const EVENTS = ['END', 'end', 'END,FAIL', 'END, FAIL', 'END,FAILED', 'NONE', 'TIME_LIMIT_90', 'ARRAY_TASKS'];
const NO_EVENTS = ['FAILED', 'BEGIN END', ' END', 'TIME_LIMIT_70', 'TRUE', ','];

describe('values of sbatch', () => {
  it.each([
    ['time', 'time', TIMES, NO_TIMES],
    ['time-min', 'time', TIMES, NO_TIMES],
    ['mem', 'size', SIZES, NO_SIZES],
    ['mem-per-cpu', 'size', SIZES, NO_SIZES],
    ['tmp', 'size', SIZES, NO_SIZES],
    ['cpus-per-task', 'count', ['1', '08', ' 1', '+1'], ['0', '-1', '1.5', '1k', '1 ', 'x', '1-4']],
    ['ntasks-per-node', 'count', ['1'], ['0', 'x']],
    ['nodes', 'nodes', NODES, NO_NODES],
    ['array', 'array', ARRAYS, NO_ARRAYS],
    ['gpus', 'gpus', GPUS, NO_GPUS],
    ['gpus-per-node', 'gpus', GPUS, NO_GPUS],
    ['mail-type', 'events', EVENTS, NO_EVENTS],
  ])('of --%s: %s', (option, form, taken, refused) => {
    expect(sbatchOptions.get(option)).toBe('required');
    for (const value of taken) expect(missedForm(option, value), value).toBeUndefined();
    for (const value of refused) expect(missedForm(option, value), value).toBe(form);
  });

  it('of every other option are for sbatch to judge', () => {
    for (const option of ['gpus-per-task', 'gres', 'begin', 'nice', 'comment', 'qos']) {
      expect(missedForm(option, 'a100:two'), option).toBeUndefined();
    }
  });
});

describe('a wrong value', () => {
  const wrong = (key: string, value: string, form: string, place: object) => [
    { kind: 'wrong-form', key, value, form, place },
  ];

  it('is told with its line, by the spelling that was used', () => {
    const problem = (line: string) => problemsOf(() => load({ profile: `COMMAND=true\n${line}\n` }));
    const place = { file: 'slurm/profiles/x.conf', line: 2 };
    expect(problem('SBATCH_TIME=10 minutes')).toEqual(wrong('SBATCH_TIME', '10 minutes', 'time', place));
    expect(problem('SBATCH_CPUS=all')).toEqual(wrong('SBATCH_CPUS', 'all', 'count', place));
    expect(problem('SBATCH_CPUS_PER_TASK=0')).toEqual(wrong('SBATCH_CPUS_PER_TASK', '0', 'count', place));
    expect(problem('SBATCH_TASKS_PER_NODE=x')).toEqual(wrong('SBATCH_TASKS_PER_NODE', 'x', 'count', place));
  });

  it("is told of make's command line and of a cluster's defaults too", () => {
    expect(problemsOf(() => load({ commandLine: { SBATCH_MEM: '1.5G' } }))).toEqual(
      wrong('SBATCH_MEM', '1.5G', 'size', { file: 'command line' }),
    );
    const root = project({ 'slurm/cluster.conf': `${CLUSTER_CONF}SBATCH_TIME=1d\n` });
    expect(problemsOf(() => loadCluster(root, undefined, new Map()))).toEqual(
      wrong('SBATCH_TIME', '1d', 'time', { file: 'slurm/cluster.conf', line: 3 }),
    );
  });

  it('is none when it is empty: that takes back what a lower layer says', () => {
    expect(load({ profile: 'COMMAND=true\nSBATCH_TIME=\n', cluster: 'SBATCH_TIME=1:00\n' }).sbatch).toEqual([]);
  });
});
