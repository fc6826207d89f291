/** Bringing results home from the real cluster, through make: what arrives, what is refused, and what stays where it is. */

import { rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { clusterUnavailable } from '../cluster/cluster.ts';
import { refused, submitted, WAITS } from '../kit/submitted.ts';
import { until } from '../kit/toy.ts';

const PROFILES = {
  live: `COMMAND="mkdir res; echo half > res/a; echo begun; ${WAITS}"\nRESULTS_PULL="res/ later/"`,
  missing: 'COMMAND="mkdir there; echo x > there/x"\nRESULTS_PULL="there/ absent/"',
  leaving: 'COMMAND="mkdir out; ln -s /etc/hostname out-link; echo x > out/x"\nRESULTS_PULL="out/ out-link"',
  newer: 'COMMAND="mkdir keep; echo theirs > keep/f; echo same > keep/g; echo old > keep/h"\nRESULTS_PULL=keep/',
  failed: 'COMMAND="mkdir part; echo p > part/p; seq 100; exit 3"\nRESULTS_PULL="part/ never/"',
  lost: `COMMAND="${WAITS}; echo r > r"\nRESULTS_PULL=r`,
  held: 'COMMAND=true\nSBATCH_HOLD=1',
  array: 'COMMAND="echo task $SLURM_ARRAY_TASK_ID; [ $SLURM_ARRAY_TASK_ID != 2 ]"\nSBATCH_ARRAY=0-3',
  goodarray:
    'COMMAND="mkdir -p arr; echo $SLURM_ARRAY_TASK_ID > arr/$SLURM_ARRAY_TASK_ID"\nSBATCH_ARRAY=0-3\nRESULTS_PULL=arr/',
};

describe.skipIf(clusterUnavailable())('collecting', () => {
  const our = submitted(PROFILES);
  const { ids, dirs, json, ended, asUser, exists, stateOf } = our;

  test('fetch brings what there is of a running job, and collect refuses it', async () => {
    await until('it has begun', async () => (await stateOf(ids.live)) === 'RUNNING' && exists(`${dirs.live}/res/a`));
    const fetched = await json('slurm-fetch', 'live');
    expect(fetched.json).toMatchObject({ exit: 0, gathered: { missing: ['later/'] }, verdict: { state: 'RUNNING' } });
    expect(our.toy.read('res/a')).toBe('half\n');
    expect(refused(await json('slurm-collect', 'live'))).toEqual({ exit: 4, kind: 'still-alive' });
    expect(refused(await json('slurm-collect', 'live', { FORCE: '1' }))).toEqual({ exit: 4, kind: 'still-alive' });
    expect(await exists(`${dirs.live}/res/a`)).toBe(true);
    expect(our.toy.has('slurm/jobs/live.rundir')).toBe(true);
  });

  test('a missing result, and a link that leaves the run directory: refused, everything kept', async () => {
    for (const [name, kind] of [
      ['missing', 'results-missing'],
      ['leaving', 'results-leave'],
    ] as const) {
      expect(await ended(name)).toMatchObject({ state: 'COMPLETED' });
      expect(refused(await json('slurm-collect', name)), name).toEqual({ exit: 4, kind });
      expect(await exists(`${dirs[name]}/.slurm-runner/manifest.json`)).toBe(true);
      expect(our.toy.has(`slurm/jobs/${name}.jobid`)).toBe(true);
    }
    const forced = await json('slurm-collect', 'missing', { FORCE: '1' });
    expect(forced.json).toMatchObject({ exit: 0, removed: true, gathered: { missing: ['absent/'] } });
    expect(our.toy.read('there/x')).toBe('x\n');
    expect(await exists(dirs.missing)).toBe(false);
  });

  test('a local file that is newer and differs is kept beside', async () => {
    expect(await ended('newer')).toMatchObject({ state: 'COMPLETED' });
    our.toy.write('keep/f', 'mine\n');
    our.toy.write('keep/g', 'same\n');
    our.toy.write('keep/h', 'older than theirs\n');
    utimesSync(join(our.toy.root, 'keep/h'), 1_000_000_000, 1_000_000_000);
    const { json: collected } = await json('slurm-collect', 'newer');
    expect(collected).toMatchObject({ exit: 0, removed: true });
    expect(collected.gathered.kept).toHaveLength(1);
    expect(our.toy.read('keep/f')).toBe('theirs\n');
    expect(our.toy.read('keep/f.local')).toBe('mine\n');
    expect(our.toy.has('keep/g.local')).toBe(false);
    expect(our.toy.has('keep/h.local')).toBe(false);
    expect(our.toy.read('keep/h')).toBe('old\n');
  });

  test('after a failed job: logs and what results there are, exit 1, everything kept; log and clean know of it', async () => {
    expect(await ended('failed')).toMatchObject({ state: 'FAILED', exitCode: 3 });
    const tail = await json('slurm-log', 'failed', { LINES: '2' });
    expect(tail.json).toMatchObject({ exit: 0, local: false, logs: [{ name: `${ids.failed}.out` }, {}] });
    expect(tail.json.logs[0].tail.trim()).toBe('99\n100');
    const { json: collected } = await json('slurm-collect', 'failed');
    expect(collected).toMatchObject({ exit: 1, removed: false, gathered: { missing: ['never/'] } });
    expect(our.toy.read('part/p')).toBe('p\n');
    expect(our.toy.read(`slurm/logs/${ids.failed}.out`)).toMatch(/^1\n2\n/);
    expect(await exists(dirs.failed)).toBe(true);
    expect(our.toy.has('slurm/jobs/failed.jobid')).toBe(true);
    const forced = await json('slurm-collect', 'failed', { FORCE: '1' });
    expect(forced.json).toMatchObject({ exit: 1, removed: true });
    expect(await exists(dirs.failed)).toBe(false);
    expect(our.toy.has('slurm/jobs/failed.jobid')).toBe(false);
    // From here now.
    const local = await json('slurm-log', 'failed', { LINES: '1' });
    expect(local.json).toMatchObject({ exit: 0, local: true, jobId: ids.failed });
    const past = await json('slurm-history', 'failed');
    expect(past.json.entries).toMatchObject([{ id: 'failed', jobId: ids.failed, state: 'FAILED', exitCode: 3 }]);
    const all = await our.toy.make('slurm-history');
    expect(all.stdout).toContain(ids.failed);
  });

  test('recover: without state files, from another laptop, with TAG', async () => {
    for (const ending of ['jobid', 'rundir', 'json'])
      rmSync(join(our.toy.root, `slurm/jobs/lost.${ending}`), { force: true });
    const found = await json('slurm-recover', 'lost');
    expect(found.json).toMatchObject({
      exit: 0,
      recovered: [{ id: 'lost', jobId: ids.lost, runDir: dirs.lost, action: 'restored', next: 'watch' }],
    });
    expect(our.toy.read('slurm/jobs/lost.jobid')).toBe(`${ids.lost}\n`);
    expect(our.toy.read('slurm/jobs/lost.rundir')).toBe(`${dirs.lost}\n`);

    const tagged = await json('slurm-run', 'held', { TAG: 'other' });
    const laptop = our.otherLaptop();
    const { json: there } = await laptop.json('slurm-recover');
    const byId = new Map(there.recovered.map((one: { id: string }) => [one.id, one]));
    expect(byId.get('lost')).toMatchObject({ jobId: ids.lost, action: 'restored' });
    expect(byId.get('held@other')).toMatchObject({ jobId: tagged.json.submit.jobId, action: 'restored' });
    expect(laptop.read('slurm/jobs/held@other.jobid')).toBe(`${tagged.json.submit.jobId}\n`);
    await asUser(`touch ${dirs.lost}/go`);
    expect((await laptop.json('slurm-watch', { PROFILE: 'lost' })).json.verdict.state).toBe('COMPLETED');
    expect((await laptop.json('slurm-collect', { PROFILE: 'lost' })).json).toMatchObject({ exit: 0, removed: true });
    expect(laptop.read('r')).toBe('r\n');
    // The first laptop hears of it.
    const after = await json('slurm-recover', 'lost');
    expect(after.json.recovered).toMatchObject([{ id: 'lost', action: 'forgotten', next: 'none' }]);
    expect(our.toy.has('slurm/jobs/lost.jobid')).toBe(false);
    await json('slurm-cancel', undefined, { JOB_ID: tagged.json.submit.jobId });
  });

  test('an array: base id, a log for each task, one verdict over all', async () => {
    expect(our.toy.read('slurm/jobs/array.jobid')).toMatch(/^\d+\n$/);
    expect(await ended('array')).toMatchObject({
      state: 'FAILED',
      jobId: ids.array,
      tasks: { COMPLETED: 3, FAILED: 1 },
    });
    const collected = await json('slurm-collect', 'array');
    expect(collected.json).toMatchObject({ exit: 1, removed: false, verdict: { tasks: { COMPLETED: 3, FAILED: 1 } } });
    for (const n of [0, 1, 2, 3]) expect(our.toy.read(`slurm/logs/${ids.array}_${n}.out`)).toBe(`task ${n}\n`);
    expect(await ended('goodarray')).toMatchObject({ state: 'COMPLETED', success: true, tasks: { COMPLETED: 4 } });
    const good = await json('slurm-collect', 'goodarray');
    expect(good.json, JSON.stringify(good.json)).toMatchObject({ exit: 0, removed: true });
    for (const n of [0, 1, 2, 3]) expect(our.toy.read(`arr/${n}`)).toBe(`${n}\n`);
  });

  test('collect without PROFILE: every tracked job that has ended', async () => {
    for (const name of ['one', 'two']) {
      our.toy.profile(name, `COMMAND="echo ${name} > ${name}"\nRESULTS_PULL=${name}\n`);
      await json('slurm-run', name);
      await ended(name);
    }
    const all = await json('slurm-collect');
    expect(all.json.collected.map(({ id }: { id: string }) => id)).toEqual(expect.arrayContaining(['one', 'two']));
    expect(all.json.waiting.map(({ tracked }: { tracked: { id: string } }) => tracked.id)).toContain('live');
    expect([our.toy.read('one'), our.toy.read('two')]).toEqual(['one\n', 'two\n']);
  });
});
