import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRanges } from '../../../src/scheduler/ranges.ts';
import { cellNames } from '../../../src/sweep/file/cell-name.ts';

const named = (...cells: string[][]) =>
  cellNames(cells.map((values) => new Map(values.map((value, at) => [`P${at}`, value]))));

describe('the name of a cell', () => {
  it('is its index, as wide as the largest, and its values', () => {
    const cells = Array.from({ length: 224 }, () => ['gsm8k', 'claude', 'claude-opus-4-6']);
    expect(named(...cells)[17]).toBe('017-gsm8k-claude-claude-opus-4-6');
    expect(named(...cells.slice(0, 10))[9]).toBe('9-gsm8k-claude-claude-opus-4-6');
    expect(named(...cells.slice(0, 11))[9]).toBe('09-gsm8k-claude-claude-opus-4-6');
  });

  it.each([
    [['Qwen/Qwen3-1.7B-Base', '1e-6'], '0-Qwen_Qwen3-1.7B-Base-1e-6'],
    [['a=b+c', '../x y'], '0-a=b+c-.._x_y'],
    [['日本', '😀'], '0-__-_'],
    [['64'], '0_64'],
    [['64', '5'], '0-64-5'],
    [['1e6'], '0-1e6'],
    [['', ''], '0'],
    [[], '0'],
    [['x', '', '..'], '0-x'],
    [[`${'a'.repeat(59)}.b`], `0-${'a'.repeat(59)}`],
  ])('of %j is %s', (values, name) => {
    expect(named(values)).toEqual([name]);
  });

  it('is fit for a folder, no two are the same, and none is a range of indices but one that means it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.nat().map(String))), {
          minLength: 1,
          maxLength: 30,
        }),
        (cells) => {
          const names = named(...cells);
          for (const name of names) expect(name).toMatch(/^\d+([-_][A-Za-z0-9._+=-]{0,59}[A-Za-z0-9_+=])?$/);
          expect(new Set(names).size).toBe(names.length);
          for (const [at, name] of names.entries()) expect(parseRanges(name) ?? [[at, at]]).toEqual([[at, at]]);
        },
      ),
    );
  });
});
