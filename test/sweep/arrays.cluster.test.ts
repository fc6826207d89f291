/** A sweep in several job arrays on the real cluster: where arrays are short, where a person may have few jobs, where jobs differ. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clusterUnavailable, ensureCluster, type TestCluster } from '../cluster/cluster.ts';
import { beginnings, mostAtOnce, type SweepToy, sweepToy } from '../kit/sweeps.ts';
import { until } from '../kit/toy.ts';

const once = (cells: number) => new Map(Array.from({ length: cells }, (_, cell) => [cell, 1]));

describe.skipIf(clusterUnavailable())('a sweep in several arrays', () => {
  let cluster: TestCluster;
  const open: (() => Promise<void>)[] = [];
  const make = async (options: Parameters<typeof sweepToy>[1] = {}): Promise<SweepToy> => {
    const made = await sweepToy(cluster, options);
    open.push(made.remove);
    return made;
  };
  /** Of each call of sbatch the array, and what it waits for. */
  const calls = async (our: SweepToy) =>
    (await our.sbatches()).map((line) => [
      / --array=(\S+)/.exec(line)?.[1],
      ...(/ --dependency=(\S+)/.exec(line)?.slice(1) ?? []),
    ]);

  beforeAll(async () => {
    cluster = await ensureCluster();
  });
  afterAll(async () => {
    for (const close of open) await close();
  });

  describe('MaxArraySize is 10', () => {
    let our: SweepToy;
    const cells = Array.from({ length: 25 }, (_, number) => number + 100);
    const start = (SWEEP: string, MAX_CONCURRENT: string, more: Record<string, string> = {}) =>
      our.good('slurm-sweep-start', { SWEEP, MAX_CONCURRENT, ...more });

    beforeAll(async () => {
      our = await make({ conf: '' });
      const small = `case "$*" in
'show config') "$REAL" "$@" | sed 's/^\\(MaxArraySize *= *\\).*/\\110/' ;;
*) exec "$REAL" "$@" ;;
esac`;
      open.unshift(await cluster.wrap('srt-bash', 'scontrol', small));
      for (const name of ['wide', 'narrow', 'later'])
        our.toy.write(`slurm/sweeps/${name}.yaml`, `profile: p\nmatrix: {N: [${cells}]}\n`);
      our.toy.write('more.sh', 'echo "$N" >"$RESULTS_DIR/n"; sleep 0.4\n');
    });

    /** Lets these cells, each the first of its array, go on once all of them run. */
    const together = async (...cells: number[]) => {
      await until('they run side by side', async () => {
        const begun = beginnings(await our.notes());
        return cells.every((cell) => begun.has(cell));
      });
      await our.tell('rm wait.*');
    };

    test('25 cells are three arrays, MAX_CONCURRENT shared among them', async () => {
      await our.tell(': >wait.0; : >wait.9; : >wait.18');
      const { submitted } = await start('wide', '5');
      expect(submitted.arrays.map((array) => array.cells)).toEqual(['0-8', '9-17', '18-24']);
      expect(await calls(our)).toEqual([['0-8%2'], ['0-8%2'], ['0-6%1']]);
      await together(0, 9, 18);
      expect((await our.good('slurm-sweep-watch', { SWEEP: 'wide' })).counts).toMatchObject({ done: 25 });
      const notes = await our.notes();
      expect(beginnings(notes)).toEqual(once(25));
      expect(mostAtOnce(notes)).toBeLessThanOrEqual(5);
      expect(mostAtOnce(notes)).toBeGreaterThan(2);
      expect((await our.good('slurm-sweep-collect', { SWEEP: 'wide' })).collected.removed).toBe(true);
      const { cells: rows } = JSON.parse(our.toy.read('results/wide/cells.json'));
      for (const [cell, { name, job, log }] of rows.entries()) {
        expect(job).toBe(`${submitted.arrays[Math.floor(cell / 9)]?.jobId}_${cell % 9}`);
        expect(our.toy.read(`results/wide/${name}/n`)).toBe(`${cell + 100}\n`);
        expect(our.toy.read(log)).toContain(`cell ${cell}:`);
      }
    });

    test('more arrays than may run: each in a lane, after the one before', async () => {
      await our.tell(': >notes; : >sbatch; : >wait.0; : >wait.10');
      const { submitted } = await start('narrow', '2', { CELL: '0-3,10-13,20-23' });
      const [first] = submitted.arrays;
      expect(await calls(our)).toEqual([['0-3%1'], ['0-3%1'], ['0-3%1', `afterany:${first?.jobId}`]]);
      await together(0, 10);
      expect((await our.good('slurm-sweep-watch', { SWEEP: 'narrow' })).counts).toMatchObject({ done: 12 });
      expect(mostAtOnce(await our.notes())).toBe(2);
      const { cells } = await our.good('slurm-sweep-status', { SWEEP: 'narrow' });
      expect(cells.flatMap(({ index, verdict }) => (verdict?.success ? [index] : []))).toEqual(
        [0, 10, 20].flatMap((block) => [block, block + 1, block + 2, block + 3]),
      );
    });

    test('a resume while others live: what they may use is taken off, and where nothing is left it waits', async () => {
      await our.tell(': >notes; : >sbatch; : >wait.0; : >wait.1; : >wait.2');
      const first = await start('later', '3', { CELL: '0-1' });
      await until('both run', async () => beginnings(await our.notes()).size === 2);
      const resume = (CELL: string, more: Record<string, string> = {}) =>
        our.good('slurm-sweep-resume', { SWEEP: 'later', CELL, ...more });
      const second = await resume('0-5,12');
      expect(second.submitted).toMatchObject({ cells: [2, 3, 4, 5, 12], due: { alive: [0, 1] } });
      await resume('20-21');
      const id = (answer: typeof first, at = 0) => answer.submitted.arrays[at]?.jobId;
      expect(await calls(our)).toEqual([
        ['0-1%3'],
        ['0-3%1'],
        ['0%1', `afterany:${id(second)}`],
        ['0-1%3', expect.stringMatching(`^afterany:(?=.*${id(first)})(?=.*${id(second)})(?=.*${id(second, 1)})`)],
      ]);
      await until('a third runs beside them', async () => beginnings(await our.notes()).size >= 3);
      await our.tell('rm wait.*');
      expect((await our.good('slurm-sweep-watch', { SWEEP: 'later' })).counts).toMatchObject({ done: 9 });
      const notes = await our.notes();
      expect(mostAtOnce(notes)).toBe(3);
      expect([...beginnings(notes).values()]).toEqual(Array(9).fill(1));
    });
  });

  test('two jobs at a time are all that Slurm takes: the rest follows as others end, none twice', async () => {
    const our = await make({ user: 'srt-limit', host: 'srt-limit' });
    our.toy.write('slurm/sweeps/five.yaml', 'profile: p\nmatrix: {N: [a, b, c, d, e]}\n');
    await our.tell(': >wait.0; : >wait.1');
    const { submitted } = await our.good('slurm-sweep-start', { SWEEP: 'five' });
    expect(submitted.cells).toEqual([0, 1]);
    expect(submitted.deferred).toContain('Limit');
    expect(await our.good('slurm-sweep-status', { SWEEP: 'five' })).toMatchObject({ deferred: 3 });
    const full = await our.good('slurm-sweep-resume', { SWEEP: 'five' });
    expect(full.submitted).toMatchObject({ cells: [], due: { run: [2, 3, 4], alive: [0, 1] } });
    expect((await our.toy.make('slurm-sweep-status', { SWEEP: 'five' })).stdout).toMatch(/Not yet: +3 cells/);
    const watching = our.good('slurm-sweep-watch', { SWEEP: 'five' });
    await our.tell('rm wait.*');
    expect((await watching).counts).toMatchObject({ done: 5 });
    expect((await our.good('slurm-sweep-collect', { SWEEP: 'five' })).collected.removed).toBe(true);
    expect(beginnings(await our.notes())).toEqual(once(5));
  });

  test('a script of its own for each cell, and an array for each of its headers', async () => {
    const our = await make();
    const hostile = [`it's "$HOME"; \`id\` \\ {{ x }}`, '-n 漢字'];
    our.toy.write(
      'slurm/templates/own.sbatch',
      `#!/bin/bash
#SBATCH --mem={{ '30M' if MODEL == 'big one' else '20M' }}
cd {{ RUN_DIR | sh }} || exit
{%- if CELL == '3' %}
echo 'the last one' >>"$RESULTS_DIR/said"
{%- endif %}
printf '%s\\0' {{ MODEL | sh }} {{ NOTE | sh }} {{ CELL_NAME }} {{ RUN_NUMBER }} {{ RESULTS_DIR | sh }} >"$RESULTS_DIR/template"
printf '%s\\0' "$MODEL" "$NOTE" "$CELL_NAME" "$RUN_NUMBER" "$RESULTS_DIR" >"$RESULTS_DIR/environment"
printf '%s\\0' {{ SCRIPT_ARGS }} >"$RESULTS_DIR/arguments"
exec sh task.sh
`,
    );
    our.toy.profile(
      'own',
      `${our.toy.read('slurm/profiles/p.conf').replace('TEMPLATE=task', 'TEMPLATE=own\nARGS="-x \'1 2\'"')}`,
    );
    const matrix = JSON.stringify({ MODEL: ['small', 'big one'], NOTE: hostile });
    our.toy.write('slurm/sweeps/own.yaml', `matrix: ${matrix}\nargs: --model {{ MODEL }} "note={{ NOTE }}"\n`);
    await our.tell(': >wait.0; : >wait.2');
    const { submitted, push } = await our.good('slurm-sweep-start', { SWEEP: 'own', MAX_CONCURRENT: '4' });
    expect(submitted.arrays.map(({ cells }) => cells)).toEqual(['0-1', '2-3']);
    expect(await calls(our)).toEqual([['0-1%2'], ['2-3%2']]);
    await until('two wait', async () => (await our.queue('%K %m')).sort().join() === '0 20M,2 30M');
    await our.tell('rm wait.*');
    await our.good('slurm-sweep-watch', { SWEEP: 'own' });
    const { status } = await our.good('slurm-sweep-collect', { SWEEP: 'own' });
    const names = ['0-small-it_s___HOME____id_____x', '1-small--n', '2-big_one-it_s', '3-big_one--n'];
    for (const { index, name, values } of status.cells) {
      const { MODEL = '', NOTE = '' } = values;
      expect(name.startsWith(names[index]?.slice(0, 9) ?? '-')).toBe(true);
      const read = (file: string) => our.toy.read(`results/own/${name}/${file}`).split('\0').slice(0, -1);
      const folder = `${push.runDir}/results/own/${name}`;
      expect(read('template')).toEqual([MODEL, NOTE, name, String(index + 1), folder]);
      expect(read('environment')).toEqual(read('template'));
      expect(read('arguments')).toEqual(['-x', '1 2', '--model', MODEL, `note=${NOTE}`]);
      expect(our.toy.has(`results/own/${name}/said`)).toBe(index === 3);
    }
  });
});
