/** The words of shells and of slurmstepd for a program that is not there. */

import { describe, expect, test } from 'vitest';
import { lastBytes, programNotFound } from '../../src/run/not-found.ts';

describe('the program that was not found', () => {
  test.each([
    [2, 'slurmstepd-n1: error: execve(): python: No such file or directory', 'python'],
    [2, '[2026-02-24T14:30:52.123] error: execve(): python: No such file or directory', 'python'],
    [2, 'slurmstepd: error: execve(): /opt/a b/tool: No such file or directory', '/opt/a b/tool'],
    [
      2,
      'slurmstepd: error: execve(): bad interpreter(/opt/py/bin/python3): No such file or directory',
      '/opt/py/bin/python3',
    ],
    [
      2,
      'slurmstepd-n1: error: execve(): x: No such file or directory\nsrun: error: n1: task 0: Exited with exit code 2\n',
      'x',
    ],
    [127, '/r/.slurm-runner/attempt-1/script: line 3: foo: command not found', 'foo'],
    [127, '/r/script: line 12: exec: python: not found\r\n', 'python'],
    [127, 'bash: exec: python: not found', 'python'],
    [127, 'sh: 1: nvcc: not found', 'nvcc'],
    [127, 'bash: line 1: ./tool: No such file or directory', './tool'],
    [127, 'bash: /no/such: No such file or directory', '/no/such'],
    [127, 'x.sh: line 2: ./x: cannot execute: required file not found', './x'],
    [127, '/usr/bin/env: ‘python’: No such file or directory', 'python'],
    [127, "env: 'python': No such file or directory", 'python'],
    [127, 'env: python: No such file or directory', 'python'],
    // The last one is the one that ended it.
    [127, 'x.sh: line 1: nvidia-smi: command not found\nepoch 1\nx.sh: line 9: python: command not found\n', 'python'],
  ])('exit code %i: %j', (code, log, program) => expect(programNotFound(code, log)).toBe(program));

  test.each([
    // A shell that went on after it, and then a mistake in the arguments.
    [2, 'x.sh: line 1: nvidia-smi: command not found\nx.py: error: unrecognized arguments: --lr\n'],
    [2, 'slurmstepd: error: execve(): tool: Permission denied\n'],
    [127, 'cat: data/x: No such file or directory\n'],
    [127, ''],
    [1, 'x.sh: line 1: foo: command not found\n'],
    [3, 'slurmstepd: error: execve(): python: No such file or directory\n'],
  ])('exit code %i: nothing in %j', (code, log) => expect(programNotFound(code, log)).toBeUndefined());

  test('is looked for at the end of a log, however many pieces that came in', () => {
    let end: Buffer = Buffer.alloc(0);
    const log = `${'x'.repeat(20_000)}\nx.sh: line 1: foo: command not found\n`;
    for (let at = 0; at < log.length; at += 7) end = lastBytes(end, Buffer.from(log.slice(at, at + 7)));
    expect(end).toHaveLength(8192);
    expect(programNotFound(127, end.toString())).toBe('foo');
    expect(lastBytes(end, Buffer.from(log)).toString()).toBe(end.toString());
  });
});
