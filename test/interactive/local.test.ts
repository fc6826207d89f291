/** slurm-shell, slurm-gpus and slurm-info without Slurm: the embedded executor on this machine. */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { over } from '../kit/program.ts';
import { sitDown, UNTIL_INTERRUPTED } from '../kit/terminal.ts';
import { makeToy, removeTree, type Toy, until } from '../kit/toy.ts';

let toy: Toy;
let remoteDir: string;
const env = { ...process.env } as Record<string, string>;

beforeEach(() => {
  remoteDir = mkdtempSync(join(tmpdir(), 'remote '));
  toy = makeToy(`REMOTE_HOST=local\nREMOTE_DIR="${remoteDir}"\nSCHEDULER=local\n`, env);
  toy.write('code/word.txt', 'word\n');
  toy.profile('t', 'COMMAND=false\nCODE_FILES=code/\nRESULTS_PULL=out/\n[env]\nGREETING="hello  there"\n');
});
afterEach(() => {
  toy.remove();
  removeTree(remoteDir);
});

const runs = () => (existsSync(join(remoteDir, 'runs')) ? readdirSync(join(remoteDir, 'runs')) : []);
/** Whether a command's file out/w is whole. */
const written = () =>
  runs().some((run) => {
    const path = join(remoteDir, 'runs', run, 'out/w');
    return existsSync(path) && readFileSync(path).length > 0;
  });

/** Gone, or only not asked for its code by whoever adopted it. */
const isOver = (pid: string) => /^(Z|$)/.test(spawnSync('ps', ['-o', 'stat=', '-p', pid]).stdout.toString());

