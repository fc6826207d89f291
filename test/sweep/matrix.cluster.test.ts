/** A matrix of 224 cells from its start to its last collect, on the real cluster: some fail, some are cancelled, one runs out of time. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clusterUnavailable, ensureCluster, type TestCluster } from '../cluster/cluster.ts';
import { beginnings, mostAtOnce, type SweepToy, sweepToy } from '../kit/sweeps.ts';
import { until } from '../kit/toy.ts';
import { readCsv } from './csv.ts';
import { AGENTS, CELLS, EVALS, MODELS } from './post-train.ts';

const NAMES = ['MODEL_TO_TRAIN', 'EVAL', 'AGENT', 'AGENT_CONFIG'] as const;
const THROTTLE = 16;
/** One waits until its time is up, one until it is cancelled, two until they are let go; the last is cancelled before it begins. */
const [TIMED_OUT, CANCELLED, HELD_BACK, NEVER_BEGAN] = [5, 6, [7, 9], 223];
/** With those above as many as may run at a time: none behind them begins before they are let go. */
const IN_THE_WAY = Array.from({ length: THROTTLE - 4 }, (_, at) => 13 + at);
const FAILING = new Map([
  [11, 3],
  [12, 255],
  [100, 1],
]);
const AGAIN = [TIMED_OUT, CANCELLED, ...FAILING.keys(), NEVER_BEGAN];

const MORE = `printf '%s\\0' "$MODEL_TO_TRAIN" "$EVAL" "$AGENT" "$AGENT_CONFIG" \\
  "$SWEEP" "$CELL" "$CELL_NAME" "$RUN_NUMBER" "$RESULTS_DIR" "$PWD/results/$SWEEP/$CELL_NAME" >"$RESULTS_DIR/environment"
`;

