/** slurm-sweep-start of 224 and of 10,000 cells over a link with 50 ms round trip, against the same by hand and a loop of sbatch. */

import { join } from 'node:path';
import { execa } from 'execa';
import type { Link, TestCluster } from '../cluster/cluster.ts';
import { makeToy, type Toy } from '../kit/toy.ts';
import { type Laptop, openLaptop } from './laptop.ts';
import { alternately, ms, type Row, timed, times } from './measure.ts';
import { writeCode } from './run.ts';

const ROUND_TRIP = 50;
/** Of few cells, and of many. */
const ROUNDS = [7, 3] as const;
/** Cancelled tasks stay in its queue for minutes: nobody else asks for that. */
const USER = 'srt-other';
/** So many calls of sbatch, each over the link, stand for a loop over all cells. */
const LOOPED = 16;

interface Size {
  sweep: string;
  axes: readonly number[];
  /** How many may run at a time. Where there are several arrays, that takes more of them than anybody would submit by hand. */
  throttle?: number;
  /** A line more of the sweep's file. */
  args?: string;
}

const SIZES: readonly Size[] = [
  { sweep: 'grid224', axes: [4, 7, 8], throttle: 8 },
  { sweep: 'grid10000', axes: [10, 10, 100] },
  { sweep: 'words10000', axes: [10, 10, 100], args: 'args: --a {{ AXIS_0 }} --c {{ AXIS_2 }}\n' },
];

export async function measureSweepStart(cluster: TestCluster): Promise<Row[]> {
  const limits = await cluster.asUser(USER, 'scontrol show config');
  const limit = (name: string) => Number(new RegExp(`^${name} *= *(\\d+)`, 'm').exec(limits)?.[1]);
  // Its tasks are counted until they are forgotten, minutes after they were cancelled.
  const room = limit('MaxJobCount') >= (SIZES.length - 1) * (2 * ROUNDS[1] + 1) * 10_000;
  const link = await cluster.link({ delayMs: ROUND_TRIP, user: USER });
  const laptop = openLaptop(cluster);
  const remoteDir = cluster.remoteDir(USER);
  const toy = makeToy(`REMOTE_HOST=${link.host}\nREMOTE_DIR=${remoteDir}\n`, laptop.env);
  await writeCode(toy, laptop.env);
  const bench = { cluster, link, laptop, remoteDir, toy, arraySize: limit('MaxArraySize') };
  const rows: Row[] = [];
  let loop: number | undefined;
  for (const size of room ? SIZES : SIZES.slice(0, 1)) {
    const { taken, sessions, connections } = await measureSize(bench, size);
    const { args, axes } = size;
    const cells = axes.reduce((product, length) => product * length, 1);
    const what = args === undefined ? `${cells} cells` : `${cells} cells, a script each`;
    const target = args === undefined ? 1.3 : undefined;
    rows.push({
      what: `slurm-sweep-start of ${what}, cold`,
      ...{ ours: ms(taken.ours), minimum: ms(taken.minimum), ratio: times(taken.ours, taken.minimum) },
      target: target === undefined ? '' : `≤ ${target.toFixed(2)}×`,
      good: target === undefined || taken.ours <= target * taken.minimum,
    });
    rows.push({
      what: '  connections, and ssh sessions (files, submission)',
      ...{ ours: `${connections}, ${sessions}`, minimum: '1, 3', ratio: '', target: '1, 2' },
      good: connections === 1 && sessions === 2,
    });
    if (args !== undefined) continue;
    rows.push({
      what: '  against slurm-run of one job',
      ...{ ours: ms(taken.ours), minimum: ms(taken.single), ratio: times(taken.ours, taken.single) },
      ...{ target: '', good: true },
    });
    loop ??= await timeLoop(bench);
    const looped = taken.minimum + (cells - 1) * loop;
    rows.push({
      what: `  against ${cells} times sbatch (${LOOPED} timed, ${ms(loop)} each)`,
      ...{ ours: ms(taken.ours), minimum: ms(looped), ratio: `1/${Math.round(looped / taken.ours)}`, target: '< 1' },
      good: taken.ours < looped,
    });
  }
  await laptop.disconnect();
  await link.close();
  toy.remove();
  await cluster.asUser(USER, `rm -rf '${remoteDir}'`);
  if (!room)
    console.log('10,000 cells are not measured: MaxJobCount of this cluster, made before, is too low for them.');
  return rows;
}

interface Bench {
  cluster: TestCluster;
  link: Link;
  laptop: Laptop;
  toy: Toy;
  remoteDir: string;
  /** MaxArraySize. */
  arraySize: number;
}

