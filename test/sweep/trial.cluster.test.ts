/** A sweep tried with a few of its cells, and several sweeps at once, on the real cluster. */

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clusterUnavailable, ensureCluster, type TestCluster } from '../cluster/cluster.ts';
import { beginnings, type SweepToy, sweepToy } from '../kit/sweeps.ts';

const SIX = 'matrix:\n  LR: [1, 5, 10]\n  MODEL: [small, large]\n';

describe.skipIf(clusterUnavailable())('a trial of a sweep', () => {
  let cluster: TestCluster;
  let our: SweepToy;
  const arrays = async () => (await our.sbatches()).map((line) => / --array=(\S+)/.exec(line)?.[1]);
  const sent = () => our.asUser(`ls '${our.remoteDir}/runs' 2>/dev/null || :`);

  beforeAll(async () => {
    cluster = await ensureCluster();
    our = await sweepToy(cluster);
    our.toy.write('slurm/sweeps/six.yaml', `profile: p\n${SIX}max_concurrent: 4\n`);
    our.toy.write('slurm/sweeps/other.yaml', SIX);
  });
  afterAll(() => our?.remove());

  test('DRY_RUN=1 lists the cells and sends nothing', async () => {
    const dry = await our.good('slurm-sweep-start', { SWEEP: 'six', DRY_RUN: '1' });
    expect(dry.cells.map(({ values }) => values)).toEqual(
      ['1', '5', '10'].flatMap((LR) => ['small', 'large'].map((MODEL) => ({ LR, MODEL }))),
    );
    const { exit, stdout } = await our.toy.make('slurm-sweep-start', { SWEEP: 'six', DRY_RUN: '1', CELL: 'LR=5' });
    expect(exit).toBe(0);
    expect(stdout).toMatch(/^ +CELL +LR +MODEL$/m);
    expect(stdout.match(/^ +\d+ +\d+ +(small|large)$/gm)?.map((line) => line.trim().split(/ +/))).toEqual([
      ['2', '5', 'small'],
      ['3', '5', 'large'],
    ]);
    expect(await sent()).toBe('');
    expect(our.toy.has('slurm/jobs/p@six.rundir')).toBe(false);
  });

  test('mistakes are told by file and line, and nothing is sent', async () => {
    our.toy.write('slurm/templates/wrong.sbatch', '#!/bin/sh\necho {{ MODEL }}\necho {{ LEARNING }}\n');
    our.toy.profile('wrong', 'TEMPLATE=wrong\n');
    const axis = (line: string, rest = '') => `profile: p\nmatrix:\n  LR: [1, 5]\n  ${line}\n${rest}`;
    const cases: [kind: string, line: number | undefined, yaml: string, variables?: Record<string, string>][] = [
      ['parameter-name', 4, axis('SLURM_X: [1]')],
      ['parameter-name', 4, axis('PATH: [1]')],
      ['no-such-value', 5, axis('exclude:\n    - {LR: 7}')],
      ['no-sweep-profile', 1, 'profile: q\nmatrix: {LR: [1]}\n'],
      ['undefined-variable', 5, axis('M: [a]', 'args: --lr {{ LRR }}\n')],
      ['undefined-variable', 3, SIX, { PROFILE: 'wrong' }],
      ['not-a-count', 5, axis('M: [a]', 'max_concurrent: none\n')],
      ['sweep-without-profile', undefined, SIX],
      ['no-matching-cell', undefined, axis('M: [a]'), { CELL: 'LR=1 M=a 1' }],
      ['no-such-cell', undefined, axis('M: [a]'), { CELL: '2' }],
      ['no-such-parameter', undefined, axis('M: [a]'), { CELL: 'MM=a' }],
    ];
    for (const [kind, line, yaml, variables] of cases) {
      our.toy.write('slurm/sweeps/x.yaml', yaml);
      const { exit, json, stdout } = await our.json('slurm-sweep-start', { SWEEP: 'x', ...variables });
      expect({ exit, kind: json.problems?.[0]?.kind, line: json.problems?.[0]?.place?.line }, stdout).toEqual({
        ...{ exit: 2, kind, line },
      });
    }
    for (const name of ['COUNT', 'MAX_RUNS', 'MAX_CONCURRENT'])
      expect((await our.json('slurm-sweep-start', { SWEEP: 'six', [name]: '0' })).exit, name).toBe(2);
    expect(await sent()).toBe('');
    expect(await our.sbatches()).toEqual([]);
  });

  test('COUNT=1 first, one by its values, then resume for the rest; none twice', async () => {
    const first = await our.good('slurm-sweep-start', { SWEEP: 'six', COUNT: '1' });
    expect(first.submitted.arrays).toMatchObject([{ cells: '0' }]);
    expect((await our.good('slurm-sweep-watch', { SWEEP: 'six' })).counts).toMatchObject({ done: 1, notSubmitted: 5 });
    const early = await our.good('slurm-sweep-collect', { SWEEP: 'six' });
    expect(early).toMatchObject({ brought: 1, collected: { removed: false } });
    expect(our.toy.has('results/six/cells.csv')).toBe(true);

    const chosen = await our.good('slurm-sweep-resume', { SWEEP: 'six', CELL: 'MODEL=large LR=5' });
    expect(chosen.submitted.cells).toEqual([3]);
    // Asked for again while it lives or is done, with one that is not.
    const more = await our.good('slurm-sweep-resume', { SWEEP: 'six', CELL: '0,3-4' });
    expect(more.submitted.cells).toEqual([4]);
    const dry = await our.good('slurm-sweep-resume', { SWEEP: 'six', DRY_RUN: '1' });
    expect(dry.submitted.cells).toEqual([1, 2, 5]);
    expect((await our.good('slurm-sweep-resume', { SWEEP: 'six', COUNT: '2' })).submitted.cells).toEqual([1, 2]);
    // As after the laptop's state files were lost.
    for (const ending of ['jobid', 'rundir', 'json', 'sweep.json'])
      rmSync(join(our.toy.root, `slurm/jobs/p@six.${ending}`), { force: true });
    expect((await our.toy.json('slurm-recover')).json.recovered).toMatchObject([{ id: 'p@six', action: 'restored' }]);
    expect((await our.good('slurm-sweep-resume', { SWEEP: 'six' })).submitted.cells).toEqual([5]);
    expect((await our.good('slurm-sweep-watch', { SWEEP: 'six' })).counts).toMatchObject({ done: 6 });
    expect((await our.good('slurm-sweep-resume', { SWEEP: 'six' })).submitted.cells).toEqual([]);
    expect((await our.good('slurm-sweep-collect', { SWEEP: 'six' })).collected.removed).toBe(true);
    expect([...beginnings(await our.notes()).entries()].sort()).toEqual([0, 1, 2, 3, 4, 5].map((cell) => [cell, 1]));
    expect((await arrays()).map((spec) => spec?.replace(/%.*/, ''))).toEqual(['0', '3', '4', '1-2', '5']);
  });

  test('MAX_RUNS bounds the sweep itself; sweeps of one profile live side by side, and none is started twice', async () => {
    await our.tell(': >wait.0; : >wait.1');
    const start = (variables: Record<string, string>) => our.good('slurm-sweep-start', { PROFILE: 'p', ...variables });
    const [six, tagged, other] = [
      await start({ SWEEP: 'six', MAX_RUNS: '2' }),
      await start({ SWEEP: 'six', MAX_RUNS: '3', TAG: 't' }),
      await start({ SWEEP: 'other', MAX_RUNS: '4' }),
    ];
    expect([six.sweep.count, tagged.sweep.count, other.sweep.count]).toEqual([2, 3, 4]);
    expect([six.id, tagged.id, other.id]).toEqual(['p@six', 'p@six.t', 'p@other']);

    const again = await our.json('slurm-sweep-start', { SWEEP: 'six' });
    expect([again.exit, again.json.problems?.[0]?.kind]).toEqual([4, 'declined']);
    expect((await our.json('slurm-sweep-status')).json).toMatchObject({
      exit: 2,
      problems: [{ kind: 'several-started' }],
    });
    for (const target of ['slurm-submit', 'slurm-resubmit']) {
      const refused = await our.toy.json(target, { PROFILE: 'p', TAG: 'six' });
      expect(refused.json).toMatchObject({ exit: 2, problems: [{ kind: 'is-sweep', sweep: 'six' }] });
    }
    const before = await our.sbatches();

    await our.tell('rm wait.*');
    const all: Record<string, string>[] = [{ SWEEP: 'six' }, { SWEEP: 'six', TAG: 't' }, { SWEEP: 'other' }];
    for (const which of all) {
      const { counts } = await our.good('slurm-sweep-watch', which);
      expect(counts.done).toBe(counts.total);
      expect((await our.good('slurm-sweep-collect', which)).collected.removed).toBe(true);
    }
    for (const [folder, count] of [
      ['six', 2],
      ['six.t', 3],
      ['other', 4],
    ] as const) // each its own
      expect(JSON.parse(our.toy.read(`results/${folder}/cells.json`)).cells).toHaveLength(count);
    expect(await our.sbatches()).toEqual(before);
    expect(await sent()).toBe('');
  });

  test('slurm-sweep-full: from the start to the table; HOLD=1 waits for its release', async () => {
    const full = await our.good('slurm-sweep-full', { SWEEP: 'six' });
    expect(full).toMatchObject({ exit: 0, collect: { status: { counts: { done: 6 } }, collected: { removed: true } } });
    const held = await our.good('slurm-sweep-start', { SWEEP: 'six', HOLD: '1', COUNT: '2' });
    expect(await our.queue('%r')).toEqual(['JobHeldUser', 'JobHeldUser']);
    expect((await our.toy.json('slurm-release', { JOB_ID: held.submitted.arrays[0]?.jobId ?? '' })).exit).toBe(0);
    expect((await our.good('slurm-sweep-watch', { SWEEP: 'six' })).counts).toMatchObject({ done: 2 });
  });
});
