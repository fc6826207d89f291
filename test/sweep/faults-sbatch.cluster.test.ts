/** Sweeps and a Slurm that answers late, wrongly, or not at all while their cells are submitted. */

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type CallCounter, clusterUnavailable, ensureCluster, type TestCluster } from '../cluster/cluster.ts';
import { lanes } from '../kit/scene.ts';
import { makeSweepScene, namedIn, oddities, type SweepScene } from '../kit/sweep-scene.ts';

const CELLS = 4;
const TIMED_OUT =
  'echo "sbatch: error: Batch job submission failed: Socket timed out on send/recv operation" >&2; exit 1';

describe.skipIf(clusterUnavailable())('a sweep and the moods of Slurm', () => {
  let cluster: TestCluster;
  let sbatch: CallCounter;
  beforeAll(async () => {
    cluster = await ensureCluster();
    sbatch = await cluster.countCalls('srt-bash', ['sbatch']);
  });
  beforeEach(() => sbatch.reset());
  afterAll(() => sbatch?.stop());

  async function allIsWell(scenes: readonly SweepScene[]): Promise<string> {
    expect(await oddities(cluster, scenes)).toEqual([]);
    const lines = (await Promise.all(scenes.map((scene) => scene.began()))).flatMap((runs) =>
      [...runs.values()].flat(),
    );
    const arrays = new Set(lines.map((line) => line.split(' ')[1]));
    expect(sbatch.count('sbatch')).toBe(arrays.size);
    return `${lines.length} cells in ${arrays.size} arrays, 0 begun twice, 0 lost`;
  }

  /** MaxArraySize as this cluster has it not. */
  const smallArrays = (size: number) =>
    cluster.wrap('srt-bash', 'scontrol', `"$REAL" "$@" | sed 's/^MaxArraySize .*/MaxArraySize = ${size}/'`);

  test('sbatch answers late, wrongly, or not at all', async () => {
    const ways: [string, string, number][] = [
      ['late', 'out=$("$REAL" "$@"); sleep 6; echo "$out"', 0],
      ['timed out, though submitted', `"$REAL" "$@" >/dev/null; ${TIMED_OUT}`, 0],
      ['killed, though submitted', '"$REAL" "$@" >/dev/null; kill -9 $$', 0],
      ['nothing at all', '"$REAL" "$@" >/dev/null', 0],
      ['timed out, and not submitted', TIMED_OUT, 3],
      [
        'no controller',
        'echo "sbatch: error: Batch job submission failed: Unable to contact slurm controller (connect failure)" >&2; exit 1',
        3,
      ],
      ['refused', 'echo "sbatch: error: Batch job submission failed: Invalid qos specification" >&2; exit 1', 2],
    ];
    const scenes = ways.map(() => makeSweepScene(cluster, cluster.env(), { cells: CELLS }));
    const cases = ways.map(([, script], at) => `*'${scenes[at]?.remoteDir}/'*) ${script} ;;`);
    const undo = await cluster.wrap(
      'srt-bash',
      'sbatch',
      `case "$*" in ${cases.join('\n')}\n*) exec "$REAL" "$@" ;; esac`,
    );
    const ends = await Promise.all(
      scenes.map((scene, at) => {
        scene.wish(ways[at]?.[0] as string);
        return scene.toy.make('slurm-sweep-start', { SWEEP: 's' });
      }),
    );
    await undo();
    await lanes([1, 2, 3], scenes, async (_, scene) => {
      const [word, , expected] = ways[scenes.indexOf(scene)] as (typeof ways)[number];
      const { exit, stdout, stderr } = ends[scenes.indexOf(scene)] as (typeof ends)[number];
      expect(exit, `${word}: ${stderr}`).toBe(expected);
      if (expected === 0) {
        const [job] = stdout.match(/Job array: +(\d+) \(cells 0-3\)/)?.slice(1) ?? [];
        expect(scene.toy.read('slurm/jobs/t@s.jobid'), word).toBe(`${job}\n`);
      }
      const old = '[ -s attempt-1/job_id ] || ! [ -d attempt-1 ] || echo $(($(date +%s) - 200)) >attempt-1/intent';
      if (expected === 3) await scene.inRun(`cd .slurm-runner && { ${old}; }`);
      const typed = await scene.carryOn(word, namedIn(expected === 0 ? stdout : stderr));
      expect(typed.join(), word).not.toContain('sweep-start');
    });
    console.log(`faults: sbatch in ${ways.length} moods: ${await allIsWell(scenes)}`);
    for (const { toy } of scenes) toy.remove();
  });

  test('of several arrays one is submitted and its answer lost, the next one refused', async () => {
    const scenes = [1, 2].map(() => makeSweepScene(cluster, cluster.env(), { cells: 6 }));
    const [lost, refused] = scenes as [SweepScene, SweepScene];
    const undoSize = await smallArrays(2);
    const undo = await cluster.wrap(
      'srt-bash',
      'sbatch',
      `case "$*" in *'${lost.remoteDir}/'*'/attempt-2/'*) "$REAL" "$@" >/dev/null; kill -9 $$ ;;
      *'${refused.remoteDir}/'*'/attempt-2/'*) echo "sbatch: error: Invalid qos specification" >&2; exit 1 ;;
      *) exec "$REAL" "$@" ;; esac`,
    );
    try {
      lost.wish('lost');
      refused.wish('refused');
      const [one, other] = await Promise.all(scenes.map((scene) => scene.json('slurm-sweep-start')));
      expect(one?.exit, one?.stdout).toBe(0);
      expect(one?.json.submitted.arrays.map(({ cells }: { cells: string }) => cells)).toEqual(['0-1', '2-3', '4-5']);
      expect(other?.exit).toBe(2);
      expect(other?.json.problems).toMatchObject([{ kind: 'submit-refused', before: 2 }]);
      expect(refused.toy.has('slurm/jobs/t@s.jobid')).toBe(true);
    } finally {
      await undo();
      await undoSize();
    }
    await lost.carryOn('lost');
    await refused.carryOn('refused', 'make slurm-sweep-resume SWEEP=s');
    console.log(`faults: arrays whose answer was lost, or that were refused: ${await allIsWell(scenes)}`);
    for (const { toy } of scenes) toy.remove();
  });
});
