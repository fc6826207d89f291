/** Sweeps where the queue or accounting is silent, was never on, forgets early, or speaks of another job with the same id. */

import { beforeAll, describe, expect, test } from 'vitest';
import { clusterUnavailable, ensureCluster, type TestCluster } from '../cluster/cluster.ts';
import { makeSweepScene, oddities, type SweepScene } from '../kit/sweep-scene.ts';
import { until } from '../kit/toy.ts';

describe.skipIf(clusterUnavailable())('a sweep and what Slurm says of it', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await ensureCluster();
  });

  async function good(scene: SweepScene, target: string, variables: Record<string, string> = {}, exit = 0) {
    const ended = await scene.json(target, variables);
    expect(ended.exit, `${target}: ${ended.stdout}`).toBe(exit);
    return ended.json;
  }

  /** Ends a sweep of which one cell failed and one was cancelled while it ran, resumes it and brings it home. */
  async function life(scene: SweepScene, word: string, between: () => Promise<unknown> = async () => {}) {
    scene.wish(word);
    scene.toy.write('code/seconds-2', '60');
    await scene.failing(1);
    await good(scene, 'slurm-sweep-start');
    await until('all cells', async () => [...(await scene.began()).values()].flat().length === 4);
    expect((await good(scene, 'slurm-sweep-cancel', { CELL: '2' })).cells).toEqual([2]);
    expect((await good(scene, 'slurm-sweep-watch', {}, 1)).counts.done).toBe(2);
    await between();
    expect((await good(scene, 'slurm-sweep-status')).counts).toMatchObject({ done: 2, running: 0, pending: 0 });
    await scene.failing();
    await scene.inRun('rm code/seconds-2');
    expect((await good(scene, 'slurm-sweep-resume')).submitted.cells).toEqual([1, 2]);
    await good(scene, 'slurm-sweep-watch');
    expect((await good(scene, 'slurm-sweep-collect')).collected?.removed).toBe(true);
    expect(scene.arrived(word)).toBe(4);
    expect(await oddities(cluster, [scene], 2)).toEqual([]);
    scene.toy.remove();
  }

  test('accounting is silent', async () => {
    const undo = await cluster.wrap(
      'srt-bash',
      'sacct',
      'echo "sacct: error: slurmdbd: Connection refused" >&2; exit 1',
    );
    try {
      await life(makeSweepScene(cluster, cluster.env()), 'no accounting');
    } finally {
      await undo();
    }
  });

  test('there is no accounting, and ended jobs are forgotten in seconds', async () => {
    const scene = makeSweepScene(cluster, cluster.env(), { user: 'srt-bash2nd' });
    await life(scene, 'forgotten', () =>
      until('the controller forgets', async () => {
        const rows = await cluster.asUser('srt-bash2nd', `squeue -h -t all -o %Z`);
        return !rows.includes(scene.remoteDir);
      }),
    );
  });

  test('the queue is silent: nothing is collected or submitted; and has a stranger under the id: nothing is believed', async () => {
    const scene = makeSweepScene(cluster, cluster.env());
    scene.wish('silent');
    await scene.failing(0);
    await good(scene, 'slurm-sweep-start');
    await good(scene, 'slurm-sweep-watch', {}, 1);
    await scene.failing();
    const silent = await cluster.wrap(
      'srt-bash',
      'squeue',
      'echo "slurm_load_jobs error: Unable to contact slurm controller" >&2; exit 1',
    );
    try {
      for (const target of ['slurm-sweep-collect', 'slurm-sweep-resume']) {
        const { exit, json } = await scene.json(target);
        expect([exit, json.problems[0]?.kind], target).toEqual([3, 'queue-silent']);
      }
      expect((await good(scene, 'slurm-sweep-status')).trouble).toMatch(/controller/);
    } finally {
      await silent();
    }
    // The id was given away: its rows are of a job that runs, in another folder and under another name.
    const stranger = await cluster.wrap(
      'srt-bash',
      'squeue',
      `"$REAL" "$@" | sed "/${scene.remoteDir.split('/').pop()}/{s/COMPLETED/RUNNING/;s/FAILED/RUNNING/;s/COMPLETING/RUNNING/;s|/runs/[^ ]*|/other|;s/t@s-[-0-9]*\\$/stranger/;}"`,
    );
    try {
      const { counts } = await good(scene, 'slurm-sweep-status');
      expect(counts).toMatchObject({ done: 3, failed: 1 });
      expect((await good(scene, 'slurm-sweep-cancel')).ids).toEqual([]);
    } finally {
      await stranger();
    }
    await scene.carryOn('silent', 'make slurm-sweep-resume SWEEP=s');
    expect(await oddities(cluster, [scene], 1)).toEqual([]);
    scene.toy.remove();
  });
});