describe('slurm-shell', () => {
  test.each([0, 3, 255])('a command that exits with %i, in the run directory', async (code) => {
    const CMD = `cat code/word.txt; echo "$GREETING" >&2; mkdir out; pwd >out/where; exit ${code}`;
    const { exit, stdout, stderr } = await toy.make('slurm-shell', { PROFILE: 't', CMD });
    expect([exit, stdout], stderr).toEqual([code, 'word']);
    expect(stderr).toContain('hello  there\n');
    expect(toy.read('out/where')).toMatch(/\/runs\/t@shell-\d{8}-\d{6}\n$/);
    expect(runs()).toEqual([]);
  });

  test('on a terminal: Ctrl-C is for what runs inside', async () => {
    const seat = await sitDown(toy, env, 'slurm-shell', { PROFILE: 't' });
    await seat.shows(/[$#] $/);
    seat.type('PS1="ready> "\r');
    await seat.shows(/\nready> $/);
    await seat.resize(99, 33);
    seat.type('until [ "$(stty size)" = "33 99" ]; do sleep 0.1; done; stty size\r');
    await seat.shows(/\n33 99\r/);
    seat.type(`${UNTIL_INTERRUPTED}\r`);
    await seat.shows(/\narmed\r/);
    seat.type('\x03');
    await seat.shows(/\nready> $/);
    seat.type('mkdir out; cp code/word.txt out/; exit 7\r');
    expect(await seat.ended, seat.seen()).toBe(0);
    expect(toy.read('out/word.txt')).toBe('word\n');
    expect(runs()).toEqual([]);
  });

  test('on a terminal: a command that handles Ctrl-C itself may go on', async () => {
    // It cannot miss a key that comes before it sleeps.
    const CMD = `trap 'caught=yes; echo caught' INT; for n in 1 2; do caught=; echo "at $n"; until [ "$caught" ]; do sleep 1; done; done; exit 4`;
    const seat = await sitDown(toy, env, 'slurm-shell', { PROFILE: 't', CMD });
    await seat.shows(/at 1/);
    seat.type('\x03');
    await seat.shows(/caught[\s\S]*at 2/);
    seat.type('\x03');
    expect(await seat.ended, seat.seen()).toBe(4);
    expect(runs()).toEqual([]);
  });

  test('is a job while it lives: shown, not to be cleared away, and cancelled by its id', async () => {
    const running = toy.json('slurm-shell', { PROFILE: 't', CMD: 'mkdir out; echo early >out/w; sleep 200' });
    const [row] = await until('the job', async () => {
      const { json } = await toy.json('slurm-status');
      return json.queue.length > 0 && json.queue[0].state === 'RUNNING' && json.queue;
    });
    expect(row.name).toMatch(/^t@shell-/);
    const clean = await toy.json('slurm-clean', { PROFILE: 't', TAG: 'shell', FORCE: '1', YES: '1' });
    expect(clean.json.problems).toMatchObject([{ kind: 'alive-run' }]);
    await until('its file', written);
    expect((await toy.json('slurm-cancel', { JOB_ID: row.id })).exit).toBe(0);
    const { exit, json } = await running;
    expect([exit > 0, json.natural, json.verdict.state]).toEqual([true, false, 'CANCELLED']);
    expect(toy.has('out/w')).toBe(true);
    expect(runs()).toEqual([]);
  });

  test('interrupted without a terminal is ended', async () => {
    const running = toy.start(
      'slurm-shell',
      { PROFILE: 't', CMD: 'mkdir out; echo $$ >out/w; sleep 201', JSON: '1' },
      true,
    );
    await until('its file', written);
    process.kill(-(running.pid as number), 'SIGINT');
    const { stdout } = await running;
    expect(JSON.parse(stdout)).toMatchObject({ exit: 130, interrupted: true, removed: true });
    expect(isOver(toy.read('out/w').trim())).toBe(true);
  });

  test('killed without warning leaves a run that recover and clean can judge', async () => {
    const running = toy.start('slurm-shell', { PROFILE: 't', CMD: 'mkdir out; echo $$ >out/w; sleep 202' }, true);
    await until('its file', written);
    const killed = over(running);
    process.kill(-(running.pid as number), 'SIGKILL');
    await killed;
    const { json } = await toy.json('slurm-recover', { PROFILE: 't', TAG: 'shell' });
    expect(json.recovered).toMatchObject([{ action: 'restored', next: 'collect', verdict: { state: 'NODE_FAIL' } }]);
    const collected = await toy.json('slurm-collect', { PROFILE: 't', TAG: 'shell', FORCE: '1' });
    expect([collected.exit, collected.json.removed]).toEqual([1, true]);
    // Nobody holds it to anything any more: it was ended when it was judged.
    expect(isOver(toy.read('out/w').trim())).toBe(true);
  });

  test('without bash on the PATH it is sh', async () => {
    mkdirSync(join(toy.root, 'bin'));
    symlinkSync('/bin/sh', join(toy.root, 'bin/sh'));
    const { stdout } = await toy.make('slurm-shell', {
      PROFILE: 't',
      CMD: 'echo "$0"',
      SETUP: `PATH='${toy.root}/bin'`,
    });
    expect(stdout).toMatch(/sh$/);
  });
});

test('slurm-info shows this machine', async () => {
  const { exit, json } = await toy.json('slurm-info');
  expect(exit).toBe(0);
  expect(json.nodes).toHaveLength(1);
  expect(json.nodes[0].cpus.total).toBeGreaterThan(0);
  expect(json.nodes[0].memory.total).toBeGreaterThan(100);
  expect((await toy.make('slurm-info')).stdout).toMatch(/^\[This machine\]/);
});

test('slurm-gpus shows its GPUs (nvidia-smi is a stand-in)', async () => {
  const bin = join(toy.root, 'bin');
  toy.write(
    'bin/nvidia-smi',
    '#!/bin/sh\necho "GPU 0: Stand-In (UUID: GPU-1)"\necho "  MIG 1g.5gb Device 0: (UUID: MIG-1)"\n',
    0o755,
  );
  const there = makeToy(toy.read('slurm/cluster.conf'), { ...env, PATH: `${bin}:${env.PATH}` });
  const { exit, json } = await there.json('slurm-gpus');
  there.remove();
  expect([exit, json.gpus]).toMatchObject([
    0,
    [
      { index: 0, name: 'Stand-In', uuid: 'GPU-1' },
      { name: 'Stand-In, MIG 1g.5gb Device 0', uuid: 'MIG-1' },
    ],
  ]);
});
