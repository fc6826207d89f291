/** A job's own folder for TMPDIR on the real cluster, and the room on the node's disk that SBATCH_TMP asks for. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clusterUnavailable, ensureCluster, type TestCluster } from '../cluster/cluster.ts';
import { makeToy, type Toy, until } from '../kit/toy.ts';

const SAYS = `printf '%s %s\\n' "$(stat -c %a "$TMPDIR")" "$TMPDIR"`;

describe.skipIf(clusterUnavailable())('node-local scratch', () => {
  let cluster: TestCluster;
  let toy: Toy;
  /** Slurm's TmpFS. */
  let scratch: string;

  const asUser = (command: string) => cluster.asUser('srt-bash', command);
  const own = (jobId: string) => new RegExp(`^${scratch}/slurm-runner\\.${jobId}\\.\\w{6}$`);
  const leftOf = async (jobId: string) =>
    (await asUser(`ls '${scratch}'`)).split('\n').filter((name) => name.startsWith(`slurm-runner.${jobId}.`));

  beforeAll(async () => {
    cluster = await ensureCluster();
    scratch = `${cluster.dir}/scratch`;
    toy = makeToy(
      `REMOTE_HOST=srt\nREMOTE_DIR=${cluster.remoteDir()}\nPOLL_INTERVAL=2\nSBATCH_MEM=50M\nSBATCH_TIME=5\n`,
      cluster.env(),
    );
  });
  afterAll(() => toy?.remove());

  test('the script and its steps have it, with the room asked for, and it goes with the job', async () => {
    toy.write(
      'says.sh',
      `${SAYS}\nsrun sh -c '${SAYS.replaceAll("'", "'\\''")}'\nhead -c 1000000 /dev/zero >"$TMPDIR/big"\n`,
    );
    toy.profile('own', 'SCRIPT=says.sh\nSBATCH_TMP=400G\n');
    const ended = await toy.json('slurm-full', { PROFILE: 'own' });
    expect(ended.exit, ended.stderr + ended.stdout).toBe(0);
    const { jobId } = ended.json.submit;
    const lines = toy.read(`slurm/logs/${jobId}.out`).trimEnd().split('\n');
    expect(lines[0]).toMatch(/^700 /);
    expect(lines[0]?.slice(4)).toMatch(own(jobId));
    expect(lines[1]).toBe(lines[0]);
    expect(await asUser(`scontrol show job ${jobId}`)).toContain('MinTmpDiskNode=400G');
    expect(await leftOf(jobId)).toEqual([]);
  });

  test('of a cancelled job it goes too', async () => {
    toy.profile('long', 'COMMAND="touch $TMPDIR/file; touch begun; sleep 300"\n');
    const run = await toy.json('slurm-run', { PROFILE: 'long' });
    const { jobId, runDir } = run.json.submit;
    await until('it has begun', async () => (await asUser(`ls ${runDir}`)).includes('begun'));
    expect(await leftOf(jobId)).toHaveLength(1);
    await toy.json('slurm-cancel', { JOB_ID: jobId });
    expect((await toy.json('slurm-watch', { PROFILE: 'long' })).json.verdict.state).toBe('CANCELLED');
    await until('it is gone', async () => (await leftOf(jobId)).length === 0);
  });

  test('a job on two nodes has the TMPDIR that the nodes have', async () => {
    toy.profile('two', 'SCRIPT=tmp.sh\nSBATCH_NODES=2\n');
    toy.write('tmp.sh', 'echo "$TMPDIR"\n');
    const ended = await toy.json('slurm-full', { PROFILE: 'two' });
    expect(ended.exit, ended.stderr).toBe(0);
    expect(toy.read(`slurm/logs/${ended.json.submit.jobId}.out`)).toBe('/tmp\n/tmp\n');
  });

  test('slurm-shell has one', async () => {
    toy.profile('shell', 'COMMAND=true\n');
    const { exit, stdout, stderr } = await toy.make('slurm-shell', {
      PROFILE: 'shell',
      CMD: `${SAYS}; echo $SLURM_JOB_ID`,
    });
    expect(exit, stderr).toBe(0);
    const [said = '', jobId = ''] = stdout.trimEnd().split('\n').slice(-2);
    expect(said).toMatch(/^700 /);
    expect(said.slice(4)).toMatch(own(jobId));
    expect(await leftOf(jobId)).toEqual([]);
  });
});
