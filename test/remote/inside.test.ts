/** What a task does that was to be in a container and is not: it says so, whatever shell is there. Inside one: test/run/containers*.cluster.test.ts. */

import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { remoteText } from '../../src/host/program.ts';

const SHELLS = [['dash'], ['bash', '--posix'], ['busybox', 'sh']].filter(
  ([name = '']) => spawnSync(name, ['-c', ':']).error === undefined,
);

test.each(SHELLS.map((shell) => ({ shell })))(
  'on the node itself, run by %j: its command does not run',
  ({ shell: [file = '', ...args] }) => {
    const ran = spawnSync(file, [...args, '-c', remoteText('inside'), 'inside', 'echo', 'ran'], {
      encoding: 'utf8',
      // No socket, which bash takes for a reason to read ~/.bashrc.
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, SLURM_PROCID: '3', SLURMD_NODENAME: 'n7' },
    });
    expect(ran).toMatchObject({ status: 78, stdout: '' });
    expect(ran.stderr).toBe('slurm-runner: task 3 on n7 was started outside its container; its command was not run\n');
  },
);

test('it is one word of a command line that holds no comment', () => {
  expect(remoteText('inside')).not.toMatch(/^\s*#/m);
  expect(remoteText('inside').length).toBeLessThan(2000);
});
