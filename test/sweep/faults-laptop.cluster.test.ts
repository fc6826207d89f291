/** What may happen to a sweep's files on the laptop: lost, edited, on another laptop, on a full disk. */

import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { clusterUnavailable, ensureCluster, type TestCluster } from '../cluster/cluster.ts';
import { makeSweepScene, oddities, type SweepScene } from '../kit/sweep-scene.ts';

describe.skipIf(clusterUnavailable())('a sweep and its files on the laptop', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await ensureCluster();
  });

  async function good(scene: SweepScene, target: string, variables: Record<string, string> = {}, exit = 0) {
    const ended = await scene.json(target, variables);
    expect(ended.exit, `${target}: ${ended.stdout}`).toBe(exit);
    return ended.json;
  }

  /** All have ended, one of four with an error that is then put right. */
  async function ended(scene: SweepScene, word: string, failing: number[] = [2]): Promise<void> {
    scene.wish(word);
    await scene.failing(...failing);
    await good(scene, 'slurm-sweep-start');
    await good(scene, 'slurm-sweep-watch', {}, failing.length > 0 ? 1 : 0);
    await scene.failing();
  }

  const names = (scene: SweepScene): string[] =>
    (JSON.parse(scene.toy.read('results/s/cells.json')) as { cells: { name: string }[] }).cells.map(({ name }) => name);

  test('state files gone, sweep file and profile changed; then gone on with from another laptop', async () => {
    const one = makeSweepScene(cluster, cluster.env());
    await ended(one, 'elsewhere');
    rmSync(join(one.toy.root, 'slurm/jobs'), { recursive: true });
    one.toy.write('slurm/sweeps/s.yaml', 'profile: t\nmatrix: {N: [7, 8, 9, 10, 11], M: [a, b]}\n');
    const lost = await one.json('slurm-sweep-status');
    expect(lost.json.problems, lost.stdout).toMatchObject([{ kind: 'not-started' }]);
    expect((await one.toy.json('slurm-recover')).json.recovered).toMatchObject([{ id: 't@s', action: 'restored' }]);
    expect((await good(one, 'slurm-sweep-status')).counts).toMatchObject({ total: 4, done: 3, failed: 1 });

    // A fresh clone, in which the sweep is not even in a file any more.
    const two = makeSweepScene(cluster, cluster.env(), { remoteDir: one.remoteDir });
    two.toy.profile('t', 'COMMAND="echo another word >$RESULTS_DIR/word.txt"\nCODE_FILES=code/\nSBATCH_MEM=50M\n');
    rmSync(join(two.toy.root, 'slurm/sweeps'), { recursive: true });
    const { stdout } = await two.toy.make('slurm-recover');
    expect(stdout).toContain('make slurm-sweep-collect SWEEP=s PROFILE=t');
    const collected = await good(two, 'slurm-sweep-collect', {}, 1);
    expect(collected.brought).toBe(4);
    expect(two.arrived('elsewhere')).toBe(4);
    expect((await good(two, 'slurm-sweep-resume')).submitted.cells).toEqual([2]);
    await good(two, 'slurm-sweep-watch');
    // The code is that of the start; the profile as it is now.
    expect((await good(two, 'slurm-sweep-collect')).collected?.removed).toBe(true);
    expect(two.toy.read(`results/s/${names(two)[2]}/word.txt`)).toBe('another word\n');
    expect(two.arrived('elsewhere')).toBe(3);
    const stale = await one.json('slurm-sweep-status');
    expect(stale.json.problems, stale.stdout).toMatchObject([{ kind: 'run-gone' }]);
    expect((await one.toy.json('slurm-recover')).json.recovered).toMatchObject([{ action: 'forgotten' }]);
    expect(await oddities(cluster, [one])).toEqual([]);
    for (const { toy } of [one, two]) toy.remove();
  });

  test('the table spoilt, results edited or deleted, between two collects', async () => {
    const scene = makeSweepScene(cluster, cluster.env());
    await ended(scene, 'edited');
    expect((await good(scene, 'slurm-sweep-collect', {}, 1)).brought).toBe(4);
    expect((await good(scene, 'slurm-sweep-collect', {}, 1)).brought).toBe(0);
    const [first, second] = names(scene);
    const tables = ['{"runDir": "/x", "cells": [', 'null', JSON.stringify({ runDir: 1, cells: {} })];
    for (const spoilt of tables) {
      scene.toy.write('results/s/cells.json', spoilt);
      expect((await good(scene, 'slurm-sweep-collect', {}, 1)).brought).toBe(4);
    }
    scene.toy.write(`results/s/${first}/word.txt`, 'my own');
    scene.toy.write(`results/s/${first}/notes.txt`, 'mine');
    rmSync(join(scene.toy.root, `results/s/${second}`), { recursive: true });
    rmSync(join(scene.toy.root, 'results/s/cells.json'));
    await good(scene, 'slurm-sweep-resume');
    await good(scene, 'slurm-sweep-watch');
    const last = await good(scene, 'slurm-sweep-collect');
    expect(last.collected?.removed).toBe(true);
    expect(scene.arrived('edited')).toBe(4);
    expect(scene.toy.read(`results/s/${first}/word.txt.local`)).toBe('my own');
    expect(scene.toy.read(`results/s/${first}/notes.txt`)).toBe('mine');
    expect(await oddities(cluster, [scene], 1)).toEqual([]);
    scene.toy.remove();
  });

  test('no room for the results, or something in their place: nothing is removed over there', async () => {
    const disk = await cluster.smallDisk({ megabytes: 3, laptop: true });
    const scene = makeSweepScene(cluster, cluster.env(), { folder: disk.path });
    try {
      await ended(scene, 'no room', []);
      await scene.inRun('for d in results/s/*/; do head -c 900000 /dev/urandom >$d/big; done');
      const full = await scene.json('slurm-sweep-collect');
      expect([full.exit, full.json.problems[0]?.message]).toEqual([2, expect.stringContaining('no space left')]);
      const there = () => scene.inRun('ls -d results/s/*/word.txt | wc -l');
      expect(await there()).toBe('4');
      // Room again, but something lies where the table is to be.
      await cluster.asUser('srt-bash', `rm ${scene.remoteDir}/runs/*/results/s/*/big`);
      rmSync(join(scene.toy.root, 'slurm/jobs'), { recursive: true });
      await scene.toy.json('slurm-recover');
      scene.toy.write('results/s/cells.json/in-the-way', '');
      const inTheWay = await scene.json('slurm-sweep-collect');
      expect(inTheWay.exit).toBe(2);
      expect(await there()).toBe('4');
      rmSync(join(scene.toy.root, 'results/s/cells.json'), { recursive: true });
      expect(readdirSync(join(scene.toy.root, 'results/s')).filter((name) => name.endsWith('.tmp'))).toEqual([]);
      expect((await good(scene, 'slurm-sweep-collect')).collected?.removed).toBe(true);
      expect(scene.arrived('no room')).toBe(4);
      expect(statSync(join(scene.toy.root, 'results/s/cells.csv')).size).toBeGreaterThan(100);
    } finally {
      scene.toy.remove();
      await disk.release();
    }
  });
});
