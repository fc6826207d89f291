import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cellNames } from '../../src/sweep/cell-name.ts';

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
    [['', ''], '0'],
    [[], '0'],
    [['x', '', '..'], '0-x'],
    [[`${'a'.repeat(59)}.b`], `0-${'a'.repeat(59)}`],
  ])('of %j is %s', (values, name) => {
    expect(named(values)).toEqual([name]);
  });

  it('is fit for a folder, and no two are the same', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.string({ unit: 'binary' })), { minLength: 1, maxLength: 30 }), (cells) => {
        const names = named(...cells);
        for (const name of names) expect(name).toMatch(/^\d+(-[A-Za-z0-9._+=-]{0,59}[A-Za-z0-9_+=])?$/);
        expect(new Set(names).size).toBe(names.length);
      }),
    );
  });
});
