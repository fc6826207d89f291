/** The command line over the profile over cluster.conf: which of them has the say on a setting. */

import { describe, expect, it } from 'vitest';
import { commandLine } from './example-profile.ts';
import { type Given, load } from './project.ts';

describe('layers', () => {
  const sbatchOf = (given: Given) =>
    load(given).sbatch.map(({ name, value, layer }) => [value === undefined ? name : `${name}=${value}`, layer]);

  it('lie command line over profile over cluster', () => {
    const given = {
      cluster: 'SBATCH_TIME=1\nSBATCH_MEM=1G\nSBATCH_QOS=low\n[env]\nA=1\nB=1',
      profile: 'COMMAND=true\nSBATCH_TIME=2\nSBATCH_MEM=2G\n[env]\nB=2\nC=2',
      commandLine: { SBATCH_TIME: '3', PROFILE: 'x', OWN: '1' },
    };
    expect(sbatchOf(given)).toEqual([
      ['mem=2G', 'profile'],
      ['qos=low', 'cluster'],
      ['time=3', 'command line'],
    ]);
    expect(load(given).env).toEqual({ A: '1', B: '2', C: '2' });
    expect(load(given).settings.get('SBATCH_TIME')).toEqual({ value: '3', layer: 'command line', place: commandLine });
  });

  it('take back with an empty value what a lower one says', () => {
    const given = { cluster: 'CONTAINER=x\nSBATCH_QOS=low\n', profile: 'COMMAND=true\nCONTAINER=\nSBATCH_QOS=\n' };
    const { container, containerRuntime, sbatch, settings } = load(given);
    expect({ container, containerRuntime, sbatch }).toEqual({ containerRuntime: 'none', sbatch: [] });
    expect([...settings.keys()]).toEqual(['COMMAND']);
  });

  it('turn an option without argument on and off', () => {
    const cluster = 'SBATCH_REQUEUE=\nSBATCH_EXCLUSIVE=1\nSBATCH_HOLD=yes\n';
    expect(sbatchOf({ cluster }).map(([option]) => option)).toEqual(['exclusive', 'hold', 'requeue']);
    const profile = 'COMMAND=true\nSBATCH_REQUEUE=no\nSBATCH_EXCLUSIVE=user\nSBATCH_HOLD=0';
    expect(sbatchOf({ cluster, profile })).toEqual([['exclusive=user', 'profile']]);
    expect(load({ cluster, profile }).settings.get('SBATCH_REQUEUE')!.value).toBe('no');
  });

  it('drop from a lower one what a higher one contradicts', () => {
    const cluster = 'SBATCH_MEM=4G\nSBATCH_REQUEUE=1\nSCRIPT=default.py\n';
    const profile = 'COMMAND=true\nSBATCH_MEM_PER_CPU=1G\nSBATCH_NO_REQUEUE=1';
    expect(sbatchOf({ cluster, profile })).toEqual([
      ['mem-per-cpu=1G', 'profile'],
      ['no-requeue', 'profile'],
    ]);
    const { script, command } = load({ cluster, profile });
    expect({ script, command }).toEqual({ script: undefined, command: 'true' });
    const other = load({ profile: 'SCRIPT=a.py', files: { 'a.py': '' }, commandLine: { COMMAND: 'hostname' } });
    expect([other.script, other.command]).toEqual([undefined, 'hostname']);
  });

  it('know a thing by all its spellings', () => {
    const given = {
      cluster: 'SBATCH_ACCOUNT=low\nSBATCH_CPUS_PER_TASK=1\nPARTITION=a\n',
      profile: 'COMMAND=true\nACCOUNT=high\nSBATCH_CPUS=2\nSCRIPT_ARGS=--slow\n',
      commandLine: { ARGS: '--fast "a b"', SBATCH_PARTITION: 'b' },
    };
    const { account, partition, scriptArgs, settings } = load(given);
    expect({ account, partition, scriptArgs }).toEqual({
      account: 'high',
      partition: 'b',
      scriptArgs: ['--fast', 'a b'],
    });
    expect(sbatchOf(given).map(([option]) => option)).toEqual(['account=high', 'cpus-per-task=2', 'partition=b']);
    const seen = [
      'ACCOUNT',
      'SBATCH_ACCOUNT',
      'SBATCH_CPUS',
      'SBATCH_CPUS_PER_TASK',
      'PARTITION',
      'SCRIPT_ARGS',
      'ARGS',
    ];
    expect(seen.map((key) => settings.get(key)?.value)).toEqual([
      'high',
      'high',
      '2',
      '2',
      'b',
      '--fast "a b"',
      '--fast "a b"',
    ]);
  });

  it('let two spellings say the same twice', () => {
    expect(load({ profile: 'COMMAND=true\nPARTITION=a\nSBATCH_PARTITION=a' }).partition).toBe('a');
  });
});
