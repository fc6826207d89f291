import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countCells, estimate, ranFor, standing } from '../../src/sweep/progress.ts';
import { KINDS, type Kind, standings, verdict } from './verdicts.ts';

describe('the counts', () => {
  test('together are all cells, each by how it stands', () => {
    const where: Record<Kind, ReturnType<typeof standing>> = {
      ...{ done: 'done', failed: 'failed', killed: 'failed', cancelled: 'cancelled', running: 'running' },
      ...{ pending: 'pending', completing: 'failed', unknown: 'unknown' },
    };
    for (const [kind, place] of Object.entries(where))
      expect(standing(verdict(0, KINDS[kind as Kind])), kind).toBe(place);
    expect(standing(verdict(0, { ...KINDS.running, state: 'COMPLETING' }))).toBe('running');
    fc.assert(
      fc.property(standings, fc.nat(9), (cells, more) => {
        const known = cells.flatMap(({ verdict }) => verdict ?? []);
        const { total, ...parts } = countCells(cells.length + more, known);
        expect(total).toBe(cells.length + more);
        expect(Object.values(parts).reduce((sum, part) => sum + part)).toBe(total);
        for (const [kind, place] of Object.entries(where))
          expect(parts[place]).toBeGreaterThanOrEqual(cells.filter((cell) => cell.kind === kind).length);
      }),
    );
  });
});

describe('the estimate', () => {
  const done = (cell: number, elapsedSeconds: number) => verdict(cell, { elapsedSeconds });
  const running = (cell: number, elapsedSeconds = 0) => verdict(cell, { ...KINDS.running, elapsedSeconds });
  const pending = (cell: number) => verdict(cell, KINDS.pending);

  test.each([
    ['nothing has ended', [running(0, 50), pending(1)], 2, undefined],
    ['nothing is left', [done(0, 50)], 2, undefined],
    ['those that have ended took no time', [done(0, 0), pending(1)], 2, undefined],
    [
      'only cancelled ones have ended',
      [verdict(0, { ...KINDS.cancelled, elapsedSeconds: 9 }), running(1)],
      2,
      undefined,
    ],
    ['one runs, one waits', [done(0, 60), running(1, 20), pending(2)], 1, 100],
    ['two run side by side', [done(0, 60), running(1, 30), running(2, 30), pending(3), pending(4)], 2, 90],
    ['one runs longer than the others did', [done(0, 60), running(1, 500)], 1, 0],
    ['none runs yet', [done(0, 60), ...[1, 2, 3, 4].map(pending)], 2, 120],
    ['none runs, and any number may', [done(0, 60), pending(1)], undefined, 60],
    [
      'what failed took its time too',
      [verdict(0, { ...KINDS.failed, elapsedSeconds: 40 }), done(1, 20), pending(2)],
      1,
      30,
    ],
  ])('%s', (_, verdicts, most, seconds) => {
    expect(estimate(verdicts, most)).toBe(seconds);
  });

  test('is never less than nothing, nor without an end', () => {
    fc.assert(
      fc.property(standings, fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }), (cells, most) => {
        const left = estimate(
          cells.flatMap(({ verdict }) => verdict ?? []),
          most,
        );
        if (left !== undefined) expect(left).toSatisfy((seconds: number) => Number.isInteger(seconds) && seconds >= 0);
      }),
    );
  });
});

test('how long a cell ran: less than a second is none, of one that never began nothing is said', () => {
  expect(ranFor(verdict(0, { elapsedSeconds: 7 }))).toBe(7);
  expect(ranFor(verdict(0, { endedAt: '2026-01-02T03:04:05' }))).toBe(0);
  expect(ranFor(verdict(0, { ...KINDS.cancelled, begun: false, endedAt: '2026-01-02T03:04:05' }))).toBeUndefined();
  expect(ranFor(verdict(0, KINDS.running))).toBeUndefined();
});
