/** Several commands at one sweep on the real cluster, and the targets of single runs on a sweep's. */

import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clusterUnavailable, ensureCluster, type TestCluster } from '../cluster/cluster.ts';
import { beginnings, type SweepToy, sweepToy } from '../kit/sweeps.ts';
import { makeToy, type Toy, until } from '../kit/toy.ts';

describe.skipIf(clusterUnavailable())('a sweep that is not alone', () => {
  let cluster: TestCluster;
  let our: SweepToy;
  let other: Toy;
  const sweep = { SWEEP: 'eight' };

  beforeAll(async () => {
    cluster = await ensureCluster();
    our = await sweepToy(cluster);
    our.toy.write('slurm/sweeps/eight.yaml', 'profile: p\nmatrix: {N: [1, 2, 3, 4, 5, 6, 7, 8]}\nretry: 0\n');
    other = makeToy(our.toy.read('slurm/cluster.conf'), cluster.env());
    for (const path of ['slurm/profiles', 'slurm/templates', 'slurm/sweeps', 'task.sh', 'more.sh'])
      cpSync(join(our.toy.root, path), join(other.root, path), { recursive: true });
  });
  afterAll(async () => {
    other?.remove();
    await our?.remove();
  });

  test('two laptops resume it at the same moment: every cell runs once', async () => {
    await our.tell(': >wait.0; echo 3 >fail.1');
    await our.good('slurm-sweep-start', { ...sweep, COUNT: '2' });
    expect((await other.json('slurm-recover')).json.recovered).toMatchObject([{ id: 'p@eight', action: 'restored' }]);
    const both = await Promise.all([our.toy, other].map((toy) => toy.json('slurm-sweep-resume', sweep)));
    expect(both.map(({ exit, stdout }) => (exit === 0 ? '' : stdout))).toEqual(['', '']);
    const sent = both.flatMap(({ json }) => (json as unknown as { submitted: { cells: number[] } }).submitted.cells);
    expect(sent.sort()).toEqual([2, 3, 4, 5, 6, 7]);
    await until('all but the first have ended', async () => {
      const { counts } = await our.good('slurm-sweep-status', sweep);
      return counts.done + counts.failed === 7;
    });
    expect([...beginnings(await our.notes()).values()]).toEqual(Array(8).fill(1));
  });

  test("single runs' own targets: none goes on with it as if it were one", async () => {
    const run = { PROFILE: 'p', TAG: 'eight' };
    // What of a sweep has ended is brought; what lives stays.
    for (const FORCE of ['', '1']) {
      const { json } = await our.toy.json('slurm-collect', { ...run, FORCE });
      expect(json).toMatchObject({ exit: 1, status: { counts: { done: 6, failed: 1, running: 1 } } });
      expect(await our.asUser(`ls '${our.remoteDir}/runs' | wc -l`)).toBe('1');
    }
    for (const target of ['slurm-submit', 'slurm-resubmit']) {
      const { json } = await our.toy.json(target, { ...run, FORCE: '1', YES: '1' });
      expect(json, target).toMatchObject({ exit: 2, problems: [{ kind: 'is-sweep' }] });
    }
    expect((await our.toy.json('slurm-clean', { YES: '1' })).exit).toBe(0);
    expect((await our.toy.make('slurm-status')).stdout).toMatch(
      /p@eight: +Job \d+ .* 1 RUNNING, 1 FAILED, 6 COMPLETED/,
    );
    await our.tell('rm wait.*');
    const watched = await our.toy.json('slurm-watch', run);
    expect(watched.json).toMatchObject({ exit: 1, verdict: { tasks: { COMPLETED: 7, FAILED: 1 } } });
    expect((await our.toy.make('slurm-collect', run)).exit).toBe(1);
    expect(JSON.parse(our.toy.read('results/eight/cells.json')).counts).toMatchObject({ done: 7, failed: 1 });
  });

  test('an end whose removal was broken off is finished by the next collect, and the table stays as it was', async () => {
    await our.tell('rm fail.1');
    await our.good('slurm-sweep-resume', { ...sweep, RETRY: '1' });
    await our.good('slurm-sweep-watch', sweep);
    const run = our.toy.read('slurm/jobs/p@eight.rundir').trim();
    const jobs = join(our.toy.root, 'slurm/jobs');
    cpSync(jobs, `${jobs}.before`, { recursive: true });
    await our.asUser(`cp -a '${run}' '${our.remoteDir}/before'`);
    expect((await our.good('slurm-sweep-collect', sweep)).collected.removed).toBe(true);
    const table = our.toy.read('results/eight/cells.csv');
    // As it was left by a command that was killed in the middle of the removal.
    cpSync(`${jobs}.before`, jobs, { recursive: true, filter: (path) => !path.endsWith('history.jsonl') });
    await our.asUser(
      `mv '${our.remoteDir}/before' '${run}' && cd '${run}' && rm -rf results task.sh && mv .slurm-runner/pushed .slurm-runner/removing`,
    );
    expect((await our.good('slurm-sweep-collect', sweep)).collected.removed).toBe(true);
    expect(our.toy.read('results/eight/cells.csv')).toBe(table);
    expect(table.match(/,COMPLETED,/g)).toHaveLength(8);
    expect(await our.asUser(`ls '${our.remoteDir}/runs'`)).toBe('');
    expect(our.toy.has('slurm/jobs/p@eight.rundir')).toBe(false);
  });
});