async function measureSize(bench: Bench, { sweep, axes, throttle, args = '' }: Size) {
  const { laptop, link, toy, remoteDir } = bench;
  const cells = axes.reduce((product, length) => product * length, 1);
  const lists = axes.map((length, at) => `  AXIS_${at}: [${Array.from({ length }, (_, value) => value).join(', ')}]\n`);
  toy.write(
    `slurm/sweeps/${sweep}.yaml`,
    `matrix:\n${lists.join('')}${args}${throttle ? `max_concurrent: ${throttle}\n` : ''}`,
  );
  // By hand there is a table too, a line a cell.
  const table = Array.from({ length: cells }, (_, at) => `AXIS_0=${at % 7} AXIS_1=${at % 8} AXIS_2=${at % 10}\n`);
  toy.write('table', table.join(''));
  toy.write('files-and-table', `${toy.read('files')}table\n`);
  const spent: { sessions: number; connections: number }[] = [];
  const held = async (work: () => Promise<unknown>, expected = cells): Promise<number> => {
    await laptop.disconnect();
    const took = await timed(work);
    await cancelled(bench, expected);
    return took;
  };
  const make = async (target: string, variables: Record<string, string>) => {
    const ended = await toy.make(target, { ...variables, PROFILE: 'sixty', HOLD: '1', YES: '1' });
    if (ended.exit !== 0) throw new Error(ended.stderr);
  };
  const ours = () =>
    held(async () => {
      laptop.reset();
      link.proxy.resetCounters();
      await make('slurm-sweep-start', { SWEEP: sweep });
      spent.push({ sessions: laptop.sessions(), connections: link.proxy.connections() });
    });
  await ours(); // builds what has changed
  const taken = await alternately(cells > 1000 ? ROUNDS[1] : ROUNDS[0], {
    minimum: (round) =>
      held(() => byHand(`${sweep}-${round}`, submission(cells, throttle ? `%${throttle}` : '', bench.arraySize))),
    single: () => held(() => make('slurm-run', {}), 1),
    ours,
  });
  const most = (key: 'sessions' | 'connections') => Math.max(...spent.map((one) => one[key]));
  return { taken, sessions: most('sessions'), connections: most('connections') };

  function byHand(name: string, submit: string) {
    const words = [join(import.meta.dirname, 'minimal.sh'), link.host, `${remoteDir}/by-hand/${name}`];
    const socket = join(laptop.env.HOME as string, '.ssh', 'minimal');
    const rest = [join(toy.root, 'files-and-table'), submit, socket];
    return execa('sh', [...words, ...rest], { cwd: toy.root, env: laptop.env, extendEnv: false });
  }
}

/** What one would type over there: one array, or as many as it takes. */
function submission(cells: number, throttle: string, arraySize: number): string {
  const sbatch = 'sbatch --parsable --hold';
  if (cells <= arraySize) return `${sbatch} --array=0-${cells - 1}${throttle} job.sh`;
  return `
    offset=0
    while [ $offset -lt ${cells} ]; do
      last=$((${cells} - offset - 1))
      [ $last -lt ${arraySize} ] || last=${arraySize - 1}
      ${sbatch} --array=0-$last --export=ALL,OFFSET=$offset job.sh || exit
      offset=$((offset + ${arraySize}))
    done`;
}

/** Milliseconds of one sbatch over a connection that stands. */
async function timeLoop({ laptop, link, remoteDir, cluster }: Bench): Promise<number> {
  const env = { env: laptop.env, extendEnv: false };
  const socket = join(laptop.env.HOME as string, '.ssh', 'minimal');
  await execa('ssh', ['-fNM', '-S', socket, link.host], { ...env, stdio: 'ignore' });
  const submit = `cd '${remoteDir}' && sbatch --parsable --hold --mem=50M --wrap=true`;
  const loop = `at=0; while [ $at -lt ${LOOPED} ]; do ssh -S "$1" "$2" "$3" || exit; at=$((at + 1)); done`;
  const took = await timed(() => execa('sh', ['-c', loop, 'sh', socket, link.host, submit], env));
  await cancelled({ cluster, remoteDir }, LOOPED);
  return took / LOOPED;
}

/** Takes what was submitted out of the queue again; throws if it was another number of jobs. */
async function cancelled({ cluster, remoteDir }: Pick<Bench, 'cluster' | 'remoteDir'>, expected: number) {
  const mine = `squeue --me -h -r -o '%F %Z' | grep -F '${remoteDir}' | cut -d ' ' -f 1`;
  const counted = await cluster.asUser(
    USER,
    `ids=$(${mine}); printf '%s\\n' "$ids" | wc -l; scancel $(printf '%s\\n' "$ids" | sort -u)`,
  );
  if (Number(counted) !== expected) throw new Error(`${counted} jobs were submitted instead of ${expected}`);
}
