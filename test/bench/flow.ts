/** slurm-flow of 200 jobs over a link with 50 ms round trip, against the script one would write by hand, and against a loop of `ssh sbatch`. */

import { join } from 'node:path';
import { execa } from 'execa';
import type { TestCluster, User } from '../cluster/cluster.ts';
import { wideGraph } from '../kit/flow-jobs.ts';
import { makeToy } from '../kit/toy.ts';
import { openLaptop } from './laptop.ts';
import { alternately, ms, type Row, timed, times } from './measure.ts';
import { writeCode } from './run.ts';

const ROUND_TRIP = 50;
const ROUNDS = 5;
const JOBS = 200;
/** So many of them, each over the link, stand for a loop over all. */
const LOOPED = 16;
/** Cancelled jobs stay in its queue for minutes: nobody else asks for that. */
const USER: User = 'srt-other';

export async function measureFlow(cluster: TestCluster): Promise<Row[]> {
  const link = await cluster.link({ delayMs: ROUND_TRIP, user: USER });
  const laptop = openLaptop(cluster);
  const remoteDir = cluster.remoteDir(USER);
  const toy = makeToy(`REMOTE_HOST=${link.host}\nREMOTE_DIR=${remoteDir}\n`, laptop.env);
  await writeCode(toy, laptop.env);
  const graph = wideGraph(JOBS);
  const jobs = Object.entries(graph).map(
    ([name, parents]) => `  - name: ${name}\n    profile: sixty\n    depends_on: ${JSON.stringify(parents)}\n`,
  );
  toy.write('slurm/flows/wide.yaml', `jobs:\n${jobs.join('')}`);
  const env = { env: laptop.env, extendEnv: false, cwd: toy.root };
  const socket = join(laptop.env.HOME as string, '.ssh', 'minimal');

  /** Takes what was submitted out of the queue again; throws if it was another number of jobs. */
  const cancelled = async (expected: number): Promise<void> => {
    const mine = `squeue --me -h -o '%A %Z' | grep -F '${remoteDir}' | cut -d ' ' -f 1`;
    const counted = await cluster.asUser(USER, `ids=$(${mine}); scancel $ids; printf '%s\\n' "$ids" | wc -l`);
    if (Number(counted) !== expected) throw new Error(`${counted} jobs were submitted instead of ${expected}`);
  };
  const cold = async (work: () => Promise<unknown>): Promise<number> => {
    await laptop.disconnect();
    const took = await timed(work);
    await cancelled(JOBS);
    return took;
  };
  const spent: { sessions: number; connections: number }[] = [];
  const ours = (round: number) =>
    cold(async () => {
      laptop.reset();
      link.proxy.resetCounters();
      const ended = await toy.make('slurm-flow', { FLOW: 'wide', TAG: `round${round}`, HOLD: '1' });
      if (ended.exit !== 0) throw new Error(ended.stderr);
      spent.push({ sessions: laptop.sessions(), connections: link.proxy.connections() });
    });
  await ours(ROUNDS); // builds what has changed
  const taken = await alternately(ROUNDS, {
    minimum: (round) => {
      const words = [link.host, `${remoteDir}/by-hand/${round}`, join(toy.root, 'files'), byHand(graph), socket];
      return cold(() => execa('sh', [join(import.meta.dirname, 'minimal.sh'), ...words], env));
    },
    ours,
  });
  await laptop.disconnect();
  await execa('ssh', ['-fNM', '-S', socket, link.host], { ...env, stdio: 'ignore' });
  const submit = `cd '${remoteDir}' && sbatch --parsable --hold --mem=50M --wrap=true`;
  const loop = `at=0; while [ $at -lt ${LOOPED} ]; do ssh -S "$1" "$2" "$3" || exit; at=$((at + 1)); done`;
  const each = (await timed(() => execa('sh', ['-c', loop, 'sh', socket, link.host, submit], env))) / LOOPED;
  await cancelled(LOOPED);
  await laptop.disconnect();
  await link.close();
  toy.remove();
  await cluster.asUser(USER, `rm -rf '${remoteDir}'`);
  const looped = JOBS * each;
  const most = (key: 'sessions' | 'connections') => Math.max(...spent.map((one) => one[key]));
  return [
    {
      what: `slurm-flow of ${JOBS} jobs, cold`,
      ...{ ours: ms(taken.ours), minimum: ms(taken.minimum), ratio: times(taken.ours, taken.minimum) },
      ...{ target: '≤ 1.75×', good: taken.ours <= 1.75 * taken.minimum },
    },
    {
      what: '  connections, and ssh sessions (files, submission)',
      ...{ ours: `${most('connections')}, ${most('sessions')}`, minimum: '1, 3', ratio: '', target: '1, 2' },
      good: most('connections') === 1 && most('sessions') === 2,
    },
    {
      what: `  against ${JOBS} times ssh sbatch (${LOOPED} timed, ${ms(each)} each)`,
      ...{ ours: ms(taken.ours), minimum: ms(looped), ratio: `1/${(looped / taken.ours).toFixed(1)}`, target: '< 1/2' },
      good: taken.ours < looped / 2,
    },
  ];
}

/** What one would type over there: a line a job, with the ids of its parents. */
function byHand(graph: Readonly<Record<string, readonly string[]>>): string {
  const lines = Object.entries(graph).map(([name, parents]) => {
    const waits = parents.map((parent) => `afterok:$${parent}`).join(',');
    const options = waits ? `--dependency=${waits} --kill-on-invalid-dep=yes` : '--hold';
    return `${name}=$(sbatch --parsable --job-name=${name} ${options} job.sh) || exit`;
  });
  return lines.join('\n');
}
