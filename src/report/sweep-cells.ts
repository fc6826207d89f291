/** The cells of a sweep in reports: why they wait, a table of them, a single one with the end of its log. */

import { neverStarted } from '../run/judge.ts';
import { ranFor, standing } from '../sweep/progress.ts';
import type { CellStatus } from '../sweep/status.ts';
import { block, type Row, table } from './block.ts';
import { shown } from './escape.ts';
import { duration } from './quantities.ts';
import { isHeld, reasonText } from './reasons.ts';
import type { Style } from './style.ts';
import { endedText, stateWord } from './verdict.ts';
import { cutTo, widest } from './width.ts';

type CellWord = (verdict: CellStatus['verdict']) => string;

export const cellWord: CellWord = (verdict) => {
  if (!verdict) return 'not submitted';
  if (standing(verdict) !== 'failed') return stateWord(verdict);
  if (neverStarted(verdict)) return `never started (${verdict.reason ?? verdict.state})`;
  const reason = endedText(verdict);
  return verdict.state === 'FAILED' || reason === '' ? stateWord(verdict) : `${verdict.state} (${reason})`;
};

const shortWord: CellWord = (verdict) => (verdict && !neverStarted(verdict) ? stateWord(verdict) : cellWord(verdict));

/** Whether it failed by itself. */
export function hasFailed({ verdict }: CellStatus): boolean {
  return verdict !== undefined && standing(verdict) === 'failed';
}

/** Whether it waits for its owner's word alone. */
export function isHeldCell({ verdict }: CellStatus): boolean {
  return verdict?.reason !== undefined && standing(verdict) === 'pending' && isHeld(verdict.reason);
}

/** `2 Priority: jobs with a higher priority are ahead of it`, the most frequent reason first; `release` lets held ones go. */
export function pendingLines(cells: readonly CellStatus[], release: string): string[] {
  const counts = new Map<string, number>();
  for (const { verdict } of cells) {
    if (!verdict?.reason || standing(verdict) !== 'pending') continue;
    counts.set(verdict.reason, (counts.get(verdict.reason) ?? 0) + 1);
  }
  return [...counts]
    .sort(([, one], [, other]) => other - one)
    .map(([reason, number]) => {
      const text = reason === 'JobArrayTaskLimit' ? TASK_LIMIT : reasonText(reason, release);
      return `${number} ${reason}${text === undefined ? '' : `: ${text}`}`;
    });
}

/** The arrays of a sweep are not its owner's, so that SBATCH_ARRAY would be the wrong word. */
const TASK_LIMIT = 'as many run as MAX_CONCURRENT allows';

/** Every one with its parameters whole, and its log. */
export function cellTable(cells: readonly CellStatus[], style: Style): string[] {
  return headed('LOG', rowsOf(cells, cellWord, logOf), style);
}

/** The same with tasks instead of logs, in 80 columns where that can be had. */
export function narrowTable(cells: readonly CellStatus[], style: Style): string[] {
  const long = rowsOf(cells, cellWord, taskOf);
  const rows = roomOf(long) < LEAST ? rowsOf(cells, shortWord, taskOf) : long;
  const room = Math.max(LEAST, roomOf(rows));
  const cut = rows.map(([cell = '', parameters = '', ...rest]) => [cell, cutTo(parameters, room), ...rest]);
  return headed('TASK', cut, style);
}

const INDENT = '    ';
const COLUMNS = 80;
/** So much of the parameters is shown at the least. */
const LEAST = 12;
const HEAD = ['CELL', 'PARAMETERS', 'STATE', 'TIME', 'TRIES'];

/** The columns that are left for the parameters. */
function roomOf(rows: readonly string[][]): number {
  const others = HEAD.map((name, at) => (at === 1 ? 0 : widest([name, ...rows.map((row) => row[at] ?? '')])));
  const last = widest(['TASK', ...rows.map((row) => row.at(-1) ?? '')]);
  return COLUMNS - INDENT.length - HEAD.length * 2 - others.reduce((sum, width) => sum + width, last);
}

function rowsOf(cells: readonly CellStatus[], word: CellWord, last: (cell: CellStatus) => string): string[][] {
  return cells.map((cell) => {
    const { index, name, verdict } = cell;
    const seconds = verdict && ranFor(verdict);
    const time = seconds === undefined ? '' : duration(seconds);
    const tries = verdict && verdict.tries > 1 ? String(verdict.tries) : '';
    return [String(index), name.replace(/^\d+[-_]/, ''), word(verdict), time, tries, last(cell)];
  });
}

function headed(last: string, rows: readonly string[][], style: Style): string[] {
  const [head = '', ...lines] = table([[...HEAD, last], ...rows], INDENT);
  return [style.bold(head), ...lines];
}

const taskOf = ({ verdict }: CellStatus): string =>
  verdict?.jobId === undefined ? '' : `${verdict.jobId}_${verdict.task}`;

/** One that never began has none. */
const logOf = ({ verdict, log }: CellStatus): string =>
  log !== undefined && verdict && (verdict.begun || standing(verdict) === 'running') ? log : '';

/** One cell, with the end of its log. */
export function cellText(cell: CellStatus, logs: readonly { name: string; tail: string }[], style: Style): string {
  const { index, name, values, verdict } = cell;
  const seconds = verdict && ranFor(verdict);
  const [task, log] = [taskOf(cell), logOf(cell)];
  const rows: Row[] = [
    ['Cell', `${index} (${name})`],
    ...Object.entries(values).map(([key, value]) => [key, value] as const),
    ['State', cellWord(verdict)],
    ...(task ? [['Task', task] as const] : []),
    ...(seconds === undefined ? [] : [['Time', duration(seconds)] as const]),
    ...(verdict?.nodes ? [['Node', verdict.nodes] as const] : []),
    ...(log ? [['Log', log] as const] : []),
  ];
  const tails = logs.flatMap(({ name, tail }) => ['', style.bold(`==> ${shown(name)} <==`), tail.replace(/\n$/, '')]);
  return [block('Cell', rows, style), ...tails].join('\n');
}
