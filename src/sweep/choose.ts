/** Finds the cells that CELL= means. */

import { nearest } from '../conf/nearest.ts';
import { COMMAND_LINE } from '../conf/problem.ts';
import { splitWords } from '../conf/words.ts';
import { Failure, type Place } from '../failure.ts';
import { parseRanges } from '../scheduler/ranges.ts';
import { noSuchValue } from './file/axes.ts';
import type { SweepProblem } from './problem.ts';
import type { StartedSweep } from './started.ts';
import type { Cell } from './types.ts';

/**
 * The cells, in their own order, that `expression` names: by index (`17`, `3,5-9`), by name, or by conditions that all hold
 * (`EVAL=gsm8k AGENT=claude`, split by shell quoting). Of several indices and names each counts; conditions narrow them
 * down. Throws a Failure (2) at `place` if nothing is found.
 */
export function chooseCells(cells: readonly Cell[], expression: string, place: Place): Cell[] {
  const { words, open } = splitWords(expression.replace(/\s*,\s*/g, isNumbers(expression) ? ',' : '$&'));
  if (open) fail({ kind: 'open-quote', key: 'CELL', quote: open.quote, place });
  const indexOf = new Map(cells.map(({ name }, at) => [name, at]));
  const named = new Set<number>();
  const problems: SweepProblem[] = [];
  const conditions: [name: string, value: string][] = [];
  let picks = 0;
  for (const { text } of words) {
    const at = indexOf.get(text);
    const ranges = parseRanges(text);
    const equals = text.indexOf('=');
    if (at === undefined && !ranges && equals > 0) {
      conditions.push([text.slice(0, equals), text.slice(equals + 1)]);
      continue;
    }
    picks++;
    if (at !== undefined) named.add(at);
    else if (!ranges?.length || ranges.some(([, to]) => to >= cells.length))
      problems.push(noSuchCell(cells, text, place));
    else for (const [from, to] of ranges) for (let index = from; index <= to; index++) named.add(index);
  }
  problems.push(...checkConditions(cells, conditions, place));
  if (problems.length > 0) fail(...problems);

  const found = cells.filter(
    ({ values }, at) =>
      (picks === 0 || named.has(at)) && conditions.every(([name, value]) => own(values, name) === value),
  );
  if (found.length === 0 || words.length === 0) fail({ kind: 'no-matching-cell', expression, place });
  return found;
}

const isNumbers = (expression: string) => /^[\d\s,-]+$/.test(expression);

const own = (values: Cell['values'], name: string) => (Object.hasOwn(values, name) ? values[name] : undefined);

function fail(...problems: SweepProblem[]): never {
  throw new Failure<SweepProblem>(2, ...problems);
}

function noSuchCell(cells: readonly Cell[], cell: string, place: Place): SweepProblem {
  const hint = parseRanges(cell)
    ? undefined
    : nearest(
        cell,
        cells.map(({ name }) => name),
      );
  return { kind: 'no-such-cell', cell, count: cells.length, place, ...(hint && { nearest: hint }) };
}

function checkConditions(
  cells: readonly Cell[],
  conditions: readonly (readonly [name: string, value: string])[],
  place: Place,
): SweepProblem[] {
  const known = new Map<string, Set<string>>();
  for (const { values } of conditions.length > 0 ? cells : []) {
    for (const [name, value] of Object.entries(values)) {
      const those = known.get(name);
      if (those) those.add(value);
      else known.set(name, new Set([value]));
    }
  }
  return conditions.flatMap(([name, value]): SweepProblem[] => {
    const values = known.get(name);
    if (values) return values.has(value) ? [] : [noSuchValue(name, value, values, place)];
    const parameters = [...known.keys()];
    const hint = nearest(name, parameters);
    return [{ kind: 'no-such-parameter', name, parameters, place, ...(hint && { nearest: hint }) }];
  });
}

/** The cells that COUNT and CELL mean; all without them. Throws Failure(2) for cells that there are not. */
export function chosenCells(sweep: StartedSweep, { count, cell }: { count?: number; cell?: string }): Cell[] {
  const numbered = Array.from({ length: sweep.count }, (_, index) => ({ index, name: String(index), values: {} }));
  const all: readonly Cell[] = sweep.kind === 'matrix' ? sweep.cells.slice(0, sweep.count) : numbered;
  const chosen = cell === undefined ? all : chooseCells(all, cell, COMMAND_LINE);
  return chosen.slice(0, count);
}
