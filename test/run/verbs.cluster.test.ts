/** Every verb on the real cluster, through make: what it does, what it refuses, and what it leaves alone. */

import { createHash } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clusterUnavailable, ensureCluster, type TestCluster } from '../cluster/cluster.ts';
import { type Ended, makeToy, type Toy, until } from '../kit/toy.ts';

/** Goes on when the file `go` appears in its run directory; not for ever, should its test fail. */
const WAITS = 'n=0; until [ -e go ] || [ $n -gt 900 ]; do n=$((n+1)); sleep 0.2; done';

/** One profile each; those of SUBMITTED are on their way before the first test. */
const PROFILES: Readonly<Record<string, string>> = {
  twice: `COMMAND="${WAITS}; echo attempt >> tries"\nRESULTS_PULL=tries`,
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
  heldarray: 'COMMAND=true\nSBATCH_ARRAY=0-3\nSBATCH_HOLD=1',
  partarray: `COMMAND="${WAITS}"\nSBATCH_ARRAY=0-1%1`,
  fromcluster: 'COMMAND=true\nSBATCH_HOLD=1',
  fromtemplate: 'COMMAND=true\nSBATCH_HOLD=1\nTEMPLATE=own',
  fromprofile: 'COMMAND=true\nSBATCH_HOLD=1\nTEMPLATE=own\nSBATCH_TIME=20\nSBATCH_COMMENT="mine, and # more"',
};
const SUBMITTED = Object.keys(PROFILES);

