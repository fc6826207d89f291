/** Submitting on the real cluster, through make: under which names, with which options and environment, and never twice unasked. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { clusterUnavailable } from '../cluster/cluster.ts';
import { refused, submitted, WAITS } from '../kit/submitted.ts';
import { until } from '../kit/toy.ts';

const PROFILES = {
  twice: `COMMAND="${WAITS}; echo attempt >> tries"\nRESULTS_PULL=tries`,
  held: 'COMMAND=true\nSBATCH_HOLD=1',
  fromcluster: 'COMMAND=true\nSBATCH_HOLD=1',
  fromtemplate: 'COMMAND=true\nSBATCH_HOLD=1\nTEMPLATE=own',
  fromprofile: 'COMMAND=true\nSBATCH_HOLD=1\nTEMPLATE=own\nSBATCH_TIME=20\nSBATCH_COMMENT="mine, and # more"',
};
const TEMPLATES = { 'slurm/templates/own.sbatch': '#!/bin/sh\n#SBATCH --time=30\n#SBATCH --nice=7\ntrue\n' };

describe.skipIf(clusterUnavailable())('submitting', () => {
  const our = submitted(PROFILES, TEMPLATES);
  const { ids, dirs, json, ended, asUser, exists, stateOf } = our;
  const show = (id: string) => asUser(`scontrol -o show job ${id}`);

  test('submit: the same id while it lives, a refusal once it ended; resubmit goes on in the same directory', async () => {
    expect(our.toy.read('slurm/jobs/twice.jobid')).toBe(`${ids.twice}\n`);
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
    expect(our.toy.read('tries')).toBe('attempt\nattempt\n');
    // Two jobs in all, and the logs of both.
    expect(readdirSync(join(our.toy.root, 'slurm/logs'))).toEqual(
      expect.arrayContaining([`${ids.twice}.out`, `${next.json.jobId}.out`]),
    );
  });

  test('two pushes in one second get different names', async () => {
    const laptops = [our.otherLaptop(), our.otherLaptop()];
    const stamp = (name: string) => /-\d{8}-\d{6}/.exec(name)?.[0];
    await until(
      'two pushes fall into one second',
      async () => {
        const pushes = await Promise.all(laptops.map((laptop) => laptop.json('slurm-push', { PROFILE: 'held' })));
        const [one, two] = pushes.map(({ json: document }) => document.run as string) as [string, string];
        expect(one).not.toBe(two);
        for (const name of [one, two])
          expect(await exists(`${our.remoteDir}/runs/${name}/.slurm-runner/pushed`)).toBe(true);
        if (stamp(one) !== stamp(two)) return false;
        expect([one, two].filter((name) => name.endsWith('-2'))).toHaveLength(1);
        return true;
      },
      150,
    );
  });

  test('TAG keeps a second run of a profile apart', async () => {
    const { json: tagged } = await json('slurm-run', 'held', { TAG: 'seed2' });
    expect(tagged.push.run).toMatch(/^held@seed2-\d{8}-\d{6}$/);
    expect(our.toy.read('slurm/jobs/held@seed2.jobid')).toBe(`${tagged.submit.jobId}\n`);
    expect(our.toy.read('slurm/jobs/held.jobid')).toBe(`${ids.held}\n`);
    expect(await show(tagged.submit.jobId)).toContain(`JobName=pre-${tagged.push.run} `);
    expect(refused(await json('slurm-run', 'held', { TAG: '../x' }))).toEqual({ exit: 2, kind: 'bad-name' });
    await json('slurm-cancel', undefined, { JOB_ID: tagged.submit.jobId });
  });

  test('precedence: make, then profile, then template, then cluster.conf', async () => {
    expect(await show(ids.fromcluster)).toContain('TimeLimit=00:40:00');
    expect(await show(ids.fromtemplate)).toContain('TimeLimit=00:30:00');
    const profile = await show(ids.fromprofile);
    expect(profile).toContain('TimeLimit=00:20:00');
    expect(profile).toContain('Nice=7');
    // The tool's own comment, then the user's.
    expect(profile).toContain(`Comment=${dirs.fromprofile.split('/').at(-1)} mine, and # more `);
    const { json: given } = await json('slurm-run', 'fromprofile', { SBATCH_TIME: '10', TAG: 'm' });
    expect(await show(given.submit.jobId)).toContain('TimeLimit=00:10:00');
    const rendered = await our.toy.make('slurm-render', { PROFILE: 'fromprofile' });
    expect(rendered.stdout).toMatch(/^#!\/bin\/sh\n#SBATCH --time=30\n/);
    for (const id of [ids.fromcluster, ids.fromtemplate, ids.fromprofile, given.submit.jobId]) {
      await json('slurm-cancel', undefined, { JOB_ID: id });
    }
  });

  test("nothing of the submitting shell's environment reaches the job, but SLURM_CONF does", async () => {
    our.toy.profile(
      'env',
      'COMMAND="env > env.txt; srun env > srun.txt"\nRESULTS_PULL="env.txt srun.txt"\n[env]\nMINE="a b"\n',
    );
    our.toy.profile('none', 'COMMAND="srun printenv PATH"\nSBATCH_EXPORT=NONE\n');
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
      const seen = our.toy.read(file);
      expect(seen).not.toMatch(/^(FOO|SBATCH_\w+|SLURM_EXPORT_ENV)=/m);
      expect(seen).not.toMatch(/^SLURM_NTASKS=3$/m);
      expect(seen).toMatch(/^MINE=a b$/m);
      // 24.11 and later do not hand it on to jobs themselves.
      if (our.cluster.version.startsWith('22.')) expect(seen).toMatch(/^SLURM_CONF=/m);
    }
  });

  test('a tracked run is not replaced unasked', async () => {
    expect(refused(await json('slurm-run', 'held'))).toEqual({ exit: 4, kind: 'declined' });
    expect(refused(await json('slurm-push', 'held'))).toEqual({ exit: 4, kind: 'declined' });
    expect(our.toy.read('slurm/jobs/held.jobid')).toBe(`${ids.held}\n`);
    const next = await json('slurm-run', 'held', { YES: '1' });
    expect(next.exit).toBe(0);
    expect(next.json.submit.jobId).not.toBe(ids.held);
    expect(await stateOf(ids.held)).toBe('PENDING');
    const { json: known } = await json('slurm-recover', 'held');
    expect(known.recovered[0]).toMatchObject({ jobId: next.json.submit.jobId });
    expect(known.recovered[0].others).toEqual(expect.arrayContaining([expect.objectContaining({ jobId: ids.held })]));
    for (const id of [ids.held, next.json.submit.jobId]) await json('slurm-cancel', undefined, { JOB_ID: id });
  });

  test('another cluster by CLUSTER=NAME, remembered with the run', async () => {
    our.toy.write(
      'slurm/clusters/second.conf',
      `REMOTE_HOST=srt-bash2nd\nREMOTE_DIR=${our.cluster.remoteDir('srt-bash2nd')}\nPOLL_INTERVAL=1\nSBATCH_MEM=50M\n`,
    );
    our.toy.profile('elsewhere', 'COMMAND="echo $SLURM_CLUSTER_NAME > where"\nRESULTS_PULL=where\n');
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
    expect(our.toy.read('where')).toBe('srt2nd\n');
    expect((await json('slurm-run', 'elsewhere', { CLUSTER: 'thrid' })).json.exit).toBe(2);
  });
});
