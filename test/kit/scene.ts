/** The scene of an accident: a project, its folder on the cluster among other people's files, and what must hold there after anything. */

import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Link, TestCluster, User } from '../cluster/cluster.ts';
import { makeToy, type Toy, until } from './toy.ts';

export interface SceneOptions {
  user?: User;
  /** The ssh alias; `srt` without. */
  host?: string;
  link?: Link;
  /** Further lines of cluster.conf. */
  conf?: string;
  /** The folder on the cluster, where it is to be a particular one. */
  remoteDir?: string;
  /** The folder on the laptop that gets the project. */
  folder?: string;
}

export interface Scene {
  toy: Toy;
  remoteDir: string;
  /** Changes what the job has to bring home, and how long that takes it. */
  wish(word: string, seconds?: number): void;
  /** Whether that word is here, byte for byte. */
  arrived(word: string): boolean;
  /** Names of the run directories that are there, other people's left out. */
  runs(): Promise<string[]>;
  /** Every job ever submitted from here, by the name of its run; of those that the queue has forgotten, what earlier calls saw. */
  jobs(): Promise<Map<string, string[]>>;
  /** Lets jobs that are submitted from now on wait, until what it gives is called. */
  hold(): Promise<() => Promise<unknown>>;
  /** What the owner does after an accident: recover, then whatever it says comes next, until the results are here. */
  carryOn(word: string): Promise<string[]>;
  /** Ends the ssh connections that commands of this project left, as a reboot would. */
  endMaster(): Promise<void>;
  /** Throws if a file of other people, or of the data folder, is not as it was. */
  untouched(): Promise<void>;
}

/**
 * The profile `t`: its job copies code/word.txt into out/ and through data/, after SECONDS (a file too) in print, and not while
 * REMOTE_DIR has a file `hold`; not for ever, should its test fail.
 */
const PROFILE = `COMMAND="cat code/word.txt; sleep $(cat code/seconds); n=0
  while [ -e ../../hold ] && [ $n -lt 900 ]; do n=$((n+1)); sleep 0.2; done; mkdir -p out data/res; cp code/word.txt out/; cp code/word.txt data/res/"
CODE_FILES=code/
SBATCH_MEM=50M
RESULTS_PULL="out/ data/res/"
`;

export async function makeScene(cluster: TestCluster, environment: Record<string, string>, options: SceneOptions = {}) {
  const { user = 'srt-bash', link } = options;
  const remoteDir = options.remoteDir ?? cluster.remoteDir(user);
  const host = options.host ?? link?.host ?? 'srt';
  const conf = `REMOTE_HOST=${host}\nREMOTE_DIR=${remoteDir}\n${options.conf ?? ''}`;
  const toy = makeToy(conf, environment, options.folder);
  toy.profile('t', PROFILE);
  await plantForeign(cluster, user, remoteDir);
  const before = await fingerprint(cluster, remoteDir);
  const runs = async (): Promise<string[]> =>
    (await cluster.asUser(user, `ls '${remoteDir}/runs'`))
      .split('\n')
      .filter((name) => /^t(@\w+)?-2\d{7}-\d{6}(-\d+)?$/.test(name));

  const known = new Map<string, string[]>();
  const jobs = async (): Promise<Map<string, string[]>> => {
    const rows = await cluster.asUser(user, `squeue -h --me -t all -o '%A|%j|%Z'`);
    for (const row of rows.split('\n')) {
      const [id = '', name = '', folder = ''] = row.split('|');
      if (!folder.startsWith(`${remoteDir}/runs/`)) continue;
      const before = known.get(name) ?? [];
      if (!before.includes(id)) known.set(name, [...before, id]);
    }
    return known;
  };
  const arrived = (word: string): boolean =>
    ['out/word.txt', 'data/res/word.txt'].every((path) => toy.has(path) && toy.read(path) === word);

  const carryOn = async (word: string): Promise<string[]> => {
    const steps: string[] = [];
    for (let tries = 0; tries < 12; tries++) {
      const { json, exit } = await toy.json('slurm-recover', { PROFILE: 't' });
      const next: string = json.recovered?.[0]?.next ?? 'none';
      steps.push(exit === 0 ? next : `recover:${exit}`);
      if (exit !== 0) continue;
      if (next === 'none' && arrived(word) && !toy.has('slurm/jobs/t.rundir')) return steps;
      const target = { watch: 'watch', collect: 'collect', submit: 'submit', push: 'run', none: 'run' }[next];
      if (target === undefined) continue; // wait: recover is asked again
      const ended = await toy.json(`slurm-${target}`, { PROFILE: 't', YES: '1' });
      steps.push(
        `${target}:${ended.exit}${ended.json.problems ? ` ${ended.json.problems[0].kind} ${ended.json.problems[0].message}` : ''}`,
      );
      if (target === 'collect' && ended.exit === 0) return steps;
    }
    throw new Error(`the results of ${word} never came: ${steps.join(', ')}`);
  };

  const scene: Scene = {
    ...{ toy, remoteDir, runs, jobs, arrived, carryOn },
    wish: (word, seconds = 0.2) => {
      toy.write('code/word.txt', word);
      toy.write('code/seconds', String(seconds));
    },
    hold: async () => {
      await cluster.asUser(user, `: >'${remoteDir}/hold'`);
      return () => cluster.asUser(user, `rm '${remoteDir}/hold'`);
    },
    endMaster: async () => {
      for (const pid of await masters(environment)) process.kill(pid, 'SIGKILL');
    },
    untouched: async () => {
      const after = await fingerprint(cluster, remoteDir);
      if (after !== before)
        throw new Error(`foreign files changed below ${remoteDir}:\n${before}\n-- now --\n${after}`);
    },
  };
  scene.wish('nothing yet');
  return scene;
}

