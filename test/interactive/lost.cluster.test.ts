/** A shell whose connection breaks: its job goes, its run directory stays, and both are said. */

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clusterUnavailable, ensureCluster, type Link, type TestCluster } from '../cluster/cluster.ts';
import { sitDown } from '../kit/terminal.ts';
import { makeToy, type Toy, until } from '../kit/toy.ts';

describe.skipIf(clusterUnavailable())('slurm-shell on a link that breaks', () => {
  let cluster: TestCluster;
  const closing: (() => Promise<void> | void)[] = [];

  const project = async (): Promise<{ toy: Toy; link: Link; remoteDir: string; env: Record<string, string> }> => {
    const [env, link, remoteDir] = [cluster.env(), await cluster.link(), cluster.remoteDir()];
    const toy = makeToy(`REMOTE_HOST=${link.host}\nREMOTE_DIR=${remoteDir}\n`, env);
    toy.profile('t', 'COMMAND=false\nRESULTS_PULL=out/\nSBATCH_MEM=100M\nSBATCH_TIME=5\n');
    closing.push(toy.remove, link.close);
    return { toy, link, remoteDir, env };
  };
  const alive = async (remoteDir: string): Promise<string[]> =>
    (await cluster.asUser('srt-bash', `squeue -h --me -o '%i %T %Z'`))
      .split('\n')
      .filter((row) => row.includes(remoteDir));
  const made = (remoteDir: string) =>
    until(
      'what it made',
      async () => (await cluster.asUser('srt-bash', `cat '${remoteDir}'/runs/*/out/w 2>/dev/null || :`)) !== '',
    );

  beforeAll(async () => {
    cluster = await ensureCluster();
  });
  afterAll(async () => {
    for (const close of closing) await close();
  });

  test('cut: the job is ended, the run kept, and collect brings it', async () => {
    const { toy, link, remoteDir, env } = await project();
    const seat = await sitDown(toy, env, 'slurm-shell', { PROFILE: 't' });
    await seat.shows(/\$ $/);
    seat.type('mkdir out; echo precious >out/w\r');
    await made(remoteDir);
    await link.proxy.cut();
    await seat.shows(/connection is lost/);
    await link.proxy.restore();
    expect(await seat.ended, seat.seen()).toBe(3);
    expect(seat.seen()).toMatch(/Job \d+ has been ended\. Its run directory is kept: runs\/t@shell-/);
    expect(await alive(remoteDir)).toEqual([]);
    const collected = await toy.json('slurm-collect', { PROFILE: 't', TAG: 'shell', FORCE: '1' });
    expect([collected.exit, toy.read('out/w')]).toEqual([1, 'precious\n']);
    expect(await cluster.asUser('srt-bash', `ls '${remoteDir}/runs'`)).toBe('');
  });

  test('cut under a command without a terminal, and with state files lost too: recover finds it', async () => {
    const { toy, link, remoteDir } = await project();
    const running = toy.json('slurm-shell', { PROFILE: 't', CMD: 'mkdir out; echo precious >out/w; sleep 300' });
    await made(remoteDir);
    await link.proxy.cut();
    setTimeout(() => void link.proxy.restore(), 1000);
    const { exit, json } = await running;
    expect(exit).toBe(3);
    expect(json.problems).toMatchObject([{ kind: 'shell-lost', id: 't@shell', ended: true }]);
    expect(await alive(remoteDir)).toEqual([]);
    for (const ending of ['rundir', 'jobid', 'json']) rmSync(join(toy.root, `slurm/jobs/t@shell.${ending}`));
    const recovered = await toy.json('slurm-recover', { PROFILE: 't', TAG: 'shell' });
    expect(recovered.json.recovered).toMatchObject([
      { id: 't@shell', action: 'restored', next: 'collect', verdict: { state: 'CANCELLED' } },
    ]);
  });

  test('killed with its terminal: the job goes by itself, and recover finds the run', async () => {
    const { toy, remoteDir, env } = await project();
    const seat = await sitDown(toy, env, 'slurm-shell', { PROFILE: 't' });
    await seat.shows(/\$ $/);
    seat.type('mkdir out; echo precious >out/w\r');
    await made(remoteDir);
    await seat.hangUp();
    await until('the end of its job', async () => (await alive(remoteDir)).length === 0);
    const recovered = await toy.json('slurm-recover', { PROFILE: 't', TAG: 'shell' });
    expect(recovered.json.recovered).toMatchObject([{ id: 't@shell', action: 'restored', next: 'collect' }]);
    // Never while a shell lives, but now.
    expect((await toy.json('slurm-clean', { PROFILE: 't', TAG: 'shell', FORCE: '1', YES: '1' })).exit).toBe(0);
    expect(await cluster.asUser('srt-bash', `ls '${remoteDir}/runs'`)).toBe('');
  });

  test('slurm-clean leaves the run of a live shell alone', async () => {
    const { toy, remoteDir, env } = await project();
    const seat = await sitDown(toy, env, 'slurm-shell', { PROFILE: 't' });
    await seat.shows(/\$ $/);
    const clean = await toy.json('slurm-clean', { YES: '1' });
    expect(clean.json.kept).toMatchObject([{ why: 'alive' }]);
    const forced = await toy.json('slurm-clean', { PROFILE: 't', TAG: 'shell', FORCE: '1', YES: '1' });
    expect([forced.exit, forced.json.problems[0].kind]).toEqual([4, 'alive-run']);
    seat.type('exit\r');
    expect(await seat.ended).toBe(0);
    expect(await cluster.asUser('srt-bash', `ls '${remoteDir}/runs'`)).toBe('');
  });
});
