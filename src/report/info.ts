/** What is free, as one table: a row a partition, and a row a node where these are few. */

import type { GpuShare, InfoResult, NodeInfo, PartitionInfo, Share } from '../interactive/info.ts';
import { table } from './block.ts';
import { memory } from './quantities.ts';
import type { Style } from './style.ts';

/** So many nodes are shown without being asked for. */
const FEW = 16;

/** `named`: the partition was asked for by name, and with it its nodes. */
export function infoText({ scheduler, partitions, nodes }: InfoResult, style: Style, named = false): string {
  if (partitions.length === 0) return 'Slurm shows you no partition with nodes.';
  if (scheduler === 'local') return machineText(nodes, style);
  const heads = ['PARTITION', 'NODES', 'CPUS FREE', 'MEM FREE', 'ON ONE NODE', 'GPUS FREE', 'TIME LIMIT'];
  const [head = '', ...lines] = table([heads, ...partitions.map(partitionRow)], '  ');
  const parts = [style.bold('[Cluster]'), style.bold(head), ...lines];
  if (partitions.some(({ isDefault }) => isDefault)) parts.push('', '  * the default partition');
  if (!named && nodes.length > FEW) return parts.join('\n');
  const titles = ['NODE', 'STATE', 'CPUS FREE', 'MEM FREE', 'GPUS FREE', 'PARTITIONS'];
  const [title = '', ...rows] = table([titles, ...nodes.map(nodeRow)], '  ');
  return [...parts, '', style.bold(title), ...rows].join('\n');
}

function partitionRow(one: PartitionInfo): string[] {
  const { name, isDefault, state, limit, nodes, cpus, memory: ram, gpus } = one;
  return [
    `${name}${isDefault ? '*' : ''}${state === 'up' ? '' : ` (${state})`}`,
    ...[
      of(nodes),
      of(cpus),
      `${megabytes(ram.free)}/${megabytes(ram.total)}`,
      megabytes(ram.largest),
      gpuCell(gpus),
      limit,
    ],
  ];
}

function nodeRow({ name, state, cpus, memory: ram, gpus, partitions }: NodeInfo): string[] {
  const cells = [of(cpus), `${megabytes(ram.free)}/${megabytes(ram.total)}`, gpuCell(gpus), partitions.join(',')];
  return [name, state, ...cells];
}

/** Without Slurm there is this one machine, on which every job starts at once. */
function machineText(nodes: readonly NodeInfo[], style: Style): string {
  const rows = nodes.map((node) => nodeRow(node).filter((_, at) => at !== 1 && at !== 5));
  const [head = '', ...lines] = table([['MACHINE', 'CPUS FREE', 'MEM FREE', 'GPUS'], ...rows], '  ');
  return [style.bold('[This machine]'), style.bold(head), ...lines].join('\n');
}

const of = ({ free, total }: Share): string => `${free}/${total}`;

const megabytes = (number: number): string => (number === 0 ? '0' : memory(`${number}M`));

function gpuCell(gpus: readonly GpuShare[]): string {
  return gpus.map((share) => `${of(share)}${share.type && ` ${share.type}`}`).join(', ') || '-';
}
