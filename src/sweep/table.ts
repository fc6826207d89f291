/** The table of a sweep's cells and how each ended, beside their results: for people (CSV) and programs (JSON). */

import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TrackedRun } from '../run/find.ts';
import { ranFor } from './progress.ts';
import type { StartedSweep } from './started.ts';
import type { CellStatus, SweepStatus } from './status.ts';

export interface TablePaths {
  csv: string;
  json: string;
}

/** One cell's line. Times are the scheduler's own text. */
interface TableRow {
  cell: number;
  name: string;
  values: Readonly<Record<string, string>>;
  state: string;
  exitCode?: number;
  signal?: string;
  /** `JOB_TASK`. */
  job?: string;
  tries: number;
  started?: string;
  ended?: string;
  elapsedSeconds?: number;
  nodes?: string;
  log?: string;
  /** Its folder, relative to the project. */
  results?: string;
  /** By which task it was brought home. */
  collected?: string;
}

/** Which cells are home, by the task whose results they are; none of another run of the same sweep. */
export function readTable(root: string, { folder }: StartedSweep, runDir: string): Map<number, string> {
  try {
    const table = JSON.parse(readFileSync(join(root, `results/${folder}/cells.json`), 'utf8')) as {
      runDir: string;
      cells: TableRow[];
    };
    if (table.runDir !== runDir) return new Map();
    return new Map(table.cells.flatMap(({ cell, collected }) => (collected ? [[cell, collected]] : [])));
  } catch {
    return new Map();
  }
}

/** Cells that have ended for good, and that the table does not have home by the same task. */
export function notHome(root: string, { cells, sweep, runDir }: SweepStatus): CellStatus[] {
  const home = readTable(root, sweep, runDir);
  return cells.filter((cell) => {
    const { verdict, index } = cell;
    return verdict?.ended && verdict.left && verdict.jobId !== undefined && home.get(index) !== taskOf(cell);
  });
}

/** Writes both, each whole or not at all; `brought` are home by now, besides those that were. */
export function writeTable(
  root: string,
  { id, runDir }: TrackedRun,
  status: SweepStatus,
  brought: ReadonlySet<number>,
): void {
  const { sweep, cells } = status;
  const before = readTable(root, sweep, runDir);
  const rows = cells.map((cell) => row(cell, sweep, brought.has(cell.index) ? taskOf(cell) : before.get(cell.index)));
  const { counts, wandb } = status;
  const about = { sweep: sweep.name, id, runDir, ...(sweep.wandb && { wandb: { ...sweep.wandb, ...wandb } }), counts };
  writeFile(
    join(root, `results/${sweep.folder}/cells.json`),
    `${JSON.stringify({ ...about, cells: rows }, null, 1)}\n`,
  );
  writeFile(join(root, `results/${sweep.folder}/cells.csv`), csv(rows));
}

const taskOf = ({ verdict }: CellStatus): string | undefined =>
  verdict?.jobId === undefined ? undefined : `${verdict.jobId}_${verdict.task}`;

function row(cell: CellStatus, { folder }: StartedSweep, collected: string | undefined): TableRow {
  const { index, name, values, verdict, log } = cell;
  const { exitCode, signal, tries = 0, begun = false, endedAt, nodes } = verdict ?? {};
  // Of one that waits the scheduler's time is when it may begin.
  const started = begun ? verdict?.started : undefined;
  const elapsedSeconds = verdict && ranFor(verdict);
  const job = taskOf(cell);
  return {
    ...{ cell: index, name, values, state: verdict?.state ?? 'NOT_SUBMITTED' },
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(signal === undefined ? {} : { signal }),
    ...(job && { job }),
    tries,
    ...(started && { started }),
    ...(endedAt && { ended: endedAt }),
    ...(elapsedSeconds === undefined ? {} : { elapsedSeconds }),
    ...(nodes && { nodes }),
    ...(log && { log }),
    ...(begun && { results: `results/${folder}/${name}` }),
    ...(collected && { collected }),
  };
}

const COLUMNS = [
  'state',
  'exitCode',
  'signal',
  'job',
  'tries',
  'started',
  'ended',
  'elapsedSeconds',
  'nodes',
  'log',
  'results',
] as const;

/** A line a cell under a line of names: the cell, its parameters, how it ended (RFC 4180). */
function csv(rows: readonly TableRow[]): string {
  const parameters = [...new Set(rows.flatMap(({ values }) => Object.keys(values)))];
  const header = ['cell', 'name', ...parameters, ...COLUMNS];
  const lines = rows.map((row) => [
    ...[row.cell, row.name, ...parameters.map((name) => row.values[name])],
    ...COLUMNS.map((column) => row[column]),
  ]);
  return [header, ...lines].map((fields) => `${fields.map(field).join(',')}\r\n`).join('');
}

function field(value: string | number | undefined): string {
  const text = value === undefined ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function writeFile(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, text);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
