/** slurm-gpus and slurm-info on the real cluster. nvidia-smi there is a stand-in: the nodes have no NVIDIA card. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clusterUnavailable, ensureCluster, type TestCluster } from '../cluster/cluster.ts';
import { makeToy, type Toy, until } from '../kit/toy.ts';

/** Prints the cards of the allocation as nvidia-smi -L does. */
const STAND_IN = `[ "$1" = -L ] || exit 2
for one in $(echo "$CUDA_VISIBLE_DEVICES" | tr , ' '); do echo "GPU $one: Stand-In A100 (UUID: GPU-0000-$one)"; done`;

describe.skipIf(clusterUnavailable())('what a cluster has', () => {
  let cluster: TestCluster;
  let toy: Toy;
  const jobs = async () =>
    (await cluster.asUser('srt-bash', 'squeue -h --me -o "%j"'))
      .split('\n')
      .filter((name) => name.includes('slurm-runner-gpus'));

  beforeAll(async () => {
    cluster = await ensureCluster();
    toy = makeToy(`REMOTE_HOST=srt\nREMOTE_DIR=${cluster.remoteDir()}\nPARTITION=main\n`, cluster.env());
    toy.profile('two', 'COMMAND=true\nSBATCH_GPUS=2\nSBATCH_MEM=100M\nSBATCH_TIME=10:00:00\n');
  });
  afterAll(() => toy?.remove());

  test('without nvidia-smi on the node says so', async () => {
    const ended = await toy.json('slurm-gpus');
    expect([ended.exit, ended.json.problems[0]]).toMatchObject([
      2,
      { kind: 'no-nvidia-smi', node: expect.stringMatching(/^n\d$/) },
    ]);
  });

  describe('with nvidia-smi', () => {
    let undo: () => Promise<void>;
    beforeAll(async () => {
      undo = await cluster.wrap('srt-bash', 'nvidia-smi', STAND_IN);
    });
    afterAll(() => undo?.());

    test('the GPUs of an allocation: one, or as many as the profile asks for', async () => {
      const one = await toy.json('slurm-gpus');
      expect([one.exit, one.json.gpus], one.stderr).toMatchObject([
        0,
        [{ name: 'Stand-In A100', uuid: expect.any(String) }],
      ]);
      const two = await toy.json('slurm-gpus', { PROFILE: 'two' });
      expect([two.exit, two.json.gpus.length]).toEqual([0, 2]);
      expect((await toy.make('slurm-gpus', { PROFILE: 'two' })).stdout).toMatch(/2 GPUs on n\d \(.*--gpus=2.*--time=2/);
      // Slurm may still be winding up.
      await until('an empty queue', async () => (await jobs()).length === 0);
    });

    test('a kind of GPU that there is not is refused in clear words', async () => {
      const ended = await toy.json('slurm-gpus', { SBATCH_GRES: 'gpu:h100:1' });
      expect([ended.exit, ended.json.problems[0]]).toMatchObject([
        2,
        { kind: 'gpus-refused', message: expect.stringContaining('slurm-info') },
      ]);
    });

    test('all busy: says that it waits; Ctrl-C leaves nothing in the queue', async () => {
      const hold = 'srun -w n3 --gres=gpu:4 --mem=10M -t 5 --job-name=holder sleep 300';
      const holding = cluster.asUser('srt-bash', hold).catch(() => {});
      await until(
        'the holder',
        async () => (await cluster.asUser('srt-bash', 'squeue -h --me -t R -n holder -o %i')) !== '',
      );
      const running = toy.start('slurm-gpus', { SBATCH_NODELIST: 'n3' }, true);
      let shown = '';
      running.stdout?.on('data', (chunk: Buffer) => {
        shown += chunk.toString();
      });
      await until('a word', () => /PENDING.*\((Resources|Priority)\)/.test(shown));
      // What stands in info meanwhile.
      const { json } = await toy.json('slurm-info', { PARTITION: 'main' });
      expect(json.nodes.find(({ name }) => name === 'n3')).toMatchObject({
        gpus: [{ free: 0, total: 4 }],
        cpus: { free: 31, total: 32 },
      });
      expect(json.partitions).toMatchObject([{ name: 'main', isDefault: true, limit: 'infinite' }]);
      process.kill(-(running.pid as number), 'SIGINT');
      await running;
      await until('an empty queue', async () => (await jobs()).length === 0);
      await cluster.asUser('srt-bash', 'scancel -n holder');
      await holding;
    });
  });

  test('slurm-info is one round trip, and names the nearest partition', async () => {
    const counter = await cluster.countCalls('srt-bash', ['sinfo', 'squeue', 'scontrol']);
    const { exit, stdout } = await toy.make('slurm-info');
    expect([exit, counter.count('sinfo'), counter.count('squeue'), counter.count('scontrol')]).toEqual([0, 1, 0, 0]);
    await counter.stop();
    expect(stdout).toMatch(/main\*.*\d+\/128/);
    const wrong = await toy.json('slurm-info', { PARTITION: 'shrot' });
    expect([wrong.exit, wrong.json.problems[0]]).toMatchObject([2, { kind: 'no-partition', nearest: 'short' }]);
  });
});