/** How many jobs there are in all, after making sure that no run has two; `submitted` counts those of several scenes. */
export async function oneJobEach(scenes: readonly Scene[]): Promise<{ runs: number; jobs: number; doubles: string[] }> {
  let [runs, jobs] = [0, 0];
  const doubles: string[] = [];
  for (const scene of scenes) {
    for (const [run, ids] of await scene.jobs()) {
      runs += 1;
      jobs += ids.length;
      if (ids.length > 1) doubles.push(`${run}: ${ids.join(' ')}`);
    }
  }
  return { runs, jobs, doubles };
}

/** Jobs whose run directory is there and which `recover` does not name. */
export async function untracked(scene: Scene): Promise<string[]> {
  const { json } = await scene.toy.json('slurm-recover', { PROFILE: 't' });
  const known = new Set<string>();
  for (const one of json.recovered ?? []) {
    if (one.jobId) known.add(one.jobId);
    for (const other of one.others) if (other.jobId) known.add(other.jobId);
  }
  const jobs = await scene.jobs();
  return (await scene.runs()).flatMap((run) => (jobs.get(run) ?? []).filter((id) => !known.has(id)));
}

/** Process ids of the ssh masters that this laptop's commands left. */
export async function masters(environment: Record<string, string>): Promise<number[]> {
  const folder = join(environment.HOME as string, '.ssh');
  const pids: number[] = [];
  for (const name of readdirSync(folder).filter((file) => /^sr-\w+-\d+$/.test(file))) {
    const options = { env: environment, reject: false, timeout: 10_000 } as const;
    const { stderr } = await execa('ssh', ['-S', join(folder, name), '-O', 'check', 'any'], options);
    const pid = Number(/pid=(\d+)/.exec(String(stderr))?.[1]);
    if (pid > 0) pids.push(pid);
  }
  return pids;
}

/** What lies beside our runs: files, links to elsewhere, folders with no manifest, another's or of another person, odd names. */
async function plantForeign(cluster: TestCluster, user: User, remoteDir: string): Promise<void> {
  const planted = await cluster.asUser(user, `ls -d '${remoteDir}/elsewhere' 2>/dev/null || :`);
  if (planted) return; // by the other laptop
  await cluster.asUser(
    user,
    `mkdir -p '${remoteDir}/runs' '${remoteDir}/data/raw' '${remoteDir}/elsewhere/.slurm-runner' && cd '${remoteDir}' || exit 1
    echo precious | tee data/raw/precious elsewhere/precious >/dev/null
    echo '{' >elsewhere/.slurm-runner/manifest.json; echo '  "run": "link-20240101-000000",' >>elsewhere/.slurm-runner/manifest.json
    cd runs; echo mine >notes.txt; ln -s ../elsewhere link-20240101-000000; ln -s /nowhere dangling-20240101-000000
    mkdir bare-20240101-000000 'two words-20240101-000000' 'new
line-20240101-000000' other-20240101-000000 other-20240101-000000/.slurm-runner .hidden-20240101-000000
    for d in bare* two* new* other* .hidden*; do echo keep >"$d/kept"; done
    echo '{' >other-20240101-000000/.slurm-runner/manifest.json
    echo '  "run": "another-20240101-000000",' >>other-20240101-000000/.slurm-runner/manifest.json`,
  );
  // Another person's, with a manifest that is right.
  await cluster.asRoot(
    `cd '${remoteDir}/runs' && mkdir -p theirs-20240101-000000/.slurm-runner && cd theirs-20240101-000000 && echo keep >kept &&
    printf '{\\n  "run": "theirs-20240101-000000",\\n' >.slurm-runner/manifest.json && touch .slurm-runner/pushed && chmod -R go+w .`,
  );
}

const FOREIGN = `elsewhere data/raw $(find runs -mindepth 1 -maxdepth 1 ! -name 't-2*' ! -name 't@*' -printf '%p\\n' | grep -v ' ' | grep 20240101 | grep -v line)`;

async function fingerprint(cluster: TestCluster, remoteDir: string): Promise<string> {
  const text = await cluster.asRoot(
    `cd '${remoteDir}' && find ${FOREIGN} runs/notes.txt runs/two* runs/new* -printf '%y %m %U %s %l %p\\n' | sort &&
    find elsewhere data/raw runs/notes.txt runs/*20240101* runs/.hidden* -type f -exec sha256sum {} + | sort`,
  );
  return `${createHash('sha256').update(text).digest('hex')}\n${text}`;
}

/** A repeatable sequence of numbers in [0, 1); mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Does `work` for each item, so many at a time. */
export async function lanes<L, T>(
  workers: readonly L[],
  items: readonly T[],
  work: (lane: L, item: T) => Promise<void>,
) {
  const queue = [...items];
  await Promise.all(
    workers.map(async (lane) => {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(lane, item);
    }),
  );
}

/** Waits until the job has ended and left the queue. */
export function ended(cluster: TestCluster, jobId: string, seconds = 60): Promise<true> {
  return until(
    `the end of job ${jobId}`,
    async () => {
      const state = await cluster.asRoot(`squeue -h -t all -j ${jobId} -o %T 2>/dev/null || :`);
      return !/PENDING|RUNNING|COMPLETING|CONFIGURING/.test(state);
    },
    seconds,
  );
}
