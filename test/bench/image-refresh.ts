/** slurm-image-refresh of an image of 600 MB against the four enroot commands one would type, base fetched and all. */

import { execa } from 'execa';
import type { TestCluster } from '../cluster/cluster.ts';
import { startRegistry } from '../kit/containers.ts';
import { makeToy } from '../kit/toy.ts';
import { openLaptop } from './laptop.ts';
import { alternately, ms, type Row, timed, times } from './measure.ts';

const MEGABYTES = 600;
const ROUNDS = 5;

export async function measureRefresh(cluster: TestCluster): Promise<Row[]> {
  const registry = await startRegistry(cluster);
  await registry.push('team/large:v1', { megabytes: MEGABYTES });
  const uri = `${registry.address}#team/large:v1`;
  const laptop = openLaptop(cluster, false);
  // In memory, for the disk's moods are larger than what is to be seen.
  const remoteDir = '/dev/shm/slurm-runner-bench';
  const places = `export TMPDIR=${remoteDir} ENROOT_CACHE_PATH=${remoteDir}/cache ENROOT_DATA_PATH=${remoteDir}/data`;
  const toy = makeToy(`REMOTE_HOST=srt\nREMOTE_DIR=${remoteDir}\nREMOTE_SETUP=${places}\n`, laptop.env);
  toy.write('slurm/images/large.conf', `BASE=${uri}\nREQUIREMENTS=requirements.txt\n`);
  toy.write('requirements.txt', 'numpy\n');
  const byHand = `${places} && cd ${remoteDir} && enroot import -o base.sqsh docker://${uri} && enroot create -n by-hand base.sqsh &&
    enroot start --rw --root by-hand pip install numpy && enroot export -o large.sqsh by-hand`;
  // The layers and the base are fetched anew each time, by both.
  const fresh = () => cluster.asUser('srt-bash', `rm -rf ${remoteDir}; mkdir ${remoteDir}`);
  const taken = await alternately(ROUNDS, {
    minimum: async () => {
      await fresh();
      return timed(() => execa('ssh', ['srt', byHand], { env: laptop.env, extendEnv: false }));
    },
    ours: async () => {
      await fresh();
      await laptop.disconnect();
      return timed(async () => {
        const ended = await toy.make('slurm-image-refresh', { FORCE: '1' });
        if (ended.exit !== 0) throw new Error(ended.stderr);
      });
    },
  });
  await laptop.disconnect();
  await cluster.asUser('srt-bash', `rm -rf ${remoteDir}`);
  toy.remove();
  await registry.stop();
  return [
    {
      what: `slurm-image-refresh, ${MEGABYTES} MB, against enroot's four commands`,
      ...{ ours: ms(taken.ours), minimum: ms(taken.minimum), ratio: times(taken.ours, taken.minimum) },
      ...{ target: '≤ 1.10×', good: taken.ours <= 1.1 * taken.minimum },
    },
  ];
}
