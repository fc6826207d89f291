/** The reports on sweeps: started, gone on with, how their cells stand, brought home. */

import type { CancelSweepResult } from '../sweep/cancel.ts';
import type { CollectSweepResult } from '../sweep/collect.ts';
import { type Counts, standing } from '../sweep/progress.ts';
import type { ReleaseSweepResult } from '../sweep/release.ts';
import type { ResumeResult } from '../sweep/resume.ts';
import type { StartResult } from '../sweep/start.ts';
import { cellOf, type StartedSweep } from '../sweep/started.ts';
import type { CellStatus, SweepStatus } from '../sweep/status.ts';
import type { SubmittedCells } from '../sweep/submit.ts';
import type { Cell } from '../sweep/types.ts';
import { block, nextSteps, type Row, table } from './block.ts';
import { gatheredRows } from './collected.ts';
import { makeSweep, runPath, type Typed } from './commands.ts';
import { shown } from './escape.ts';
import { count, duration } from './quantities.ts';
import { releasedText } from './released.ts';
import type { Style } from './style.ts';
import { endedText, stateWord } from './verdict.ts';
import { infoRows, wandbRows } from './wandb.ts';

/** So many cells are named where not all are asked for. */
const MOST = 20;

export function startedText(result: StartResult, style: Style, typed: Typed = {}): string {
  const { id, sweep, cells, push, submitted, wandb, dryRun } = result;
  const rows: Row[] = [
    ['Sweep', sweep.name],
    ['Profile', id.split('@')[0] ?? id],
    ...(wandb ? [['W&B', wandb.url, ...wandb.warnings.map((warning) => `W&B notes: ${warning}`)] as const] : []),
    ...cellRows(sweep, cells.length),
    ...(submitted ? arrayRows(submitted) : []),
    ['Code', count(push.files.length, 'file')],
    ['Run dir', runPath(push.runDir)],
  ];
  if (dryRun) {
    const list = sweep.kind === 'matrix' && cells.length > 0 ? ['', ...cellTable(cells, style)] : [];
    return [block('To be started', rows, style), ...list, '', '  Nothing was sent (DRY_RUN=1).'].join('\n');
  }
  return `${block('Sweep started', rows, style)}\n${steps(sweep, submitted, sweep.count - cells.length, style, typed)}`;
}

export function resumedText(
  { sweep, submitted, wandb }: ResumeResult,
  style: Style,
  typed: Typed = {},
  dryRun = false,
): string {
  const { due, cells } = submitted;
  const rows: Row[] = [
    ['Sweep', sweep.name],
    [
      'Cells',
      cells.length > 0 ? `${cells.length} ${dryRun ? 'to be submitted' : 'submitted'}` : 'none is to be run again',
    ],
    ...(due.done.length > 0 ? [['Done', count(due.done.length, 'cell')] as const] : []),
    ...(due.alive.length > 0
      ? [['Alive', `${count(due.alive.length, 'cell')}: in the queue or running`] as const]
      : []),
    ...(due.unknown.length > 0
      ? [['Unknown', `${count(due.unknown.length, 'cell')}: left alone, since nobody can tell`] as const]
      : []),
    ...(due.exhausted.length > 0
      ? [
          [
            'Given up',
            `${count(due.exhausted.length, 'cell')} failed ${count(sweep.retry + 1, 'time')}; FORCE=1 or a higher RETRY runs them again`,
          ] as const,
        ]
      : []),
    ...arrayRows(submitted),
    ...(wandb ? infoRows(wandb) : []),
  ];
  const text = block(dryRun ? 'To be resumed' : 'Sweep resumed', rows, style);
  if (dryRun) {
    return [
      text,
      '',
      ...cellTable(
        cells.map((index) => cellOf(sweep, index)),
        style,
      ),
      '',
      '  Nothing was sent (DRY_RUN=1).',
    ].join('\n');
  }
  return `${text}\n${steps(sweep, submitted, 0, style, typed)}`;
}

function cellRows(sweep: StartedSweep, chosen: number): Row[] {
  const what = sweep.kind === 'wandb' ? 'agent' : 'cell';
  const all = chosen === sweep.count ? count(chosen, what) : `${chosen} of ${count(sweep.count, what)}`;
  const throttle = sweep.maxConcurrent === undefined ? '' : `, at most ${sweep.maxConcurrent} at a time`;
  return [[sweep.kind === 'wandb' ? 'Agents' : 'Cells', `${all}${throttle}`]];
}

function arrayRows({ arrays, deferred }: SubmittedCells): Row[] {
  const lines = arrays.map(({ jobId, cells }) => `${jobId} (cells ${short(cells)})`);
  return [
    ...(lines.length > 0 ? [[lines.length === 1 ? 'Job array' : 'Job arrays', ...lines] as const] : []),
    ...(deferred === undefined
      ? []
      : [
          [
            'Not yet',
            'Slurm takes no more jobs of yours at present; slurm-sweep-watch and -resume submit the rest as others end.',
          ] as const,
        ]),
  ];
}

