/** Several commands at work on the same sweep at once, from one laptop or from two. */

import { beforeAll, describe, expect, test } from 'vitest';
import { clusterUnavailable, ensureCluster, type TestCluster } from '../cluster/cluster.ts';
import { makeSweepScene, oddities, type SweepScene, type SweepSceneOptions } from '../kit/sweep-scene.ts';
import { until } from '../kit/toy.ts';

describe.skipIf(clusterUnavailable())('a sweep with several commands at work on it', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await ensureCluster();
  });

  /** The same project on two laptops. */
  function laptops(options: SweepSceneOptions = {}): [SweepScene, SweepScene] {
    const one = makeSweepScene(cluster, cluster.env(), options);
    return [one, makeSweepScene(cluster, cluster.env(), { ...options, remoteDir: one.remoteDir })];
  }

  async function good(scene: SweepScene, target: string, variables: Record<string, string> = {}, exit = 0) {
    const ended = await scene.json(target, variables);
    expect(ended.exit, `${target}: ${ended.stdout}`).toBe(exit);
    return ended.json;
  }

  /** How often each cell began, in order. */
  async function times(scene: SweepScene): Promise<number[]> {
    const lines = [...(await scene.began()).values()].flat();
    const counts: number[] = [];
    for (const line of lines) counts[Number(line.split(' ')[0])] = (counts[Number(line.split(' ')[0])] ?? 0) + 1;
    return counts;
  }

  test('started twice at once: one starts it, the other is told', async () => {
    const scene = makeSweepScene(cluster, cluster.env());
    scene.wish('twice');
    const both = await Promise.all([1, 2].map(() => scene.json('slurm-sweep-start')));
    expect(both.map(({ exit }) => exit).sort()).toEqual([0, 4]);
    await scene.carryOn('twice');
    expect(await times(scene)).toEqual([1, 1, 1, 1]);
    expect(await oddities(cluster, [scene])).toEqual([]);
    scene.toy.remove();
  });

  test('two laptops resume it at once, and collect it while it is resumed', async () => {
    const [one, two] = laptops({ cells: 6 });
    one.wish('two laptops');
    await one.failing(0, 3, 4);
    await good(one, 'slurm-sweep-start');
    await good(one, 'slurm-sweep-watch', {}, 1);
    expect((await two.toy.json('slurm-recover')).json.recovered[0]?.action).toBe('restored');
    await one.failing(4);
    const resumed = await Promise.all([one, two].map((scene) => good(scene, 'slurm-sweep-resume')));
    expect(resumed.flatMap(({ submitted }) => submitted.cells).sort()).toEqual([0, 3, 4]);
    await good(two, 'slurm-sweep-watch', {}, 1);
    expect(await times(one)).toEqual([2, 1, 1, 2, 2, 1]);
    await one.failing();
    const [collected] = await Promise.all([good(one, 'slurm-sweep-collect', {}, 1), good(two, 'slurm-sweep-resume')]);
    expect(collected.collected?.removed ?? false).toBe(false);
    await good(two, 'slurm-sweep-watch');
    await one.carryOn('two laptops', 'make slurm-sweep-collect SWEEP=s');
    expect(await times(one)).toEqual([2, 1, 1, 2, 3, 1]);
    expect(await oddities(cluster, [one], 4)).toEqual([]);
    // The other one learns that it is gone.
    expect((await two.toy.json('slurm-recover')).json.recovered[0]?.action).toBe('forgotten');
    for (const { toy } of [one, two]) toy.remove();
  });

  test('collected with FORCE=1, which removes it, while another laptop resumes it', async () => {
    const outcomes: string[] = [];
    for (let round = 0; round < 2; round++) {
      const [one, two] = laptops({ cells: 2 });
      one.wish('removed or resumed');
      await one.failing(0);
      await good(one, 'slurm-sweep-start');
      await good(one, 'slurm-sweep-watch', {}, 1);
      await two.toy.json('slurm-recover');
      await one.failing();
      const [collected, resumed] = await Promise.all([
        one.json('slurm-sweep-collect', { FORCE: '1' }),
        new Promise((resolve) => setTimeout(resolve, 500 * round)).then(() => two.json('slurm-sweep-resume')),
      ]);
      outcomes.push(`collect ${collected.exit}, resume ${resumed.exit}`);
      if (collected.exit === 4) {
        // Submitted again: it was kept.
        expect(resumed.exit, resumed.stdout).toBe(0);
        await good(two, 'slurm-sweep-watch');
        await one.carryOn('removed or resumed', 'make slurm-sweep-collect SWEEP=s');
      } else {
        expect([collected.exit, resumed.exit], `${collected.stdout}${resumed.stdout}`).toEqual([1, 2]);
        expect(one.arrived('removed or resumed')).toBe(2);
        expect(await times(one)).toEqual([1, 1]);
      }
      expect(await oddities(cluster, [one], 1)).toEqual([]);
      for (const { toy } of [one, two]) toy.remove();
    }
    console.log(`faults: 2 rounds of a removal against a resume: ${outcomes.join('; ')}`);
  });

  test('cells that Slurm did not take are submitted by two watches and a resume', async () => {
    const [one, two] = laptops({ user: 'srt-limit', cells: 7 });
    one.wish('deferred', 1);
    const started = await good(one, 'slurm-sweep-start');
    expect(started.submitted.cells.length).toBeLessThanOrEqual(2);
    expect(started.submitted.deferred).toMatch(/Limit/);
    await two.toy.json('slurm-recover');
    const ends = await Promise.all([
      good(one, 'slurm-sweep-watch'),
      good(two, 'slurm-sweep-watch'),
      two.json('slurm-sweep-resume'),
    ]);
    expect([0, 4]).toContain(ends[2].exit);
    expect(ends[0].counts.done).toBe(7);
    await one.carryOn('deferred', 'make slurm-sweep-collect SWEEP=s');
    expect(await times(one)).toEqual([1, 1, 1, 1, 1, 1, 1]);
    expect(await oddities(cluster, [one])).toEqual([]);
    for (const { toy } of [one, two]) toy.remove();
  });

  test('cancelled while its arrays are being submitted', async () => {
    const undo = [
      await cluster.wrap('srt-bash', 'scontrol', `"$REAL" "$@" | sed 's/^MaxArraySize .*/MaxArraySize = 2/'`),
      await cluster.wrap('srt-bash', 'sbatch', '"$REAL" "$@"; code=$?; sleep 1; exit $code'),
    ];
    const [one, two] = laptops({ cells: 8 });
    try {
      one.wish('cancelled', 170);
      const running = one.begin('slurm-sweep-start');
      await until('the first array', async () => (await two.toy.json('slurm-recover')).json.recovered?.[0]?.jobId);
      const [here, there] = await Promise.all([one.json('slurm-sweep-cancel'), two.json('slurm-sweep-cancel')]);
      expect([here.exit, there.exit], here.stdout + there.stdout).toEqual([0, 0]);
      await running;
    } finally {
      for (const one of undo) await one();
    }
    // What was submitted after them is cancelled by another one.
    await good(one, 'slurm-sweep-cancel');
    const { counts } = await good(one, 'slurm-sweep-watch', {}, 1);
    expect(counts).toMatchObject({ cancelled: 8, running: 0, pending: 0 });
    one.wish('cancelled');
    await one.inRun('echo 0 >code/seconds');
    await one.carryOn('cancelled', 'make slurm-sweep-resume SWEEP=s');
    expect(await oddities(cluster, [one], 8)).toEqual([]);
    for (const { toy } of [one, two]) toy.remove();
  });
});
