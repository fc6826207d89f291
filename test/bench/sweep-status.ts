/** One slurm-sweep-status of a 1,000-task array over a link with 50 ms round trip, against squeue and sacct by hand over the same connection. */

import { execa } from 'execa';
import type { TestCluster } from '../cluster/cluster.ts';
import type { SweepDocument } from '../kit/sweeps.ts';
import { makeToy, until } from '../kit/toy.ts';
import { openLaptop } from './laptop.ts';
import { alternately, ms, type Row, timed, times } from './measure.ts';
import { masterOf } from './status.ts';

const ROUND_TRIP = 50;
const ROUNDS = 7;
const CELLS = 1000;
/** So many end, each tenth of them with a failure, before the others stay. */
const ENDED = 150;
const AT_A_TIME = 16;

export async function measureSweepStatus(cluster: TestCluster): Promise<Row[]> {
  const link = await cluster.link({ delayMs: ROUND_TRIP });
  const laptop = openLaptop(cluster);
  const remoteDir = cluster.remoteDir();
  const toy = makeToy(`REMOTE_HOST=${link.host}\nREMOTE_DIR=${remoteDir}\n`, laptop.env);
  const list = Array.from({ length: CELLS / 10 }, (_, at) => at).join(', ');
  toy.write(
    'slurm/sweeps/thousand.yaml',
    `matrix:\n  A: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]\n  B: [${list}]\nmax_concurrent: ${AT_A_TIME}\n`,
  );
  toy.profile('cell', `COMMAND="[ $CELL -ge ${ENDED} ] || exit $((CELL % 10 == 9)); sleep 900"\nSBATCH_MEM=20M\n`);
  const about = { SWEEP: 'thousand', PROFILE: 'cell' };
  const json = async (target: string, variables: Record<string, string>) => {
    const ended = await toy.json(target, variables);
    if (ended.exit !== 0) throw new Error(ended.stderr);
    return ended.json as unknown as SweepDocument;
  };
  const { submitted } = await json('slurm-sweep-start', { ...about, YES: '1' });
  const jobId = submitted.arrays[0]?.jobId as string;
  const counts = async () => (await json('slurm-sweep-status', about)).counts;
  await until(
    `${ENDED} ended and ${AT_A_TIME} running cells`,
    async () => {
      const { done, failed, running } = await counts();
      return done + failed === ENDED && running === AT_A_TIME;
    },
    120,
  );
  laptop.reset();
  const { failed, pending } = await counts();
  const sessions = laptop.sessions();
  const socket = await masterOf(laptop.env);
  const ask = `squeue -r -t all -j ${jobId}; sacct -X -n -P -j ${jobId}`;
  const taken = await alternately(ROUNDS, {
    minimum: () => timed(() => execa('ssh', ['-S', socket, link.host, ask], { env: laptop.env, extendEnv: false })),
    ours: () => timed(() => toy.make('slurm-sweep-status', about)),
    start: () => timed(() => toy.make('slurm-profiles')),
  });
  const poll = taken.ours - taken.start;
  await laptop.disconnect();
  await link.close();
  await cluster.asUser('srt-bash', `scancel ${jobId}`);
  await until('the end of its jobs', () =>
    cluster.asUser('srt-bash', `squeue -h -j ${jobId} || :`).then((rows) => rows === ''),
  );
  await cluster.asUser('srt-bash', `rm -rf '${remoteDir}'`);
  toy.remove();
  return [
    {
      what: `slurm-sweep-status of ${CELLS} tasks, ssh sessions`,
      ...{ ours: String(sessions), minimum: '1', ratio: '', target: '1' },
      good: sessions === 1 && failed === ENDED / 10 && pending === CELLS - ENDED - AT_A_TIME,
    },
    {
      what: `  time, against squeue and sacct (${ROUND_TRIP} ms round trip)`,
      ...{ ours: ms(taken.ours), minimum: ms(taken.minimum), ratio: times(taken.ours, taken.minimum) },
      ...{ target: '', good: true },
    },
    {
      what: '  without the start of make and Node, as in a watch',
      ...{ ours: ms(poll), minimum: ms(taken.minimum), ratio: times(poll, taken.minimum) },
      ...{ target: '≤ 2.00×', good: poll <= 2 * taken.minimum },
    },
  ];
}