const short = (ranges: string): string => (ranges.length > 60 ? `${ranges.slice(0, 57)}…` : ranges);

function steps(
  sweep: StartedSweep,
  submitted: SubmittedCells | undefined,
  rest: number,
  style: Style,
  typed: Typed,
): string {
  const more = rest > 0 ? [[`The other ${rest}`, makeSweep('slurm-sweep-resume', sweep, typed)] as const] : [];
  if (submitted?.cells.length === 0 && submitted.due.alive.length === 0) {
    return nextSteps([['Collect', makeSweep('slurm-sweep-collect', sweep, typed)]], style);
  }
  return nextSteps(
    [
      ['Watch', makeSweep('slurm-sweep-watch', sweep, typed)],
      ['Status', makeSweep('slurm-sweep-status', sweep, typed)],
      ['Collect', makeSweep('slurm-sweep-collect', sweep, typed)],
      ...more,
    ],
    style,
  );
}

function cellTable(cells: readonly Cell[], style: Style): string[] {
  const names = [...new Set(cells.flatMap(({ values }) => Object.keys(values)))];
  const [head = '', ...lines] = table(
    [
      ['CELL', ...names],
      ...cells.map(({ index, values }) => [String(index), ...names.map((name) => values[name] ?? '')]),
    ],
    '  ',
  );
  return [style.bold(head), ...lines];
}

/** `counts`, then the failed ones with their reasons; with `all` every cell. */
export function sweepStatusText(status: SweepStatus, style: Style, typed: Typed = {}, all = false): string {
  const { sweep, counts, estimate, cells, deferred, trouble, runDir } = status;
  const rows: Row[] = [
    ['Sweep', sweep.name],
    ['Run dir', runPath(runDir)],
    ['Cells', countsText(counts)],
    ...(estimate ? [['Estimate', `${about(estimate.seconds)} left`] as const] : []),
    ...(deferred > 0
      ? [
          [
            'Not yet',
            `${count(deferred, 'cell')}: Slurm took no more; slurm-sweep-watch and -resume submit them`,
          ] as const,
        ]
      : []),
    ...(trouble === undefined ? [] : [['Slurm', `does not answer: ${trouble}`] as const]),
    ...wandbRows(status, typed),
  ];
  const failed = cells.filter(({ verdict }) => verdict?.ended && !verdict.success && verdict.state !== 'CANCELLED');
  const listed = all ? cells : failed.slice(0, MOST);
  const list = listed.length > 0 ? ['', all ? '  All cells:' : '  Failed:', ...statusTable(listed, style)] : [];
  const rest = all ? 0 : failed.length - listed.length;
  const more = rest > 0 ? [`  … and ${rest} more: ${makeSweep('slurm-sweep-status', sweep, typed, 'CELLS=1')}`] : [];
  return [block('Sweep', rows, style), ...list, ...more, advice(status, style, typed)]
    .filter((part) => part !== '')
    .join('\n');
}

function advice({ counts, sweep }: SweepStatus, style: Style, typed: Typed): string {
  const { running, pending, failed, cancelled, notSubmitted, unknown, done, total } = counts;
  // Of what nobody can tell a resume finds out first whether it was submitted.
  const due = failed + cancelled + notSubmitted + unknown;
  return nextSteps(
    [
      ...(running + pending > 0 ? [['Watch', makeSweep('slurm-sweep-watch', sweep, typed)] as const] : []),
      ...(due > 0 ? [['Run what is missing', makeSweep('slurm-sweep-resume', sweep, typed)] as const] : []),
      ...(failed > 0
        ? [['One cell and its log', makeSweep('slurm-sweep-status', sweep, typed, 'CELL=n')] as const]
        : []),
      ...(done + failed > 0
        ? [
            [
              done === total ? 'Collect' : 'Collect what has ended',
              makeSweep('slurm-sweep-collect', sweep, typed),
            ] as const,
          ]
        : []),
    ],
    style,
  );
}

/** `120/224 done, 3 failed, 8 running, 93 pending`. */
export function countsText({ total, done, ...others }: Counts): string {
  const words: Record<keyof typeof others, string> = {
    failed: 'failed',
    cancelled: 'cancelled',
    running: 'running',
    pending: 'pending',
    unknown: 'unknown',
    notSubmitted: 'not submitted',
  };
  const rest = Object.entries(others).filter(([, number]) => number > 0);
  return [
    `${done}/${total} done`,
    ...rest.map(([key, number]) => `${number} ${words[key as keyof typeof words]}`),
  ].join(', ');
}

