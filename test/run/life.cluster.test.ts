/** The main job on the real cluster: code over, job run, results home. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clusterUnavailable, ensureCluster, type TestCluster } from '../cluster/cluster.ts';
import { makeToy, type Toy } from '../kit/toy.ts';

describe.skipIf(clusterUnavailable())('a whole life on the cluster', () => {
  let cluster: TestCluster;
  let toy: Toy;

  beforeAll(async () => {
    cluster = await ensureCluster();
    toy = makeToy(`REMOTE_HOST=srt\nREMOTE_DIR=${cluster.remoteDir()}\n`, cluster.env());
    toy.write('code/say.py', 'print("hi")\n');
    toy.profile(
      't',
      'COMMAND="mkdir -p out data/res; cp code/say.py out/; echo d > data/res/d.txt; echo bye"\nCODE_FILES=code/\nSBATCH_MEM=50M\nRESULTS_PULL="out/ data/res/"\n',
    );
  });
  afterAll(() => toy.remove());

  test('slurm-full brings results from the run directory and through data/', async () => {
    const ended = await toy.json('slurm-full', { PROFILE: 't' });
    expect(ended.exit, ended.stderr).toBe(0);
    expect(ended.json.collect.verdict.state).toBe('COMPLETED');
    expect(toy.read('out/say.py')).toBe('print("hi")\n');
    expect(toy.read('data/res/d.txt')).toBe('d\n');
    expect(toy.read(`slurm/logs/${ended.json.submit.jobId}.out`)).toBe('bye\n');
    expect(toy.has('slurm/jobs/t.jobid')).toBe(false);
    await expect(cluster.asUser('srt-bash', `ls ${ended.json.push.runDir}`)).rejects.toThrow();
  });

  test('a word `:` is an argument, though srun would take it for the beginning of another component', async () => {
    toy.write('args.sh', 'printf "%s|" "$@"\n');
    toy.profile('colon', 'SCRIPT=args.sh\nSCRIPT_ARGS=a : b\nSBATCH_MEM=50M\n');
    const ended = await toy.json('slurm-full', { PROFILE: 'colon' });
    expect(ended.exit, ended.stderr).toBe(0);
    expect(toy.read(`slurm/logs/${ended.json.submit.jobId}.out`)).toBe('a|:|b|');
  });
});
