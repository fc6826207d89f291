/** How a job ended, why, and what to change. */

import { describe, expect, it } from 'vitest';
import { reasonText } from '../../src/report/reasons.ts';
import { plain } from '../../src/report/style.ts';
import { stateWord, verdictLine, verdictText, watchedText } from '../../src/report/verdict.ts';
import type { Verdict } from '../../src/run/verdict.ts';
import { failed, running, verdict } from './nouns.ts';

const text = (one: Verdict, id = 'x') => verdictText(id, one, plain);
const ended = (state: Verdict['state'], about: Partial<Verdict> = {}) => verdict({ state, success: false, ...about });

describe('how a job ended', () => {
  it.each<[string, Verdict, string]>([
    ['well', verdict({ elapsedSeconds: 5025 }), 'Job 12345 COMPLETED in 01:23:45.'],
    [
      'well, after restarts',
      verdict({ elapsedSeconds: 60, restarts: 2 }),
      'Job 12345 COMPLETED in 00:01:00 with 2 restarts.',
    ],
    ['by an exit code', failed(), 'Job 12345 FAILED after 00:03:10: exit code 3.'],
    ['without a time', failed({ elapsedSeconds: undefined }), 'Job 12345 FAILED: exit code 3.'],
    [
      'by a signal of which the queue knows',
      failed({ exitCode: 0, signal: '11' }),
      'Job 12345 FAILED after 00:03:10: ended by SIGSEGV (signal 11), a program reached for memory that is not its own (segmentation fault).',
    ],
    [
      'by a signal of which its marker knows',
      failed({ exitCode: 137, signal: '9' }),
      'Job 12345 FAILED after 00:03:10: ended by SIGKILL (exit code 137), most often sent by the system when memory ran out.',
    ],
    [
      'by a signal without a name',
      failed({ exitCode: 0, signal: '60' }),
      'Job 12345 FAILED after 00:03:10: ended by signal 60.',
    ],
    [
      'by who knows which signal',
      failed({ exitCode: undefined, signal: '' }),
      'Job 12345 FAILED after 00:03:10: ended by a signal.',
    ],
    ['with the code lost', failed({ exitCode: 0 }), 'Job 12345 FAILED after 00:03:10: its exit code is not known.'],
    [
      'by memory',
      ended('OUT_OF_MEMORY', { reqMem: '40G', maxRss: '41838182K' }),
      'Job 12345 OUT_OF_MEMORY: it needed more memory than it may have (40G asked for, 39.9G in use when last measured).',
    ],
    [
      'by memory, not known how much',
      ended('OUT_OF_MEMORY', { reqMem: '0' }),
      'Job 12345 OUT_OF_MEMORY: it needed more memory than it may have.',
    ],
    ['by time', ended('TIMEOUT', { limit: '02:00:00' }), 'Job 12345 TIMEOUT: it reached its time limit of 02:00:00.'],
    ['by a node', ended('NODE_FAIL', { nodes: 'n1' }), 'Job 12345 NODE_FAIL: a node failed under it (n1).'],
    [
      'well, but for a step',
      verdict({ success: false, stepCode: 7 }),
      'Job 12345 COMPLETED, but a step of it failed (exit code 7) and its script went on after that.',
    ],
    [
      'as an array',
      failed({ tasks: { COMPLETED: 8, FAILED: 2 } }),
      'Job 12345 FAILED: tasks 8 COMPLETED, 2 FAILED; the first that did not succeed: exit code 3.',
    ],
    [
      'as an array of which a step failed',
      verdict({ success: false, stepCode: 7, tasks: { COMPLETED: 2 } }),
      'Job 12345 COMPLETED: tasks 2 COMPLETED; the first that did not succeed: a step of it failed (exit code 7) and its script went on after that.',
    ],
    ['as an array, well', verdict({ tasks: { COMPLETED: 2 } }), 'Job 12345 COMPLETED: tasks 2 COMPLETED.'],
    ['nobody knows how', running({ state: 'UNKNOWN' }), 'Job 12345: nobody can tell how it stands (UNKNOWN).'],
    [
      'never, for it was not begun',
      running({ state: 'NOT_SUBMITTED', jobId: undefined }),
      'There is no job of this run.',
    ],
  ])('%s', (_, one, line) => expect(verdictLine(one)).toBe(line));

  it.each(['BOOT_FAIL', 'CANCELLED', 'DEADLINE', 'LAUNCH_FAILED', 'PREEMPTED', 'RECONFIG_FAIL', 'REVOKED'] as const)(
    '%s says why and what to do',
    (state) => {
      expect(verdictLine(ended(state))).toMatch(new RegExp(`^Job 12345 ${state}: .+\\.$`));
      expect(text(ended(state))).toMatch(/\n→ .*make slurm-/);
    },
  );
});