/** `#####.....  120/224 done, 3 failed, 8 running  about 0:12:30 left`, in `columns` at most. */
export function sweepProgressText(counts: Counts, seconds: number | undefined, columns: number): string {
  const { total, done, failed, cancelled } = counts;
  const text = `${countsText(counts)}${seconds === undefined ? '' : `  ${about(seconds)} left`}`;
  const width = Math.min(30, columns - text.length - 4);
  if (width < 5) return text.slice(0, Math.max(0, columns));
  const filled = Math.round((width * (done + failed + cancelled)) / Math.max(1, total));
  return `[${'#'.repeat(filled)}${'.'.repeat(width - filled)}] ${text}`;
}

const about = (seconds: number): string => `about ${duration(seconds)}`;

function statusTable(cells: readonly CellStatus[], style: Style): string[] {
  const rows = cells.map(({ index, name, verdict, log = '' }) => {
    const time = verdict?.elapsedSeconds === undefined ? '' : duration(verdict.elapsedSeconds);
    const tries = verdict && verdict.tries > 1 ? String(verdict.tries) : '';
    return [String(index), name.replace(/^\d+-/, ''), cellWord(verdict), time, tries, log];
  });
  const [head = '', ...lines] = table([['CELL', 'PARAMETERS', 'STATE', 'TIME', 'TRIES', 'LOG'], ...rows], '    ');
  return [style.bold(head), ...lines];
}

export function cellWord(verdict: CellStatus['verdict']): string {
  if (!verdict) return 'not submitted';
  if (standing(verdict) !== 'failed') return stateWord(verdict);
  const reason = endedText(verdict);
  return verdict.state === 'FAILED' || reason === '' ? stateWord(verdict) : `${verdict.state} (${reason})`;
}

/** One cell, with the end of its log. */
export function cellText(cell: CellStatus, logs: readonly { name: string; tail: string }[], style: Style): string {
  const { index, name, values, verdict, log } = cell;
  const rows: Row[] = [
    ['Cell', `${index} (${name})`],
    ...Object.entries(values).map(([key, value]) => [key, value] as const),
    ['State', cellWord(verdict)],
    ...(verdict?.jobId ? [['Task', `${verdict.jobId}_${verdict.task}`] as const] : []),
    ...(verdict?.elapsedSeconds === undefined ? [] : [['Time', duration(verdict.elapsedSeconds)] as const]),
    ...(verdict?.nodes ? [['Node', verdict.nodes] as const] : []),
    ...(log ? [['Log', log] as const] : []),
  ];
  const tails = logs.flatMap(({ name, tail }) => ['', style.bold(`==> ${shown(name)} <==`), tail.replace(/\n$/, '')]);
  return [block('Cell', rows, style), ...tails].join('\n');
}

export function sweepCancelledText({ ids, cells, dryRun }: CancelSweepResult, style: Style): string {
  if (ids.length === 0) return 'Nothing of this sweep is in the queue.';
  const what = `${count(cells.length, 'cell')} (${ids.length > 6 ? `${ids.slice(0, 6).join(', ')} …` : ids.join(', ')})`;
  return dryRun ? `To be cancelled: ${what}` : style.green(`Cancelled: ${what}`);
}

export function sweepReleasedText({ arrays }: ReleaseSweepResult, style: Style, typed: Typed = {}): string {
  const held = arrays.filter(({ released, held }) => released || held);
  if (held.length === 0) return 'Nothing of this sweep is held.';
  return held.map((one) => releasedText(one, style, typed)).join('\n\n');
}

export function sweepCollectedText(result: CollectSweepResult, style: Style, typed: Typed = {}): string {
  const { status, brought, table: paths, collected, dryRun } = result;
  const { sweep, counts, runDir } = status;
  const rows: Row[] = [
    ['Sweep', sweep.name],
    ['Cells', countsText(counts)],
    [dryRun ? 'To be brought' : 'Brought now', count(brought, 'cell')],
    ['Folder', `results/${sweep.folder}/`],
    ...(dryRun ? [] : [['Table', paths.csv, paths.json] as const]),
    ...(collected ? gatheredRows(collected.gathered, 'pulled') : []),
    ['Cleanup', collected?.removed ? `${runPath(runDir)} removed` : `${runPath(runDir)} kept: ${whyKept(counts)}`],
  ];
  return `${block(dryRun ? 'To be collected' : 'Sweep collected', rows, style)}\n${collected?.removed ? '' : advice(status, style, typed)}`.trimEnd();
}

function whyKept({ running, pending, failed, cancelled, notSubmitted, unknown }: Counts): string {
  if (running + pending > 0) return `${count(running + pending, 'cell')} still to end`;
  const parts = [
    [failed, 'failed'],
    [cancelled, 'cancelled'],
    [unknown, 'unknown'],
    [notSubmitted, 'not submitted'],
  ] as const;
  return parts.flatMap(([number, word]) => (number > 0 ? [`${number} ${word}`] : [])).join(', ') || 'to be removed';
}
