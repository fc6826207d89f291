/** Tells somebody what comes of a flow: that it was submitted, what fails of it, how it ended. */

import type { FlowJobStatus, FlowStatus, StartFlowResult } from '../src/flow/results.ts';
import { flowKeptHere } from '../src/flow/started.ts';
import { bundle } from '../src/notify/bundle.ts';
import { claimed, markOf } from '../src/notify/claim.ts';
import { eventsOf, notifyOf } from '../src/notify/settings.ts';
import { flowMessage, flowStartedMessage } from '../src/report/notify-flow.ts';
import type { Project } from '../src/run/project.ts';
import type { TalkEvent } from '../src/run/talk.ts';
import { listening, logOf, type Own, open } from './notify-desk.ts';

export interface FlowNotices {
  project: Project;
  started(result: StartFlowResult): void;
  ended(status: FlowStatus): void;
}

/**
 * `secrets` are names of SECRETS of any of its jobs; `fresh` as of a sweep. Of a job's failure the job's own NOTIFY decides, of the flow
 * what holds for all.
 */
export function flowNotices(own: Own, project: Project, secrets: readonly string[], fresh: boolean): FlowNotices {
  const { notifier, soon } = open(own, project, '', secrets, 'all');
  if (!notifier.wants()) return { project, started: () => {}, ended: () => {} };
  const cluster = project.cluster.host;
  const events = eventsOf(notifyOf(project, undefined));
  const told = new Set<string>();
  let looked = fresh;
  const wantsFailed = ({ id }: FlowStatus, job: string): boolean =>
    eventsOf(notifyOf(project, flowKeptHere(own.root, id)?.notify?.[job])).has('failed');
  const jobFailed = async (status: FlowStatus, { name: job, verdict, failedCell }: FlowJobStatus) => {
    const { id, runDir } = status;
    const isArray = verdict?.tasks !== undefined;
    if (verdict?.jobId !== undefined && !isArray) {
      if ((await claimed(project.host, runDir, [markOf(verdict)])).length === 0) return undefined;
    }
    const whose = isArray ? failedCell : verdict?.jobId;
    const log = whose === undefined ? '' : await logOf(project, { id, runDir }, whose);
    return flowMessage(status, { type: 'job-failed', job, log }, cluster);
  };
  const failed = bundle<FailedCell>((cells) => {
    for (const job of new Set(cells.map((cell) => cell.job)))
      soon(() => cellsFailed(cells.filter((cell) => cell.job === job)));
  });
  const cellsFailed = async (cells: FailedCell[]) => {
    const { status, job, jobId } = cells.at(-1)!;
    const names = cells.map(({ cell }) => cell);
    const { id, runDir } = status;
    // The numbers of a job's cells are those of its tasks.
    const task =
      flowKeptHere(own.root, id)
        ?.jobs.find(({ name }) => name === job)
        ?.cells?.indexOf(names.at(-1)!) ?? -1;
    const log = task < 0 ? '' : await logOf(project, { id, runDir }, `${jobId}_${task}`);
    return flowMessage(status, { type: 'cells-failed', job, cells: names, log }, cluster);
  };
  /** What fails of a job; the message at its end has all of its cells. */
  const look = (status: FlowStatus, job: FlowJobStatus): void => {
    const { name, standing, verdict, failedCells = [] } = job;
    const { jobId = '', restarts } = verdict ?? {};
    const isNews = (what: string): boolean => !told.has(what) && Boolean(told.add(what));
    const isWanted = (): boolean => looked && wantsFailed(status, name);
    if (standing !== 'failed') {
      const news = failedCells.filter((cell) => isNews(`${name} ${jobId} ${cell}`));
      if (news.length > 0 && isWanted()) for (const cell of news) failed.add({ status, job: name, jobId, cell });
    } else if (isNews(`${name} ${jobId} ${restarts}`)) {
      for (const cell of failed.rest()) if (cell.job !== name) failed.add(cell);
      if (isWanted()) soon(() => jobFailed(status, job));
    }
  };
  const listen = (event: TalkEvent): void => {
    if (event.type !== 'flow') return;
    for (const job of event.status.jobs) look(event.status, job);
    looked = true;
  };
  return {
    project: listening(project, listen),
    started: (result) => {
      if (!events.has('started') || result.submitted.length === 0 || result.dryRun) return;
      notifier.tell(flowStartedMessage(result, cluster));
    },
    ended: (status) => {
      const message = flowMessage(status, { type: 'ended' }, cluster);
      if (!message || !events.has(message.event)) return;
      soon(async () => ((await claimed(project.host, status.runDir, ['all'])).length > 0 ? message : undefined));
    },
  };
}

interface FailedCell {
  status: FlowStatus;
  job: string;
  /** Of the array that it is in. */
  jobId: string;
  cell: string;
}
