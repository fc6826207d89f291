/** Looking and clearing up on the real cluster, through make: cancel, status, profiles, DRY_RUN and clean, and what they leave alone. */

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { clusterUnavailable } from '../cluster/cluster.ts';
import { refused, submitted, WAITS } from '../kit/submitted.ts';
import { type Ended, until } from '../kit/toy.ts';

const PROFILES = {
  live: `COMMAND="mkdir res; echo half > res/a; echo begun; ${WAITS}"\nRESULTS_PULL="res/ later/"`,
  leaving: 'COMMAND="mkdir out; ln -s /etc/hostname out-link; echo x > out/x"\nRESULTS_PULL="out/ out-link"',
  held: 'COMMAND=true\nSBATCH_HOLD=1',
  array: 'COMMAND="echo task $SLURM_ARRAY_TASK_ID; [ $SLURM_ARRAY_TASK_ID != 2 ]"\nSBATCH_ARRAY=0-3',
  heldarray: 'COMMAND=true\nSBATCH_ARRAY=0-3\nSBATCH_HOLD=1',
  partarray: `COMMAND="${WAITS}"\nSBATCH_ARRAY=0-1%1`,
};

describe.skipIf(clusterUnavailable())('housekeeping', () => {
  const our = submitted(PROFILES);
  const { ids, dirs, json, ended, asUser, exists, stateOf } = our;

  // One that runs, one collected, one whose collecting was refused; replaced and cancelled ones, and one that was only pushed, from elsewhere.
  beforeAll(async () => {
    expect(await ended('array')).toMatchObject({ state: 'FAILED' });
    expect((await json('slurm-collect', 'array')).json).toMatchObject({ exit: 1, removed: false });
    expect(await ended('leaving')).toMatchObject({ state: 'COMPLETED' });
    expect(refused(await json('slurm-collect', 'leaving'))).toEqual({ exit: 4, kind: 'results-leave' });
    const next = await json('slurm-run', 'held', { YES: '1' });
    for (const JOB_ID of [ids.held, next.json.submit.jobId]) await json('slurm-cancel', undefined, { JOB_ID });
    expect((await our.otherLaptop().json('slurm-push', { PROFILE: 'held' })).exit).toBe(0);
    await until('it has begun', async () => (await stateOf(ids.live)) === 'RUNNING' && exists(`${dirs.live}/res/a`));
  });

  test('cancel: one explicit id of mine, and nothing else', async () => {
    for (const JOB_ID of ['', 'all', '1 2', '1,2', '-u', `${ids.live}*`]) {
      expect(refused(await json('slurm-cancel', undefined, { JOB_ID })), JOB_ID).toEqual({
        exit: 2,
        kind: 'bad-job-id',
      });
    }
    expect(refused(await json('slurm-cancel', undefined, { JOB_ID: '99999999' }))).toEqual({
      exit: 2,
      kind: 'no-such-job',
    });
    const stranger = await our.cluster.asUser('srt-other', 'sbatch --parsable -H --mem=10M -o /dev/null --wrap true');
    expect(refused(await json('slurm-cancel', undefined, { JOB_ID: stranger }))).toEqual({
      exit: 2,
      kind: 'no-such-job',
    });
    expect(await our.cluster.asRoot(`squeue -h -j ${stranger} -o %T`)).toBe('PENDING');
    await our.cluster.asUser('srt-other', `scancel ${stranger}`);

    // One task of an array.
    const base = ids.heldarray;
    const task = await json('slurm-cancel', undefined, { JOB_ID: `${base}_1` });
    expect(task.json).toMatchObject({ exit: 0, cancelled: true });
    const left = (await asUser(`squeue -h -r -j ${base} -o %i`)).split('\n').sort();
    expect(left).toEqual([0, 2, 3].map((n) => `${base}_${n}`));
    const live = await stateOf(ids.live);
    expect(live).toBe('RUNNING');
    const whole = await json('slurm-cancel', undefined, { JOB_ID: base });
    expect(whole.json).toMatchObject({ exit: 0, cancelled: true });
    expect(await ended('heldarray')).toMatchObject({ state: 'CANCELLED', ended: true, tasks: { CANCELLED: 3 } });

    await until('its first task runs', async () => (await stateOf(ids.partarray)).includes('RUNNING'));
    // Slurm keeps no trace of a task that never began; its markers tell how many there were.
    await asUser(`squeue -h -r -j ${ids.partarray} -t PENDING -o %i`).then((id) =>
      expect(id).toBe(`${ids.partarray}_1`),
    );
    await json('slurm-cancel', undefined, { JOB_ID: `${ids.partarray}_1` });
    await asUser(`touch ${dirs.partarray}/go`);
    expect(await ended('partarray')).toMatchObject({ state: 'CANCELLED', tasks: { COMPLETED: 1, CANCELLED: 1 } });
    expect((await json('slurm-collect', 'partarray')).json).toMatchObject({ exit: 1, removed: false });
  });

  test('status: the queue and what is tracked, side by side', async () => {
    const { json: status } = await json('slurm-status');
    expect(status.queue).toEqual(expect.arrayContaining([expect.objectContaining({ id: ids.live, state: 'RUNNING' })]));
    expect(status.tracked).toEqual(
      expect.arrayContaining([expect.objectContaining({ id: 'live', jobId: ids.live, runDir: dirs.live })]),
    );
    const { stdout } = await our.toy.make('slurm-status');
    expect(stdout).toMatch(new RegExp(`^ *${ids.live} +pre-live-.* RUNNING `, 'm'));
    expect(stdout).toMatch(new RegExp(`^ *live: .*${ids.live}`, 'm'));
  });

  test('profiles: one line each, a broken one among them', async () => {
    our.toy.write('slurm/profiles/broken.conf', 'SBATCH_CPU=4\nCOMMAND=true\n');
    const { exit, stdout } = await our.toy.make('slurm-profiles');
    expect(exit).toBe(2);
    expect(stdout).toMatch(/^ *live\b/m);
    expect(stdout).toMatch(/slurm\/profiles\/broken\.conf:1: unknown key SBATCH_CPU; did you mean SBATCH_CPUS\?/);
    expect(refused(await json('slurm-run', 'broken'))).toEqual({ exit: 2, kind: 'unknown-key' });
    expect(refused(await json('slurm-run', 'lvie'))).toEqual({ exit: 2, kind: 'no-profile' });
    // The others go on.
    expect((await json('slurm-render', 'live')).exit).toBe(0);
  });

  test('DRY_RUN changes nothing, here and there', async () => {
    const there = () =>
      asUser(
        `find ${our.remoteDir} ! -path '*/live-*' -printf '%p %T@ %s\\n' | sort; squeue -h -o '%i %j' | grep -F pre- | sort`,
      );
    const before = [await there(), fingerprint(our.toy.root)];
    const tries: [string, Record<string, string>][] = [
      ...['slurm-push', 'slurm-run', 'slurm-full', 'slurm-submit', 'slurm-resubmit', 'slurm-collect'].map(
        (target): [string, Record<string, string>] => [target, { PROFILE: 'array' }],
      ),
      ['slurm-recover', {}],
      ['slurm-clean', {}],
      ['slurm-clean', { PROFILE: 'array', FORCE: '1', YES: '1' }],
      ['slurm-cancel', { JOB_ID: ids.live }],
    ];
    for (const [target, variables] of tries) {
      const { json: document } = await our.toy.json(target, { ...variables, DRY_RUN: '1' });
      expect(document.dryRun, `${target}: ${JSON.stringify(document.problems)}`).toBe(true);
    }
    expect([await there(), fingerprint(our.toy.root)]).toEqual(before);
    expect(await stateOf(ids.live)).toBe('RUNNING');
  });

  test('clean: keeps what lives and what was not collected, removes the rest, and says which', async () => {
    await json('slurm-push', 'held', { TAG: 'pushed' });
    const why = (name: keyof typeof PROFILES, { json: { kept, removed } }: Ended) =>
      [...kept, ...removed].find(({ run }: { run: string }) => run === dirs[name].split('/').at(-1))?.why;
    const listed = await json('slurm-clean', undefined, { DRY_RUN: '1' });
    expect(why('live', listed)).toBe('alive');
    expect(why('leaving', listed)).toBe('not-collected');
    expect(why('array', listed)).toBe('collected');
    // No terminal to ask on.
    expect(refused(await json('slurm-clean'))).toEqual({ exit: 4, kind: 'removal-declined' });
    expect(await exists(dirs.array)).toBe(true);
    const cleaned = await json('slurm-clean', undefined, { YES: '1' });
    expect(cleaned.exit).toBe(0);
    expect(cleaned.json.removed.map(({ why: reason }: { why: string }) => reason)).toEqual(
      cleaned.json.removed.map(() => 'collected'),
    );
    expect(await exists(dirs.array)).toBe(false);
    for (const name of ['live', 'leaving'] as const) expect(await exists(dirs[name])).toBe(true);
    expect(await exists(our.toy.read('slurm/jobs/held@pushed.rundir').trim())).toBe(true);
    // Named: what was not collected goes too, what lives does not.
    const forced = await json('slurm-clean', 'leaving', { FORCE: '1', YES: '1' });
    expect(forced.json.removed).toMatchObject([{ id: 'leaving', why: 'forced' }]);
    expect(await exists(dirs.leaving)).toBe(false);
    expect(our.toy.has('slurm/jobs/leaving.jobid')).toBe(false);
    expect(refused(await json('slurm-clean', 'live', { FORCE: '1', YES: '1' }))).toEqual({
      exit: 4,
      kind: 'alive-run',
    });
    expect(await exists(dirs.live)).toBe(true);
    expect(await exists(`${our.remoteDir}/data`)).toBe(true);
  });
});

/** Names, sizes and contents of all files of a project. */
function fingerprint(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(root, path)).isFile())
    .map(
      (path) =>
        `${path} ${createHash('sha256')
          .update(readFileSync(join(root, path)))
          .digest('hex')}`,
    )
    .sort();
}
