import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CellVerdict } from '../../src/run/parts.ts';
import { countCells } from '../../src/sweep/progress.ts';
import type { StartedSweep } from '../../src/sweep/started.ts';
import { readTable, writeTable } from '../../src/sweep/table.ts';
import { readCsv } from './csv.ts';
import { KINDS, verdict } from './verdicts.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'table-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const run = { id: 'p@s', runDir: '/x/runs/p@s-20260102-030405', notes: {} };

function write(
  values: Record<string, string>[],
  verdicts: (CellVerdict | undefined)[] = [],
  brought: number[] = [],
  runDir = run.runDir,
) {
  const cells = values.map((one, index) => ({ index, name: `${index}-x`, values: one }));
  const sweep: StartedSweep = {
    ...{
      name: 's',
      file: 'slurm/sweeps/s.yaml',
      folder: 's',
      kind: 'matrix',
      retry: 3,
      args: [],
      cells,
      count: cells.length,
    },
  };
  const counts = countCells(
    cells.length,
    verdicts.flatMap((one) => one ?? []),
  );
  const all = cells.map((cell) => {
    const known = verdicts[cell.index];
    return { ...cell, ...(known && { verdict: known, log: `slurm/logs/7_${cell.index}.out` }) };
  });
  writeTable(
    root,
    { ...run, runDir },
    { id: run.id, runDir, sweep, counts, cells: all, deferred: 0 },
    new Set(brought),
  );
  const read = (ending: string) => readFileSync(join(root, `results/s/cells.${ending}`), 'utf8');
  const [header = [], ...rows] = readCsv(read('csv'));
  return {
    sweep,
    csv: rows.map((row) => Object.fromEntries(row.map((text, at) => [header[at] ?? '', text]))),
    header,
    json: JSON.parse(read('json')),
  };
}

test('values come back as they were, quotes, commas and line ends too; a parameter a cell has not is empty', () => {
  const value = fc.oneof(
    fc.string(),
    fc.string({ unit: fc.constantFrom(...'",\r\n \';a') }),
    fc.string({ unit: 'binary' }),
  );
  const cell = fc
    .tuple(value, fc.option(value, { nil: undefined }))
    .map(([A, B]) => ({ A, ...(B === undefined ? {} : { B }) }) as Record<string, string>);
  fc.assert(
    fc.property(fc.array(cell, { minLength: 1, maxLength: 6 }), (cells) => {
      const { csv, json } = write(cells);
      expect(csv.map(({ A, B }) => ({ A, B: B ?? '' }))).toEqual(cells.map(({ A, B }) => ({ A, B: B ?? '' })));
      expect(json.cells.map(({ values }: { values: object }) => values)).toEqual(cells);
    }),
    { numRuns: 200 },
  );
});

test('a line a cell: how it ended, when, which log and folder; of what never began no times', () => {
  const times = { started: '2026-01-02T03:04:05', endedAt: '2026-01-02T03:04:12' };
  const { csv, header, json } = write(
    [{ A: '1' }, { A: '2' }, { A: '3' }, { A: '4' }],
    [
      verdict(0, { ...times, exitCode: 0, elapsedSeconds: 7, nodes: 'n1' }),
      verdict(1, { ...KINDS.failed, ...times, signal: '11', tries: 2 }),
      verdict(2, { ...KINDS.pending, started: '2026-01-03T00:00:00', tries: 0 }),
    ],
    [0],
  );
  expect(header.slice(0, 4)).toEqual(['cell', 'name', 'A', 'state']);
  expect(csv).toMatchObject([
    {
      cell: '0',
      name: '0-x',
      state: 'COMPLETED',
      exitCode: '0',
      job: '7_0',
      tries: '1',
      started: times.started,
      ended: times.endedAt,
    },
    { state: 'FAILED', exitCode: '3', signal: '11', tries: '2', elapsedSeconds: '0', results: 'results/s/1-x' },
    { state: 'PENDING', job: '7_2', tries: '0', started: '', ended: '', elapsedSeconds: '', results: '' },
    { cell: '3', A: '4', state: 'NOT_SUBMITTED', job: '', tries: '0', log: '', results: '' },
  ]);
  expect(csv[0]).toMatchObject({
    elapsedSeconds: '7',
    nodes: 'n1',
    log: 'slurm/logs/7_0.out',
    results: 'results/s/0-x',
  });
  expect(json).toMatchObject({ sweep: 's', id: 'p@s', runDir: run.runDir, counts: { total: 4, done: 1, failed: 1 } });
  expect(json.cells[0]).toMatchObject({ exitCode: 0, tries: 1, elapsedSeconds: 7, collected: '7_0' });
});

test('what is home is known by its task, also the next time, and not by another run of the same sweep', () => {
  const done = [verdict(0), verdict(1)];
  const { sweep } = write([{ A: '1' }, { A: '2' }], done, [0]);
  expect([...readTable(root, sweep, run.runDir)]).toEqual([[0, '7_0']]);
  write([{ A: '1' }, { A: '2' }], [verdict(0, { jobId: '8' }), verdict(1)], [1]);
  expect([...readTable(root, sweep, run.runDir)]).toEqual([
    [0, '7_0'],
    [1, '7_1'],
  ]);
  expect([...readTable(root, sweep, '/x/runs/p@s-20260102-030406')]).toEqual([]);
  writeFileSync(join(root, 'results/s/cells.json'), '{"cells": [');
  expect([...readTable(root, sweep, run.runDir)]).toEqual([]);
});
