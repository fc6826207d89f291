/** Both schedulers: the same programs, over the shell functions of src/remote/slurm.sh or src/remote/local.sh. */

import type { Cluster, SchedulerKind } from '../conf/types.ts';
import { Failure } from '../failure.ts';
import { programText } from '../host/program.ts';
import type { Host } from '../host/types.ts';
import type { SchedulerProblem } from './problem.ts';
import { queueRow, SEPARATOR, snapshot } from './rows.ts';
import type { CellsAnswer, FlowAnswer, FlowPart, SubmitAnswer } from './submission.ts';
import type { CheckRecord, QueueRow, ReleaseAnswer, Scheduler } from './types.ts';
import { watchJob } from './watch.ts';

/** Seconds a call of watch.sh lives before it is begun anew, so that none is left behind for long on a login node. */
const WATCH_LIFE = 1800;

/** A job's own process, with the embedded executor. */
export const EXECUTOR = ['lib', 'process', 'local-records', 'local-after', 'local-array', 'local-pairs', 'executor'];

/** What defines the functions of each scheduler. */
export const FILES: Record<SchedulerKind, readonly string[]> = {
  slurm: ['lib', 'slurm'],
  local: ['lib', 'process', 'local-records', 'local-rows', 'local-submit', 'local-cancel', 'local'],
};

export function openScheduler(kind: SchedulerKind, host: Host, cluster: Cluster): Scheduler {
  const files = FILES[kind];
  // What scheduler_ready gets: for Slurm the site's set-up, for the executor the place of its jobs.
  const setup = kind === 'slurm' ? cluster.remoteSetup : `${cluster.remoteDir}/slurm/executor`;

  /** The program is called as what it does, unless it has another name. */
  const call = async (
    doing: SchedulerFailed['doing'],
    args: readonly string[],
    input?: string,
    program: readonly string[] = [doing],
  ): Promise<string> => {
    const answer = await host.run({ files: [...files, ...program], args }, input === undefined ? {} : { input });
    if (answer.code !== 0) throw failed(host, doing, answer.code, answer.stderr);
    return answer.stdout;
  };

  // What the embedded executor starts as a job's own process.
  const executor = kind === 'slurm' ? [] : [`--executor=${programText({ files: EXECUTOR, args: [] })} "$@"`];

  return {
    kind,
    shell: { files, setup },
    submit: async (job) => {
      const args = [job.runDir, String(job.attempt), job.jobName, setup, job.job, job.script, job.secrets, job.inside];
      const all = [...args, ...executor, ...job.options];
      return submitAnswer(await call('submit', all, undefined, ['attempt', 'submit']));
    },
    submitCells: async (cells) => {
      const { script, slots, groups } = cells;
      const args = [cells.runDir, String(cells.seen), cells.jobName, setup, 'all' in script ? script.all : ''];
      args.push(cells.secrets, cells.inside, String(cells.count), cells.wanted);
      args.push(
        slots === undefined ? '' : String(slots),
        cells.after.join(':'),
        cells.dependency,
        String(groups.length),
      );
      for (const group of groups) args.push(group.cells, group.before, group.behind);
      const input = 'each' in script ? script.each : undefined;
      return cellsAnswer(
        await call('submit', [...args, ...executor, ...cells.options], input, ['attempt', 'part', 'submit-cells']),
      );
    },
    submitFlow: async (flow) => {
      const args = [flow.runDir, String(flow.seen), flow.prefix, setup, flow.secrets, flow.inside, flow.shared];
      const { since, digest, held, jobs } = flow.graph;
      const words = [since, ...(digest === undefined ? [] : [digest]), ...(held ? ['held'] : [])];
      args.push([words.join(':'), ...jobs].join(' '), flow.noted ? 'noted' : '');
      args.push(
        flow.earlier.join(' '),
        flow.held.join(' '),
        executor[0] ?? '',
        String(flow.jobs.length),
        ...flow.jobs.flatMap(partArgs),
      );
      return flowAnswer(await call('submit', args, undefined, ['attempt', 'part', 'submit-flow']));
    },
    query: async ({ runs, remoteDir, settle = 0 }) => {
      const args = [setup, cluster.jobPrefix, String(settle * 3), ...(remoteDir === undefined ? [] : [remoteDir])];
      return snapshot(await call('query', args, runs.map((dir) => `${dir}\n`).join('')));
    },
    watch: async (request, onEvent) => {
      const reader = watchJob(onEvent);
      const args = [request.runDir, request.jobId, setup, request.out, request.err];
      args.push(String(request.offsets.out), String(request.offsets.err), String(request.interval), String(WATCH_LIFE));
      args.push(request.judged === undefined ? '' : String(request.judged));
      const answer = await host.run(
        { files: [...files, 'follow', 'watch'], args },
        { onOutput: reader.take, silence: 30, ...(request.signal ? { signal: request.signal } : {}) },
      );
      if (answer.code !== 0) throw failed(host, 'watch', answer.code, answer.stderr);
      return reader.end();
    },
    check: async ({ remoteDir, partition, account, python, job, options }) => {
      const lines = (await call('check', [setup, remoteDir, partition, account, python, job, ...options])).split('\n');
      return lines.flatMap((line) => checkRecord(line.split(SEPARATOR)));
    },
    remove: async (remoteDir, name, attempt) => {
      const [word, reason] = (await call('remove', [remoteDir, name, setup, String(attempt)])).trim().split(SEPARATOR);
      return word === 'removed' || word === 'gone' ? undefined : (reason ?? word);
    },
    cancel: async (ids, sweep = '') => {
      const rows = (await call('cancel', [setup, sweep, ...ids]))
        .split('\n')
        .map((line) => queueRow(line.split(SEPARATOR)));
      return rows.filter((row): row is QueueRow => row !== undefined);
    },
    release: async (id, look) => releaseAnswer(await call('release', [id, setup, look ? 'look' : ''])),
  };
}

