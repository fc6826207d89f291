/** How many connections and ssh sessions each verb makes: what can be counted needs no stopwatch. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clusterUnavailable, ensureCluster, type Link, type TestCluster } from '../cluster/cluster.ts';
import { makeToy, type Toy } from '../kit/toy.ts';
import { type Laptop, openLaptop } from './laptop.ts';
import { source } from './repush.ts';

describe.skipIf(clusterUnavailable())('connections and sessions', () => {
  let cluster: TestCluster;
  let link: Link;
  let laptop: Laptop;
  let toy: Toy;

  beforeAll(async () => {
    cluster = await ensureCluster();
    link = await cluster.link();
    laptop = openLaptop(cluster);
    toy = makeToy(`REMOTE_HOST=${link.host}\nREMOTE_DIR=${cluster.remoteDir()}\n`, laptop.env);
    for (let at = 0; at < 60; at++) toy.write(`code/module_${at}.py`, `value = ${at}\n`);
    toy.profile('short', 'COMMAND="sleep 2; echo done"\nCODE_FILES=code/\nSBATCH_MEM=20M\n');
    toy.profile('other', 'COMMAND=true\nSBATCH_MEM=20M\n');
  });
  afterAll(async () => {
    await laptop.disconnect();
    await link.close();
    toy.remove();
  });

  /** What a target made of connections and sessions; it has to succeed. */
  async function cost(target: string, variables: Record<string, string> = {}) {
    link.proxy.resetCounters();
    laptop.reset();
    const ended = await toy.json(target, variables);
    expect(ended.exit, `${ended.stdout}\n${ended.stderr}`).toBe(0);
    const spent = { connections: link.proxy.connections(), sessions: laptop.sessions() };
    console.log(`${target}: ${spent.connections} connections, ${spent.sessions} sessions`);
    return spent;
  }

  // A connection a file gets an address banned.
  test('slurm-run of 60 files is one connection, with one session for rsync and one for sbatch', async () => {
    expect(await cost('slurm-run', { PROFILE: 'short' })).toEqual({ connections: 1, sessions: 2 });
  });

  test('each further command uses the same connection, in as few sessions as it can', async () => {
    // One follows the job from beginning to end, one asks how it ended.
    expect(await cost('slurm-watch', { PROFILE: 'short' })).toEqual({ connections: 0, sessions: 2 });
    expect(await cost('slurm-status')).toEqual({ connections: 0, sessions: 1 });
    expect(await cost('slurm-log', { PROFILE: 'short' })).toEqual({ connections: 0, sessions: 1 });
    expect(await cost('slurm-recover')).toEqual({ connections: 0, sessions: 1 });
    // How it ended, what there is, the logs and once more to verify them, the removal.
    const collected = await cost('slurm-collect', { PROFILE: 'short' });
    expect(collected.connections).toBe(0);
    expect(collected.sessions).toBeLessThanOrEqual(5);
    expect(await cost('slurm-run', { PROFILE: 'other' })).toEqual({ connections: 0, sessions: 2 });
  });

  test('slurm-full from a cold start is one connection', async () => {
    await laptop.disconnect();
    const spent = await cost('slurm-full', { PROFILE: 'short' });
    expect(spent.connections).toBe(1);
    // No more than its parts.
    expect(spent.sessions).toBeLessThanOrEqual(9);
  });

  test('a re-push of 3,000 files after one line changed sends under 2 % of the first, and its manifest is whole', async () => {
    for (let at = 0; at < 3000; at++) toy.write(`many/module_${at}.py`, source(at));
    toy.profile('many', 'COMMAND=true\nCODE_FILES=many/\n');
    const push = async () => {
      await cost('slurm-push', { PROFILE: 'many' });
      const { up, down } = link.proxy.bytes();
      return up + down;
    };
    const first = await push();
    toy.write('many/module_7.py', `${source(7)}changed = True\n`);
    const again = await push();
    console.log(`first ${first} bytes, again ${again}: ${((100 * again) / first).toFixed(2)} %`);
    expect(again).toBeLessThan(0.02 * first);
    const runDir = toy.read('slurm/jobs/many.rundir').trim();
    const manifest = JSON.parse(await cluster.asUser('srt-bash', `cat ${runDir}/.slurm-runner/manifest.json`));
    expect(manifest.run).toBe(runDir.slice(runDir.lastIndexOf('/') + 1));
    const sums = (await cluster.asUser('srt-bash', `cd ${runDir} && sha256sum many/*`)).split('\n');
    expect(manifest.files).toEqual(Object.fromEntries(sums.map((line) => line.split('  ').reverse())));
    expect(toy.has('slurm/jobs/.outgoing-many')).toBe(false);
  });
});