describe('what to change', () => {
  it('after too little memory', () => {
    expect(text(ended('OUT_OF_MEMORY', { reqMem: '40G' }), 'x@seed1').split('\n')[1]).toBe(
      '→ Raise SBATCH_MEM in slurm/profiles/x.conf (now 40G), then: make slurm-resubmit PROFILE=x TAG=seed1',
    );
  });

  it('after too little time', () => {
    const told = text(ended('TIMEOUT', { limit: '02:00:00' }));
    expect(told).toContain('Raise SBATCH_TIME in slurm/profiles/x.conf (now 02:00:00)');
    expect(told).toContain('make slurm-resubmit PROFILE=x');
  });

  it.each([
    [126, 'chmod +x'],
    [127, 'MODULES, CONDA, VENV'],
    [255, 'srun'],
  ])('after exit code %i', (exitCode, advice) => expect(text(failed({ exitCode }))).toContain(advice));

  it('after a program was not found: names it, and what to set', () => {
    const lacks = (program: string, isPython: boolean, exitCode = 127) =>
      text(failed({ exitCode, notFound: { program, isPython } })).split('\n');
    const log = '→ The log says more: make slurm-log PROFILE=x';
    expect(lacks('python', true, 2)).toEqual([
      'Job 12345 FAILED after 00:03:10: exit code 2, python was not found.',
      '→ Set PYTHON=python3 in slurm/profiles/x.conf, which more systems have; or let MODULES, CONDA, VENV or CONTAINER bring python.',
      log,
    ]);
    expect(lacks('/usr/bin/python3', true, 2)[1]).toBe(
      '→ PYTHON in slurm/profiles/x.conf has to name an interpreter that is there; or let MODULES, CONDA, VENV or CONTAINER bring /usr/bin/python3.',
    );
    // PYTHON does not run what a COMMAND says.
    expect(lacks('python', false)[1]).toMatch(
      /^→ MODULES, CONDA, .* finds python on its PATH\. Many systems have python3/,
    );
    expect(lacks('nvcc', false)).toEqual([
      'Job 12345 FAILED after 00:03:10: exit code 127, nvcc was not found.',
      '→ MODULES, CONDA, VENV, SETUP or CONTAINER in slurm/profiles/x.conf decide whether a job finds nvcc on its PATH.',
      log,
    ]);
    expect(lacks('./tool', false)[1]).toMatch(/^→ \.\/tool, or the interpreter in its #! line, .* CODE_FILES/);
    expect(lacks('a\x1b[2J', false).join('\n')).not.toContain('\x1b');
  });

  it('after a step of a job that went on did not find its program', () => {
    const told = text(verdict({ success: false, stepCode: 2, notFound: { program: 'nvcc', isPython: false } }));
    expect(told).toMatch(/but a step of it failed \(exit code 2, nvcc was not found\) and its script went on/);
    expect(told).toContain('finds nvcc on its PATH');
    expect(told).toContain('set -e');
  });

  it('after a kill, whether a number or a name was noted', () => {
    for (const signal of ['9', 'KILL', 'SIGKILL']) expect(text(failed({ signal }))).toContain('→ Raise SBATCH_MEM');
  });

  it('is nothing after success, nor while it lives', () => {
    expect(text(verdict())).toBe('Job 12345 COMPLETED.');
    expect(text(running())).toBe('Job 12345 is RUNNING.');
  });

  it('when nobody can tell: look again, or force it', () => {
    const told = text(running({ state: 'UNKNOWN' }));
    expect(told).toContain('make slurm-recover PROFILE=x');
    expect(told).toContain('make slurm-collect PROFILE=x FORCE=1');
  });
});

describe('after watching', () => {
  it('comes collecting', () => {
    expect(watchedText({ id: 'x', verdict: verdict() }, plain)).toBe(
      'Job 12345 COMPLETED.\n→ make slurm-collect PROFILE=x brings the results and clears up.',
    );
    expect(watchedText({ id: 'x', verdict: failed() }, plain)).toContain('brings the logs and what results there are');
    const unknown = watchedText({ id: 'x', verdict: running({ state: 'UNKNOWN' }) }, plain);
    expect(unknown).not.toContain('clears up');
  });
});

describe('a state in a word', () => {
  it.each([
    [{ state: 'FAILED', exitCode: 3 }, 'FAILED (exit code 3)'],
    [{ state: 'FAILED', exitCode: 137, signal: '9' }, 'FAILED (SIGKILL)'],
    [{ state: 'PENDING', reason: 'Priority' }, 'PENDING (Priority)'],
    [{ state: 'CANCELLED', exitCode: 1, reason: 'None' }, 'CANCELLED'],
    [{ state: 'COMPLETED', exitCode: 0 }, 'COMPLETED'],
    [{ state: 'COMPLETED', stepCode: 7 }, 'COMPLETED (a step failed: exit code 7)'],
  ])('%o', (standing, word) => expect(stateWord(standing)).toBe(word));
});

describe('a reason to wait', () => {
  it.each([
    ['Priority', 'higher priority'],
    ['Resources', 'to become free'],
    ['ReqNodeNotAvail, UnavailableNodes:n1', 'not available'],
    ['ReqNodeNotAvail(Unavailable:n[1-2])', 'not available'],
    ['Nodes_required_for_job_are_DOWN,_DRAINED_or_reserved', 'down'],
    ['PartitionTimeLimit', 'SBATCH_TIME'],
    ['PartitionConfig', 'PARTITION'],
    ['DependencyNeverSatisfied', 'never start'],
    ['BeginTime', 'time to begin'],
    ['JobHeldUser', 'make slurm-release'],
    ['launch failed requeued held', 'make slurm-release'],
    ['JobArrayTaskLimit', 'SBATCH_ARRAY'],
    ['QOSMaxCpuPerUserLimit', 'its QOS allows no more at a time (CPUs)'],
    ['QOSMaxWallDurationPerJobLimit', 'more (run time) than its QOS allows one job'],
    ['QOSMinGRES', 'less (GPUs, GRES)'],
    ['AssocGrpGRES', 'its account allows no more at a time (GPUs, GRES)'],
    ['AssocGrpCPUMinutesLimit', 'used up its share (CPUs)'],
    ['AssocGrpCPURunMinutesLimit', 'no more at a time (CPUs)'],
    ['AssocMaxJobsLimit', 'no more at a time (jobs)'],
    ['QOSMaxSubmitJobPerUserLimit', 'jobs submitted'],
    ['MaxNodePerAccount', 'its account or QOS allows no more at a time (nodes)'],
  ])('%s is explained', (reason, words) => {
    expect(reasonText(reason)).toContain(words);
    expect(verdictLine(running({ state: 'PENDING', reason }))).toContain(words);
  });

  it.each(['Foo', 'constructor', '', 'RaisedSignal:9(Killed)'])('%s stands for itself', (reason) => {
    expect(reasonText(reason)).toBeUndefined();
  });
});