describe.skipIf(clusterUnavailable())('verbs', () => {
  let cluster: TestCluster;
  let toy: Toy;
  let remoteDir: string;
  const ids: Record<string, string> = {};
  const dirs: Record<string, string> = {};
  const asUser = (command: string) => cluster.asUser('srt-bash', command);
  const show = (id = '') => asUser(`scontrol -o show job ${id}`);
  const exists = async (path: string) => (await asUser(`test -e '${path}' && echo yes || :`)) === 'yes';
  const json = (target: string, profile?: string, more: Record<string, string> = {}): Promise<Ended> =>
    toy.json(target, { ...(profile === undefined ? {} : { PROFILE: profile }), ...more });
  const ended = async (profile: string, more: Record<string, string> = {}) =>
    (await json('slurm-watch', profile, more)).json.verdict;
  const refused = ({ json: { exit, problems } }: Ended) => ({ exit, kind: problems?.[0]?.kind });
  const stateOf = (id: string) => asUser(`squeue -h -r -t all -j ${id} -o %T`);
  const conf = () =>
    `REMOTE_HOST=srt\nREMOTE_DIR=${remoteDir}\nPOLL_INTERVAL=2\nJOB_PREFIX=pre-\nSBATCH_MEM=50M\nSBATCH_TIME=40\n`;

  /** The same project on another laptop: the same profiles, none of the state. */
  function otherLaptop(): Toy {
    const other = makeToy(conf(), cluster.env());
    cpSync(join(toy.root, 'slurm/profiles'), join(other.root, 'slurm/profiles'), { recursive: true });
    cpSync(join(toy.root, 'slurm/templates'), join(other.root, 'slurm/templates'), { recursive: true });
    return other;
  }

  beforeAll(async () => {
    cluster = await ensureCluster();
    remoteDir = cluster.remoteDir();
    toy = makeToy(conf(), cluster.env());
    toy.write('slurm/templates/own.sbatch', '#!/bin/sh\n#SBATCH --time=30\n#SBATCH --nice=7\ntrue\n');
    toy.write(
      'slurm/clusters/second.conf',
      `REMOTE_HOST=srt-bash2nd\nREMOTE_DIR=${cluster.remoteDir('srt-bash2nd')}\nPOLL_INTERVAL=1\nSBATCH_MEM=50M\n`,
    );
    for (const [name, lines] of Object.entries(PROFILES)) toy.profile(name, `${lines}\n`);
    const rest = [...SUBMITTED];
    while (rest.length > 0) {
      await Promise.all(
        rest.splice(0, 4).map(async (name) => {
          const { exit, json: document, stderr } = await json('slurm-run', name);
          expect(exit, `${name}: ${stderr} ${JSON.stringify(document.problems)}`).toBe(0);
          ids[name] = document.submit.jobId;
          dirs[name] = document.push.runDir;
        }),
      );
    }
  });

  afterAll(async () => {
    if (remoteDir) await asUser(`squeue -h -o '%A %Z' | grep -F ${remoteDir} | cut -d' ' -f1 | xargs -r scancel`);
    toy?.remove();
  });

  test('submit: the same id while it lives, a refusal once it ended; resubmit goes on in the same directory', async () => {
    expect(toy.read('slurm/jobs/twice.jobid')).toBe(`${ids.twice}\n`);
    const again = await json('slurm-submit', 'twice');
    expect(again.json).toMatchObject({ exit: 0, jobId: ids.twice, existing: true });
    expect(refused(await json('slurm-resubmit', 'twice'))).toEqual({ exit: 4, kind: 'still-alive' });
    await asUser(`touch ${dirs.twice}/go`);
    expect(await ended('twice')).toMatchObject({ state: 'COMPLETED' });
    expect(refused(await json('slurm-submit', 'twice'))).toEqual({ exit: 4, kind: 'already-ended' });

    const next = await json('slurm-resubmit', 'twice');
    expect(next.json).toMatchObject({ exit: 0, attempt: 2, runDir: dirs.twice });
    expect(next.json.jobId).not.toBe(ids.twice);
    expect(await ended('twice')).toMatchObject({ state: 'COMPLETED', jobId: next.json.jobId });
    expect((await json('slurm-collect', 'twice')).json).toMatchObject({ exit: 0, removed: true });
    expect(toy.read('tries')).toBe('attempt\nattempt\n');
    // Two jobs in all, and the logs of both.
    expect(readdirSync(join(toy.root, 'slurm/logs'))).toEqual(
      expect.arrayContaining([`${ids.twice}.out`, `${next.json.jobId}.out`]),
    );
  });

  test('two pushes in one second get different names', async () => {
    const laptops = [otherLaptop(), otherLaptop()];
    try {
      const stamp = (name: string) => /-\d{8}-\d{6}/.exec(name)?.[0];
      await until('two pushes fall into one second', async () => {
        const pushes = await Promise.all(laptops.map((laptop) => laptop.json('slurm-push', { PROFILE: 'held' })));
        const [one, two] = pushes.map(({ json: document }) => document.run as string) as [string, string];
        expect(one).not.toBe(two);
        for (const name of [one, two])
          expect(await exists(`${remoteDir}/runs/${name}/.slurm-runner/pushed`)).toBe(true);
        if (stamp(one) !== stamp(two)) return false;
        expect([one, two].filter((name) => name.endsWith('-2'))).toHaveLength(1);
        return true;
      });
    } finally {
      for (const laptop of laptops) laptop.remove();
    }
  });

  test('TAG keeps a second run of a profile apart', async () => {
    const { json: tagged } = await json('slurm-run', 'held', { TAG: 'seed2' });
    expect(tagged.push.run).toMatch(/^held@seed2-\d{8}-\d{6}$/);
    expect(toy.read('slurm/jobs/held@seed2.jobid')).toBe(`${tagged.submit.jobId}\n`);
    expect(toy.read('slurm/jobs/held.jobid')).toBe(`${ids.held}\n`);
    expect(await show(tagged.submit.jobId)).toContain(`JobName=pre-${tagged.push.run} `);
    expect(refused(await json('slurm-run', 'held', { TAG: '../x' }))).toEqual({ exit: 2, kind: 'bad-name' });
    await json('slurm-cancel', undefined, { JOB_ID: tagged.submit.jobId });
  });

  test('fetch brings what there is of a running job, and collect refuses it', async () => {
    await until(
      'it has begun',
      async () => (await stateOf(ids.live as string)) === 'RUNNING' && exists(`${dirs.live}/res/a`),
    );
    const fetched = await json('slurm-fetch', 'live');
    expect(fetched.json).toMatchObject({ exit: 0, gathered: { missing: ['later/'] }, verdict: { state: 'RUNNING' } });
    expect(toy.read('res/a')).toBe('half\n');
    expect(refused(await json('slurm-collect', 'live'))).toEqual({ exit: 4, kind: 'still-alive' });
    expect(refused(await json('slurm-collect', 'live', { FORCE: '1' }))).toEqual({ exit: 4, kind: 'still-alive' });
    expect(await exists(`${dirs.live}/res/a`)).toBe(true);
    expect(toy.has('slurm/jobs/live.rundir')).toBe(true);
  });

  test('a missing result, and a link that leaves the run directory: refused, everything kept', async () => {
    for (const [name, kind] of [
      ['missing', 'results-missing'],
      ['leaving', 'results-leave'],
    ] as const) {
      expect(await ended(name)).toMatchObject({ state: 'COMPLETED' });
      expect(refused(await json('slurm-collect', name)), name).toEqual({ exit: 4, kind });
      expect(await exists(`${dirs[name]}/.slurm-runner/manifest.json`)).toBe(true);
      expect(toy.has(`slurm/jobs/${name}.jobid`)).toBe(true);
    }
    const forced = await json('slurm-collect', 'missing', { FORCE: '1' });
    expect(forced.json).toMatchObject({ exit: 0, removed: true, gathered: { missing: ['absent/'] } });
    expect(toy.read('there/x')).toBe('x\n');
    expect(await exists(dirs.missing as string)).toBe(false);
  });

  test('a local file that is newer and differs is kept beside', async () => {
    expect(await ended('newer')).toMatchObject({ state: 'COMPLETED' });
    toy.write('keep/f', 'mine\n');
    toy.write('keep/g', 'same\n');
    toy.write('keep/h', 'older than theirs\n');
    utimesSync(join(toy.root, 'keep/h'), 1_000_000_000, 1_000_000_000);
    const { json: collected } = await json('slurm-collect', 'newer');
    expect(collected).toMatchObject({ exit: 0, removed: true });
    expect(collected.gathered.kept).toHaveLength(1);
    expect(toy.read('keep/f')).toBe('theirs\n');
    expect(toy.read('keep/f.local')).toBe('mine\n');
    expect(toy.has('keep/g.local')).toBe(false);
    expect(toy.has('keep/h.local')).toBe(false);
    expect(toy.read('keep/h')).toBe('old\n');
  });

  test('after a failed job: logs and what results there are, exit 1, everything kept; log and clean know of it', async () => {
    expect(await ended('failed')).toMatchObject({ state: 'FAILED', exitCode: 3 });
    const tail = await json('slurm-log', 'failed', { LINES: '2' });
    expect(tail.json).toMatchObject({ exit: 0, local: false, logs: [{ name: `${ids.failed}.out` }, {}] });
    expect(tail.json.logs[0].tail.trim()).toBe('99\n100');
    const { json: collected } = await json('slurm-collect', 'failed');
    expect(collected).toMatchObject({ exit: 1, removed: false, gathered: { missing: ['never/'] } });
    expect(toy.read('part/p')).toBe('p\n');
    expect(toy.read(`slurm/logs/${ids.failed}.out`)).toMatch(/^1\n2\n/);
    expect(await exists(dirs.failed as string)).toBe(true);
    expect(toy.has('slurm/jobs/failed.jobid')).toBe(true);
    const forced = await json('slurm-collect', 'failed', { FORCE: '1' });
    expect(forced.json).toMatchObject({ exit: 1, removed: true });
    expect(await exists(dirs.failed as string)).toBe(false);
    expect(toy.has('slurm/jobs/failed.jobid')).toBe(false);
    // From here now.
    const local = await json('slurm-log', 'failed', { LINES: '1' });
    expect(local.json).toMatchObject({ exit: 0, local: true, jobId: ids.failed });
    const past = await json('slurm-history', 'failed');
    expect(past.json.entries).toMatchObject([{ id: 'failed', jobId: ids.failed, state: 'FAILED', exitCode: 3 }]);
    const all = await toy.make('slurm-history');
    expect(all.stdout).toContain(ids.failed);
  });

  test('recover: without state files, from another laptop, with TAG', async () => {
    for (const ending of ['jobid', 'rundir', 'json'])
      rmSync(join(toy.root, `slurm/jobs/lost.${ending}`), { force: true });
    const found = await json('slurm-recover', 'lost');
    expect(found.json).toMatchObject({
      exit: 0,
      recovered: [{ id: 'lost', jobId: ids.lost, runDir: dirs.lost, action: 'restored', next: 'watch' }],
    });
    expect(toy.read('slurm/jobs/lost.jobid')).toBe(`${ids.lost}\n`);
    expect(toy.read('slurm/jobs/lost.rundir')).toBe(`${dirs.lost}\n`);

    const tagged = await json('slurm-run', 'held', { TAG: 'other' });
    const laptop = otherLaptop();
    try {
      const { json: there } = await laptop.json('slurm-recover');
      const byId = new Map(there.recovered.map((one: { id: string }) => [one.id, one]));
      expect(byId.get('lost')).toMatchObject({ jobId: ids.lost, action: 'restored' });
      expect(byId.get('held@other')).toMatchObject({ jobId: tagged.json.submit.jobId, action: 'restored' });
      expect(laptop.read('slurm/jobs/held@other.jobid')).toBe(`${tagged.json.submit.jobId}\n`);
      await asUser(`touch ${dirs.lost}/go`);
      expect((await laptop.json('slurm-watch', { PROFILE: 'lost' })).json.verdict.state).toBe('COMPLETED');
      expect((await laptop.json('slurm-collect', { PROFILE: 'lost' })).json).toMatchObject({ exit: 0, removed: true });
      expect(laptop.read('r')).toBe('r\n');
    } finally {
      laptop.remove();
    }
    // The first laptop hears of it.
    const after = await json('slurm-recover', 'lost');
    expect(after.json.recovered).toMatchObject([{ id: 'lost', action: 'forgotten', next: 'none' }]);
    expect(toy.has('slurm/jobs/lost.jobid')).toBe(false);
    await json('slurm-cancel', undefined, { JOB_ID: tagged.json.submit.jobId });
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
    const stranger = await cluster.asUser('srt-other', 'sbatch --parsable -H --mem=10M -o /dev/null --wrap true');
    expect(refused(await json('slurm-cancel', undefined, { JOB_ID: stranger }))).toEqual({
      exit: 2,
      kind: 'no-such-job',
    });
    expect(await cluster.asRoot(`squeue -h -j ${stranger} -o %T`)).toBe('PENDING');
    await cluster.asUser('srt-other', `scancel ${stranger}`);

    // Pitfall 8: one task of an array.
    const base = ids.heldarray as string;
    const task = await json('slurm-cancel', undefined, { JOB_ID: `${base}_1` });
    expect(task.json).toMatchObject({ exit: 0, cancelled: true });
    const left = (await asUser(`squeue -h -r -j ${base} -o %i`)).split('\n').sort();
    expect(left).toEqual([0, 2, 3].map((n) => `${base}_${n}`));
    const live = await stateOf(ids.live as string);
    expect(live).toBe('RUNNING');
    const whole = await json('slurm-cancel', undefined, { JOB_ID: base });
    expect(whole.json).toMatchObject({ exit: 0, cancelled: true });
    expect(await ended('heldarray')).toMatchObject({ state: 'CANCELLED', ended: true, tasks: { CANCELLED: 3 } });

    // Slurm keeps no trace of a task that never began; its markers tell how many there were.
    await asUser(`squeue -h -r -j ${ids.partarray} -t PENDING -o %i`).then((id) =>
      expect(id).toBe(`${ids.partarray}_1`),
    );
    await json('slurm-cancel', undefined, { JOB_ID: `${ids.partarray}_1` });
    await asUser(`touch ${dirs.partarray}/go`);
    expect(await ended('partarray')).toMatchObject({ state: 'CANCELLED', tasks: { COMPLETED: 1, CANCELLED: 1 } });
    expect((await json('slurm-collect', 'partarray')).json).toMatchObject({ exit: 1, removed: false });
  });

  // Pitfall 8.
  test('an array: base id, a log for each task, one verdict over all', async () => {
    expect(toy.read('slurm/jobs/array.jobid')).toMatch(/^\d+\n$/);
    expect(await ended('array')).toMatchObject({
      state: 'FAILED',
      jobId: ids.array,
      tasks: { COMPLETED: 3, FAILED: 1 },
    });
    const collected = await json('slurm-collect', 'array');
    expect(collected.json).toMatchObject({ exit: 1, removed: false, verdict: { tasks: { COMPLETED: 3, FAILED: 1 } } });
    for (const n of [0, 1, 2, 3]) expect(toy.read(`slurm/logs/${ids.array}_${n}.out`)).toBe(`task ${n}\n`);
    expect(await ended('goodarray')).toMatchObject({ state: 'COMPLETED', success: true, tasks: { COMPLETED: 4 } });
    const good = await json('slurm-collect', 'goodarray');
    expect(good.json, JSON.stringify(good.json)).toMatchObject({ exit: 0, removed: true });
    for (const n of [0, 1, 2, 3]) expect(toy.read(`arr/${n}`)).toBe(`${n}\n`);
  });

  test('precedence: make, then profile, then template, then cluster.conf', async () => {
    expect(await show(ids.fromcluster)).toContain('TimeLimit=00:40:00');
    expect(await show(ids.fromtemplate)).toContain('TimeLimit=00:30:00');
    const profile = await show(ids.fromprofile);
    expect(profile).toContain('TimeLimit=00:20:00');
    expect(profile).toContain('Nice=7');
    // The tool's own comment, then the user's.
    expect(profile).toContain(`Comment=${dirs.fromprofile?.split('/').at(-1)} mine, and # more `);
    const { json: given } = await json('slurm-run', 'fromprofile', { SBATCH_TIME: '10', TAG: 'm' });
    expect(await show(given.submit.jobId)).toContain('TimeLimit=00:10:00');
    const rendered = await toy.make('slurm-render', { PROFILE: 'fromprofile' });
    expect(rendered.stdout).toMatch(/^#!\/bin\/sh\n#SBATCH --time=30\n/);
    for (const id of [ids.fromcluster, ids.fromtemplate, ids.fromprofile, given.submit.jobId]) {
      await json('slurm-cancel', undefined, { JOB_ID: id as string });
    }
  });

  // Pitfall 15.
  test("nothing of the submitting shell's environment reaches the job, but SLURM_CONF does", async () => {
    toy.profile(
      'env',
      'COMMAND="env > env.txt; srun env > srun.txt"\nRESULTS_PULL="env.txt srun.txt"\n[env]\nMINE="a b"\n',
    );
    toy.profile('none', 'COMMAND="srun printenv PATH"\nSBATCH_EXPORT=NONE\n');
    const leaks =
      'FOO=leak SBATCH_PARTITION=nosuch SBATCH_TIMELIMIT=1 SLURM_CPU_BIND=none SLURM_NTASKS=3 SLURM_JOB_ID=1';
    await asUser(`echo 'export ${leaks}' > .bashrc`);
    try {
      expect(await asUser('. ./.bashrc; echo $FOO')).toBe('leak');
      const runs = await Promise.all([json('slurm-full', 'env'), json('slurm-full', 'none')]);
      for (const { exit, stderr } of runs) expect(exit, stderr).toBe(0);
    } finally {
      await asUser('rm .bashrc');
    }
    for (const file of ['env.txt', 'srun.txt']) {
      const seen = toy.read(file);
      expect(seen).not.toMatch(/^(FOO|SBATCH_\w+|SLURM_EXPORT_ENV)=/m);
      expect(seen).not.toMatch(/^SLURM_NTASKS=3$/m);
      expect(seen).toMatch(/^MINE=a b$/m);
      // 24.11 and later do not hand it on to jobs themselves.
      if (cluster.version.startsWith('22.')) expect(seen).toMatch(/^SLURM_CONF=/m);
    }
  });

  test('a tracked run is not replaced unasked', async () => {
    expect(refused(await json('slurm-run', 'held'))).toEqual({ exit: 4, kind: 'declined' });
    expect(refused(await json('slurm-push', 'held'))).toEqual({ exit: 4, kind: 'declined' });
    expect(toy.read('slurm/jobs/held.jobid')).toBe(`${ids.held}\n`);
    const next = await json('slurm-run', 'held', { YES: '1' });
    expect(next.exit).toBe(0);
    expect(next.json.submit.jobId).not.toBe(ids.held);
    expect(await stateOf(ids.held as string)).toBe('PENDING');
    const { json: known } = await json('slurm-recover', 'held');
    expect(known.recovered[0]).toMatchObject({ jobId: next.json.submit.jobId });
    expect(known.recovered[0].others).toEqual(expect.arrayContaining([expect.objectContaining({ jobId: ids.held })]));
    for (const id of [ids.held as string, next.json.submit.jobId])
      await json('slurm-cancel', undefined, { JOB_ID: id });
  });

  test('status: the queue and what is tracked, side by side', async () => {
    const { json: status } = await json('slurm-status');
    expect(status.queue).toEqual(expect.arrayContaining([expect.objectContaining({ id: ids.live, state: 'RUNNING' })]));
    expect(status.tracked).toEqual(
      expect.arrayContaining([expect.objectContaining({ id: 'live', jobId: ids.live, runDir: dirs.live })]),
    );
    const { stdout } = await toy.make('slurm-status');
    expect(stdout).toMatch(new RegExp(`^ *${ids.live} +pre-live-.* RUNNING `, 'm'));
    expect(stdout).toMatch(new RegExp(`^ *live: .*${ids.live}`, 'm'));
  });

  test('profiles: one line each, a broken one among them', async () => {
    toy.write('slurm/profiles/broken.conf', 'SBATCH_CPU=4\nCOMMAND=true\n');
    const { exit, stdout } = await toy.make('slurm-profiles');
    expect(exit).toBe(2);
    expect(stdout).toMatch(/^ *live\b/m);
    expect(stdout).toMatch(/slurm\/profiles\/broken\.conf:1: unknown key SBATCH_CPU; did you mean SBATCH_CPUS\?/);
    expect(refused(await json('slurm-run', 'broken'))).toEqual({ exit: 2, kind: 'unknown-key' });
    expect(refused(await json('slurm-run', 'lvie'))).toEqual({ exit: 2, kind: 'no-profile' });
    // The others go on.
    expect((await json('slurm-render', 'live')).exit).toBe(0);
  });

  test('another cluster by CLUSTER=NAME, remembered with the run', async () => {
    toy.profile('elsewhere', 'COMMAND="echo $SLURM_CLUSTER_NAME > where"\nRESULTS_PULL=where\n');
    const run = await json('slurm-run', 'elsewhere', { CLUSTER: 'second' });
    expect(run.exit, run.stderr).toBe(0);
    expect(run.json.push.runDir).toContain('/home/srt-bash2nd/');
    // Without CLUSTER from here on.
    expect(await ended('elsewhere')).toMatchObject({ state: 'COMPLETED' });
    const status = await json('slurm-status');
    expect(status.json.tracked).toEqual(
      expect.arrayContaining([expect.objectContaining({ id: 'elsewhere', otherCluster: 'second' })]),
    );
    expect((await json('slurm-collect', 'elsewhere')).json).toMatchObject({ exit: 0, removed: true });
    expect(toy.read('where')).toBe('srt2nd\n');
    expect((await json('slurm-run', 'elsewhere', { CLUSTER: 'thrid' })).json.exit).toBe(2);
  });

  test('DRY_RUN changes nothing, here and there', async () => {
    const there = () =>
      asUser(
        `find ${remoteDir} ! -path '*/live-*' -printf '%p %T@ %s\\n' | sort; squeue -h -o '%i %j' | grep -F pre- | sort`,
      );
    const before = [await there(), fingerprint(toy.root)];
    const tries: [string, Record<string, string>][] = [
      ...['slurm-push', 'slurm-run', 'slurm-full', 'slurm-submit', 'slurm-resubmit', 'slurm-collect'].map(
        (target): [string, Record<string, string>] => [target, { PROFILE: 'array' }],
      ),
      ['slurm-recover', {}],
      ['slurm-clean', {}],
      ['slurm-clean', { PROFILE: 'array', FORCE: '1', YES: '1' }],
      ['slurm-cancel', { JOB_ID: ids.live as string }],
    ];
    for (const [target, variables] of tries) {
      const { json: document } = await toy.json(target, { ...variables, DRY_RUN: '1' });
      expect(document.dryRun, `${target}: ${JSON.stringify(document.problems)}`).toBe(true);
    }
    expect([await there(), fingerprint(toy.root)]).toEqual(before);
    expect(await stateOf(ids.live as string)).toBe('RUNNING');
  });

  test('clean: keeps what lives and what was not collected, removes the rest, and says which', async () => {
    await json('slurm-push', 'held', { TAG: 'pushed' });
    const why = (name: string, { json: { kept, removed } }: Ended) =>
      [...kept, ...removed].find(({ run }: { run: string }) => run === dirs[name]?.split('/').at(-1))?.why;
    const listed = await json('slurm-clean', undefined, { DRY_RUN: '1' });
    expect(why('live', listed)).toBe('alive');
    expect(why('leaving', listed)).toBe('not-collected');
    expect(why('array', listed)).toBe('collected');
    // No terminal to ask on.
    expect(refused(await json('slurm-clean'))).toEqual({ exit: 4, kind: 'removal-declined' });
    expect(await exists(dirs.array as string)).toBe(true);
    const cleaned = await json('slurm-clean', undefined, { YES: '1' });
    expect(cleaned.exit).toBe(0);
    expect(cleaned.json.removed.map(({ why: reason }: { why: string }) => reason)).toEqual(
      cleaned.json.removed.map(() => 'collected'),
    );
    expect(await exists(dirs.array as string)).toBe(false);
    for (const name of ['live', 'leaving']) expect(await exists(dirs[name] as string)).toBe(true);
    expect(await exists(toy.read('slurm/jobs/held@pushed.rundir').trim())).toBe(true);
    // Named: what was not collected goes too, what lives does not.
    const forced = await json('slurm-clean', 'leaving', { FORCE: '1', YES: '1' });
    expect(forced.json.removed).toMatchObject([{ id: 'leaving', why: 'forced' }]);
    expect(await exists(dirs.leaving as string)).toBe(false);
    expect(toy.has('slurm/jobs/leaving.jobid')).toBe(false);
    expect(refused(await json('slurm-clean', 'live', { FORCE: '1', YES: '1' }))).toEqual({
      exit: 4,
      kind: 'alive-run',
    });
    expect(await exists(dirs.live as string)).toBe(true);
    expect(await exists(`${remoteDir}/data`)).toBe(true);
  });

  test('collect without PROFILE: every tracked job that has ended', async () => {
    for (const name of ['one', 'two']) {
      toy.profile(name, `COMMAND="echo ${name} > ${name}"\nRESULTS_PULL=${name}\n`);
      await json('slurm-run', name);
      await ended(name);
    }
    const all = await json('slurm-collect');
    expect(all.json.collected.map(({ id }: { id: string }) => id)).toEqual(expect.arrayContaining(['one', 'two']));
    expect(all.json.waiting.map(({ tracked }: { tracked: { id: string } }) => tracked.id)).toContain('live');
    expect([toy.read('one'), toy.read('two')]).toEqual(['one\n', 'two\n']);
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
