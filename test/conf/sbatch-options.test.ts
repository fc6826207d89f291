import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  optionKey,
  optionOf,
  refusedLetters,
  refusedOptions,
  sbatchOptions,
  useOf,
} from '../../src/conf/sbatch-options.ts';
import { project } from './project.ts';

describe('the table', () => {
  it('has each option once, allowed or refused', () => {
    for (const option of refusedOptions.keys()) expect(sbatchOptions.has(option), option).toBe(false);
    for (const option of refusedLetters.values()) expect(refusedOptions.has(option), option).toBe(true);
    expect(sbatchOptions.size).toBe(107);
  });

  it('knows every long option of the sbatch on this machine, and which of them take arguments', ({ skip }) => {
    // sbatch needs a configuration even to explain itself.
    const root = project({ 'slurm.conf': 'ClusterName=x\nSlurmctldHost=x\nNodeName=n\nPartitionName=p Nodes=n\n' });
    let help = '';
    try {
      const env = { ...process.env, SLURM_CONF: join(root, 'slurm.conf') };
      help = execFileSync('sbatch', ['--help'], { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'ignore'] });
    } catch {
      skip('no sbatch here');
    }
    const options = [...help.matchAll(/^ +(?:-\w,? +)?--([a-z-]+)(\[?=)?/gm)];
    expect(options.length).toBeGreaterThan(80);
    for (const [line, option, argument] of options) {
      expect(sbatchOptions.has(option!) || refusedOptions.has(option!), line).toBe(true);
      // What it takes is said there for most, wrongly for some (`--container`), so only the wrong way round is wrong.
      if (argument === '=') expect(sbatchOptions.get(option!) ?? 'refused', line).toMatch(/required|refused/);
      if (argument === '[=') expect(sbatchOptions.get(option!) ?? 'refused', line).not.toBe('none');
    }
  });
});

describe('optionOf', () => {
  it('finds the option behind a key', () => {
    expect(optionOf('SBATCH_GPUS')).toBe('gpus');
    expect(optionOf('SBATCH_NTASKS_PER_NODE')).toBe('ntasks-per-node');
    expect(optionOf('SBATCH_CPUS')).toBe('cpus-per-task');
    expect(optionOf('PARTITION')).toBe('partition');
    expect(optionOf('SBATCH_ACCOUNT')).toBe('account');
    expect(optionOf('SBATCH_JOB_NAME')).toBe('job-name');
    for (const key of ['SBATCH_CPU', 'SBATCH_ARGS', 'SBATCH_', 'GPUS', 'sbatch_gpus', 'SBATCH_NTASKS-PER-NODE']) {
      expect(optionOf(key), key).toBeUndefined();
    }
    for (const option of sbatchOptions.keys()) expect(optionOf(optionKey(option))).toBe(option);
  });
});

describe('useOf', () => {
  it.each([
    ['gpus', '1', 'argument'],
    ['gpus', '0', 'argument'],
    ['gpus', 'no', 'argument'],
    ['gpus', '', 'leave out'],
    ['hold', '', 'bare'],
    ['hold', '1', 'bare'],
    ['hold', 'Yes', 'bare'],
    ['hold', 'TRUE', 'bare'],
    ['hold', '0', 'leave out'],
    ['hold', 'No', 'leave out'],
    ['hold', 'false', 'leave out'],
    ['hold', '2', 'fault'],
    ['hold', 'on', 'fault'],
    ['requeue', '1', 'bare'],
    ['requeue', 'no', 'leave out'],
    ['requeue', 'expedite', 'argument'],
    ['exclusive', '1', 'bare'],
    ['exclusive', 'user', 'argument'],
    ['exclusive', '0', 'leave out'],
    ['nice', '', 'bare'],
    ['nice', '1', 'argument'],
    ['nice', '0', 'argument'],
    ['nice', '-5', 'argument'],
    ['nice', 'yes', 'bare'],
    ['no-kill', 'off', 'argument'],
    ['oom-kill-step', '0', 'argument'],
    ['propagate', 'STACK,CORE', 'argument'],
  ] as const)('--%s of %j: %s', (option, value, use) => {
    expect(useOf(option, value)).toBe(use);
  });
});
