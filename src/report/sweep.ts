/** The reports on sweeps: started, gone on with, cancelled, brought home; how their cells stand is in sweep-status.ts. */

import { toRanges } from '../scheduler/ranges.ts';
import type { CancelSweepResult } from '../sweep/cancel.ts';
import type { CollectSweepResult } from '../sweep/collect.ts';
import type { Counts } from '../sweep/progress.ts';
import type { ResumeResult } from '../sweep/resume.ts';
import type { StartResult } from '../sweep/start.ts';
import { cellOf, type StartedSweep } from '../sweep/started.ts';
import type { SubmittedCells } from '../sweep/submit.ts';
import type { Cell } from '../sweep/types.ts';
import { block, nextSteps, type Row, table } from './block.ts';
import { gatheredRows } from './collected.ts';
import { makeSweep, runPath, type Typed } from './commands.ts';
import { count } from './quantities.ts';
import type { Style } from './style.ts';
import { countsText, stepsOf } from './sweep-status.ts';
import { infoRows } from './wandb.ts';

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
  { sweep, submitted, asked, wandb }: ResumeResult,
  style: Style,
  typed: Typed = {},
  dryRun = false,
): string {
  const { cells } = submitted;
  const rows: Row[] = [
    ['Sweep', sweep.name],
    [
      'Cells',
      cells.length > 0 ? `${cells.length} ${dryRun ? 'to be submitted' : 'submitted'}` : 'none is to be run again',
    ],
    ...dueRows(submitted, sweep, asked),
    ...arrayRows(submitted),
    ...(cells.length > 0 ? [['Code', 'as it was pushed (new code: a new slurm-sweep-start)'] as const] : []),
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

/** What is not run again, and why; where some were asked for only those of them, by their numbers. */
function dueRows({ due }: SubmittedCells, { retry }: StartedSweep, asked: readonly number[] | undefined): Row[] {
  const row = (label: string, cells: readonly number[], what = ''): Row[] => {
    const meant = asked ? cells.filter((cell) => asked.includes(cell)) : cells;
    if (meant.length === 0) return [];
    const named = `${meant.length === 1 ? 'cell' : 'cells'} ${short(toRanges(meant))}`;
    return [[label, `${asked ? named : count(meant.length, 'cell')}${what}`]];
  };
  return [
    ...row('Done', due.done),
    ...row('Alive', due.alive, ': in the queue or running'),
    ...row('Unknown', due.unknown, ': left alone, since nobody can tell'),
    ...row('Given up', due.exhausted, ` failed ${count(retry + 1, 'time')}; FORCE=1 or a higher RETRY runs them again`),
  ];
}

function cellRows(sweep: StartedSweep, chosen: number): Row[] {
  const what = sweep.kind === 'wandb' ? 'agent' : 'cell';
  const all = chosen === sweep.count ? count(chosen, what) : `${chosen} of ${count(sweep.count, what)}`;
  const throttle = sweep.maxConcurrent === undefined ? '' : `, at most ${sweep.maxConcurrent} at a time`;
  return [[sweep.kind === 'wandb' ? 'Agents' : 'Cells', `${all}${throttle}`]];
}

function arrayRows({ arrays, deferred, held }: SubmittedCells): Row[] {
  const lines = arrays.map(({ jobId, cells }) => `${jobId} (cells ${short(cells)})`);
  return [
    ...(lines.length > 0 ? [[lines.length === 1 ? 'Job array' : 'Job arrays', ...lines] as const] : []),
    ...(held ? [['Held', 'until it is released'] as const] : []),
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
      ...(submitted?.held ? [['Release', makeSweep('slurm-release', sweep, typed)] as const] : []),
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

export function sweepCancelledText({ ids, cells, dryRun }: CancelSweepResult, style: Style): string {
  if (ids.length === 0) return 'Nothing of this sweep is in the queue.';
  const what = `${count(cells.length, 'cell')} (${ids.length > 6 ? `${ids.slice(0, 6).join(', ')} …` : ids.join(', ')})`;
  return dryRun ? `To be cancelled: ${what}` : style.green(`Cancelled: ${what}`);
}

export function sweepCollectedText(result: CollectSweepResult, style: Style, typed: Typed = {}): string {
  const { status, brought, table: paths, collected, dryRun } = result;
  const { sweep, counts, runDir } = status;
  const [label, fate] = dryRun ? ['To be brought', 'To be collected'] : ['Brought now', 'Sweep collected'];
  const rows: Row[] = [
    ['Sweep', sweep.name],
    ['Cells', countsText(counts)],
    ...(collected && brought === 0 ? [] : [[label, count(brought, 'cell')] as const]),
    ['Folder', `results/${sweep.folder}/`],
    ...(result.earlier === undefined ? [] : [['Earlier', `${result.earlier}/ (results of the run before)`] as const]),
    ...(dryRun ? [] : [['Table', paths.csv, paths.json] as const]),
    ...besides(result),
    ['Cleanup', collected?.removed ? `${runPath(runDir)} removed` : `${runPath(runDir)} kept: ${whyKept(counts)}`],
  ];
  const text = block(fate, rows, style);
  if (collected?.removed) return text;
  const steps = [
    ...stepsOf(dryRun ? status : { ...status, toCollect: 0 }, typed),
    ...(collected ? [['Remove', makeSweep('slurm-sweep-collect', sweep, typed, 'FORCE=1')] as const] : []),
  ];
  return `${text}\n${nextSteps(steps, style)}`;
}

/** What came at the end besides the folders of cells: RESULTS_PULL, and the logs if any cell came. */
function besides({ status, brought, collected }: CollectSweepResult): Row[] {
  if (!collected) return [];
  const { results, logs, ...others } = collected.gathered;
  const own = `results/${status.sweep.folder}/`;
  const came = {
    ...others,
    results: results.filter((path) => path !== own),
    logs: brought > 0 ? logs : [],
  };
  return gatheredRows(came, 'pulled').filter(([, first]) => first !== '(none)');
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
