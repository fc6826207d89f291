/** slurm-status of 1,000 tracked jobs, against one bare squeue over the same connection. */

import { execa } from 'execa';
import type { TestCluster } from '../cluster/cluster.ts';
import { makeToy } from '../kit/toy.ts';
import { openLaptop } from './laptop.ts';
import { alternately, ms, type Row, timed, times } from './measure.ts';

const RUNS = 1000;
const ROUNDS = 5;

export async function measureStatus(cluster: TestCluster): Promise<Row[]> {
  const laptop = openLaptop(cluster);
  const remoteDir = cluster.remoteDir();
  const toy = makeToy(`REMOTE_HOST=srt\nREMOTE_DIR=${remoteDir}\n`, laptop.env);
  await cluster.asUser('srt-bash', makeRuns(remoteDir));
  for (let at = 0; at < RUNS; at++) {
    toy.write(`slurm/jobs/p${at}.jobid`, `${900_000 + at}\n`);
    toy.write(`slurm/jobs/p${at}.rundir`, `${remoteDir}/runs/p${at}-20260101-000000\n`);
  }
  const ask = async (): Promise<number> => {
    const ended = await toy.json('slurm-status');
    return ended.json.tracked.filter((one: { verdict?: { ended: boolean } }) => one.verdict?.ended).length;
  };
  await ask(); // connects
  const socket = await masterOf(laptop.env);
  laptop.reset();
  const known = await ask();
  const sessions = laptop.sessions();
  const taken = await alternately(ROUNDS, {
    minimum: () => timed(() => execa('ssh', ['-S', socket, 'srt', 'squeue'], { env: laptop.env, extendEnv: false })),
    ours: () => timed(ask),
  });
  await laptop.disconnect();
  await cluster.asUser('srt-bash', `rm -rf '${remoteDir}'`);
  toy.remove();
  return [
    {
      what: `slurm-status of ${RUNS} tracked jobs, ssh sessions`,
      ...{ ours: String(sessions), minimum: '1', ratio: '', target: '1', good: sessions === 1 && known === RUNS },
    },
    {
      what: '  time, against one ssh squeue',
      ...{ ours: ms(taken.ours), minimum: ms(taken.minimum), ratio: times(taken.ours, taken.minimum) },
      ...{ target: '', good: true },
    },
  ];
}

/** Shell text that makes run directories of jobs that have ended, by the markers in them; the jobs themselves never were. */
function makeRuns(remoteDir: string): string {
  return `
    mkdir -p '${remoteDir}/runs' && cd '${remoteDir}/runs'
    now=$(date +%s) at=0
    while [ $at -lt ${RUNS} ]; do
      meta=p$at-20260101-000000/.slurm-runner
      mkdir -p $meta/attempt-1
      echo '{}' > $meta/manifest.json; : > $meta/pushed
      id=$((900000 + at))
      echo $id > $meta/attempt-1/job_id; echo $now > $meta/attempt-1/intent
      echo "$id 0 $now n1" > $meta/attempt-1/begin; echo "$id 0 exit 0" > $meta/attempt-1/end
      at=$((at + 1))
    done`;
}

/** The socket of the connection that a command has left. */
export async function masterOf(env: Record<string, string>): Promise<string> {
  const { stdout } = await execa('find', [`${env.HOME}/.ssh`, '-type', 's'], { env, extendEnv: false });
  return stdout.split('\n')[0] as string;
}
