/** The reports on flows: started, cancelled, brought home; how the jobs of one stand is in flow-status.ts. */

import type { CancelFlowResult, CollectFlowResult, StartFlowResult, SubmittedJob } from '../flow/results.ts';
import type { Dependency } from '../flow/types.ts';
import { block, nextSteps, type Row, table } from './block.ts';
import { gatheredRows } from './collected.ts';
import { makeFlow, ofFlow, runPath, type Typed } from './commands.ts';
import { shown } from './escape.ts';
import { flowTable, isFlowAlive } from './flow-jobs.ts';
import { failedLines, flowRows, flowSteps, flowTitle } from './flow-status.ts';
import { bytes, count, names } from './quantities.ts';
import type { Style } from './style.ts';

export function startedFlowText(result: StartFlowResult, style: Style, typed: Typed = {}): string {
  const { id, flow, runDir, submitted, held, dryRun, again } = result;
  const rows: Row[] = [
    ['Flow', flowTitle(flow)],
    ...argRows(result),
    ['Jobs', `${count(submitted.length, 'job')} ${dryRun ? 'to be submitted' : 'submitted'}`],
    ...keptRows(result),
    ...codeRows(result),
    ...leftRows(result),
    ['Run dir', runPath(runDir)],
    ...(held ? [['Held', 'until it is released'] as const] : []),
  ];
  const title = dryRun ? 'To be started' : again ? 'Flow goes on' : 'Flow started';
  const text = [block(title, rows, style), ...submittedTable(submitted, style, dryRun)].join('\n');
  if (dryRun) return `${text}\n\n  Nothing was sent (DRY_RUN=1).`;
  const about = ofFlow(id, flow.name, typed);
  const step = (label: string, target: string) => [label, makeFlow(target, flow.name, about)] as const;
  const steps = [
    ...(held ? [step('Release', 'slurm-release')] : []),
    step('Watch', 'slurm-flow-watch'),
    step('Status', 'slurm-flow-status'),
    step('Collect', 'slurm-flow-collect'),
  ];
  return `${text}\n${nextSteps(steps, style)}`;
}

/** What was left as it is, by how it stands. */
function keptRows({ kept }: StartFlowResult): Row[] {
  const those = (...standings: string[]): string[] =>
    kept.flatMap(({ job, standing }) => (standings.includes(standing) ? [job] : []));
  const rows = [
    ['Done', those('done')],
    ['Alive', those('running', 'pending', 'waiting', 'held')],
    ['Skipped', those('skipped')],
    ['Left', those('failed', 'stopped', 'cancelled', 'unknown', 'not-submitted')],
  ] as const;
  return rows.flatMap(([label, jobs]) => (jobs.length > 0 ? [[label, names(jobs)] as const] : []));
}

function codeRows({ push, codeKept, again, dryRun }: StartFlowResult): Row[] {
  if (push) {
    const { files, sent, dataFiles } = push;
    return [
      ['Code', `${count(files.length, 'file')}${sent === undefined ? '' : `, ${bytes(sent)} sent`}`],
      ...(dataFiles.length > 0 ? [['Data', names(dataFiles, 6)] as const] : []),
    ];
  }
  if (again && dryRun && !codeKept) return [['Code', 'what has changed since it was sent']];
  if (codeKept) return [['Code', 'as it was sent before: jobs of the flow are alive']];
  return again ? [['Code', 'as it was sent before']] : [];
}

function leftRows({ left = [] }: StartFlowResult): Row[] {
  return left.length > 0
    ? [['Not sent', `${names(left, 4)}: brought home from an earlier run; code_files names it where it is needed`]]
    : [];
}

function argRows({ args = {} }: StartFlowResult): Row[] {
  const words = Object.entries(args).map(([name, value]) => shown(`${name}=${value}`));
  return words.length > 0 ? [['Args', words.join(', ')]] : [];
}

/** So many jobs are listed where not all of them need to be. */
const MOST = 40;

function submittedTable(submitted: readonly SubmittedJob[], style: Style, dryRun = false): string[] {
  if (submitted.length === 0) return [];
  const listed = dryRun ? submitted : submitted.slice(0, MOST);
  const rows = listed.map(({ job, jobId, after, cells }) => [
    cells === undefined ? job : `${job} (${count(cells, 'cell')})`,
    ...(dryRun ? [] : [jobId ?? '']),
    after.map(afterText).join(', '),
  ]);
  const [head = '', ...lines] = table([['JOB', ...(dryRun ? [] : ['ID']), 'AFTER'], ...rows], '  ');
  const rest = submitted.length - listed.length;
  return ['', style.bold(head), ...lines, ...(rest > 0 ? [`  … and ${rest} more`] : [])];
}

/** The kind where it is not the usual one. */
const afterText = ({ kind, job }: Dependency): string => (kind === 'afterok' ? job : `${job} (${kind})`);

export function flowCollectedText(result: CollectFlowResult, style: Style, typed: Typed = {}): string {
  const { id, status, gathered, removed, dryRun } = result;
  const about = ofFlow(id, status.flow.name, typed);
  const rows: Row[] = [
    ...flowRows(status).filter(([label]) => label !== 'Run dir'),
    ...gatheredRows(gathered, dryRun ? 'to be pulled' : 'pulled'),
    ['Cleanup', cleanup(result)],
  ];
  const text = [
    block(dryRun ? 'To be collected' : 'Flow collected', rows, style),
    '',
    ...flowTable(status, style),
    ...failedLines(status, style, about, status.logs),
  ].join('\n');
  if (dryRun) return `${text}\n\n  Nothing was transferred or removed (DRY_RUN=1).`;
  if (removed) return text;
  const steps = [
    ...flowSteps(status, about).filter(([, command]) => !command.includes(' slurm-flow-collect ')),
    ['Remove', makeFlow('slurm-flow-collect', status.flow.name, about, 'FORCE=1')] as const,
  ];
  return `${text}\n${nextSteps(steps, style)}`;
}

function cleanup({ status, removed, dryRun }: CollectFlowResult): string {
  const dir = runPath(status.runDir);
  const unwished = status.jobs.filter(({ standing }) => standing !== 'done' && standing !== 'skipped').length;
  if (removed) return `${dir} removed`;
  if (dryRun && unwished === 0) return `${dir} to be removed`;
  const why = isFlowAlive(status) ? 'jobs of it are still to end' : 'not all of its jobs did what they should';
  return `${dir} ${dryRun ? 'to be kept' : 'kept'}: ${why}`;
}

export function flowCancelledText({ id, jobs, dryRun }: CancelFlowResult, style: Style, typed: Typed = {}): string {
  if (jobs.length === 0) return 'Nothing of this flow is in the queue.';
  const listed = names(
    jobs.map(({ job, jobId }) => `${job} ${jobId}`),
    12,
  );
  const what = shown(`${count(jobs.length, 'job')} (${listed})`);
  if (dryRun) return `To be cancelled: ${what}`;
  const flow = typed.flow ?? id.slice(id.indexOf('@') + 1);
  const steps = [['Status', makeFlow('slurm-flow-status', flow, ofFlow(id, flow, typed))]] as const;
  return `${style.green(`Cancelled: ${what}`)}\n${nextSteps(steps, style)}`;
}
