/** Faults of the link: cut after so many bytes of starting, resuming and collecting a sweep. */

import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type CallCounter,
  clusterUnavailable,
  ensureCluster,
  type Link,
  type TestCluster,
} from '../cluster/cluster.ts';
import { lanes } from '../kit/scene.ts';
import { makeSweepScene, namedIn, oddities, type SweepScene } from '../kit/sweep-scene.ts';
import { until } from '../kit/toy.ts';

interface Lane {
  scene: SweepScene;
  link: Link;
}

const CELLS = 4;

describe.skipIf(clusterUnavailable())('a sweep and a link that breaks', () => {
  let cluster: TestCluster;
  let sbatch: CallCounter;
  const all: Lane[] = [];

  beforeAll(async () => {
    cluster = await ensureCluster();
    sbatch = await cluster.countCalls('srt-bash', ['sbatch']);
    for (let count = 0; count < 3; count++) {
      const link = await cluster.link();
      all.push({ link, scene: makeSweepScene(cluster, cluster.env(), { link, cells: CELLS }) });
    }
  });
  afterAll(async () => {
    await sbatch?.stop();
    for (const { scene, link } of all) {
      scene.toy.remove();
      await link.close();
    }
  });

  /** After each series: every array by one call of sbatch, no cell begun twice but those that failed first, nothing left in the queue. */
  async function allIsWell(repeats = 0): Promise<string> {
    const scenes = all.map(({ scene }) => scene);
    expect(await oddities(cluster, scenes, repeats)).toEqual([]);
    const lines = (await Promise.all(scenes.map((scene) => scene.began()))).flatMap((runs) =>
      [...runs.values()].flat(),
    );
    const arrays = new Set(lines.map((line) => line.split(' ')[1]));
    expect(sbatch.count('sbatch')).toBe(arrays.size);
    return `${lines.length} cells in ${arrays.size} arrays, 0 begun twice, 0 lost`;
  }

  /** Ends the connection that is there, so that a cut meets the whole conversation. */
  async function fresh({ link }: Lane): Promise<void> {
    await link.proxy.cut();
    await link.proxy.restore();
  }

  async function measure(lane: Lane, work: () => Promise<unknown>) {
    await fresh(lane);
    lane.link.proxy.resetCounters();
    await work();
    return lane.link.proxy.bytes();
  }

  /** Thick where it is submitted and where it is removed: near the end. */
  const PARTS = [0.8, 0.97];

  function points(bytes: { up: number; down: number }, parts: readonly number[]): { up?: number; down?: number }[] {
    return parts.flatMap((part) => [{ up: Math.ceil(bytes.up * part) }, { down: Math.ceil(bytes.down * part) }]);
  }

  /** Cuts `target` there, sees that it says so, mends the link, and does what it names until all is home. */
  async function broken(lane: Lane, target: string, limit: { up?: number; down?: number }, word: string) {
    const { scene, link } = lane;
    await fresh(lane);
    void link.proxy.cutAfter(limit);
    const { exit, stdout, stderr } = await scene.toy.make(target, { SWEEP: 's', YES: '1' });
    await link.proxy.restore();
    expect([0, 3], `${word}: ${stdout}${stderr}`).toContain(exit);
    const next = namedIn(exit === 0 ? stdout : stderr);
    const steps = scene.arrived(word) === CELLS && exit === 0 ? [] : await scene.carryOn(word, next);
    expect(scene.arrived(word), steps.join('; ')).toBe(CELLS);
    return { exit, steps };
  }

  test('cut anywhere in slurm-sweep-start', async () => {
    const first = all[0] as Lane;
    first.scene.wish('measured');
    const bytes = await measure(first, () => first.scene.json('slurm-sweep-start'));
    await first.scene.carryOn('measured');
    const exits: Record<string, number> = {};
    await lanes(all, points(bytes, PARTS), async (lane, limit) => {
      const word = `start ${JSON.stringify(limit)}`;
      lane.scene.wish(word);
      const { exit } = await broken(lane, 'slurm-sweep-start', limit, word);
      exits[exit] = (exits[exit] ?? 0) + 1;
    });
    console.log(
      `faults: 4 cuts of slurm-sweep-start over ${bytes.up}+${bytes.down} bytes (exit codes ${JSON.stringify(exits)}): ${await allIsWell()}`,
    );
  });
  test('cut while sbatch is out, at a start and at resumes', async () => {
    const undo = await cluster.wrap(
      'srt-bash',
      'sbatch',
      // It goes on when the link is cut; not for ever, should the test fail.
      `name=$(printf '%s' "$*" | sed 's|.*/\\(remote-[0-9a-f]*\\)/.*|\\1|'); : >"$HOME/out-$name"
      n=0; while [ -e "$HOME/hold-$name" ] && [ $n -lt 300 ]; do n=$((n + 1)); sleep 0.1; done
      out=$("$REAL" "$@"); sleep 1; echo "$out"`,
    );
    try {
      await Promise.all(
        all.map(async ({ scene, link }, at) => {
          const [target, word] = [at === 0 ? 'slurm-sweep-start' : 'slurm-sweep-resume', `sbatch is out ${at}`];
          scene.wish(word);
          if (at > 0) {
            // Two of four fail, then are to go well.
            await scene.failing(1, 3);
            expect((await scene.json('slurm-sweep-start', { YES: '1' })).exit).toBe(0);
            expect((await scene.json('slurm-sweep-watch')).exit).toBe(1);
            await scene.failing();
          }
          const [out, hold] = ['out', 'hold'].map((word) =>
            join(cluster.home('srt-bash'), `${word}-${basename(scene.remoteDir)}`),
          ) as [string, string];
          rmSync(out, { force: true });
          writeFileSync(hold, '');
          const running = scene.begin(target);
          await until('sbatch is out', () => existsSync(out));
          await link.proxy.cut();
          rmSync(hold);
          const { stdout } = await running;
          await link.proxy.restore();
          const ended = JSON.parse(stdout) as { exit: number; problems: { message: string }[] };
          expect(ended.exit, stdout).toBe(3);
          const steps = await scene.carryOn(word, namedIn(ended.problems[0]?.message ?? ''));
          expect(steps.join(), word).not.toContain('sweep-start');
        }),
      );
    } finally {
      await undo();
    }
    console.log(`faults: the link cut while sbatch was out, 3 times: ${await allIsWell(2)}`);
  });

  test('cut while it is watched, and back when all have ended: it goes on by itself', async () => {
    const { scene, link } = all[0] as Lane;
    scene.wish('watched', 3);
    const running = scene.begin('slurm-sweep-full');
    await until('the first cells', async () => [...(await scene.began()).values()].at(-1)?.length === CELLS);
    await until('what it brings home', () => scene.toy.has('slurm/jobs/t@s.jobid'));
    await link.proxy.cut();
    const ends = () => scene.inRun('ls .slurm-runner/attempt-1 | grep -c "^end" || :');
    await until('their ends, unseen', async () => (await ends()) === String(CELLS));
    await link.proxy.restore();
    const { stdout } = await running;
    expect(JSON.parse(stdout), stdout).toMatchObject({ exit: 0, collect: { collected: { removed: true } } });
    expect(scene.arrived('watched')).toBe(CELLS);
    await allIsWell(2);
  });

  test('cut anywhere in slurm-sweep-collect', async () => {
    const first = all[0] as Lane;
    const done = async ({ scene }: Lane, word: string) => {
      scene.wish(word);
      expect((await scene.json('slurm-sweep-start', { YES: '1' })).exit).toBe(0);
      expect((await scene.json('slurm-sweep-watch')).exit).toBe(0);
    };
    await done(first, 'weighed again');
    const bytes = await measure(first, () => first.scene.json('slurm-sweep-collect'));
    await lanes(all, points(bytes, [0.4, 0.8]), async (lane, limit) => {
      const word = `collect ${JSON.stringify(limit)}`;
      await done(lane, word);
      const { steps } = await broken(lane, 'slurm-sweep-collect', limit, word);
      expect(steps.join(), word).not.toContain('sweep-start');
    });
    console.log(`faults: 4 cuts of slurm-sweep-collect over ${bytes.up}+${bytes.down} bytes: ${await allIsWell(2)}`);
  });
});
