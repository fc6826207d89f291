/** Text that shells, make, nunjucks, rsync and sbatch act on, and the projects it is tried in, under watch for any of it being run. */

import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { quote } from '../../src/host/quote.ts';
import { ensureCluster, type TestCluster } from '../cluster/cluster.ts';
import { unique } from '../cluster/laptop.ts';
import { makeToy, type Toy } from './toy.ts';

/** A file that nothing but a value taken for code would make; absolute, so that it does not matter where. */
export const CANARY = `/tmp/canary-${unique()}`;
export const RUN_IT = [
  `$(touch ${CANARY})`,
  `\`touch ${CANARY}\``,
  `;touch ${CANARY};`,
  `|touch ${CANARY}`,
  `&&touch ${CANARY}#`,
];

/** Pieces that shells, make, nunjucks, rsync and sbatch act on. */
export const spice = fc.constantFrom(
  ...RUN_IT,
  ...`'"\\$*?[]{}~!&|<>#%=:;,@^()- \t\n`,
  ...[
    '--',
    '-e',
    '-rf',
    '../',
    '{{ SCRIPT }}',
    '{% raw %}',
    '${HOME}',
    '$$',
    '%j',
    'é',
    '漢字',
    '🎈',
    '\x1b[31m',
    '\u2028',
  ],
);
export const plain = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }).filter((text) => !text.includes('\0'));

/** The text as a double-quoted value of a .conf file. */
export const inConf = (text: string): string => `"${text.replaceAll('"', '\\"')}"`;

export interface HostileToys {
  /** A new project, removed after the last test; its cluster.conf names a folder of its own on the cluster, or has these lines. */
  fresh(conf?: string): Toy;
  /** Names of the run directories that the project has on the cluster. */
  runsOf(one: Toy): Promise<string[]>;
}

/** To be called in a describe block: after each of its tests, nothing may have been run, here or on the cluster. */
export function hostileToys(): HostileToys {
  let cluster: TestCluster;
  let env: Record<string, string>;
  const toys: Toy[] = [];

  beforeAll(async () => {
    cluster = await ensureCluster();
    env = cluster.env();
  });
  afterAll(() => {
    for (const one of toys) one.remove();
  });
  afterEach(async () => {
    expect(existsSync(CANARY), 'a value was run on the laptop').toBe(false);
    expect(await cluster.asRoot(`ls ${CANARY} 2>/dev/null || true`), 'a value was run on the cluster').toBe('');
  });

  return {
    fresh: (conf = `REMOTE_HOST=srt\nREMOTE_DIR=${cluster.remoteDir()}\n`) => {
      const made = makeToy(conf, env);
      toys.push(made);
      return made;
    },
    runsOf: async (one) => {
      const dir = /^REMOTE_DIR=(.*)$/m.exec(one.read('slurm/cluster.conf'))?.[1] as string;
      const names = await cluster.asUser('srt-bash', `ls ${quote(dir)}/runs 2>/dev/null || true`);
      return names.split('\n').filter(Boolean);
    },
  };
}
