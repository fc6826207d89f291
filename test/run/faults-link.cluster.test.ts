/** Faults of the link: cut after so many bytes at every stage, frozen, restored or not. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type CallCounter,
  clusterUnavailable,
  ensureCluster,
  type Link,
  type TestCluster,
} from '../cluster/cluster.ts';
import { lanes, makeScene, oneJobEach, type Scene, untracked } from '../kit/scene.ts';

interface Lane {
  scene: Scene;
  link: Link;
}

describe.skipIf(clusterUnavailable())('a link that breaks', () => {
  let cluster: TestCluster;
  let sbatch: CallCounter;
  const all: Lane[] = [];

  beforeAll(async () => {
    cluster = await ensureCluster();
    sbatch = await cluster.countCalls('srt-bash', ['sbatch']);
    for (let count = 0; count < 3; count++) {
      const link = await cluster.link();
      all.push({ link, scene: await makeScene(cluster, cluster.env(), { link }) });
    }
  });
  afterAll(async () => {
    await sbatch?.stop();
    for (const { scene, link } of all) {
      scene.toy.remove();
      await link.close();
    }
  });

  /** After each sweep: nothing submitted twice, nothing out of sight, nothing of others touched. */
  async function allIsWell(): Promise<string> {
    const { runs, jobs, doubles } = await oneJobEach(all.map(({ scene }) => scene));
    expect(doubles).toEqual([]);
    expect(sbatch.count('sbatch')).toBe(jobs);
    for (const { scene } of all) {
      expect(await untracked(scene)).toEqual([]);
      await scene.untouched();
    }
    return `${jobs} jobs of ${runs} runs, 0 double submissions, 0 untracked, 0 results lost, 0 foreign files touched`;
  }

  /** The bytes that `work` takes, up and down. */
  async function measure({ link }: Lane, work: () => Promise<unknown>) {
    link.proxy.resetCounters();
    await work();
    return link.proxy.bytes();
  }

  /** Ends the connection that is there, so that a cut meets the whole conversation. */
  async function fresh({ link }: Lane): Promise<void> {
    await link.proxy.cut();
    await link.proxy.restore();
  }

  function points(bytes: { up: number; down: number }, count: number): { up?: number; down?: number }[] {
    return Array.from({ length: count }, (_, index) => {
      const part = (index + 0.5) / count;
      return index % 2 === 0 ? { up: Math.ceil(bytes.up * part) } : { down: Math.ceil(bytes.down * part) };
    });
  }

  test('cut anywhere in slurm-run, and gone until the command gave up', async () => {
    const first = all[0] as Lane;
    await fresh(first);
    first.scene.wish('measured');
    const bytes = await measure(first, () => first.scene.toy.json('slurm-run', { PROFILE: 't' }));
    await first.scene.carryOn('measured');
    const exits: Record<string, number> = {};
    await lanes(all, points(bytes, 6), async (lane, limit) => {
      const { scene, link } = lane;
      const word = `run ${JSON.stringify(limit)}`;
      scene.wish(word);
      await fresh(lane);
      void link.proxy.cutAfter(limit);
      const { exit, json } = await scene.toy.json('slurm-run', { PROFILE: 't', YES: '1' });
      exits[exit] = (exits[exit] ?? 0) + 1;
      expect([0, 3], `${word}: ${JSON.stringify(json)}`).toContain(exit);
      await link.proxy.restore();
      await scene.carryOn(word);
      expect(scene.arrived(word)).toBe(true);
    });
    console.log(
      `faults: 6 cuts of slurm-run over ${bytes.up}+${bytes.down} bytes (exit codes ${JSON.stringify(exits)}): ${await allIsWell()}`,
    );
  });

  test('cut anywhere in slurm-full, and back soon: it goes on by itself or recover does', async () => {
    const first = all[0] as Lane;
    await fresh(first);
    first.scene.wish('measured twice');
    const bytes = await measure(first, () => first.scene.toy.json('slurm-full', { PROFILE: 't' }));
    expect(first.scene.arrived('measured twice')).toBe(true);
    let alone = 0;
    await lanes(all, points(bytes, 6), async (lane, limit) => {
      const { scene, link } = lane;
      const word = `full ${JSON.stringify(limit)}`;
      scene.wish(word);
      await fresh(lane);
      const cut = link.proxy.cutAfter(limit).then(() => link.proxy.restore());
      const { exit, json } = await scene.toy.json('slurm-full', { PROFILE: 't', YES: '1' });
      if (exit === 0) alone += 1;
      else {
        expect(exit, `${word}: ${JSON.stringify(json)}`).toBe(3);
        await cut;
        await scene.carryOn(word);
      }
      expect(scene.arrived(word)).toBe(true);
    });
    console.log(
      `faults: 6 cuts of slurm-full over ${bytes.up}+${bytes.down} bytes, ${alone} went on by itself: ${await allIsWell()}`,
    );
  });

  test('cut anywhere in slurm-collect', async () => {
    const first = all[0] as Lane;
    const submitted = async ({ scene }: Lane, word: string) => {
      scene.wish(word);
      await scene.toy.json('slurm-run', { PROFILE: 't' });
      expect((await scene.toy.json('slurm-watch', { PROFILE: 't' })).exit).toBe(0);
    };
    await submitted(first, 'weighed');
    await fresh(first);
    const bytes = await measure(first, () => first.scene.toy.json('slurm-collect', { PROFILE: 't' }));
    await lanes(all, points(bytes, 6), async (lane, limit) => {
      const { scene, link } = lane;
      const word = `collect ${JSON.stringify(limit)}`;
      await submitted(lane, word);
      await fresh(lane);
      void link.proxy.cutAfter(limit);
      const { exit, json } = await scene.toy.json('slurm-collect', { PROFILE: 't' });
      expect([0, 3], `${word}: ${JSON.stringify(json)}`).toContain(exit);
      await link.proxy.restore();
      await scene.carryOn(word);
      expect(scene.arrived(word)).toBe(true);
    });
    console.log(`faults: 6 cuts of slurm-collect over ${bytes.up}+${bytes.down} bytes: ${await allIsWell()}`);
  });
});
