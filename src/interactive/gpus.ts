/** gpus: what nvidia-smi shows in an allocation. */

import { randomBytes } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { defaultOptions, loadProfile } from '../conf/profile.ts';
import { Failure } from '../failure.ts';
import { remoteText } from '../host/program.ts';
import type { WhichRun } from '../run/find.ts';
import { runName } from '../run/names.ts';
import type { Project } from '../run/project.ts';
import { renderRun } from '../run/render.ts';
import { queueRow, SEPARATOR } from '../scheduler/rows.ts';
import { allocation } from './options.ts';
import type { InteractiveProblem } from './problem.ts';

export interface Gpu {
  index: number;
  name: string;
  uuid: string;
  node: string;
}

export interface GpusResult {
  gpus: Gpu[];
  /** Those that came, joined by commas. */
  node: string;
  /** What was asked for. */
  options: string[];
  /** Ctrl-C gave the request up. */
  interrupted?: true;
  dryRun?: true;
}

export interface GpusOptions {
  /** Whose resources; cluster.conf's defaults without. */
  about?: WhichRun;
  dryRun: boolean;
  onInterrupt(handler: () => void): void;
}

/** Minutes: long enough for nvidia-smi on a node with many GPUs, short enough to be let in between other jobs. */
const TIME = 2;

/** Throws Failure(2) where Slurm refuses the allocation or nvidia-smi tells nothing. */
export async function gpus(project: Project, { about, dryRun, onInterrupt }: GpusOptions): Promise<GpusResult> {
  const options = await optionsFor(project, about);
  if (dryRun) return { gpus: [], node: '', options, dryRun };
  const { files, setup } = project.scheduler.shell;
  const name = `${project.cluster.jobPrefix}slurm-runner-gpus-${randomBytes(4).toString('hex')}`;
  const gone = new AbortController();
  onInterrupt(() => gone.abort());
  const rows: string[][] = [];
  const onRow = (fields: string[]): void => {
    const row = fields[0] === 'queue' ? queueRow(fields.slice(1)) : undefined;
    if (row?.state === 'PENDING') project.talk.tell({ type: 'queue', row });
    if (!row) rows.push(fields);
  };
  try {
    // Its input stays open as long as we are here: without us the request is given up over there.
    const { code, stderr } = await project.host.run(
      { files: [...files, 'gpus'], args: [setup, name, remoteText('nvidia'), ...options] },
      { input: new PassThrough(), onOutput: byRows(onRow), signal: gone.signal },
    );
    return { ...found(rows, code, stderr), options };
  } catch (error) {
    if (gone.signal.aborted) return { gpus: [], node: '', options, interrupted: true };
    throw error;
  }
}

/** A profile's resources with at least one GPU, and little time. */
async function optionsFor(project: Project, about: WhichRun | undefined): Promise<string[]> {
  const { root, cluster, commandLine } = project;
  const all = about
    ? await profilesOptions(project, loadProfile(root, about.profile, about.tag, cluster, commandLine, 'any'))
    : allocation({ sbatch: defaultOptions(cluster, commandLine), sbatchArgs: [] }, { directives: [] });
  const kept = all.filter((word) => !/^--(time|time-min|deadline)(=|$)/.test(word));
  const asks = kept.some((word) => /^--(gpus|gpus-per-\w+)=|^--(gres|tres-per-task)=.*gpu|^-G/.test(word));
  return [...kept, ...(asks ? [] : ['--gres=gpu:1']), `--time=${TIME}`];
}

async function profilesOptions(project: Project, profile: ReturnType<typeof loadProfile>): Promise<string[]> {
  const runDir = `${project.cluster.remoteDir}/runs/${runName(profile.id, new Date())}`;
  return allocation(profile, (await renderRun(project, profile, runDir)).header);
}

function found(rows: readonly string[][], code: number, stderr: string): Omit<GpusResult, 'options'> {
  const refuse = (problem: InteractiveProblem): Failure => new Failure(2, problem);
  const of = (kind: string): string[][] => rows.filter(([word]) => word === kind);
  const all = new Map<string, Gpu>();
  for (const [, node = '', line = ''] of of('gpu')) {
    const gpu = gpuOf(node, line, [...all.values()].at(-1));
    // Several tasks of a node may see the same one.
    if (gpu) all.set(`${node} ${gpu.uuid}`, gpu);
  }
  if (all.size > 0) {
    return { gpus: [...all.values()], node: [...new Set(Array.from(all.values(), ({ node }) => node))].join(',') };
  }
  const [, node = '', failed = '', detail = ''] = of('failed')[0] ?? [];
  if (node) throw refuse({ kind: 'nvidia-smi-failed', node, code: Number(failed), detail });
  const [, where = ''] = of('absent')[0] ?? of('gpu')[0] ?? [];
  if (where) throw refuse({ kind: 'no-nvidia-smi', node: where });
  throw refuse({ kind: 'gpus-refused', detail: stderr.trim() || `exit code ${code}` });
}

/** `GPU 0: NVIDIA A100 (UUID: GPU-…)`; below it, indented, the parts of one that is divided: `MIG 1g.5gb Device 0: (UUID: MIG-…)`. */
function gpuOf(node: string, line: string, above: Gpu | undefined): Gpu | undefined {
  const [, index, name, uuid] = /^GPU (\d+): (.*?) \(UUID: (.*)\)$/.exec(line.trim()) ?? [];
  if (index !== undefined && name !== undefined && uuid !== undefined)
    return { index: Number(index), name, uuid, node };
  const [, part, id] = /^(MIG .*?): +\(UUID: (.*)\)$/.exec(line.trim()) ?? [];
  if (part === undefined || id === undefined || above === undefined) return undefined;
  return { index: above.index, name: `${above.name.replace(/, MIG .*/, '')}, ${part}`, uuid: id, node };
}

/** Lines of fields from pieces of them. */
function byRows(onRow: (fields: string[]) => void): (chunk: Buffer) => void {
  const text = new StringDecoder('utf8');
  let rest = '';
  return (chunk) => {
    const lines = (rest + text.write(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onRow(line.split(SEPARATOR));
  };
}
