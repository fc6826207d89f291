/** Commands that die (SIGKILL, with all they started) at any moment, and commands that run at the same time. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type CallCounter, clusterUnavailable, ensureCluster, type TestCluster } from '../cluster/cluster.ts';
import { lanes, makeScene, oneJobEach, type Scene, seeded, untracked } from '../kit/scene.ts';
import { type Running, until } from '../kit/toy.ts';

const SEED = Number(process.env.FAULTS_SEED ?? 20_261_121);

/** make, node, ssh and rsync at once, as when a terminal is closed or the power goes. */
function killGroup(running: Running): void {
  try {
    process.kill(-(running.pid as number), 'SIGKILL');
  } catch {} // it has ended
}

describe.skipIf(clusterUnavailable())('commands that die or meet', () => {
  let cluster: TestCluster;
  let sbatch: CallCounter;

  beforeAll(async () => {
    cluster = await ensureCluster();
    sbatch = await cluster.countCalls('srt-bash', ['sbatch']);
  });
  beforeEach(() => sbatch.reset());
  afterAll(() => sbatch?.stop());

  async function allIsWell(scenes: readonly Scene[]): Promise<string> {
    const { runs, jobs, doubles } = await oneJobEach(scenes);
    expect(doubles).toEqual([]);
    expect(sbatch.count('sbatch')).toBe(jobs);
    for (const scene of scenes) {
      expect(await untracked(scene)).toEqual([]);
      await scene.untouched();
    }
    return `${jobs} jobs of ${runs} runs, 0 double submissions, 0 untracked, 0 foreign files touched`;
  }

  test('killed at random moments of slurm-run and slurm-full', async () => {
    const random = seeded(SEED);
    const scenes: Scene[] = [];
    for (let count = 0; count < 3; count++) scenes.push(await makeScene(cluster, cluster.env()));
    const rounds = Array.from({ length: 4 }, (_, round) => ({
      round,
      target: round % 2 === 0 ? 'slurm-run' : 'slurm-full',
      after: 100 + random() * (round % 2 === 0 ? 900 : 2000),
      master: random() < 0.3,
    }));
    let finished = 0;
    const paths: Record<string, number> = {};
    await lanes(scenes, rounds, async (scene, { round, target, after, master }) => {
      const word = `round ${round} of seed ${SEED}`;
      scene.wish(word);
      const running = scene.toy.start(target, { PROFILE: 't', YES: '1' }, true);
      const timer = setTimeout(() => killGroup(running), after);
      const { exitCode } = await running;
      clearTimeout(timer);
      if (exitCode === 0) finished += 1;
      if (master) await scene.endMaster();
      const steps = await scene.carryOn(word);
      paths[steps[0] ?? ''] = (paths[steps[0] ?? ''] ?? 0) + 1;
      expect(scene.arrived(word), steps.join(', ')).toBe(true);
      expect(
        readdirSync(join(scene.toy.root, 'slurm/jobs')).filter((name) => /^t\.(jobid|rundir)$/.test(name)),
      ).toEqual([]);
    });
    console.log(
      `faults: ${rounds.length} commands killed (${finished} had finished; recover then said ${JSON.stringify(paths)}), seed ${SEED}: ${await allIsWell(scenes)}, 0 results lost`,
    );
    for (const scene of scenes) scene.toy.remove();
  });

  test('slurm-run again after a kill between the submission and its answer: no second job without a question', async () => {
    const scene = await makeScene(cluster, cluster.env());
    // Not for ever, should the test fail.
    const waits = `n=0; until [ -e '${scene.remoteDir}/answer' ] || [ $n -gt 600 ]; do n=$((n+1)); sleep 0.1; done`;
    const undo = await cluster.wrap('srt-bash', 'sbatch', `out=$("$REAL" "$@"); ${waits}; echo "$out"`);
    try {
      const running = scene.toy.start('slurm-run', { PROFILE: 't' }, true);
      await until('the job is in the queue', async () => (await scene.jobs()).size > 0);
      killGroup(running);
      await running;
      expect(scene.toy.has('slurm/jobs/t.jobid')).toBe(false);
      const again = await scene.toy.json('slurm-run', { PROFILE: 't' });
      expect(again.exit, again.stdout).toBeGreaterThanOrEqual(3);
      expect(['declined', 'submit-unknown']).toContain(again.json.problems[0].kind);
      await cluster.asUser('srt-bash', `touch '${scene.remoteDir}/answer'`);
    } finally {
      await undo();
    }
    await scene.carryOn('nothing yet');
    console.log(`faults: slurm-run again over an unanswered submission: ${await allIsWell([scene])}`);
    scene.toy.remove();
  });

  // Sbatch's answer and what it did are two things.
  test('killed while sbatch is still out, then slurm-submit at once', async () => {
    const scene = await makeScene(cluster, cluster.env());
    // Before and after the real submission: neither may be taken for "not submitted".
    for (const script of ['sleep 6; exec "$REAL" "$@"', 'out=$("$REAL" "$@"); sleep 6; echo "$out"']) {
      const undo = await cluster.wrap('srt-bash', 'sbatch', `touch "$HOME/sbatch-is-out"; ${script}`);
      const flag = join(cluster.home('srt-bash'), 'sbatch-is-out');
      await execa('rm', ['-f', flag]);
      try {
        const running = scene.toy.start('slurm-run', { PROFILE: 't' }, true);
        await until('sbatch is out', () =>
          execa('test', ['-e', flag], { reject: false }).then(({ exitCode }) => exitCode === 0),
        );
        killGroup(running);
        await running;
        const { exit, stdout, json } = await scene.toy.json('slurm-submit', { PROFILE: 't' });
        // Once the job has ended meanwhile, that is said (4); either way its id is known.
        if (exit === 0) expect(json.existing).toBe(true);
        else expect(json.problems, stdout).toMatchObject([{ kind: 'already-ended' }]);
        expect(scene.toy.has('slurm/jobs/t.jobid')).toBe(true);
      } finally {
        await undo();
      }
      await scene.carryOn('nothing yet');
    }
    console.log(`faults: 2 kills while sbatch was out: ${await allIsWell([scene])}`);
    scene.toy.remove();
  });

  test('two terminals run the same profile at once', async () => {
    const scenes = [await makeScene(cluster, cluster.env()), await makeScene(cluster, cluster.env())];
    const rounds = Array.from({ length: 2 }, (_, round) => `terminals ${round}`);
    await lanes(scenes, rounds, async (scene, word) => {
      scene.wish(word);
      const both = await Promise.all([1, 2].map(() => scene.toy.json('slurm-run', { PROFILE: 't' })));
      // One goes through; the other is told that somebody is at work, or that a job is tracked.
      expect(both.map(({ exit }) => exit).sort()).toEqual([0, 4]);
      await scene.carryOn(word);
    });
    console.log(`faults: ${rounds.length} rounds of two terminals: ${await allIsWell(scenes)}`);
    for (const { toy } of scenes) toy.remove();
  });

  test('two laptops submit the same run at once', async () => {
    const remoteDir = cluster.remoteDir();
    const [one, two] = [
      await makeScene(cluster, cluster.env(), { remoteDir }),
      await makeScene(cluster, cluster.env(), { remoteDir }),
    ];
    let existing = 0;
    for (let round = 0; round < 2; round++) {
      expect((await one.toy.json('slurm-push', { PROFILE: 't', YES: '1' })).exit).toBe(0);
      two.toy.write('slurm/jobs/t.rundir', one.toy.read('slurm/jobs/t.rundir'));
      // To whoever comes after its end it is said that it has ended.
      const letGo = await one.hold();
      const both = await Promise.all([one, two].map(({ toy }) => toy.json('slurm-submit', { PROFILE: 't' })));
      expect(
        both.map(({ exit }) => exit),
        both.map(({ stdout }) => stdout).join(),
      ).toEqual([0, 0]);
      expect(both[0]?.json.jobId).toBe(both[1]?.json.jobId);
      existing += both.filter(({ json }) => json.existing).length;
      await letGo();
      await one.carryOn('nothing yet');
      // The other laptop's state is stale now; recover says so and forgets it.
      const { json } = await two.toy.json('slurm-recover', { PROFILE: 't' });
      expect(json.recovered).toMatchObject([{ action: 'forgotten' }]);
    }
    expect(existing).toBe(2);
    console.log(`faults: 2 rounds of two laptops: ${await allIsWell([one])}`);
    for (const { toy } of [one, two]) toy.remove();
  });

  test('sbatch answers late, wrongly, in other words or not at all', async () => {
    const ways: [string, string, boolean][] = [
      ['late', 'out=$("$REAL" "$@"); sleep 12; echo "$out"', true],
      [
        'timed out, though submitted',
        '"$REAL" "$@" >/dev/null; echo "sbatch: error: Batch job submission failed: Socket timed out on send/recv operation" >&2; exit 1',
        true,
      ],
      ['killed, though submitted', '"$REAL" "$@" >/dev/null; kill -9 $$', true],
      ['a banner', 'echo "*** 2 nodes are down ***"; "$REAL" "$@"; echo; echo "have 1 nice day"', true],
      ['with its cluster', 'echo "$("$REAL" "$@");srt"', true],
      ['without --parsable', 'echo "Submitted batch job $("$REAL" "$@") on cluster gpu2"', true],
      ['nothing at all', '"$REAL" "$@" >/dev/null', true],
      ['refused', 'echo "sbatch: error: Batch job submission failed: Invalid qos specification" >&2; exit 1', false],
    ];
    const scenes = await Promise.all(ways.map(() => makeScene(cluster, cluster.env())));
    // One wrapper for all, which asks the job's own folder how to behave.
    const cases = ways.map(([, script], index) => `*'${scenes[index]?.remoteDir}/'*) ${script} ;;`);
    const undo = await cluster.wrap(
      'srt-bash',
      'sbatch',
      `case "$*" in ${cases.join('\n')}\n*) exec "$REAL" "$@" ;; esac`,
    );
    try {
      await lanes([1, 2, 3, 4], ways, async (_, way) => {
        const [name, , submitted] = way;
        const scene = scenes[ways.indexOf(way)] as Scene;
        const { exit, stdout } = await scene.toy.json('slurm-run', { PROFILE: 't' });
        expect(exit, `${name}: ${stdout}`).toBe(submitted ? 0 : 2);
        const [jobs] = [...(await scene.jobs()).values()];
        expect(jobs?.length ?? 0, name).toBe(submitted ? 1 : 0);
        if (!submitted) return;
        expect(scene.toy.read('slurm/jobs/t.jobid'), name).toBe(`${jobs?.[0]}\n`);
        await scene.carryOn('nothing yet');
        expect(readFileSync(join(scene.toy.root, 'out/word.txt'), 'utf8')).toBe('nothing yet');
      });
    } finally {
      await undo();
    }
    console.log(`faults: sbatch in ${ways.length} moods: ${await allIsWell(scenes)}`);
    for (const { toy } of scenes) toy.remove();
  });
});