type SchedulerFailed = Extract<SchedulerProblem, { kind: 'scheduler-failed' }>;

/** What scheduler_ready's exit code stands for: 69 is no sbatch, 78 a REMOTE_SETUP that broke off; undefined for any other. */
export function notReady(host: Host, code: number, detail: string): Failure<SchedulerProblem> | undefined {
  if (code === 69) return new Failure(2, { kind: 'no-slurm', host: host.name });
  if (code === 78) return new Failure(2, { kind: 'setup-broken', host: host.name, detail: detail.trim() });
  return undefined;
}

function failed(host: Host, doing: SchedulerFailed['doing'], code: number, detail: string): Failure<SchedulerProblem> {
  const early = notReady(host, code, detail);
  if (early) return early;
  return new Failure(3, { kind: 'scheduler-failed', doing, code, detail: detail.trim() });
}

function checkRecord([kind, what = '', verdict, detail = '', choices]: string[]): CheckRecord[] {
  if (kind !== 'check') return [];
  const known = verdict === 'ok' || verdict === 'note' ? verdict : 'bad';
  return [{ what, verdict: known, detail, ...(choices ? { choices: choices.trim().split(' ') } : {}) }];
}

/** As submit-flow.sh reads one of its jobs. */
function partArgs(part: FlowPart): string[] {
  const { script, waits, dependency, tasks = '', throttle, options } = part;
  const on = (ref: string | number): string => (typeof ref === 'number' ? `@${ref + 1}` : ref);
  const words = [...(dependency ? [`=${dependency}`] : []), ...waits.map((wait) => `${wait.kind}:${on(wait.on)}`)];
  return [
    ...[part.job, part.head, part.tail, part.behind],
    ...('all' in script ? [script.all, ''] : ['', script.each]),
    ...[tasks, throttle === undefined ? '' : String(throttle), words.join(' '), part.release ? 'yes' : ''],
    ...[String(options.length), ...options],
  ];
}

const CELLS_OUTCOMES = ['whole', 'changed', 'deferred', 'refused', 'unknown', 'gone', 'incomplete'] as const;

function cellsAnswer(output: string): CellsAnswer {
  const arrays: CellsAnswer['arrays'] = [];
  let end = '';
  for (const line of output.split('\n').filter(Boolean)) {
    const [kind, attempt, jobId = '', cells = ''] = line.split(SEPARATOR);
    if (kind === 'array') arrays.push({ attempt: Number(attempt), jobId, cells });
    else end = line;
  }
  const [word = '', text = ''] = end.split(SEPARATOR);
  const detail = text.replaceAll('\x1e', '\n').trim();
  const outcome = CELLS_OUTCOMES.find((one) => one === word);
  return outcome ? { arrays, outcome, detail } : { arrays, outcome: 'failed', detail: detail || end };
}

const FLOW_OUTCOMES = ['whole', 'changed', 'refused', 'cancelled', 'unknown', 'gone', 'incomplete'] as const;

function flowAnswer(output: string): FlowAnswer {
  const submitted: FlowAnswer['submitted'] = [];
  let end = '';
  for (const line of output.split('\n').filter(Boolean)) {
    const [kind, attempt, jobId = '', job = ''] = line.split(SEPARATOR);
    if (kind === 'part') submitted.push({ attempt: Number(attempt), jobId, job });
    else end = line;
  }
  const [word = '', ...texts] = end.split(SEPARATOR);
  const [job, text = ''] = word === 'refused' ? texts : [undefined, texts[0]];
  const detail = text.replaceAll('\x1e', '\n').trim();
  // It was ended in the middle: what there is over there is to be looked at.
  if (end === '') return { submitted, outcome: 'unknown', detail };
  const outcome = FLOW_OUTCOMES.find((one) => one === word) ?? 'failed';
  return { submitted, outcome, ...(job ? { job } : {}), detail: outcome === 'failed' ? detail || end : detail };
}

function releaseAnswer(output: string): ReleaseAnswer {
  const [[word = '', text = ''] = [], ...lines] = output.split('\n').map((line) => line.split(SEPARATOR));
  const outcome = (['none', 'free', 'held', 'released'] as const).find((one) => one === word) ?? 'refused';
  const rows = lines.map(queueRow).filter((row): row is QueueRow => row !== undefined);
  return { outcome, detail: text.replaceAll('\x1e', '\n').trim(), rows };
}

function submitAnswer(line: string): SubmitAnswer {
  const [outcome = '', text = ''] = line.trimEnd().split(SEPARATOR);
  const detail = text.replaceAll('\x1e', '\n').trim();
  if (outcome === 'submitted' || outcome === 'existing') return { outcome, jobId: detail };
  if (outcome === 'refused' || outcome === 'unknown') return { outcome, detail };
  if (outcome === 'gone' || outcome === 'incomplete') return { outcome, detail };
  return { outcome: 'failed', detail: detail || line };
}