describe.skipIf(clusterUnavailable())('a matrix of 224 cells', () => {
  let cluster: TestCluster;
  let our: SweepToy;
  let jobId: string;
  let runDir: string;
  const sweep = { SWEEP: 'full' };
  const state = (cell: number) => our.asUser(`squeue -h -r -t all -j ${jobId}_${cell} -o %T`);
  const table = () => JSON.parse(our.toy.read('results/full/cells.json'));

  beforeAll(async () => {
    cluster = await ensureCluster();
    our = await sweepToy(cluster, { more: MORE });
    const matrix = { MODEL_TO_TRAIN: MODELS, EVAL: EVALS, agent: AGENTS };
    our.toy.write('slurm/sweeps/full.yaml', `profile: p\nmatrix: ${JSON.stringify(matrix)}\nretry: 1\n`);
    const waiting = [TIMED_OUT, CANCELLED, ...HELD_BACK, ...IN_THE_WAY].map((cell) => `: >wait.${cell}`);
    const failing = Array.from(FAILING, ([cell, code]) => `echo ${code} >fail.${cell}`);
    await our.tell([...waiting, ...failing].join('; '));
  });
  afterAll(() => our?.remove());

  test('one sbatch, one job array, throttled', async () => {
    const { submitted, push } = await our.good('slurm-sweep-start', { ...sweep, MAX_CONCURRENT: String(THROTTLE) });
    expect(submitted.arrays).toMatchObject([{ cells: '0-223' }]);
    jobId = submitted.arrays[0]?.jobId as string;
    runDir = push.runDir;
    const calls = await our.sbatches();
    expect(calls).toHaveLength(1);
    expect(calls[0]).toContain(` --array=0-223%${THROTTLE} `);
    expect(our.toy.read('slurm/jobs/p@full.jobid')).toBe(`${jobId}\n`);
  });

  test('cells are cancelled by their parameters, one while it runs and one before', async () => {
    await until('the first ones run', async () => {
      const times = beginnings(await our.notes());
      return [TIMED_OUT, CANCELLED, ...HELD_BACK].every((cell) => times.has(cell));
    });
    // As a cell's time runs out, only sooner. scontrol says what time it is, and slurmctld takes none that has passed when it is asked.
    await until('its time is about to run out', async () => {
      const update = `scontrol update jobid=${jobId}_${TIMED_OUT} EndTime=now+1`;
      return (await cluster.asRoot(`${update} 2>&1 || :`)) === '';
    });
    const { MODEL_TO_TRAIN, EVAL, AGENT_CONFIG } = CELLS[CANCELLED] as (typeof CELLS)[number];
    expect(AGENT_CONFIG).toContain('モデル');
    const CELL = `MODEL_TO_TRAIN=${MODEL_TO_TRAIN} EVAL=${EVAL} AGENT_CONFIG=${AGENT_CONFIG}`;
    const running = await our.good('slurm-sweep-cancel', { ...sweep, CELL });
    expect(running).toMatchObject({ ids: [`${jobId}_${CANCELLED}`], cells: [CANCELLED] });
    const pending = await our.good('slurm-sweep-cancel', { ...sweep, CELL: String(NEVER_BEGAN) });
    expect(pending).toMatchObject({ ids: [`${jobId}_${NEVER_BEGAN}`] });
  });

  test('status and collect, while others run: what has ended comes home, and nothing is removed', async () => {
    await our.tell(IN_THE_WAY.map((cell) => `rm wait.${cell}`).join('; '));
    await until('the failing ones have ended', async () => (await our.notes()).some(({ cell }) => cell === 100), 120);
    await until('it has left', async () => !/RUNNING|COMPLETING/.test(await state(100)));
    const { counts, cells } = await our.good('slurm-sweep-status', sweep);
    const { total, ...parts } = counts;
    expect(total).toBe(224);
    expect(Object.values(parts).reduce((sum, part) => sum + part)).toBe(224);
    expect(counts.failed).toBeGreaterThanOrEqual(3);
    for (const [cell, exitCode] of FAILING)
      expect(cells[cell]?.verdict).toMatchObject({ state: 'FAILED', exitCode, ended: true, tries: 1 });
    expect(cells[CANCELLED]?.verdict).toMatchObject({ state: 'CANCELLED' });
    expect(cells[NEVER_BEGAN]?.verdict).toMatchObject({ state: 'CANCELLED', tries: 0 });
    expect(cells[HELD_BACK[0] as number]?.verdict).toMatchObject({ state: 'RUNNING', ended: false });
    const text = (await our.toy.make('slurm-sweep-status', sweep)).stdout;
    expect(text).toMatch(/\d+\/224 done, \d+ failed/);
    expect(text).toMatch(new RegExp(`^ +12 +\\S+ +FAILED \\(exit code 255\\) .*\\b${jobId}_12\\b`, 'm'));

    const { brought, collected } = await our.good('slurm-sweep-collect', sweep, 1);
    expect(brought).toBeGreaterThan(90);
    expect(collected).toBeUndefined();
    expect(our.toy.has(`results/full/${cells[10]?.name}/environment`)).toBe(true);
    expect(our.toy.has(`slurm/logs/${jobId}_11.out`)).toBe(true);
    expect(table().cells[HELD_BACK[0] as number]).toMatchObject({ state: 'RUNNING' });
    await our.asUser(`test -f ${runDir}/.slurm-runner/manifest.json`);
    await our.tell('rm -f wait.*');
  });

  test('watch to the end; then the table has every cell, and all that it says is there', async () => {
    const watched = await our.good('slurm-sweep-watch', sweep, 1);
    const others = watched.cells.filter(({ index }) => !AGAIN.includes(index));
    expect(others.filter(({ verdict }) => verdict?.state !== 'COMPLETED')).toEqual([]);
    expect(watched.counts).toMatchObject({ done: 218, failed: 4, cancelled: 2, running: 0, pending: 0, unknown: 0 });
    expect(watched.cells[TIMED_OUT]?.verdict).toMatchObject({ state: 'TIMEOUT', tries: 1 });
    const { collected } = await our.good('slurm-sweep-collect', sweep, 1);
    expect(collected).toMatchObject({ removed: false });

    const [header, ...rows] = readCsv(our.toy.read('results/full/cells.csv'));
    expect(header?.slice(0, 6)).toEqual(['cell', 'name', ...NAMES]);
    expect(rows).toHaveLength(224);
    for (const [cell, row] of rows.entries()) {
      const one = Object.fromEntries(row.map((value, at) => [header?.[at] ?? '', value]));
      const json = table().cells[cell];
      expect({ ...one, ...CELLS[cell] }, `cell ${cell}`).toEqual(one);
      expect(json.values).toEqual(CELLS[cell]);
      const expected =
        cell === TIMED_OUT
          ? 'TIMEOUT'
          : FAILING.has(cell)
            ? 'FAILED'
            : AGAIN.includes(cell)
              ? 'CANCELLED'
              : 'COMPLETED';
      expect([one.state, json.state, one.name, one.job]).toEqual([expected, expected, json.name, `${jobId}_${cell}`]);
      if (FAILING.has(cell))
        expect([one.exitCode, json.exitCode]).toEqual([String(FAILING.get(cell)), FAILING.get(cell)]);
      if (expected === 'CANCELLED' || expected === 'TIMEOUT') continue;
      expect(our.toy.read(`slurm/logs/${jobId}_${cell}.out`)).toBe(`cell ${cell}: \n`);
      expect([one.log, one.results]).toEqual([`slurm/logs/${jobId}_${cell}.out`, `results/full/${json.name}`]);
      const folder = `${runDir}/results/full/${json.name}`;
      const { MODEL_TO_TRAIN, EVAL, AGENT, AGENT_CONFIG } = CELLS[cell] as (typeof CELLS)[number];
      const seen = our.toy.read(`${one.results}/environment`).split('\0').slice(0, -1);
      const parameters = [MODEL_TO_TRAIN, EVAL, AGENT, AGENT_CONFIG];
      expect(seen).toEqual([...parameters, 'full', String(cell), json.name, String(cell + 1), folder, folder]);
    }
    const notes = await our.notes();
    expect(mostAtOnce(notes)).toBeLessThanOrEqual(THROTTLE);
    expect(mostAtOnce(notes)).toBeGreaterThan(4);
  });

  test('resume runs again what failed, was cancelled or ran out of time, in one array, and nothing else', async () => {
    await our.tell('rm -f fail.11 fail.12');
    const { submitted } = await our.good('slurm-sweep-resume', sweep);
    expect(submitted.cells).toEqual([...AGAIN].sort((a, b) => a - b));
    expect(submitted.arrays).toHaveLength(1);
    const { counts, cells } = await our.good('slurm-sweep-watch', sweep, 1);
    expect(counts).toMatchObject({ done: 223, failed: 1 });
    expect(cells[100]?.verdict).toMatchObject({ state: 'FAILED', tries: 2 });
  });

  test('a cell that failed as often as it may is left alone, without FORCE=1 or a higher RETRY', async () => {
    const tired = await our.good('slurm-sweep-resume', sweep);
    expect(tired.submitted).toMatchObject({ cells: [], arrays: [], due: { exhausted: [100] } });
    const forced = await our.good('slurm-sweep-resume', { ...sweep, FORCE: '1' });
    expect(forced.submitted.cells).toEqual([100]);
    await our.good('slurm-sweep-watch', sweep, 1);
    await our.tell('rm -f fail.100');
    expect((await our.good('slurm-sweep-resume', { ...sweep, RETRY: '2' })).submitted.cells).toEqual([]);
    expect((await our.good('slurm-sweep-resume', { ...sweep, RETRY: '3' })).submitted.cells).toEqual([100]);
    await our.good('slurm-sweep-watch', sweep);
  });

  test('the last collect removes the run, and the history has its line; every cell ran as often as it should', async () => {
    const { collected } = await our.good('slurm-sweep-collect', sweep);
    expect(collected).toMatchObject({ removed: true, verdict: { tasks: { COMPLETED: 224 } } });
    expect(await our.asUser(`ls ${our.remoteDir}/runs`)).toBe('');
    expect(our.toy.has('slurm/jobs/p@full.rundir')).toBe(false);
    expect(table().counts).toMatchObject({ done: 224, failed: 0 });
    expect(table().cells[100]).toMatchObject({ state: 'COMPLETED', tries: 4 });
    const history = await our.toy.json('slurm-history', { PROFILE: 'p', TAG: 'full' });
    expect(history.json.entries.at(-1)).toMatchObject({ id: 'p@full', state: 'COMPLETED', tasks: { COMPLETED: 224 } });

    const expected = CELLS.map((_, cell) => (cell === 100 ? 4 : cell !== NEVER_BEGAN && AGAIN.includes(cell) ? 2 : 1));
    const times = beginnings(await our.notes());
    expect(CELLS.map((_, cell) => times.get(cell))).toEqual(expected);
    expect(await our.sbatches()).toHaveLength(4);
  });
});
