/** Parts of flows on the real cluster: some of a graph's jobs again, some of a job's cells, a job once more where it is. */

import { describe, expect, test } from 'vitest';
import { clusterUnavailable } from '../cluster/cluster.ts';
import { beginnings, flowText } from '../kit/flow-jobs.ts';
import { flowToys, standings, submittedJobs } from '../kit/flows.ts';
import { until } from '../kit/toy.ts';

describe.skipIf(clusterUnavailable())('a part of a flow', () => {
  const open = flowToys();

  test.concurrent('FROM= runs a job and what comes after it again, ONLY= that one; nothing is due when all is done', async () => {
    const our = await open(flowText({ a: [], b: ['a'], c: ['b'], other: ['a'] }));
    const { runDir } = await our.good('slurm-flow');
    await our.good('slurm-flow-watch');
    const none = await our.json('slurm-flow', { RESUME: '1' });
    expect(none.json.problems, none.stdout).toMatchObject([{ kind: 'flow-nothing-to-run' }]);
    const near = await our.json('slurm-flow', { FROM: 'bb' });
    expect([near.exit, near.json.problems[0]]).toMatchObject([2, { kind: 'no-such-flow-job', nearest: 'b' }]);
    our.toy.write('word.txt', 'another word\n');
    const from = await our.good('slurm-flow', { FROM: 'b', YES: '1' });
    expect([from.runDir, submittedJobs(from)]).toEqual([runDir, ['b', 'c']]);
    await our.good('slurm-flow-watch');
    const only = await our.good('slurm-flow', { ONLY: 'b', YES: '1' });
    expect(only.submitted).toMatchObject([{ job: 'b', after: [] }]);
    await our.good('slurm-flow-watch');
    expect(beginnings(await our.notes())).toEqual({ a: 1, b: 3, c: 2, other: 1 });
    expect((await our.good('slurm-flow-collect')).removed).toBe(true);
    expect(['a', 'b', 'c', 'other'].map((name) => our.toy.read(`out/${name}`))).toEqual([
      ...['word\n', 'another word\n', 'another word\n', 'word\n'],
    ]);
  });

  test.concurrent('a job is run again in its allocation as often as it may be', async () => {
    const retry = (times: number) => `    retry: ${times}\n    retry_delay: 1\n`;
    const our = await open(
      flowText(
        { twice: [], never: [], good: ['twice'], bad: ['never'] },
        { twice: retry(2), never: retry(1), good: '', bad: '' },
      ),
    );
    our.toy.write(
      'more.sh',
      'case $name in twice) [ "$(grep -c "^begin twice " "$OUTSIDE/notes")" -ge 3 ] || code=5 ;; never) code=6 ;; esac\n',
    );
    await our.good('slurm-flow');
    const ended = await our.good('slurm-flow-watch', {}, 1);
    expect(standings(ended)).toEqual({ twice: 'done', never: 'failed', good: 'done', bad: 'stopped' });
    const notes = await our.notes();
    expect(beginnings(notes)).toEqual({ twice: 3, never: 2, good: 1 });
    for (const name of ['twice', 'never'])
      expect(new Set(notes.filter(({ job }) => job === name).map(({ id }) => id)).size).toBe(1);
    expect(ended.jobs.find(({ name }) => name === 'never')?.verdict?.exitCode).toBe(6);
  });

  test.concurrent('a matrix: children wait for all its cells, aftercorr for one; RESUME=1 runs the cells that failed', async () => {
    const axis = '    matrix: {N: [x, y, z]}\n';
    const our = await open(
      flowText({ m: [], each: ['aftercorr:m'], all: ['afterok:m'], any: ['afterany:each'] }, { m: axis, each: axis }),
    );
    our.toy.write('more.sh', 'mkdir -p "$RESULTS_DIR" && echo "$N" >"$RESULTS_DIR/n"\n');
    await our.tell('echo 4 >fail.m.1; : >wait.m.2');
    expect((await our.good('slurm-flow')).submitted.map(({ job, cells }) => [job, cells])).toEqual([
      ...[
        ['m', 3],
        ['each', 3],
        ['all', undefined],
        ['any', undefined],
      ],
    ]);
    const ends = async (job: string) => (await our.notes()).some((note) => note.job === job && note.what === 'end');
    await until('the partner of the first cell', () => ends('each.0'));
    const then = await until('the end of the second', async () => {
      const status = await our.good('slurm-flow-status');
      return status.jobs[0]?.cells?.failed === 1 && status;
    });
    expect(standings(then)).toMatchObject({ m: 'running', all: 'waiting', any: 'waiting' });
    expect(then.jobs[0]?.cells).toMatchObject({ total: 3, done: 1, failed: 1, running: 1 });
    await our.tell('rm wait.m.2');
    const first = await our.good('slurm-flow-watch', {}, 1);
    expect(standings(first)).toMatchObject({ m: 'failed', all: 'stopped', any: 'done' });
    expect(beginnings(await our.notes())).toEqual({
      ...{ 'm.0': 1, 'm.1': 1, 'm.2': 1 },
      'each.0': 1,
      'each.2': 1,
      any: 1,
    });
    await our.tell('rm fail.m.1');
    const again = await our.good('slurm-flow', { RESUME: '1', YES: '1' });
    expect(again.submitted.map(({ job, cells }) => [job, cells])).toMatchObject([
      ['m', 1],
      ['each', 1],
      ['all', undefined],
      ['any', undefined],
    ]);
    expect((await our.good('slurm-flow-watch')).counts).toMatchObject({ done: 4 });
    const times = beginnings(await our.notes());
    expect(times).toEqual({
      ...{ 'm.0': 1, 'm.1': 2, 'm.2': 1 },
      ...{ 'each.0': 1, 'each.1': 1, 'each.2': 1 },
      all: 1,
      any: 2,
    });
    expect((await our.good('slurm-flow-collect')).removed).toBe(true);
    const cells = ['0-x', '1-y', '2-z'];
    for (const job of ['m', 'each'])
      expect(cells.map((name) => our.toy.read(`results/f/${job}/${name}/n`))).toEqual(['x\n', 'y\n', 'z\n']);
  });
});
