import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toRanges } from '../../src/scheduler/ranges.ts';
import { dueCells, slotsLeft } from '../../src/sweep/plan.ts';
import { KINDS, standings, verdict } from './verdicts.ts';

describe('what is due', () => {
  test('never a cell that is alive or done or that nobody can tell of; every other, as often as it may', () => {
    fc.assert(
      fc.property(standings, fc.nat(10), fc.nat(4), fc.boolean(), (cells, more, retry, force) => {
        const known = cells.flatMap(({ verdict }) => verdict ?? []);
        const due = dueCells(cells.length + more, known, retry, force);
        const sorts = Object.values(due).flat();
        expect(sorts.sort((a, b) => a - b)).toEqual(Array.from({ length: cells.length + more }, (_, cell) => cell));
        for (const { cell, kind, verdict } of cells) {
          const ended = !force && (verdict?.tries ?? 0) > retry ? 'exhausted' : 'run';
          const expected = {
            ...{
              done: 'done',
              running: 'alive',
              pending: 'alive',
              completing: 'alive',
              unknown: 'unknown',
              never: 'run',
            },
            ...{ failed: ended, killed: ended, cancelled: ended },
          }[kind] as keyof typeof due;
          expect(due[expected], `${cell} ${kind}`).toContain(cell);
        }
        for (let cell = cells.length; cell < cells.length + more; cell++) expect(due.run).toContain(cell);
      }),
    );
  });

  test('a cell that Slurm has forgotten is run again by FORCE=1 alone, one that may still come never', () => {
    const forgotten = verdict(0, { ...KINDS.unknown, basis: 'nobody' });
    expect(dueCells(1, [forgotten], 3)).toMatchObject({ run: [], unknown: [0] });
    expect(dueCells(1, [forgotten], 3, true)).toMatchObject({ run: [0], unknown: [] });
    const { jobId, ...nameless } = forgotten;
    expect(jobId).toBeDefined();
    expect(dueCells(1, [nameless], 3, true)).toMatchObject({ run: [], unknown: [0] });
    expect(dueCells(1, [verdict(0, KINDS.unknown)], 3, true)).toMatchObject({ run: [], unknown: [0] });
  });

  test('with a retry of 0 a failed cell has had its turn; cells beyond the count, which another laptop added, count too', () => {
    expect(dueCells(2, [verdict(0, KINDS.failed)], 0)).toMatchObject({ run: [1], exhausted: [0] });
    expect(dueCells(1, [verdict(3, KINDS.running)], 0)).toMatchObject({ run: [0, 1, 2], alive: [3] });
  });
});

describe('how many may run beside what lives', () => {
  const array = (jobId: string, tasks: number[], throttle?: number) => ({
    ...{ attempt: 1, jobId, offset: 0, tasks: toRanges(tasks) },
    ...(throttle === undefined ? {} : { throttle }),
  });

  test.each([
    ['nothing lives', [], [], { slots: 4, after: [] }],
    ['an array with room left', [array('1', [0, 1, 2], 2)], [0, 1, 2], { slots: 2, after: [] }],
    ['one that has fewer left than it may have', [array('1', [0, 1, 2], 3)], [2], { slots: 3, after: [] }],
    ['one that uses all', [array('1', [0, 1, 2, 3, 4], 4)], [0, 1, 2, 3, 4], { slots: 4, after: ['1'] }],
    ['one without a throttle', [array('1', [0, 1, 2])], [0, 1, 2], { slots: 1, after: [] }],
    ['one that has ended', [array('1', [0, 1], 2)], [], { slots: 4, after: [] }],
  ])('%s', (_, arrays, alive, expected) => {
    expect(
      slotsLeft(
        4,
        arrays,
        alive.map((cell) => verdict(cell, { ...KINDS.running, jobId: '1' })),
      ),
    ).toEqual(expected);
    expect(
      slotsLeft(
        undefined,
        arrays,
        alive.map((cell) => verdict(cell, KINDS.running)),
      ),
    ).toEqual({ after: [] });
  });

  test('whatever lives, all together never run more than MAX_CONCURRENT', () => {
    const lives = fc.array(
      fc.record({ size: fc.integer({ min: 1, max: 9 }), throttle: fc.integer({ min: 1, max: 5 }), alive: fc.nat(9) }),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), lives, (most, given) => {
        const arrays = given.map(({ size, throttle }, at) =>
          array(
            String(at),
            Array.from({ length: size }, (_, task) => task),
            throttle,
          ),
        );
        const verdicts = given.flatMap(({ size, alive }, at) =>
          Array.from({ length: Math.min(size, alive) }, (_, task) =>
            verdict(100 * at + task, { ...KINDS.pending, jobId: String(at) }),
          ),
        );
        const { slots = 0, after } = slotsLeft(most, arrays, verdicts);
        const used = given.reduce((sum, { size, throttle, alive }) => sum + Math.min(throttle, size, alive), 0);
        expect(slots).toBeGreaterThan(0);
        if (after.length === 0) expect(used + slots).toBeLessThanOrEqual(most);
        // They begin after all that live.
        else
          expect([slots <= most, after.sort()]).toEqual([
            true,
            [...new Set(verdicts.map(({ jobId }) => jobId))].sort(),
          ]);
      }),
    );
  });
});
