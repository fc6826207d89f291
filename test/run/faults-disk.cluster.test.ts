/** Disks that fill up on either side; clean among live jobs and other people's files; and the removal guard, attacked directly. */

import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { programText } from '../../src/host/program.ts';
import { clusterUnavailable, ensureCluster, type TestCluster } from '../cluster/cluster.ts';
import { ended as hasLeft, makeScene, oneJobEach, type Scene, untracked } from '../kit/scene.ts';
import { until } from '../kit/toy.ts';

describe.skipIf(clusterUnavailable())('full disks and removals', () => {
  let cluster: TestCluster;
  const made: Scene[] = [];
  beforeAll(async () => {
    cluster = await ensureCluster();
  });
  afterAll(() => {
    for (const { toy } of made) toy.remove();
  });

  async function scene(options: Parameters<typeof makeScene>[2] = {}, environment = cluster.env()): Promise<Scene> {
    const one = await makeScene(cluster, environment, options);
    made.push(one);
    return one;
  }

  async function allIsWell(one: Scene): Promise<string> {
    const { runs, jobs, doubles } = await oneJobEach([one]);
    expect(doubles).toEqual([]);
    expect(await untracked(one)).toEqual([]);
    await one.untouched();
    return `${jobs} jobs of ${runs} runs, 0 double submissions, 0 untracked, 0 foreign files touched`;
  }

  test('the disk of the cluster is full during the push, and when the job id is to be written', async () => {
    const disk = await cluster.smallDisk({ megabytes: 3, user: 'srt-bash' });
    const one = await scene({ remoteDir: `${disk.path}/work` });
    const { toy } = one;
    try {
      toy.write('code/large', Buffer.alloc(5_000_000, 'incompressible, as far as the disk knows'));
      const pushed = await toy.json('slurm-run', { PROFILE: 't' });
      expect(pushed.exit, pushed.stdout).toBe(2);
      expect(pushed.json.problems).toMatchObject([{ kind: 'disk-full', where: 'there' }]);
      expect((await one.jobs()).size).toBe(0);
      await rm(join(toy.root, 'code/large'));
      await cluster.asUser('srt-bash', `rm -rf '${one.remoteDir}'/runs/t-2*`);

      // Nothing can be noted over there: not the claim, and nothing is submitted then.
      await toy.json('slurm-push', { PROFILE: 't' });
      const fill = `cat /dev/zero >'${disk.path}/fill' 2>/dev/null || :`;
      await cluster.asUser('srt-bash', fill);
      const refused = await toy.json('slurm-submit', { PROFILE: 't' });
      expect(refused.exit, refused.stdout).toBe(2);
      expect((await one.jobs()).size).toBe(0);
      await cluster.asUser('srt-bash', `rm '${disk.path}/fill'`);

      // Submitted, and then there is no room for its id; the job has room again before it ends.
      toy.write('code/seconds', '3');
      const undo = await cluster.wrap('srt-bash', 'sbatch', `out=$("$REAL" "$@"); ${fill}; echo "$out"`);
      const { exit, json } = await toy.json('slurm-submit', { PROFILE: 't' });
      await undo();
      expect(exit).toBe(0);
      await cluster.asUser('srt-bash', `rm '${disk.path}/fill'`);
      await rm(join(toy.root, 'slurm/jobs/t.jobid'));
      const recovered = await toy.json('slurm-recover', { PROFILE: 't' });
      expect(recovered.json.recovered).toMatchObject([{ jobId: json.jobId, action: 'restored' }]);
      await one.carryOn('nothing yet');
      console.log(`faults: the cluster's disk full at 3 moments: ${await allIsWell(one)}, 0 results lost`);
    } finally {
      await disk.release();
    }
  });

  test("the laptop's disk is full during collect: everything stays until there is room", async () => {
    const disk = await cluster.smallDisk({ megabytes: 8, laptop: true });
    const one = await scene({ folder: disk.path });
    const { toy } = one;
    try {
      toy.profile(
        't',
        'COMMAND="mkdir -p out data/res; head -c 3000000 /dev/urandom >out/large; cp code/word.txt out/; cp code/word.txt data/res/"\nCODE_FILES=code/\nSBATCH_MEM=50M\nRESULTS_PULL="out/ data/res/"\n',
      );
      await toy.json('slurm-run', { PROFILE: 't' });
      expect((await toy.json('slurm-watch', { PROFILE: 't' })).exit).toBe(0);
      const filler = join(disk.path, 'filler');
      await writeFile(filler, Buffer.alloc(6_500_000));
      const full = await toy.json('slurm-collect', { PROFILE: 't' });
      expect(full.exit, full.stdout).toBe(2);
      expect(full.json.problems).toMatchObject([{ kind: 'disk-full', where: 'here' }]);
      expect(await one.runs()).toHaveLength(1);
      expect(toy.has('slurm/jobs/t.rundir')).toBe(true);
      await rm(filler);
      await one.carryOn('nothing yet');
      expect(toy.read('out/large').length).toBeGreaterThan(0);
      expect(await one.runs()).toEqual([]);
      console.log(`faults: the laptop's disk full during collect: ${await allIsWell(one)}, 0 results lost`);
    } finally {
      await disk.release();
    }
  });

  test('clean in a loop while jobs run, among garbage', async () => {
    const one = await scene();
    one.wish('kept', 6);
    const tags = ['a', 'b', 'c'];
    const started = await Promise.all(tags.map((TAG) => one.toy.json('slurm-run', { PROFILE: 't', TAG })));
    expect(started.map(({ exit }) => exit)).toEqual([0, 0, 0]);
    let cleans = 0;
    let ended = 0;
    const watching = tags.map((TAG) => one.toy.json('slurm-watch', { PROFILE: 't', TAG }).finally(() => (ended += 1)));
    while (ended < tags.length) {
      const { exit, json, stdout } = await one.toy.json('slurm-clean', { YES: '1' });
      expect(exit, stdout).toBe(0);
      expect([json.removed, json.failed], stdout).toEqual([[], []]);
      cleans += 1;
    }
    for (const { exit } of await Promise.all(watching)) expect(exit).toBe(0);
    expect(await one.runs()).toHaveLength(3);
    // The end of a watch is that of the job, which may still be winding up.
    await hasLeft(cluster, started[0]?.json.submit.jobId as string);
    const forced = await one.toy.json('slurm-clean', { PROFILE: 't', TAG: 'a', FORCE: '1', YES: '1' });
    expect(forced.json.removed, forced.stdout).toMatchObject([{ id: 't@a', why: 'forced' }]);
    const { json } = await one.toy.json('slurm-collect');
    expect(json.collected.map(({ id }: { id: string }) => id)).toEqual(['t@b', 't@c']);
    expect(one.arrived('kept')).toBe(true);
    console.log(`faults: ${cleans} cleans while 3 jobs ran, 0 removed before their time: ${await allIsWell(one)}`);
  });

  test('the removal guard, attacked directly', async () => {
    const one = await scene();
    for (let count = 0; count < 2; count++) {
      expect((await one.toy.json('slurm-push', { PROFILE: 't', YES: '1' })).exit).toBe(0);
    }
    const [mine, other] = (await one.runs()).sort() as [string, string];
    const runs = `${one.remoteDir}/runs`;
    // Runs that bear their own manifest, and lead elsewhere all the same.
    const like = (name: string) => `printf '{\\n  "run": "${name}",\\n' >'${name}/.slurm-runner/manifest.json'`;
    await cluster.asUser(
      'srt-bash',
      `cd '${runs}' && mkdir folder-20240102-000000 && mkdir folder-20240102-000000/.slurm-runner && ${like('folder-20240102-000000')} &&
      cd folder-20240102-000000 && ln -s ../../data/raw link && ln -s ../../data other && mkdir data && ln -s ../../../data/raw data/raw && echo new >data/own`,
    );
    const remove = async (root: string, name: string): Promise<string> => {
      const text = programText({ files: ['lib', 'slurm', 'remove'], args: [root, name, '', '0'] });
      return (await cluster.asUser('srt-bash', text)).replace('\x1f', ': ');
    };
    const attacks: [string, string][] = [
      ...['', '.', '..', '/', '*', '-rf', '../data', '../data/raw', `../runs/${mine}`, `${mine}/..`, `${mine}/.`].map(
        (name): [string, string] => [one.remoteDir, name],
      ),
      ...[
        `${mine}/data`,
        `${mine}/data/`,
        `${runs}/${mine}`,
        `${one.remoteDir}/data`,
        '~',
        '$HOME',
        `${mine}\n${other}`,
      ].map((name): [string, string] => [one.remoteDir, name]),
      ...['notes.txt', 'link-20240101-000000', 'dangling-20240101-000000', 'bare-20240101-000000'].map(
        (name): [string, string] => [one.remoteDir, name],
      ),
      ...[
        'other-20240101-000000',
        'theirs-20240101-000000',
        'two words-20240101-000000',
        '.hidden-20240101-000000',
      ].map((name): [string, string] => [one.remoteDir, name]),
      [`${runs}/${mine}`, 'data'],
      ['/', 'data'],
      ['', mine],
      [`${one.remoteDir}/data`, 'raw'],
      [`${one.remoteDir}/runs/link-20240101-000000`, 'precious'],
    ];
    for (const [root, name] of attacks) {
      expect(await remove(root, name), `${root} and ${name}`).toMatch(/^refused: /);
    }
    expect((await one.runs()).sort()).toEqual([mine, other]);
    await one.untouched();
    // A data link that became a folder goes with its run; what it links to stays.
    expect(await remove(one.remoteDir, 'folder-20240102-000000')).toBe('removed');
    expect(await remove(one.remoteDir, mine)).toBe('removed');
    expect(await remove(one.remoteDir, mine)).toBe('gone');
    expect(await one.runs()).toEqual([other]);
    await until('nothing else changed', () => one.untouched().then(() => true));
    console.log(`faults: ${attacks.length} attacks on the removal guard, 0 let through, data/ untouched`);
  });
});
