/** info: what nodes there are and what is free on them, by partition. */

import { nearest } from '../conf/nearest.ts';
import { Failure } from '../failure.ts';
import type { Project } from '../run/project.ts';
import { SEPARATOR } from '../scheduler/rows.ts';
import { notReady } from '../scheduler/scheduler.ts';
import type { InteractiveProblem } from './problem.ts';

export interface Share {
  free: number;
  total: number;
}

export interface GpuShare extends Share {
  /** Empty where the site gives its GPUs no type. */
  type: string;
}

export interface NodeInfo {
  name: string;
  partitions: string[];
  /** Slurm's word with its suffixes (sinfo(1), "NODE STATE CODES"). */
  state: string;
  /** Jobs can begin on it, if not now, then when others have ended or it has woken up. */
  available: boolean;
  cpus: Share;
  /** In MB; what jobs have reserved is not free. */
  memory: Share;
  gpus: GpuShare[];
}

export interface PartitionInfo {
  name: string;
  isDefault: boolean;
  /** `up`, or why it takes or starts nothing: `down`, `drain`, `inact`. */
  state: string;
  /** Slurm's text: `1-00:00:00`, `infinite`. */
  limit: string;
  /** `free` are those that are available. */
  nodes: Share;
  cpus: Share;
  /** In MB, of all nodes; `largest` is what is free on the node that has most. */
  memory: Share & { largest: number };
  gpus: GpuShare[];
}

export interface InfoResult {
  scheduler: 'slurm' | 'local';
  partitions: PartitionInfo[];
  nodes: NodeInfo[];
}

/** One round trip. Throws Failure(3) when Slurm does not answer, Failure(2) for a partition that there is not. */
export async function info({ host, scheduler }: Project, partition?: string): Promise<InfoResult> {
  const { files, setup } = scheduler.shell;
  const { code, stdout, stderr } = await host.run({ files: [...files, 'info'], args: [setup] });
  const early = notReady(host, code, stderr);
  if (early) throw early;
  if (code !== 0 || /error/i.test(stderr))
    throw new Failure<InteractiveProblem>(3, { kind: 'nodes-silent', detail: stderr.trim() });
  const all = tables(stdout);
  if (partition === undefined) return { scheduler: scheduler.kind, ...all };
  const wanted = partition.split(',');
  const names = all.partitions.map(({ name }) => name);
  const missing = wanted.find((name) => !names.includes(name));
  if (missing !== undefined) {
    const meant = nearest(missing, names);
    const problem = { kind: 'no-partition', partition: missing, partitions: names } as const;
    throw new Failure<InteractiveProblem>(2, { ...problem, ...(meant ? { nearest: meant } : {}) });
  }
  return {
    scheduler: scheduler.kind,
    partitions: all.partitions.filter(({ name }) => wanted.includes(name)),
    nodes: all.nodes.filter(({ partitions }) => partitions.some((name) => wanted.includes(name))),
  };
}

/** Both tables from the rows of scheduler_nodes: one for each partition of a node. */
export function tables(output: string): Pick<InfoResult, 'partitions' | 'nodes'> {
  const nodes = new Map<string, NodeInfo>();
  const partitions = new Map<string, Pick<PartitionInfo, 'name' | 'isDefault' | 'state' | 'limit'>>();
  for (const line of output.split('\n')) {
    const fields = line.split(SEPARATOR).map((field) => field.trim());
    const [marked = '', up = '', limit = '', name = '', state = '', cpus = '', memory, reserved, gres, used] = fields;
    // `CLUSTER: x` stands above each cluster's rows where there are several.
    if (fields.length < 10 || marked === '') continue;
    const partition = marked.replace(/\*$/, '');
    partitions.set(partition, { name: partition, isDefault: marked.endsWith('*'), state: up, limit });
    const known = nodes.get(name);
    if (known) known.partitions.push(partition);
    else nodes.set(name, nodeOf(name, partition, state, cpus, [memory, reserved], [gres, used]));
  }
  const all = [...nodes.values()];
  return {
    partitions: Array.from(partitions.values(), (about) => ({
      ...about,
      ...together(all.filter((node) => node.partitions.includes(about.name))),
    })).sort((a, b) => Number(b.isDefault) - Number(a.isDefault) || (a.name < b.name ? -1 : 1)),
    nodes: all,
  };
}

function nodeOf(
  name: string,
  partition: string,
  state: string,
  cpus: string,
  [memory, reserved]: (string | undefined)[],
  [gres, used]: (string | undefined)[],
): NodeInfo {
  const available = canRun(state);
  const share = (free: number, total: number): Share => ({ free: available ? Math.max(0, free) : 0, total });
  const [, idle = 0, , total = 0] = cpus.split('/').map(number);
  const [has, taken] = [gpusOf(gres), gpusOf(used)];
  return {
    ...{ name, partitions: [partition], state, available },
    cpus: share(idle, total),
    memory: share(number(memory) - number(reserved), number(memory)),
    gpus: Array.from(has, ([type, count]) => ({ type, ...share(count - (taken.get(type) ?? 0), count) })),
  };
}

/** By the state's word; `*` no answer, `$` maintenance, `^` being restarted, `%` being switched off, while `~`, `#`, `@`, `!`, `-` only delay. */
function canRun(state: string): boolean {
  return (
    /^(idle|mixed|mix|allocated|alloc|completing|comp|planned|plnd|reserved|resv)[^a-z]*$/i.test(state) &&
    !/[*$^%]/.test(state)
  );
}

function together(nodes: readonly NodeInfo[]): Pick<PartitionInfo, 'nodes' | 'cpus' | 'memory' | 'gpus'> {
  const sum = (of: (node: NodeInfo) => Share): Share => ({
    free: nodes.reduce((all, node) => all + of(node).free, 0),
    total: nodes.reduce((all, node) => all + of(node).total, 0),
  });
  const gpus = new Map<string, GpuShare>();
  for (const { type, free, total } of nodes.flatMap((node) => node.gpus)) {
    const before = gpus.get(type) ?? { type, free: 0, total: 0 };
    gpus.set(type, { type, free: before.free + free, total: before.total + total });
  }
  return {
    nodes: { free: nodes.filter(({ available }) => available).length, total: nodes.length },
    cpus: sum(({ cpus }) => cpus),
    memory: {
      ...sum(({ memory }) => memory),
      largest: nodes.reduce((most, { memory }) => Math.max(most, memory.free), 0),
    },
    gpus: [...gpus.values()],
  };
}

/** GPUs by type: `gpu:4`, `gpu:a100:4(S:0-1),gpu:v100:2`, `gres/gpu:a100:2(IDX:0,2)`, `gpu:(null):0`; `(null)` is none. */
export function gpusOf(gres = ''): Map<string, number> {
  const counts = new Map<string, number>();
  for (const one of gres
    .replace(/\(null\)/g, '')
    .replace(/\([^)]*\)/g, '')
    .split(',')) {
    const [, type = '', count = ''] = /^(?:gres[/:])?gpu(?::([^:]*))??(?:[:=](\d+))?$/.exec(one.trim()) ?? [];
    if (count !== '') counts.set(type, (counts.get(type) ?? 0) + Number(count));
  }
  return counts;
}

const number = (text = ''): number => Number.parseInt(text, 10) || 0;
