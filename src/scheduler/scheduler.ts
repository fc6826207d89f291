/** Both schedulers: the same programs, over the shell functions of src/remote/slurm.sh or src/remote/local.sh. */

import type { Cluster, SchedulerKind } from '../conf/types.ts';
import { Failure } from '../failure.ts';
import { programText } from '../host/program.ts';
import type { Host } from '../host/types.ts';
import type { SchedulerProblem } from './problem.ts';
import { queueRow, SEPARATOR, snapshot } from './rows.ts';
import type { CheckRecord, QueueRow, Scheduler, SubmitAnswer } from './types.ts';
import { watchJob } from './watch.ts';

/** Seconds a call of watch.sh lives before it is begun anew, so that none is left behind for long on a login node. */
const WATCH_LIFE = 1800;

/** A job's own process, with the embedded executor. */
const EXECUTOR = ['lib', 'process', 'executor'];

export function openScheduler(kind: SchedulerKind, host: Host, cluster: Cluster): Scheduler {
  const files = kind === 'slurm' ? ['lib', kind] : ['lib', 'process', kind];
  // What scheduler_ready gets: for Slurm the site's set-up, for the executor the place of its jobs.
  const setup = kind === 'slurm' ? cluster.remoteSetup : `${cluster.remoteDir}/slurm/executor`;

  const call = async (doing: SchedulerFailed['doing'], args: readonly string[], input?: string): Promise<string> => {
    const answer = await host.run({ files: [...files, doing], args }, input === undefined ? {} : { input });
    if (answer.code !== 0) throw failed(host, doing, answer.code, answer.stderr);
    return answer.stdout;
  };

  return {
    kind,
    shell: { files, setup },
    submit: async (job) => {
      const answer = await call('submit', [
        ...[job.runDir, String(job.attempt), job.jobName, setup, job.job, job.script, job.secrets, job.inside],
        ...(kind === 'slurm' ? [] : [`--executor=${programText({ files: EXECUTOR, args: [] })} "$@"`]),
        ...job.options,
      ]);
      return submitAnswer(answer);
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
    cancel: async (id) => {
      const rows = (await call('cancel', [id, setup])).split('\n').map((line) => queueRow(line.split(SEPARATOR)));
      return rows.filter((row): row is QueueRow => row !== undefined);
    },
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

function submitAnswer(line: string): SubmitAnswer {
  const [outcome = '', text = ''] = line.trimEnd().split(SEPARATOR);
  const detail = text.replaceAll('\x1e', '\n').trim();
  if (outcome === 'submitted' || outcome === 'existing') return { outcome, jobId: detail };
  if (outcome === 'refused' || outcome === 'unknown') return { outcome, detail };
  if (outcome === 'gone' || outcome === 'incomplete') return { outcome, detail };
  return { outcome: 'failed', detail: detail || line };
}
