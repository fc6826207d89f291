/** Flows on the real cluster: a project of its own, what its jobs wrote down, and what Slurm says of them. */

import { afterAll, beforeAll, expect } from 'vitest';
import type {
  CancelFlowResult,
  CollectFlowResult,
  FlowJobStatus,
  FlowStatus,
  StartFlowResult,
} from '../../src/flow/results.ts';
import { ensureCluster, type Link, type TestCluster, type User } from '../cluster/cluster.ts';
import { unique } from '../cluster/laptop.ts';
import { type FlowNote, layTask, notesIn } from './flow-jobs.ts';
import { type Ended, makeToy, type Running, type Toy, until } from './toy.ts';

/** Of whichever target: a field is there if that target gives it. */
export type FlowDocument = { exit: number; problems: Ended['json']['problems'] } & StartFlowResult &
  Omit<FlowStatus, 'jobs'> &
  CollectFlowResult & { jobs: (FlowJobStatus & CancelFlowResult['jobs'][number])[] };

/** A row of squeue or sacct; ids of an array's tasks are `ID_TASK`. */
export interface FlowRow {
  id: string;
  job: string;
  state: string;
}

export interface FlowToy {
  toy: Toy;
  user: User;
  remoteDir: string;
  asUser(command: string): Promise<string>;
  /** A target as a program sees it; FLOW=f unless another is given. */
  json(target: string, variables?: Record<string, string>): Promise<Omit<Ended, 'json'> & { json: FlowDocument }>;
  /** The same, and it has to end with `exit`. */
  good(target: string, variables?: Record<string, string>, exit?: number): Promise<FlowDocument>;
  /** The same in a process group of its own. */
  begin(target: string, variables?: Record<string, string>): Running;
  /** Makes or removes what tests tell jobs by. */
  tell(shellText: string): Promise<string>;
  notes(): Promise<FlowNote[]>;
  /** Waits until that job has begun. */
  begun(job: string): Promise<unknown>;
  /** All that the controller knows of this project's jobs, ended ones too, and what they wait for. */
  queue(): Promise<(FlowRow & { reason: string; after: string })[]>;
  /** What accounting says of them, once it says that all have ended; seconds are whole. */
  accounts(): Promise<(FlowRow & { exit: string; start: string; end: string; nodes: number; tres: string })[]>;
  remove(): Promise<void>;
}

export interface FlowToyOptions {
  user?: User;
  link?: Link;
  /** The folder on the cluster, where it is to be a particular one. */
  remoteDir?: string;
  /** Further lines of cluster.conf. */
  conf?: string;
  environment?: Record<string, string>;
}

export async function flowToy(cluster: TestCluster, options: FlowToyOptions = {}): Promise<FlowToy> {
  const { user = 'srt-bash', link, conf = 'TEMPLATE=task\n' } = options;
  const remoteDir = options.remoteDir ?? cluster.remoteDir(user);
  const outside = `${cluster.home(user)}/outside-${unique()}`;
  const asUser = (command: string): Promise<string> => cluster.asUser(user, command);
  await asUser(`mkdir ${outside} && : >${outside}/notes`);
  const toy = makeToy(
    `REMOTE_HOST=${link?.host ?? user}\nREMOTE_DIR=${remoteDir}\nPOLL_INTERVAL=1\n${conf}[env]\nOUTSIDE=${outside}\n`,
    { ...cluster.env(), ...options.environment },
  );
  layTask(toy);
  const lines = async (command: string): Promise<string[]> => (await asUser(command)).split('\n').filter(Boolean);
  const json: FlowToy['json'] = async (target, variables = {}) => {
    const ended = await toy.json(target, { FLOW: 'f', ...variables });
    return { ...ended, json: ended.json as unknown as FlowDocument };
  };
  const notes: FlowToy['notes'] = async () => notesIn(await asUser(`cat ${outside}/notes`));
  const queue: FlowToy['queue'] = async () => {
    const rows = await lines(`squeue -h -r --me -t all -o '%Z|%i|%j|%T|%r|%E' | grep -F '${remoteDir}/runs/' || :`);
    return rows.map((row) => {
      const [, id = '', name = '', state = '', reason = '', after = ''] = row.split('|');
      return { id, job: name.split('.')[0] as string, state, reason, after };
    });
  };
  const accounts: FlowToy['accounts'] = async () => {
    const ids = [...new Set((await queue()).map(({ id }) => id))];
    return until('what accounting says of their ends', async () => {
      const rows = await lines(
        `sacct -n -P -X -S now-1hour -j ${ids.join(',')} -o JobID,JobName,State,ExitCode,Start,End,NNodes,AllocTRES`,
      );
      const parsed = rows.map((row) => {
        const [id = '', name = '', state = '', exit = '', start = '', end = '', nodes, tres = ''] = row.split('|');
        return { id, job: name.split('.')[0] as string, state, exit, start, end, nodes: Number(nodes), tres };
      });
      return ids.every((id) => parsed.some((row) => row.id === id && /^\d/.test(row.end))) && parsed;
    });
  };
  return {
    ...{ toy, user, remoteDir, asUser, json, notes, queue, accounts },
    good: async (target, variables, exit = 0) => {
      const ended = await json(target, variables);
      expect(ended.exit, `${target}: ${ended.stderr}${ended.stdout}`).toBe(exit);
      return ended.json;
    },
    begin: (target, variables = {}) => toy.start(target, { FLOW: 'f', ...variables, JSON: '1' }, true),
    tell: (text) => asUser(`cd ${outside} && ${text}`),
    begun: (job) => until(`${job} runs`, async () => (await notes()).some((note) => note.job === job)),
    remove: async () => {
      await asUser(
        `squeue -h -o '%A %Z' | grep -F '${remoteDir}/' | cut -d' ' -f1 | sort -u | xargs -r scancel; rm -rf ${outside} '${remoteDir}'`,
      );
      toy.remove();
    },
  };
}

/** How each job of a flow stands, by name. */
export const standings = ({ jobs }: Pick<FlowStatus, 'jobs'>): Record<string, string> =>
  Object.fromEntries(jobs.map(({ name, standing }) => [name, standing]));

/** The names of the jobs that a start submitted, sorted. */
export const submittedJobs = ({ submitted }: { submitted: { job: string }[] }): string[] =>
  submitted.map(({ job }) => job).sort();

/** For a file of tests: opens projects with that flow `f`, and at the end sees that nothing waits for what will never be. */
export function flowToys(): (text: string, user?: User) => Promise<FlowToy> {
  let cluster: TestCluster;
  const toys: FlowToy[] = [];
  beforeAll(async () => {
    cluster = await ensureCluster();
  });
  afterAll(async () => {
    const left = (await Promise.all(toys.map((our) => our.queue()))).flat();
    for (const our of toys) await our.remove();
    expect(left.filter(({ state }) => state === 'PENDING')).toEqual([]);
  });
  return async (text, user = 'srt-bash') => {
    const made = await flowToy(cluster, { user });
    toys.push(made);
    made.toy.write('slurm/flows/f.yaml', text);
    return made;
  };
}
