/** The job scripts of cells: one for all where the template asks for nothing of a cell's, else one each, sent as lines they share. */

import type { Profile } from '../conf/types.ts';
import { Failure } from '../failure.ts';
import type { Project } from '../run/project.ts';
import { openTemplate, type Rendered } from '../run/render.ts';
import { fromRanges, toRanges } from '../scheduler/ranges.ts';
import type { CellsSubmission } from '../scheduler/submission.ts';
import type { Header } from '../template/directives.ts';
import type { TemplateProblem } from '../template/problem.ts';
import { compileTemplate } from '../template/render.ts';
import { shellText } from '../template/shell-text.ts';
import { CELL_VARIABLES, cellOf, parameterNames, type StartedSweep } from './started.ts';
import type { Cell } from './types.ts';

export interface CellScripts extends Pick<CellsSubmission, 'script' | 'options' | 'jobName'> {
  /** Of the first cell. */
  header: Header;
  /** Cells (in ranges) whose jobs ask for the same. */
  groups: { cells: string; header: Header }[];
}

/** What a job of a flow has that a sweep has not. */
export interface PartOptions {
  /** Its name. */
  part?: string;
  /** COMMAND of each cell, by its number. */
  commands?: readonly string[];
}

/** Renders for `cells`, ascending. Throws Failure(2) with what is wrong in any of them. */
export async function renderCells(
  project: Project,
  profile: Profile,
  sweep: StartedSweep,
  cells: readonly number[],
  runDir: string,
  home?: string,
  { part, commands }: PartOptions = {},
): Promise<CellScripts> {
  const template = await openTemplate(project, profile, runDir, home, part);
  const { file, argsLine: firstLine = 1 } = sweep;
  // The words are quoted, each as a whole.
  const compiled = sweep.args.map((text) => compileTemplate({ text, file, firstLine, quoted: true }));
  const args = await Promise.all(compiled);
  const names = [...CELL_VARIABLES, ...parameterNames(sweep)];
  const each = args.length > 0 || commands !== undefined || asksFor(template.text, names);
  const parameters = Object.fromEntries(names.map((name) => [name, undefined]));
  const rendered = (each ? cells : cells.slice(0, 1)).map((index) => {
    const cell = cellOf(sweep, index);
    const command = commands?.[index];
    const own = command === undefined ? {} : { COMMAND: shellText(command) };
    const values = { ...parameters, ...valuesOf(sweep, cell, runDir), ...own };
    return naming(cell.name, names, () => {
      const words = args.map((word) => word(values));
      return { index, ...template.render(values, words) };
    });
  });
  const first = rendered[0] as Rendered;
  const { header, options, jobName } = first;
  if (!each) {
    const groups = [{ cells: toRanges(cells), header }];
    return { groups, script: { all: first.script }, options, jobName, header };
  }
  const same = new Map<string, { header: Header; cells: number[] }>();
  for (const { index, header } of rendered) {
    const key = JSON.stringify(header.shebang) + ownOptions(header);
    const group = same.get(key) ?? { header, cells: [] };
    group.cells.push(index);
    same.set(key, group);
  }
  const groups = [...same.values()].map(({ header, cells }) => ({ cells: toRanges(cells), header }));
  return { groups, script: { each: sharedLines(rendered) }, options, jobName, header };
}

/** A parameter without a value is told with the cell that lacks it: no profile could give it one. */
function naming<T>(cell: string, names: readonly string[], work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const named = (error.problems as readonly TemplateProblem[]).map((problem) =>
      problem.kind === 'unset-variable' && names.includes(problem.name) ? { ...problem, cell } : problem,
    );
    throw new Failure<TemplateProblem>(error.exit, ...named);
  }
}

/** What a template is given of a cell. */
function valuesOf(sweep: StartedSweep, cell: Cell, runDir: string): Record<string, string> {
  return {
    SWEEP: sweep.folder,
    CELL: String(cell.index),
    CELL_NAME: cell.name,
    RUN_NUMBER: String(cell.index + 1),
    RESULTS_DIR: `${runDir}/results/${sweep.folder}/${cell.name}`,
    ...cell.values,
  };
}

/** Whether any tag of the template mentions one of the names; a word too many costs no more than time. */
function asksFor(text: string, names: readonly string[]): boolean {
  const tags = text.match(/\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g) ?? [];
  const words = new Set(tags.join(' ').match(/[\p{L}_][\p{L}\p{N}_]*/gu));
  return names.some((name) => words.has(name));
}

/** What of a header makes a job another: not what the toolkit sets itself. */
const TOOLKITS = new Set(['job-name', 'output', 'error', 'chdir', 'parsable', 'array']);

function ownOptions({ directives }: Header): string {
  return JSON.stringify(directives.flatMap(({ options }) => options.filter(({ name }) => !TOOLKITS.has(name))));
}

/** As src/remote/cell.sh reads it: every line once (`L TEXT`), then of each cell the ranges of lines that make its script. */
function sharedLines(rendered: readonly { index: number; script: string }[]): string {
  const numbers = new Map<string, number>();
  const cells = rendered.map(({ index, script }) => {
    const lines = script.replace(/\n$/, '').split('\n');
    const used = lines.map((line) => {
      const number = numbers.get(line) ?? numbers.size + 1;
      numbers.set(line, number);
      return number;
    });
    return `C ${index} ${toRanges(used)}\n`;
  });
  return `${[...numbers.keys()].map((line) => `L ${line}\n`).join('')}${cells.join('')}E\n`;
}

/** The script that a cell makes of such lines; empty where it has none. */
export function scriptOfCell(lines: string, cell: number): string {
  const shared = lines.split('\n').filter((line) => line.startsWith('L '));
  const [, used = ''] = new RegExp(`^C ${cell} (.*)$`, 'm').exec(lines) ?? [];
  return fromRanges(used)
    .map((number) => `${shared[number - 1]?.slice(2) ?? ''}\n`)
    .join('');
}
