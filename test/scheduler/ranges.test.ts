import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromRanges, parseRanges, toRanges } from '../../src/scheduler/ranges.ts';

describe('ranges', () => {
  it.each([
    [[], ''],
    [[0], '0'],
    [[0, 1, 2, 7], '0-2,7'],
    [[1, 3, 5, 6], '1,3,5-6'],
  ])('%j are %j', (numbers, text) => {
    expect(toRanges(numbers)).toBe(text);
    expect(fromRanges(text)).toEqual(numbers);
  });

  it('go there and back', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(2000)), (numbers) => {
        const ascending = numbers.sort((a, b) => a - b);
        expect(fromRanges(toRanges(ascending))).toEqual(ascending);
      }),
    );
  });

  it('keep the order they are in', () => {
    expect(fromRanges('5-7,1')).toEqual([5, 6, 7, 1]);
    expect(parseRanges('5-7,1')).toEqual([
      [5, 7],
      [1, 1],
    ]);
  });

  it.each(['x', '1,', ',1', '-1', '3-1', '1-', '1--2', '1 2', '1.5', '0x1', '1e3', '٣', '1-2-3', '1'.repeat(30)])(
    'that people type: %j are none',
    (text) => {
      expect(parseRanges(text)).toBeUndefined();
    },
  );
});
