/** Faults of the cluster's own services, and of the connection's: slurmctld, slurmdbd, sacct, the ssh master. */

import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CallCounter, clusterUnavailable, ensureCluster, type TestCluster } from '../cluster/cluster.ts';
import { makeScene, masters, oneJobEach, type Scene, untracked } from '../kit/scene.ts';
import { type Ended, until } from '../kit/toy.ts';

describe.skipIf(clusterUnavailable())('services that stop', () => {
  let cluster: TestCluster;
  let sbatch: CallCounter;

  beforeAll(async () => {
    cluster = await ensureCluster();
    sbatch = await cluster.countCalls('srt-bash', ['sbatch']);
  });
  afterAll(async () => {
    await sbatch?.stop();
    await cluster.daemon('slurmctld').start();
    await cluster.daemon('slurmdbd').start();
  });

  async function allIsWell(scenes: readonly Scene[]): Promise<string> {
    const { runs, jobs, doubles } = await oneJobEach(scenes);
    expect(doubles).toEqual([]);
    for (const scene of scenes) {
      expect(await untracked(scene)).toEqual([]);
      await scene.untouched();
    }
    return `${jobs} jobs of ${runs} runs, 0 double submissions, 0 untracked, 0 foreign files touched`;
  }

  test('slurmctld stops before a submission, in the middle of one, while a job is watched, before a collection', async () => {
    const scenes = await Promise.all([1, 2, 3].map(() => makeScene(cluster, cluster.env())));
    const [before, between, watched] = scenes as [Scene, Scene, Scene];
    const flags = `${between.remoteDir}/flags`;
    await cluster.asUser('srt-bash', `mkdir -p '${flags}'`);
    // It has submitted; the controller goes away before it has answered.
    const broken = `"$REAL" "$@" >/dev/null; touch '${flags}/out'; until [ -e '${flags}/down' ]; do sleep 0.1; done
      echo 'sbatch: error: Batch job submission failed: Zero Bytes were transmitted or received' >&2; exit 1`;
    const undo = await cluster.wrap(
      'srt-bash',
      'sbatch',
      `case "$*" in *'${between.remoteDir}/'*) ${broken} ;; *) exec "$REAL" "$@" ;; esac`,
    );
    try {
      expect((await before.toy.json('slurm-push', { PROFILE: 't' })).exit).toBe(0);
      watched.wish('nothing yet', 4);
      const watching = await watched.toy
        .json('slurm-run', { PROFILE: 't' })
        .then(({ json }) => ({ jobId: json.submit.jobId, ended: watched.toy.json('slurm-watch', { PROFILE: 't' }) }));
      const submitting = between.toy.json('slurm-run', { PROFILE: 't' });
      await until('sbatch has submitted', async () => {
        return (await cluster.asUser('srt-bash', `ls '${flags}'`)).includes('out');
      });
      // Its step has begun: srun itself needs the controller for that.
      const log = `${watched.remoteDir}/slurm/logs/${watching.jobId}.out`;
      await until('the job prints', async () => {
        return (await cluster.asUser('srt-bash', `cat '${log}' 2>/dev/null || :`)) !== '';
      });
      await cluster.daemon('slurmctld').stop();
      await cluster.asUser('srt-bash', `touch '${flags}/down'`);
      const [submitted, ran, cleaned, recovered] = await Promise.all([
        before.toy.json('slurm-submit', { PROFILE: 't' }),
        submitting,
        watched.toy.json('slurm-clean', { YES: '1' }),
        between.toy.json('slurm-recover', { PROFILE: 't', DRY_RUN: '1' }),
        // The end marker tells the end without anybody's help; but not that the job has left.
        watching.ended.then(async ({ exit, json }) => {
          expect([exit, json.verdict.state]).toEqual([0, 'COMPLETED']);
          const collected = await watched.toy.json('slurm-collect', { PROFILE: 't' });
          expect(collected.exit, collected.stdout).toBe(3);
        }),
      ]);
      expect([submitted, cleaned, recovered].map(({ exit }) => exit)).toEqual([3, 3, 3]);
      // The job itself may have said its id before the controller was gone.
      expect([0, 3]).toContain(ran.exit);
      for (const scene of scenes) expect((await scene.runs()).length).toBe(1);
    } finally {
      await undo();
      await cluster.daemon('slurmctld').start();
    }
    await Promise.all(scenes.map((scene) => scene.carryOn('nothing yet')));
    for (const scene of scenes) expect(scene.arrived('nothing yet')).toBe(true);
    expect(sbatch.count('sbatch')).toBe(4); // one of them refused
    console.log(`faults: slurmctld away at 4 moments: ${await allIsWell(scenes)}`);
    for (const { toy } of scenes) toy.remove();
  });

  test('accounting is away, off, empty or slow', async () => {
    const scene = await makeScene(cluster, cluster.env());
    const { toy } = scene;
    toy.profile('bad', 'COMMAND="exit 3"\nSBATCH_MEM=50M\n');
    const moods: [string, () => Promise<() => Promise<unknown>>][] = [
      [
        'slurmdbd stopped',
        () =>
          cluster
            .daemon('slurmdbd')
            .stop()
            .then(() => () => cluster.daemon('slurmdbd').start()),
      ],
      ['off', () => cluster.wrap('srt-bash', 'sacct', 'echo "Slurm accounting storage is disabled" >&2; exit 1')],
      ['empty', () => cluster.wrap('srt-bash', 'sacct', 'exit 0')],
      ['slow', () => cluster.wrap('srt-bash', 'sacct', 'sleep 2; exec "$REAL" "$@"')],
    ];
    for (const [mood, begin] of moods) {
      const end = await begin();
      try {
        scene.wish(mood);
        const [good, bad] = await Promise.all(
          ['t', 'bad'].map((PROFILE) => toy.json('slurm-full', { PROFILE })) as [Promise<Ended>, Promise<Ended>],
        );
        expect(good.exit, `${mood}: ${good.stdout}`).toBe(0);
        expect(scene.arrived(mood)).toBe(true);
        expect(bad.exit, `${mood}: ${bad.stdout}`).toBe(1);
        expect(bad.json.collect.verdict).toMatchObject({ state: 'FAILED', exitCode: 3 });
        expect((await toy.json('slurm-clean', { PROFILE: 'bad', FORCE: '1', YES: '1' })).json.removed).toHaveLength(1);
      } finally {
        await end();
      }
    }
    console.log(`faults: accounting in ${moods.length} moods, 2 jobs in each: ${await allIsWell([scene])}`);
    toy.remove();
  });

  test('the ssh master is dead, frozen, or killed in the middle', async () => {
    const environment = cluster.env();
    const link = await cluster.link();
    const scene = await makeScene(cluster, environment, { link });
    const { toy } = scene;
    const status = async () => {
      const began = Date.now();
      const { exit, stdout } = await toy.json('slurm-status');
      expect(exit, stdout).toBe(0);
      return Date.now() - began;
    };
    await status();
    await scene.endMaster();
    const anew = await status();
    const [frozen] = await masters(environment);
    process.kill(frozen as number, 'SIGSTOP');
    expect((await status()) - anew).toBeLessThan(8000);
    process.kill(frozen as number, 'SIGKILL');
    expect(link.proxy.connections()).toBe(3);

    // Three transfers at once on a master that dies: one new connection serves them all.
    toy.profile(
      'big',
      `COMMAND="mkdir -p out data/big; head -c 8000000 /dev/urandom >out/big; cp out/big data/big/; cat out/big"
SBATCH_MEM=50M\nRESULTS_PULL="out/ data/big/"\n`,
    );
    expect((await toy.json('slurm-run', { PROFILE: 'big' })).exit).toBe(0);
    const { json } = await toy.json('slurm-watch', { PROFILE: 'big' });
    link.proxy.resetCounters();
    link.proxy.setDelay(20);
    const collecting = toy.json('slurm-collect', { PROFILE: 'big' });
    await until('half of it is here', () => link.proxy.bytes().down > 6_000_000);
    await scene.endMaster();
    const collected = await collecting;
    expect(collected.exit, collected.stdout).toBe(0);
    const files = ['out/big', 'data/big/big', `slurm/logs/${json.jobId}.out`].map((path) => join(toy.root, path));
    const sums = (await execa('sha256sum', files)).stdout.split('\n').map((line) => line.slice(0, 64));
    expect(new Set(sums).size).toBe(1);
    expect(link.proxy.connections()).toBe(1);
    console.log(`faults: 3 masters lost: no command failed, ${await allIsWell([scene])}`);
    toy.remove();
    await link.close();
  });

  test('twelve watches at once, over a server that takes ten sessions on a connection', async () => {
    const link = await cluster.link();
    const scene = await makeScene(cluster, cluster.env(), { link });
    scene.wish('many', 9);
    const tags = Array.from({ length: 12 }, (_, index) => `n${index}`);
    const started = await Promise.all(tags.map((TAG) => scene.toy.json('slurm-run', { PROFILE: 't', TAG })));
    expect(started.map(({ exit }) => exit)).toEqual(tags.map(() => 0));
    const watched = await Promise.all(tags.map((TAG) => scene.toy.json('slurm-watch', { PROFILE: 't', TAG })));
    expect(watched.map(({ exit }) => exit)).toEqual(tags.map(() => 0));
    expect(link.proxy.connections()).toBeLessThanOrEqual(3);
    const { json } = await scene.toy.json('slurm-collect', { YES: '1' });
    expect(json.collected).toHaveLength(12);
    console.log(`faults: 12 watches over ${link.proxy.connections()} connections: ${await allIsWell([scene])}`);
    scene.toy.remove();
    await link.close();
  });
});
