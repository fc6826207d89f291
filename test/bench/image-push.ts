/** slurm-image-push of a ready-made image file, against plain rsync of the same file over the same kind of connection. */

import { join } from 'node:path';
import { execa } from 'execa';
import type { TestCluster } from '../cluster/cluster.ts';
import { makeSqsh } from '../kit/containers.ts';
import { makeToy } from '../kit/toy.ts';
import { openLaptop } from './laptop.ts';
import { alternately, ms, type Row, timed, times } from './measure.ts';

const MEGABYTES = 500;
const ROUND_TRIP = 50;
const ROUNDS = 3;

export async function measureImagePush(cluster: TestCluster): Promise<Row[]> {
  const link = await cluster.link({ delayMs: ROUND_TRIP });
  const laptop = openLaptop(cluster, false);
  const remoteDir = cluster.remoteDir();
  const toy = makeToy(`REMOTE_HOST=${link.host}\nREMOTE_DIR=${remoteDir}\n`, laptop.env);
  const shell = (script: string) => execa('sh', ['-ec', script], { cwd: toy.root, env: laptop.env });
  const socket = join(laptop.env.HOME as string, '.ssh', 'plain');
  await shell(`ssh -fNM -S '${socket}' ${link.host}`);
  await toy.make('slurm-status'); // connects, too: the connection is not what is measured
  toy.write('slurm/images/big.conf', 'BASE=big.sqsh\n');
  /** A new one each time, of what does not compress: what is there would not be sent. */
  const change = () => makeSqsh(join(toy.root, 'big.sqsh'), { megabytes: MEGABYTES });
  const taken = await alternately(ROUNDS, {
    minimum: async (round) => {
      await change();
      return timed(() => shell(`rsync -t -e 'ssh -S ${socket}' big.sqsh ${link.host}:plain-${round}.sqsh`));
    },
    ours: async (round) => {
      await change();
      await cluster.asUser('srt-bash', `rm -rf '${remoteDir}/slurm/images' plain-${round}.sqsh`);
      return timed(async () => {
        const ended = await toy.make('slurm-image-push', { IMAGE: 'big' });
        if (ended.exit !== 0) throw new Error(ended.stderr);
      });
    },
  });
  await laptop.disconnect();
  await link.close();
  await cluster.asUser('srt-bash', `rm -rf '${remoteDir}' plain-*.sqsh`);
  toy.remove();
  return [
    {
      what: `slurm-image-push of ${MEGABYTES} MB, ${ROUND_TRIP} ms round trip, until it is an image`,
      ...{ ours: ms(taken.ours), minimum: ms(taken.minimum), ratio: times(taken.ours, taken.minimum) },
      ...{ target: '≤ 1.10×', good: taken.ours <= 1.1 * taken.minimum },
    },
  ];
}
