/** How soon slurm-watch returns after a job's end, and how often it asks the controller meanwhile. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { TestCluster } from '../cluster/cluster.ts';
import { makeToy, type Toy, until } from '../kit/toy.ts';
import { openLaptop } from './laptop.ts';
import { ms, type Row } from './measure.ts';

const ROUND_TRIP = 50;
const JOBS = 6;
/** Seconds of watching a running job. */
const WATCHED = 65;

export async function measureWatch(cluster: TestCluster): Promise<Row[]> {
  const link = await cluster.link({ delayMs: ROUND_TRIP });
  const laptop = openLaptop(cluster, false);
  const toy = makeToy(`REMOTE_HOST=${link.host}\nREMOTE_DIR=${cluster.remoteDir()}\n`, laptop.env);
  toy.profile('short', "COMMAND='sleep 1.$((RANDOM % 10)); date +%s%N'\nSBATCH_MEM=20M\n");
  toy.profile('long', `COMMAND='sleep ${WATCHED + 60}'\nSBATCH_MEM=20M\n`);
  const delays: number[] = [];
  for (let job = 0; job < JOBS; job++) delays.push(await delayOfEnd(toy));
  const calls = await questions(cluster, toy);
  await laptop.disconnect();
  await link.close();
  toy.remove();
  const worst = Math.max(...delays);
  return [
    {
      what: `slurm-watch returns after a job's end, worst of ${JOBS}`,
      ...{ ours: ms(worst), minimum: `${ROUND_TRIP} ms`, ratio: '' },
      ...{ target: `≤ 1 s + ${ROUND_TRIP} ms`, good: worst <= 1000 + ROUND_TRIP },
    },
    {
      what: `  squeue calls in ${WATCHED} s of watching`,
      ...{ ours: String(calls), minimum: '', ratio: '' },
      ...{ target: '≤ 2 a minute', good: calls <= (2 * WATCHED) / 60 },
    },
  ];
}

/** Milliseconds from the job's last act, a time stamp in its log, to the end of slurm-watch. */
async function delayOfEnd(toy: Toy): Promise<number> {
  await must(toy, 'slurm-run', 'short');
  const { stdout } = await must(toy, 'slurm-watch', 'short');
  const returned = Date.now();
  return returned - Number(/^\d{19}$/m.exec(stdout)?.[0]) / 1e6;
}

async function questions(cluster: TestCluster, toy: Toy): Promise<number> {
  const job = (await must(toy, 'slurm-run', 'long')) && toy.read('slurm/jobs/long.jobid').trim();
  await until(
    'the job to run',
    async () => (await cluster.asUser('srt-bash', `squeue -h -j ${job} -o %T`)) === 'RUNNING',
  );
  const counter = await cluster.countCalls('srt-bash', ['squeue', 'sacct', 'scontrol']);
  const watching = toy.start('slurm-watch', { PROFILE: 'long' });
  await until('the first question', () => counter.count('squeue') > 0);
  // Time is what is measured here: nothing else could be waited for.
  await sleep(WATCHED * 1000);
  const calls = counter.count('squeue') + counter.count('sacct') + counter.count('scontrol');
  await counter.stop();
  await toy.make('slurm-cancel', { JOB_ID: job });
  await watching;
  return calls;
}

async function must(toy: Toy, target: string, profile: string) {
  const ended = await toy.make(target, { PROFILE: profile, YES: '1' });
  if (ended.exit !== 0) throw new Error(`${target}: ${ended.stdout}${ended.stderr}`);
  return ended;
}
