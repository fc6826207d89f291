/** results.sh: where results really lie, links among them, and files that show late over NFS. */

import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { programText } from '../../src/host/program.ts';
import { SEPARATOR } from '../../src/scheduler/rows.ts';

describe('what there is to bring home', () => {
  let root: string;
  let run: string;

  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'results-')));
    run = join(root, 'runs/x-20260102-030405');
    mkdirSync(join(run, '.slurm-runner/attempt-1'), { recursive: true });
    mkdirSync(join(root, 'data/deep'), { recursive: true });
    mkdirSync(join(root, 'slurm/logs'), { recursive: true });
    symlinkSync(join(root, 'data'), join(run, 'data'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  async function ask(paths: string[], path?: string): Promise<string[]> {
    const program = programText({ files: ['lib', 'results'], args: [run, '7', ...paths] });
    const { stdout } = await execa('/bin/sh', ['-c', program], path ? { env: { PATH: path } } : {});
    return stdout.split('\n').map((line) => line.replaceAll(SEPARATOR, ' '));
  }

  test('a path that is a link into the run brings what it leads to', async () => {
    mkdirSync(join(run, 'ckpt-5'));
    symlinkSync('ckpt-5', join(run, 'latest'));
    expect(await ask(['latest'])).toEqual(['run latest', 'run ckpt-5']);
  });

  test('a link below a result to something that is not brought is told', async () => {
    mkdirSync(join(run, 'out'));
    mkdirSync(join(run, 'ckpt'));
    symlinkSync('../ckpt', join(run, 'out/best'));
    expect(await ask(['out/'])).toEqual(['run out', `inside out/best ${run}/ckpt`]);
    expect(await ask(['out/', 'ckpt'])).toEqual(['run out', 'run ckpt']);
  });

  test('through data/, out of everything, and missing', async () => {
    symlinkSync('/etc', join(run, 'away'));
    expect(await ask(['data/deep', 'away', 'none'])).toEqual(['data deep', 'leaves away /etc', 'missing none']);
  });

  test('a data folder of the job itself is the run directory', async () => {
    rmSync(join(run, 'data'));
    mkdirSync(join(run, 'data/res'), { recursive: true });
    expect(await ask(['data/res'])).toEqual(['run data/res']);
  });

  test('the logs of every attempt', async () => {
    mkdirSync(join(run, '.slurm-runner/attempt-2'));
    writeFileSync(join(run, '.slurm-runner/attempt-1/job_id'), '5\n');
    writeFileSync(join(run, '.slurm-runner/attempt-2/job_id'), '7\n');
    for (const name of ['5.out', '7.err', '7_3.out', '70.out']) writeFileSync(join(root, 'slurm/logs', name), '');
    expect(await ask([])).toEqual(['log 5.out', 'log 7.err', 'log 7_3.out']);
  });

  // There is no NFS here: `stat -f` is made to say so, the lateness is real.
  test('on NFS what shows late is waited for', async () => {
    const bin = join(root, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'stat'), '#!/bin/sh\necho nfs\n', { mode: 0o755 });
    writeFileSync(join(run, '.slurm-runner/attempt-1/end'), '7 0 exit 0\n');
    const answer = ask(['late'], `${bin}:${process.env.PATH}`);
    setTimeout(() => writeFileSync(join(run, 'late'), ''), 1000);
    expect(await answer).toEqual(['run late']);
  });
});
