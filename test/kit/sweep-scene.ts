/** The scene of an accident with a sweep: its project, what its owner does after it, and what must hold then. */

import { join } from 'node:path';
import type { Link, TestCluster, User } from '../cluster/cluster.ts';
import type { SweepDocument } from './sweeps.ts';
import { type Ended, makeToy, type Running, type Toy } from './toy.ts';

export interface SweepSceneOptions {
  cells?: number;
  link?: Link;
  /** Whose jobs they are; the ssh alias is the same. */
  user?: User;
  /** The folder on the cluster, where it is to be a particular one. */
  remoteDir?: string;
  /** The folder on the laptop that gets the project. */
  folder?: string;
  /** Further lines of cluster.conf, of the sweep's file, of the profile. */
  conf?: string;
  sweep?: string;
  profile?: string;
}

export interface SweepScene {
  toy: Toy;
  user: User;
  remoteDir: string;
  /** A target with SWEEP=s, as a program sees it, or in a process group of its own. */
  json(target: string, variables?: Record<string, string>): Promise<Omit<Ended, 'json'> & { json: SweepDocument }>;
  begin(target: string, variables?: Record<string, string>): Running;
  /** What the cells are to bring home from now on, and how many seconds each takes. */
  wish(word: string, seconds?: number): void;
  /** Cells that fail from now on. */
  failing(...cells: number[]): Promise<void>;
  /** Cells whose result is here and is that word. */
  arrived(word: string): number;
  /** What the owner does after an accident: the command that is named first, until all is here; gives what was typed and how it ended. */
  carryOn(word: string, begun?: string): Promise<string[]>;
  /** Every time that a cell began, `CELL JOB`, by run. */
  began(): Promise<Map<string, string[]>>;
  /** A file of the newest run directory, for shell text in it. */
  inRun(command: string): Promise<string>;
}

/** Profile `t`: a cell says that it began, and after SECONDS leaves the word in its folder. */
const PROFILE = `COMMAND="mkdir -p ../../ran; echo $CELL $SLURM_ARRAY_JOB_ID >>../../ran/\${PWD##*/}; sleep $(cat code/seconds-$CELL 2>/dev/null || cat code/seconds); cp code/word.txt $RESULTS_DIR/; ! test -e ../../fail-$CELL"
CODE_FILES=code/
SBATCH_MEM=50M
`;

export function makeSweepScene(
  cluster: TestCluster,
  environment: Record<string, string>,
  options: SweepSceneOptions = {},
) {
  const { cells = 4, link, user = 'srt-bash' } = options;
  const remoteDir = options.remoteDir ?? cluster.remoteDir(user);
  const asUser = (command: string): Promise<string> => cluster.asUser(user, command);
  const toy = makeToy(
    `REMOTE_HOST=${link?.host ?? user}\nREMOTE_DIR=${remoteDir}\nPOLL_INTERVAL=1\n${options.conf ?? ''}`,
    environment,
    options.folder,
  );
  toy.profile('t', PROFILE + (options.profile ?? ''));
  const axis = Array.from({ length: cells }, (_, cell) => cell).join(', ');
  toy.write('slurm/sweeps/s.yaml', `profile: t\nmatrix:\n  N: [${axis}]\n${options.sweep ?? ''}`);

  const arrived = (word: string): number => {
    if (!toy.has('results/s/cells.json')) return 0;
    const table = JSON.parse(toy.read('results/s/cells.json')) as { cells: { name: string }[] };
    const files = table.cells.map(({ name }) => `results/s/${name}/word.txt`);
    return files.filter((file) => toy.has(file) && toy.read(file) === word).length;
  };

  const carryOn = async (word: string, begun = 'make slurm-recover'): Promise<string[]> => {
    const steps: string[] = [];
    for (let next = begun; steps.length < 15; ) {
      const [, target = '', ...words] = next.split(' ');
      const typed = Object.fromEntries(words.map((one) => one.split('=') as [string, string]));
      const { exit, stdout, stderr } = await toy.make(target, { ...typed, YES: '1' });
      steps.push(`${next}: ${exit}`);
      if (arrived(word) === cells && !toy.has('slurm/jobs/t@s.rundir')) return steps;
      const said = exit === 0 || exit === 1 ? stdout : stderr;
      // Where nothing is there it is begun anew; where nothing is named the same has to be tried again.
      const nothing = /nothing to recover|no longer on the cluster/.test(said);
      next = nothing ? 'make slurm-sweep-start SWEEP=s' : (namedIn(said) ?? next);
      if (steps.length > 12) steps.push(said);
    }
    throw new Error(`${word}: ${arrived(word)} of ${cells} cells came home: ${steps.join('; ')}`);
  };

  const began = async (): Promise<Map<string, string[]>> => {
    const text = await asUser(`cd '${remoteDir}/ran' 2>/dev/null && grep -H . * /dev/null || :`);
    const found = new Map<string, string[]>();
    for (const line of text.split('\n').filter(Boolean)) {
      const [run = '', what = ''] = line.split(':');
      found.set(run, [...(found.get(run) ?? []), what]);
    }
    return found;
  };

  const scene: SweepScene = {
    ...{ toy, user, remoteDir, arrived, carryOn, began },
    json: async (target, variables = {}) => {
      const ended = await toy.json(target, { SWEEP: 's', ...variables });
      return { ...ended, json: ended.json as unknown as SweepDocument };
    },
    begin: (target, variables = {}) => toy.start(target, { SWEEP: 's', ...variables, JSON: '1' }, true),
    wish: (word, seconds = 0.1) => {
      toy.write('code/word.txt', word);
      toy.write('code/seconds', String(seconds));
    },
    failing: async (...chosen) => {
      await asUser(
        `mkdir -p '${remoteDir}' && cd '${remoteDir}' && rm -f fail-* && for c in ${chosen.join(' ')}; do : >fail-$c; done`,
      );
    },
    inRun: (command) => asUser(`cd "$(ls -d '${join(remoteDir, 'runs')}'/* | tail -n 1)" && ${command}`),
  };
  scene.wish('nothing yet');
  return scene;
}

/** The command that a text names first. */
export const namedIn = (text: string): string | undefined => /make slurm-[\w-]+(?: [A-Z_]+=[\w.@-]+)*/.exec(text)?.[0];

/** How often cells began more than once, or jobs are left in the queue: what must be nothing, cells that were to fail left out. */
export async function oddities(cluster: TestCluster, scenes: readonly SweepScene[], repeats = 0): Promise<string[]> {
  const odd: string[] = [];
  for (const scene of scenes) {
    const queue = await cluster.asUser(scene.user, `squeue -h --me -o '%i %T %Z'`);
    for (const [run, lines] of await scene.began()) {
      const cells = lines.map((line) => line.split(' ')[0]);
      const again = cells.length - new Set(cells).size;
      if (again > repeats) odd.push(`${run}: ${lines.join(', ')}`);
    }
    odd.push(...queue.split('\n').filter((row) => row.includes(` ${scene.remoteDir}/runs/`)));
  }
  return odd;
}
