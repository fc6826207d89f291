/** What a target costs before it does anything: its bundle, and make in front of it, against bare Node. */

import { join } from 'node:path';
import { execa } from 'execa';
import { makeToy, TOOLKIT } from '../kit/toy.ts';
import { alternately, ms, type Row, timed, times } from './measure.ts';

const ROUNDS = 15;
/** Milliseconds over bare Node. */
const ALLOWED = 60;

export async function measureStartup(): Promise<Row[]> {
  const toy = makeToy('REMOTE_HOST=nowhere\nREMOTE_DIR=~/jobs\n');
  for (const name of ['train', 'test', 'sweep', 'export'])
    toy.profile(name, 'COMMAND=true\nSBATCH_MEM=1G\nSBATCH_TIME=1:00:00\n');
  await toy.make('slurm-profiles'); // builds, where that is due
  const node = (...words: string[]) => timed(() => execa('node', words, { cwd: toy.root, stdin: 'ignore' }));
  const taken = await alternately(ROUNDS, {
    bare: () => node('-e', '0'),
    bundle: () => node(join(TOOLKIT, 'dist/scripts/profiles.js')),
    make: () => timed(() => toy.make('slurm-profiles')),
  });
  toy.remove();
  const row = (what: string, ours: number): Row => ({
    what,
    ...{ ours: ms(ours), minimum: ms(taken.bare), ratio: times(ours, taken.bare) },
    ...{ target: `≤ +${ALLOWED} ms`, good: ours <= taken.bare + ALLOWED },
  });
  return [row('start-up: a bundle, against node -e 0', taken.bundle), row('  the same through make', taken.make)];
}
