/** HOLD=1 and slurm-release on the real cluster: what waits for its owner's word, what lets it go, and that the code is that of the push. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clusterUnavailable, ensureCluster, type TestCluster } from '../cluster/cluster.ts';
import { refused } from '../kit/submitted.ts';
import { makeToy, type Toy, until } from '../kit/toy.ts';

describe.skipIf(clusterUnavailable())('held jobs', () => {
  let cluster: TestCluster;
  let toy: Toy;
  let remoteDir: string;

  const asUser = (command: string) => cluster.asUser('srt-bash', command);
  const json = (target: string, variables: Record<string, string> = {}) => toy.json(target, variables);
  const stands = (id: string) => asUser(`squeue -h -r -t all -j ${id} -o '%T %r'`);
  async function submitted(variables: Record<string, string>, target = 'slurm-run'): Promise<string> {
    const { exit, json: document, stderr } = await json(target, variables);
    expect(exit, stderr + JSON.stringify(document.problems)).toBe(0);
    return (document.submit ?? document).jobId;
  }

  beforeAll(async () => {
    cluster = await ensureCluster();
    remoteDir = cluster.remoteDir();
    toy = makeToy(
      `REMOTE_HOST=srt\nREMOTE_DIR=${remoteDir}\nPOLL_INTERVAL=2\nSBATCH_MEM=50M\nSBATCH_TIME=5\n`,
      cluster.env(),
    );
    toy.write('say.sh', 'echo "as pushed"\n');
    toy.profile('say', 'SCRIPT=say.sh\n');
    toy.profile('quick', 'COMMAND=true\n');
    toy.profile('always', 'COMMAND=true\nSBATCH_HOLD=1\n');
    toy.profile('words', 'COMMAND=true\nSBATCH_ARGS="--nice=3 --hold"\n');
    toy.profile('array', 'COMMAND=true\nSBATCH_ARRAY=0-3\n');
  });
  afterAll(async () => {
    if (remoteDir) await asUser(`squeue -h -o '%A %Z' | grep -F ${remoteDir}/ | cut -d' ' -f1 | xargs -r scancel`);
    toy?.remove();
  });

  test('submitted held, edited here, released: the job has the code of the push', async () => {
    const run = await toy.make('slurm-run', { PROFILE: 'say', HOLD: '1' });
    expect(run.exit, run.stderr).toBe(0);
    expect(run.stdout).toMatch(/^ +Held: +until it is released$/m);
    expect(run.stdout).toContain('make slurm-release PROFILE=say');
    const id = toy.read('slurm/jobs/say.jobid').trim();
    expect(await stands(id)).toBe('PENDING JobHeldUser');
    toy.write('say.sh', 'echo "as edited"\n');

    const status = await toy.make('slurm-status');
    expect(status.stdout).toContain('PENDING (JobHeldUser)');
    expect(status.stdout).toContain('1 job held: make slurm-release PROFILE=say');
    const watching = toy.start('slurm-watch', { PROFILE: 'say' });
    let seen = '';
    watching.stdout?.on('data', (text) => {
      seen += text;
    });
    await until('watch says how to release it', () =>
      seen.includes(`its owner holds it; make slurm-release JOB_ID=${id} lets it go.`),
    );
    expect(await stands(id)).toBe('PENDING JobHeldUser');

    const dry = await json('slurm-release', { PROFILE: 'say', DRY_RUN: '1' });
    expect(dry.json).toMatchObject({ exit: 0, jobId: id, held: true, released: false, dryRun: true });
    expect(await stands(id)).toBe('PENDING JobHeldUser');
    const released = await toy.make('slurm-release', { PROFILE: 'say' });
    expect(released.exit, released.stderr).toBe(0);
    expect(released.stdout).toMatch(/Job released/);
    expect(released.stdout).toMatch(/^ +Was: +PENDING \(JobHeldUser\)$/m);
    expect((await watching).exitCode).toBe(0);
    expect(seen).toContain('as pushed\n');
    expect(seen).not.toContain('as edited');

    const again = await json('slurm-release', { PROFILE: 'say' });
    expect(again.json).toMatchObject({ exit: 0, released: false });
    // Its end marker was there before that.
    await until('it has left', async () => (await stands(id)).startsWith('COMPLETED'));
    expect((await toy.make('slurm-release', { JOB_ID: id })).stdout).toMatch(/is not held: it is COMPLETED/);
    expect((await json('slurm-collect', { PROFILE: 'say' })).exit).toBe(0);
  });

  test('HOLD wins over the profile, both ways, and is of one submission alone', async () => {
    const cases: [string, Record<string, string>, string][] = [
      ['always', {}, 'Held'],
      ['always', { HOLD: '1' }, 'Held'],
      ['always', { HOLD: '0' }, 'None'],
      ['words', { HOLD: '0' }, 'None'],
      ['quick', { HOLD: '', TAG: 'empty' }, 'None'],
    ];
    for (const [PROFILE, more, expected] of cases) {
      const id = await submitted({ PROFILE, ...more, YES: '1' });
      if (expected === 'Held') expect(await stands(id), PROFILE).toBe('PENDING JobHeldUser');
      else await until(`${PROFILE} ran`, async () => (await stands(id)).startsWith('COMPLETED'));
    }
    // Pushed with it, submitted without; then again with it, in the same run directory.
    expect((await json('slurm-push', { PROFILE: 'quick', HOLD: '1' })).exit).toBe(0);
    const first = await submitted({ PROFILE: 'quick' }, 'slurm-submit');
    await until('it ran', async () => (await stands(first)).startsWith('COMPLETED'));
    const second = await submitted({ PROFILE: 'quick', HOLD: 'yes' }, 'slurm-resubmit');
    expect(await stands(second)).toBe('PENDING JobHeldUser');
    expect((await json('slurm-release', { JOB_ID: second })).json).toMatchObject({ exit: 0, released: true });
    await until('it ran as well', async () => (await stands(second)).startsWith('COMPLETED'));
  });

  test('the tasks of an array, one of them and then the others, though the first has run', async () => {
    const id = await submitted({ PROFILE: 'array', HOLD: '1' });
    expect((await json('slurm-release', { JOB_ID: `${id}_2` })).json).toMatchObject({ exit: 0, released: true });
    await until('that one ran', async () => (await stands(`${id}_2`)).startsWith('COMPLETED'));
    expect((await stands(id)).split('\n').sort()).toEqual(['COMPLETED None', ...Array(3).fill('PENDING JobHeldUser')]);
    const rest = await json('slurm-release', { PROFILE: 'array' });
    expect(rest.json, rest.stdout).toMatchObject({ exit: 0, released: true });
    await until('all ran', async () => !/PENDING|RUNNING|COMPLETING/.test(await stands(id)));
    expect((await json('slurm-watch', { PROFILE: 'array' })).json.verdict).toMatchObject({ state: 'COMPLETED' });
  });

  test("what cannot be released: no id, several, nobody's, another person's, an administrator's", async () => {
    for (const JOB_ID of ['all', '1 2', '1,2', '-u'])
      expect(refused(await json('slurm-release', { JOB_ID })), JOB_ID).toEqual({ exit: 2, kind: 'bad-job-id' });
    expect(refused(await json('slurm-release'))).toEqual({ exit: 2, kind: 'missing-variable' });
    expect(refused(await json('slurm-release', { PROFILE: 'quick', TAG: 'none' }))).toEqual({
      ...{ exit: 2, kind: 'not-submitted' },
    });
    expect(refused(await json('slurm-release', { JOB_ID: '99999999' }))).toEqual({ exit: 2, kind: 'no-such-job' });
    expect(refused(await json('slurm-run', { PROFILE: 'quick', HOLD: 'maybe' }))).toEqual({
      ...{ exit: 2, kind: 'not-a-flag' },
    });

    const stranger = await cluster.asUser('srt-other', 'sbatch --parsable -H --mem=10M -o /dev/null --wrap true');
    expect(refused(await json('slurm-release', { JOB_ID: stranger }))).toEqual({ exit: 2, kind: 'no-such-job' });
    expect(await cluster.asRoot(`squeue -h -j ${stranger} -o %r`)).toBe('JobHeldUser');
    await cluster.asUser('srt-other', `scancel ${stranger}`);

    const id = await submitted({ PROFILE: 'quick', TAG: 'admin', SBATCH_BEGIN: 'now+1hour' });
    await cluster.asRoot(`scontrol hold ${id}`);
    expect(await stands(id)).toBe('PENDING JobHeldAdmin');
    const no = await json('slurm-release', { JOB_ID: id });
    expect(refused(no)).toEqual({ exit: 2, kind: 'release-refused' });
    expect(no.json.problems[0].message).toContain('An administrator holds it');
    await json('slurm-cancel', { JOB_ID: id });
  });
});
