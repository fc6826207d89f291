/** The shapes of reports: a titled block of labelled lines, a table, a list of next steps. All values are made fit to be shown. */

import { shown } from './escape.ts';
import type { Style } from './style.ts';
import { padTo, widest } from './width.ts';

/** A label and its values, one a line. Without a value the row is left out. */
export type Row = readonly [label: string, ...values: string[]];

/** `[Title]` and lines of `  Label:  value`, the values below one another, `gap` blanks after the longest label. */
export function block(title: string, rows: readonly Row[], style: Style, gap = 2): string {
  return [style.bold(`[${title}]`), ...labelled(rows, '  ', gap)].join('\n');
}

/** The lines of a block, without its title. */
export function labelled(rows: readonly Row[], indent: string, gap = 2): string[] {
  const kept = rows.filter((row) => row.length > 1);
  const column = widest(kept.map(([label]) => `${label}:`)) + gap;
  return kept.flatMap(([label, ...values]) =>
    values.map((value, at) => `${indent}${padTo(at === 0 ? `${label}:` : '', column)}${shown(value)}`),
  );
}

/** `Next:` and what to type, after a blank line. */
export function nextSteps(steps: readonly (readonly [label: string, command: string])[], style: Style): string {
  const column = widest(steps.map(([label]) => `${label}:`)) + 2;
  const lines = steps.map(([label, command]) => `  - ${padTo(`${label}:`, column)}${style.cyan(shown(command))}`);
  return ['', '  Next:', ...lines].join('\n');
}

/** Lines whose columns are aligned, two blanks apart; `least` gives columns a smallest width. */
export function table(rows: readonly (readonly string[])[], indent: string, least: readonly number[] = []): string[] {
  const cells = rows.map((row) => row.map((cell) => shown(cell)));
  const count = cells.reduce((most, row) => Math.max(most, row.length), 0);
  const widths = Array.from({ length: count }, (_, column) =>
    widest(
      cells.map((row) => row[column] ?? ''),
      least[column],
    ),
  );
  return cells.map((row) => {
    const line = row.map((cell, column) => (column === count - 1 ? cell : padTo(cell, (widths[column] ?? 0) + 2)));
    return (indent + line.join('')).trimEnd();
  });
}
