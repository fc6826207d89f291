/** slurm-run with 60 code files over a link with 50 ms round trip, from a cold start, against the script one would write by hand. */

import { join } from 'node:path';
import { execa } from 'execa';
import type { TestCluster } from '../cluster/cluster.ts';
import { makeToy, type Toy } from '../kit/toy.ts';
import { openLaptop } from './laptop.ts';
import { alternately, ms, type Row, timed, times } from './measure.ts';

export const FILES = 60;
const ROUND_TRIP = 50;
const ROUNDS = 7;

export async function measureRun(cluster: TestCluster): Promise<Row[]> {
  const link = await cluster.link({ delayMs: ROUND_TRIP });
  const laptop = openLaptop(cluster, false);
  const remoteDir = cluster.remoteDir();
  const toy = makeToy(`REMOTE_HOST=${link.host}\nREMOTE_DIR=${remoteDir}\n`, laptop.env);
  await writeCode(toy, laptop.env);
  const minimal = ['sh', join(import.meta.dirname, 'minimal.sh'), link.host];
  const rest = [
    join(toy.root, 'files'),
    'sbatch --parsable job.sh',
    join(laptop.env.HOME as string, '.ssh', 'minimal'),
  ];
  const connections: number[] = [];
  const taken = await alternately(ROUNDS, {
    minimum: async (round) => {
      await laptop.disconnect();
      const words = [...minimal.slice(1), `${remoteDir}/by-hand/${round}`, ...rest];
      return timed(() => execa('sh', words, { cwd: toy.root, env: laptop.env, extendEnv: false }));
    },
    ours: async () => {
      await laptop.disconnect();
      link.proxy.resetCounters();
      const took = await timed(async () => {
        const ended = await toy.make('slurm-run', { PROFILE: 'sixty', YES: '1' });
        if (ended.exit !== 0) throw new Error(ended.stderr);
      });
      connections.push(link.proxy.connections());
      return took;
    },
  });
  await laptop.disconnect();
  await link.close();
  toy.remove();
  const most = Math.max(...connections);
  const what = `slurm-run, ${FILES} files, ${ROUND_TRIP} ms round trip, cold`;
  return [
    {
      what,
      ...{ ours: ms(taken.ours), minimum: ms(taken.minimum), ratio: times(taken.ours, taken.minimum) },
      ...{ target: '≤ 1.10×', good: taken.ours <= 1.1 * taken.minimum },
    },
    { what: '  connections', ours: String(most), minimum: '1', ratio: '', target: '1', good: most === 1 },
  ];
}

/** The profile `sixty`, its code in a repository, and `files`, which lists that and `job.sh`. */
export async function writeCode(toy: Toy, env: Record<string, string>): Promise<void> {
  const names = Array.from({ length: FILES }, (_, at) => `code/module_${at}.py`);
  for (const name of names) toy.write(name, `# ${name}\n${'value = 1  # some code\n'.repeat(150)}`);
  toy.write('job.sh', '#!/bin/sh\n#SBATCH --mem=50M\ntrue\n');
  toy.write('files', [...names, 'job.sh', ''].join('\n'));
  toy.profile(
    'sixty',
    `COMMAND=true\nSBATCH_MEM=50M\nCODE_FILES="\\\n  ${[...names, 'job.sh'].join(' \\\n  ')} \\\n"\n`,
  );
  // As most projects are: a repository, with something changed since the last commit.
  const git = (...words: string[]) => execa('git', words, { cwd: toy.root, env, extendEnv: false });
  await git('init', '-q');
  await git('add', '.');
  await git('-c', 'user.name=t', '-c', 'user.email=t@example.org', 'commit', '-qm', 'first');
  toy.write(names[0] as string, '# changed\n');
}
