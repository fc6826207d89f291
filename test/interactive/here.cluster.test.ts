/** slurm-shell where this very machine submits to Slurm (REMOTE_HOST=local). */

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clusterUnavailable, ensureCluster, type TestCluster } from '../cluster/cluster.ts';
import { sitDown, UNTIL_INTERRUPTED } from '../kit/terminal.ts';
import { makeToy, type Toy, until } from '../kit/toy.ts';

// Another version's Slurm has commands of its own, in a root where there is neither make nor Node.
describe.skipIf(clusterUnavailable() || process.env.SLURM_VERSION)('slurm-shell on the login node itself', () => {
  let cluster: TestCluster;
  let toy: Toy;
  let remoteDir: string;
  let env: Record<string, string>;
  const runs = () => readdirSync(join(remoteDir, 'runs'));
  const written = (path: string) => existsSync(path) && readFileSync(path).length > 0;
  const queue = async () =>
    (await cluster.asRoot("squeue -h -o '%i %j %Z'")).split('\n').filter((row) => row.includes(remoteDir));

  beforeAll(async () => {
    cluster = await ensureCluster();
    remoteDir = mkdtempSync(join(cluster.dir, 'here-'));
    env = { ...cluster.env(), SLURM_CONF: join(cluster.dir, 'etc/slurm.conf') };
    toy = makeToy(`REMOTE_HOST=local\nSCHEDULER=slurm\nREMOTE_DIR=${remoteDir}\n`, env);
    toy.profile('t', 'COMMAND=false\nRESULTS_PULL=out/\nSBATCH_MEM=100M\nSBATCH_TIME=5\n');
  });
  afterAll(() => {
    toy?.remove();
    if (remoteDir) rmSync(remoteDir, { recursive: true, force: true });
  });

  test.each([0, 3, 255])('CMD that exits with %i', async (code) => {
    const CMD = `mkdir out; echo $SLURM_JOB_ID >out/id; echo out; echo err >&2; exit ${code}`;
    const { exit, stdout, stderr } = await toy.make('slurm-shell', { PROFILE: 't', CMD });
    expect([exit, stdout], stderr).toEqual([code, 'out']);
    expect(stderr).toMatch(/^err$/m);
    expect(Number(toy.read('out/id'))).toBeGreaterThan(0);
    expect(runs()).toEqual([]);
  });

  test('a shell on the terminal: Ctrl-C and size', async () => {
    const seat = await sitDown(toy, env, 'slurm-shell', { PROFILE: 't' });
    await seat.shows(/[$#] $/);
    seat.type('PS1="ready> "\r');
    await seat.shows(/\nready> $/);
    seat.type(
      `until size=$(stty size); [ "$size" = "29 97" ]; do sleep 0.1; done; echo "$size"; ${UNTIL_INTERRUPTED}\r`,
    );
    await seat.resizeUntil(/\n29 97\r\narmed\r/, 97, 29);
    seat.type('\x03');
    await seat.shows(/\nready> $/);
    seat.type('exit 5\r');
    expect(await seat.ended, seat.seen()).toBe(0);
    expect(runs()).toEqual([]);
  });

  test('Ctrl-C before the allocation comes leaves nothing', async () => {
    const seat = await sitDown(toy, env, 'slurm-shell', { PROFILE: 't', SBATCH_EXCLUSIVE: '1', SBATCH_NODELIST: 'n4' });
    await seat.shows(/[$#] $/);
    const second = await sitDown(toy, env, 'slurm-shell', {
      PROFILE: 't',
      SBATCH_EXCLUSIVE: '1',
      SBATCH_NODELIST: 'n4',
    });
    await second.shows(/queued and waiting for resources/);
    second.type('\x03');
    expect(await second.ended, second.seen()).toBe(130);
    expect(second.seen()).toContain('given up');
    expect([(await queue()).length, runs().length]).toEqual([1, 1]);
    seat.type('exit\r');
    expect(await seat.ended, seat.seen()).toBe(0);
    expect(runs()).toEqual([]);
  });

  test('Ctrl-C without a terminal ends the job', async () => {
    const running = toy.start(
      'slurm-shell',
      { PROFILE: 't', CMD: 'mkdir out; echo early >out/w; sleep 200', JSON: '1' },
      true,
    );
    await until('its file', () => runs().some((run) => written(join(remoteDir, 'runs', run, 'out/w'))));
    process.kill(-(running.pid as number), 'SIGINT');
    const { stdout } = await running;
    expect(JSON.parse(stdout)).toMatchObject({ exit: 130, interrupted: true, removed: true });
    expect(toy.read('out/w')).toBe('early\n');
    expect(await queue()).toEqual([]);
  });
});
