/** PYTHON that the real cluster lacks: check warns of it, and after the job srun's words are understood. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clusterUnavailable, ensureCluster, type TestCluster } from '../cluster/cluster.ts';
import { makeToy, type Toy } from '../kit/toy.ts';

describe.skipIf(clusterUnavailable())('PYTHON on the cluster', () => {
  let cluster: TestCluster;
  let toy: Toy;

  beforeAll(async () => {
    cluster = await ensureCluster();
    const remoteDir = cluster.remoteDir('srt-dash');
    toy = makeToy(
      `REMOTE_HOST=srt-dash\nREMOTE_DIR=${remoteDir}\nPOLL_INTERVAL=3\nSBATCH_MEM=50M\nSBATCH_TIME=5\n`,
      cluster.env(),
    );
    toy.write('code/x.py', 'print()\n');
    toy.profile('py', 'SCRIPT=code/x.py\nPYTHON=no-such-python\n');
  });
  afterAll(() => toy?.remove());

  test('is not there', async () => {
    const { exit, json } = await toy.json('slurm-check', { PROFILE: 'py' });
    expect(exit, JSON.stringify(json)).toBe(0);
    expect(json.items).toContainEqual(
      expect.objectContaining({ subject: 'python', verdict: 'note', detail: 'no-such-python' }),
    );
    const full = await toy.make('slurm-full', { PROFILE: 'py' });
    expect(full.exit, full.stderr).toBe(1);
    expect(full.stderr).toMatch(/error: execve\(\): no-such-python: No such file or directory/);
    expect(full.stdout).toMatch(/^Job \d+ FAILED.*: exit code 2, no-such-python was not found\.$/m);
    expect(full.stdout).toMatch(/^→ Set PYTHON=python3 in slurm\/profiles\/py\.conf, .* or CONTAINER bring/m);
    const collected = await toy.json('slurm-collect', { PROFILE: 'py' });
    expect(collected.json).toMatchObject({
      exit: 1,
      verdict: { state: 'FAILED', exitCode: 2, notFound: { program: 'no-such-python', isPython: true } },
    });
  });
});
