/** Commands of sweeps that die (SIGKILL, with all they started) at any moment, here or on the cluster. */

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type CallCounter, clusterUnavailable, ensureCluster, type TestCluster } from '../cluster/cluster.ts';
import { lanes, seeded } from '../kit/scene.ts';
import { makeSweepScene, namedIn, oddities, type SweepScene } from '../kit/sweep-scene.ts';
import { type Running, until } from '../kit/toy.ts';

const SEED = Number(process.env.FAULTS_SEED ?? 20_261_122);
const CELLS = 4;

/** make, node, ssh and rsync at once, as when a terminal is closed or the power goes. */
function killGroup(running: Running): void {
  try {
    process.kill(-(running.pid as number), 'SIGKILL');
  } catch {} // it has ended
}

/** In a wrapper over there: ends the program that called it, with all that this has started. */
const DIE = 'kill -s KILL -- -$(cut -d " " -f 5 /proc/$$/stat)';

describe.skipIf(clusterUnavailable())('a sweep whose commands die', () => {
  let cluster: TestCluster;
  let sbatch: CallCounter;
  beforeAll(async () => {
    cluster = await ensureCluster();
    sbatch = await cluster.countCalls('srt-bash', ['sbatch']);
  });
  beforeEach(() => sbatch.reset());
  afterAll(() => sbatch?.stop());

  async function allIsWell(scenes: readonly SweepScene[], repeats = 0): Promise<string> {
    expect(await oddities(cluster, scenes, repeats)).toEqual([]);
    const runs = (await Promise.all(scenes.map((scene) => scene.began()))).flatMap((one) => [...one.values()]);
    const lines = runs.flat();
    const arrays = new Set(lines.map((line) => line.split(' ')[1]));
    expect(sbatch.count('sbatch')).toBe(arrays.size);
    return `${lines.length} cells in ${arrays.size} arrays of ${runs.length} runs, 0 begun twice, 0 lost`;
  }

  test('here, at random moments of start, resume, watch and collect', async () => {
    const random = seeded(SEED);
    const scenes = [1, 2, 3].map(() => makeSweepScene(cluster, cluster.env(), { cells: CELLS }));
    const targets = ['slurm-sweep-start', 'slurm-sweep-resume', 'slurm-sweep-full', 'slurm-sweep-collect'] as const;
    const rounds = Array.from({ length: 4 }, (_, round) => ({ target: targets[round % 4] as string, part: random() }));
    let finished = 0;
    await lanes(scenes, rounds, async (scene, { target, part }) => {
      const word = `${target} killed at ${part.toFixed(3)}`;
      scene.wish(word);
      await scene.failing(...(target === 'slurm-sweep-resume' ? [0, 2] : []));
      const begins = /start|full/.test(target);
      if (!begins) {
        expect((await scene.json('slurm-sweep-start', { YES: '1' })).exit).toBe(0);
        await scene.json('slurm-sweep-watch');
        await scene.failing();
      }
      const running = scene.begin(target, { YES: '1' });
      const timer = setTimeout(() => killGroup(running), 150 + part * (target === 'slurm-sweep-full' ? 3000 : 1200));
      const { exitCode } = await running;
      clearTimeout(timer);
      if (exitCode === 0) finished += 1;
      const steps = scene.toy.has('slurm/jobs/t@s.rundir') || begins ? await scene.carryOn(word) : [];
      expect(scene.arrived(word), steps.join('; ')).toBe(CELLS);
      if (!begins) expect(steps.join()).not.toContain('sweep-start');
    });
    console.log(
      `faults: ${rounds.length} sweep commands killed (${finished} had finished), seed ${SEED}: ${await allIsWell(scenes, 2)}`,
    );
    for (const { toy } of scenes) toy.remove();
  });

  /** A job that turns up after its attempt was given up ends without doing anything. */
  async function late(scene: SweepScene): Promise<void> {
    expect((await scene.json('slurm-sweep-status')).json.counts).toMatchObject({ notSubmitted: CELLS });
    expect((await scene.json('slurm-sweep-resume')).exit).toBe(0);
    const id = await scene.inRun(
      'sbatch --parsable -J "${PWD##*/}" -D "$PWD" -o "$PWD/late.%a" -e "$PWD/late.%a" --array=0-3 .slurm-runner/attempt-1/job.sh',
    );
    const left = () => cluster.asUser('srt-bash', `squeue -h -j ${id} || :`);
    await until('the end of the late job', async () => (await left()) === '');
    expect(await scene.inRun('cat late.*')).toMatch(/^(slurm-runner: this run belongs to job void.*\n?){4}$/);
  }

  test('over there, at each step of a submission', async () => {
    /** The command, and of what file, at which it dies; before it, or once it is done. */
    const steps = [
      ['ln', 'array-1', 'before'],
      ['ln', 'array-1', 'after'],
      ['mkdir', 'attempt-1', 'after'],
      ['mv', 'attempt-1/intent', 'after'],
      ['sbatch', 'attempt-1/job.sh', 'before'],
      ['sbatch', 'attempt-1/job.sh', 'after'],
    ] as const;
    const scenes = steps.map(() => makeSweepScene(cluster, cluster.env(), { cells: CELLS }));
    const undo = await Promise.all(
      ['ln', 'mkdir', 'mv', 'sbatch'].map((command) => {
        const cases = (when: string) =>
          steps.flatMap((step, at) =>
            step[0] === command && step[2] === when ? [`*'${scenes[at]?.remoteDir}/'*'/${step[1]}') ${DIE} ;;`] : [],
          );
        const choice = (when: string) => `case "$*" in ${cases(when).join('\n')}\nesac`;
        return cluster.wrap(
          'srt-bash',
          command,
          `${choice('before')}\n"$REAL" "$@"\ncode=$?\n${choice('after')}\nexit $code`,
        );
      }),
    );
    const ends = await Promise.all(
      scenes.map((scene, at) => {
        scene.wish(steps[at]?.join(' ') as string);
        return scene.toy.make('slurm-sweep-start', { SWEEP: 's' });
      }),
    );
    for (const one of undo) await one();
    await lanes([1, 2, 3], scenes, async (_, scene) => {
      const at = scenes.indexOf(scene);
      const word = steps[at]?.join(' ') as string;
      const { exit, stdout, stderr } = ends[at] as (typeof ends)[number];
      expect([0, 3], `${word}: ${stderr}`).toContain(exit);
      // What was never submitted is taken for abandoned after three minutes: these are over.
      const old =
        '[ -s attempt-1/job_id ] || ! [ -e attempt-1/intent ] || echo $(($(date +%s) - 200)) >attempt-1/intent';
      await scene.inRun(`cd .slurm-runner && { ${old}; }`);
      if (word === 'sbatch attempt-1/job.sh before') await late(scene);
      const typed = await scene.carryOn(word, namedIn(exit === 0 ? stdout : stderr));
      expect(typed.join(), word).not.toContain('sweep-start');
    });
    console.log(`faults: killed over there at ${steps.length} steps: ${await allIsWell(scenes)}`);
    for (const { toy } of scenes) toy.remove();
  });
});
