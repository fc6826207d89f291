/** How cells become job arrays (submit-cells.sh), by every shell and awk there is, against the same in a few lines of TypeScript. */

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { remoteText } from '../../src/host/program.ts';
import { toRanges } from '../../src/scheduler/ranges.ts';
import { runs, SHELLS } from './batch.ts';
import { numbers, run } from './cells.ts';

const folder = mkdtempSync(join(tmpdir(), 'submit-cells-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** PATHs on which `awk` is another one each. */
const AWKS = [['awk'], ['busybox', 'awk'], ['gawk'], ['mawk'], ['original-awk']].flatMap((command) => {
  const [name = ''] = command;
  if (!runs('sh', ['-c', `command -v ${name}`])) return [];
  const bin = join(folder, command.join('-'));
  mkdirSync(bin);
  const file = execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
  symlinkSync(file, join(bin, 'awk'));
  return [[command.join(' '), `${bin}:${process.env.PATH}`] as const];
});

/** What arrays() and halved() have to say: `OFFSET TASKS GROUP CELLS`. */
const line = (offset: number, cells: readonly number[], group: number): string =>
  `${offset} ${toRanges(cells.map((cell) => cell - offset))} ${group} ${toRanges(cells)}\n`;

function arrays(cells: readonly number[], limit: number, group: number, slots: number | undefined): string {
  const many = limit > 0 && (cells.at(-1) ?? 0) >= limit;
  if (!many) return line(0, cells, group);
  const parts = Math.ceil(cells.length / limit);
  const lanes = Math.min(slots ?? parts, parts);
  // As many arrays as there are lanes, or twice or more times as many.
  const most = Math.ceil(cells.length / (Math.ceil(parts / lanes) * lanes));
  const all: number[][] = [];
  for (const cell of cells) {
    const last = all.at(-1);
    if (last && last.length < most && cell - last[0]! < limit) last.push(cell);
    else all.push([cell]);
  }
  return all.map((some) => line(some[0]!, some, group)).join('');
}

function halved(cells: readonly number[], offset: number, group: number): string {
  if (cells.length < 2) return '';
  const middle = Math.ceil(cells.length / 2);
  return line(offset, cells.slice(0, middle), group) + line(offset, cells.slice(middle), group);
}

const CASES = [
  ...([[[5], 1, 1, undefined]] as [number[], number, number, number | undefined][]),
  ...fc.sample(
    fc.tuple(
      numbers,
      fc.nat(40),
      fc.integer({ min: 1, max: 12 }),
      fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
    ),
    { numRuns: 120, seed: 7 },
  ),
];

describe.each(SHELLS.map((shell) => [shell.join(' '), shell] as const))('by %s', (_, shell) => {
  test.each(AWKS)('and %s: cells in arrays, and arrays in halves', (_, path) => {
    const calls = CASES.flatMap(([cells, limit, group, slots]) => [
      `slots=${slots ?? ''}; arrays ${toRanges(cells)} ${limit} ${group}`,
      `halved ${limit} ${toRanges(cells)} ${group}`,
    ]);
    const said = run(
      shell,
      `${remoteText('submit-cells')}\n${calls.map((call) => `${call}; echo =`).join('\n')}`,
      path,
    );
    const wanted = CASES.flatMap(([cells, limit, group, slots]) => [
      arrays(cells, limit, group, slots),
      halved(
        cells.map((task) => task + limit),
        limit,
        group,
      ),
    ]);
    expect(said.split('=\n').slice(0, -1)).toEqual(wanted);
  });
});
