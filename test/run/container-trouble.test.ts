/** What logs say of a container that a job was not in: the words of Pyxis 0.24, of enroot 4.1, of apptainer 1.4, and our own. */

import { expect, test } from 'vitest';
import { containerTrouble } from '../../src/run/container-trouble.ts';

const failed = (what: string, ...enroot: string[]) =>
  [
    'slurmstepd-n1: error: pyxis: child 13082 failed with error code: 1',
    `slurmstepd-n1: error: pyxis: ${what}`,
    'slurmstepd-n1: error: pyxis: printing enroot log file:',
    ...enroot.map((line) => `slurmstepd-n1: error: pyxis:     ${line}`),
    'slurmstepd-n1: error: spank: required plugin spank_pyxis.so: task_init() failed with rc=-1',
    'srun: error: n1: task 0: Exited with exit code 1',
  ].join('\n');

test.each([
  [
    'srun: unrecognized option \'--container-image=/mnt/x.sqsh\'\nTry "srun --help" for more information',
    { kind: 'no-pyxis', detail: '--container-image' },
  ],
  [
    failed('failed to create container filesystem for image: /a/x', '[ERROR] No such file or directory: /a/x'),
    { kind: 'image', detail: '/a/x: No such file or directory: /a/x' },
  ],
  [
    failed(
      'failed to create container filesystem for image: /a/x',
      'mkdir: cannot create directory ‘/r’: Permission denied',
    ),
    { kind: 'image', detail: '/a/x: mkdir: cannot create directory ‘/r’: Permission denied' },
  ],
  [
    failed(
      'failed to import docker image: a#b:c',
      '[INFO] Querying',
      '[ERROR] URL http://a returned error code: 404 Not Found',
    ),
    { kind: 'import', detail: 'a#b:c: URL http://a returned error code: 404 Not Found' },
  ],
  [
    failed('failed to import docker image: a#b:c', '[INFO] Authenticating with user: <anonymous>'),
    { kind: 'import', detail: 'a#b:c: [INFO] Authenticating with user: <anonymous>' },
  ],
  [
    'slurmstepd-n1: error: pyxis: --container-mounts: source path does not exist: /no such\nslurmstepd-n1: error: pyxis: container start failed',
    { kind: 'mount', detail: '/no such' },
  ],
  [
    'slurmstepd-n1: error: pyxis:     enroot-mount: failed to mount: /x at /run/pyxis/y: No such file or directory',
    { kind: 'mount', detail: '/x' },
  ],
  [
    "[2026-11-21T14:05:50.228] slurmstepd-n1: error: pyxis: couldn't chdir to /none: No such file or directory",
    { kind: 'workdir', detail: '/none' },
  ],
  [
    failed('container start failed with error code: 1'),
    { kind: 'start', detail: 'container start failed with error code: 1' },
  ],
  [
    "FATAL:   container creation failed: mount hook function failure: mount /none/x->/x error: while mounting /none/x: mount source /none/x doesn't exist",
    { kind: 'mount', detail: '/none/x' },
  ],
  [
    'FATAL:   failed to set working directory: chdir /none: no such file or directory',
    { kind: 'workdir', detail: '/none' },
  ],
  [
    'FATAL:   Unable to handle docker://r/none:v1 uri: failed to get checksum',
    { kind: 'import', detail: 'docker://r/none:v1 uri: failed to get checksum' },
  ],
  [
    'FATAL:   While checking container encryption: could not open image /x: image format not recognized',
    { kind: 'image', detail: '/x: image format not recognized' },
  ],
  [
    '1: slurm-runner: task 1 on n2 was started outside its container; its command was not run',
    { kind: 'outside', detail: 'task 1 on n2' },
  ],
  [
    'srun: error: task 0 launch failed: Plugin initialization failed\nslurm-runner: nothing ran in the container, though srun ended as if it had',
    { kind: 'outside', detail: 'nothing ran in the container' },
  ],
  [
    'slurm-runner: only 1 of 2 tasks ran in their container, though srun ended as if all had',
    { kind: 'outside', detail: 'only 1 of 2 tasks ran in their container' },
  ],
  [
    'slurm-runner: the image of this run is not there on n1: /a/x-0123456789ab.sqsh',
    { kind: 'image-gone', detail: 'n1: /a/x-0123456789ab.sqsh' },
  ],
])('%j', (log, trouble) => {
  expect(containerTrouble(['', log])).toEqual(trouble);
  // The lines of several processes come in any order, and with other ones around them.
  const shuffled = `Traceback (most recent call last):\r\n${log.split('\n').reverse().join('\r\n')}\r\nfinished\r\n`;
  expect(containerTrouble([shuffled])?.kind).toBe(trouble.kind);
});

test.each([
  'Traceback (most recent call last):\nValueError: pyxis: no container',
  'slurmstepd-n1: error: *** JOB 7 ON n1 CANCELLED AT 2026-11-21T14:22:01 ***',
  'pyxis: importing docker image: a#b:c\npyxis: imported docker image: a#b:c',
  'see slurm-runner: nothing ran in the container',
])('a log without such words: %j', (log) => {
  expect(containerTrouble([log])).toBeUndefined();
});
