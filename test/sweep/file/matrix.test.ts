/** What cells a matrix has; what can be wrong with one is in matrix-problems.test.ts. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expand, valuesOf } from './matrices.ts';

describe('a matrix', () => {
  it('varies the last axis fastest', () => {
    expect(valuesOf('B: [1, 2]\nA: [x, y]')).toEqual([
      { B: '1', A: 'x' },
      { B: '1', A: 'y' },
      { B: '2', A: 'x' },
      { B: '2', A: 'y' },
    ]);
  });

  it('numbers and names its cells', () => {
    expect(expand('EVAL: [gsm8k]\nMODEL: [Qwen/Qwen3-1.7B, b]').cells).toEqual([
      { index: 0, name: '0-gsm8k-Qwen_Qwen3-1.7B', values: { EVAL: 'gsm8k', MODEL: 'Qwen/Qwen3-1.7B' } },
      { index: 1, name: '1-gsm8k-b', values: { EVAL: 'gsm8k', MODEL: 'b' } },
    ]);
  });

  it('keeps values as they were typed', () => {
    expect(valuesOf('LR: [1e-6, 1.0, 010, true, "a b", ""]').map(({ LR }) => LR)).toEqual([
      '1e-6',
      '1.0',
      '010',
      'true',
      'a b',
      '',
    ]);
  });

  it('is what GitHub documents', () => {
    // "Example: Expanding configurations" in GitHub's documentation of matrices.
    const include = `
include:
  - color: green
  - {color: pink, animal: cat}
  - {fruit: apple, shape: circle}
  - {fruit: banana}
  - {fruit: banana, animal: cat}`;
    expect(valuesOf(`fruit: [apple, pear]\nanimal: [cat, dog]${include}`)).toEqual([
      { fruit: 'apple', animal: 'cat', color: 'pink', shape: 'circle' },
      { fruit: 'apple', animal: 'dog', color: 'green', shape: 'circle' },
      { fruit: 'pear', animal: 'cat', color: 'pink' },
      { fruit: 'pear', animal: 'dog', color: 'green' },
      { fruit: 'banana' },
      { fruit: 'banana', animal: 'cat' },
    ]);
  });

  it('may be made of include alone', () => {
    expect(valuesOf('include:\n- {A: 1, B: 2}\n- {A: 1}\n- {C: 3}')).toEqual([
      { A: '1', B: '2' },
      { A: '1' },
      { C: '3' },
    ]);
  });

  it('excludes what fits in part, before anything is included', () => {
    const text = 'A: [1, 2]\nB: [x, y]\nexclude: [{A: 1}, {A: 2, B: x}]\ninclude: [{A: 1, B: y}, {C: 3}]';
    expect(valuesOf(text)).toEqual([
      { A: '2', B: 'y', C: '3' },
      { A: '1', B: 'y' },
    ]);
  });

  it('may have nothing left but what is included', () => {
    expect(valuesOf('A: [1]\nexclude: [{A: 1}]\ninclude: [{A: 2}, {C: 3}]')).toEqual([{ A: '2' }, { C: '3' }]);
  });

  it('takes names that objects have of their own', () => {
    const [cell] = expand('__proto__: [a]\nconstructor: [b]').cells;
    expect(Object.entries(cell!.values)).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ]);
    expect(JSON.parse(JSON.stringify(cell)).name).toBe('0-a-b');
  });
});

describe('an axis of mappings', () => {
  const agents = `
agent:
  - {AGENT: codex, MODEL: gpt}
  - {AGENT: claude, MODEL: opus}
  - {AGENT: claude, MODEL: sonnet}
EVAL: [gsm8k, arc]`.trim();

  it('has values that come together', () => {
    expect(valuesOf(agents)).toEqual(
      [
        ['codex', 'gpt'],
        ['claude', 'opus'],
        ['claude', 'sonnet'],
      ].flatMap(([AGENT, MODEL]) => ['gsm8k', 'arc'].map((EVAL) => ({ AGENT, MODEL, EVAL }))),
    );
  });

  it.each(['{AGENT: claude, EVAL: arc}', '{agent: {AGENT: claude}, EVAL: arc}'])('is excluded by %s', (entry) => {
    const left = valuesOf(`${agents}\nexclude: [${entry}]`);
    expect(left).toHaveLength(4);
    expect(left).not.toContainEqual(expect.objectContaining({ AGENT: 'claude', EVAL: 'arc' }));
  });

  it.each(['{AGENT: claude, TOKENS: 9}', '{agent: {AGENT: claude}, TOKENS: 9}', '{agent: {AGENT: claude, TOKENS: 9}}'])(
    'is added to by %s',
    (entry) => {
      for (const { AGENT, TOKENS } of valuesOf(`${agents}\ninclude: [${entry}]`))
        expect(TOKENS).toBe(AGENT === 'claude' ? '9' : undefined);
    },
  );

  it('gets a new pair by include', () => {
    expect(valuesOf(`${agents}\ninclude: [{agent: {AGENT: gemini, MODEL: pro}, EVAL: arc}]`).at(-1)).toEqual({
      ...{ AGENT: 'gemini', MODEL: 'pro', EVAL: 'arc' },
    });
  });

  it('need not have every field everywhere', () => {
    const text = 'agent: [{AGENT: a}, {AGENT: b, MODEL: m}]';
    expect(valuesOf(text)).toEqual([{ AGENT: 'a' }, { AGENT: 'b', MODEL: 'm' }]);
    expect(valuesOf(`${text}\nexclude: [{MODEL: m}]`)).toEqual([{ AGENT: 'a' }]);
    // Where there is no value none is overwritten.
    expect(valuesOf(`${text}\ninclude: [{MODEL: n}]`)).toEqual([
      { AGENT: 'a', MODEL: 'n' },
      { AGENT: 'b', MODEL: 'm' },
    ]);
  });
});

type Values = Record<string, string>;

/** GitHub's rules word for word, one cell at a time. */
function byTheBook(axes: Record<string, string[]>, exclude: Values[], include: Values[]) {
  let originals: Values[] = Object.keys(axes).length > 0 ? [{}] : [];
  for (const [name, values] of Object.entries(axes)) {
    originals = originals.flatMap((values_) => values.map((value) => ({ ...values_, [name]: value })));
  }
  const matches = (entry: Values, cell: Values) => Object.keys(entry).every((name) => cell[name] === entry[name]);
  const cells = originals
    .filter((cell) => !exclude.some((entry) => matches(entry, cell)))
    .map((original) => ({ original, now: { ...original } }));
  const created: Values[] = [];
  for (const entry of include) {
    const overwrites = ({ original }: { original: Values }) =>
      Object.keys(entry).some((name) => name in original && original[name] !== entry[name]);
    const fits = cells.filter((cell) => !overwrites(cell));
    for (const cell of fits) Object.assign(cell.now, entry);
    if (fits.length === 0) created.push(entry);
  }
  return [...cells.map(({ now }) => now), ...created];
}

const NAMES = ['A', 'B', 'C', 'D'];
const text = fc.constantFrom('1', '2', '3');
const entry = fc.dictionary(fc.constantFrom(...NAMES), text, { minKeys: 1, maxKeys: 3 });

describe("GitHub's rules", () => {
  it('hold for every matrix', () => {
    const axes = fc.dictionary(fc.constantFrom(...NAMES.slice(0, 3)), fc.uniqueArray(text, { minLength: 1 }));
    // A name or value that no axis has is a mistake in exclude, and something new in include.
    const excludable = (all: Record<string, string[]>) =>
      fc
        .record(Object.fromEntries(Object.entries(all).map(([name, values]) => [name, fc.constantFrom(...values)])), {
          requiredKeys: [],
        })
        .map((entry) => ({ ...entry }) as Values)
        .filter((entry) => Object.keys(entry).length > 0);
    const matrix = axes.chain((all) => {
      const exclude =
        Object.keys(all).length > 0 ? fc.array(excludable(all), { maxLength: 4 }) : fc.constant<Values[]>([]);
      return fc.tuple(fc.constant(all), exclude, fc.array(entry, { maxLength: 5 }));
    });
    fc.assert(
      fc.property(matrix, ([axes, exclude, include]) => {
        const { cells, problems } = expand(JSON.stringify({ ...axes, exclude, include }));
        const expected = byTheBook(axes, exclude, include);
        const kinds = new Set(problems.map(({ kind }) => kind));
        const ids = expected.map((cell) => JSON.stringify(Object.entries(cell).sort()));
        expect(kinds.delete('same-cell')).toBe(new Set(ids).size < ids.length);
        expect(kinds.delete('no-cells')).toBe(ids.length === 0);
        kinds.delete('include-overwritten');
        expect([...kinds]).toEqual([]);
        expect(cells.map(({ values }) => values)).toEqual(expected);
      }),
      { numRuns: 1000 },
    );
  });

  it('are followed without trying every entry on every cell', () => {
    const axis = (name: string, size: number) => `${name}: [${Array.from({ length: size }, (_, at) => at).join(', ')}]`;
    const pairs = Array.from({ length: 3000 }, (_, at) => `{A: ${at % 300}, B: ${Math.floor(at / 300)}`);
    const include = `include: [${pairs.map((pair, at) => `${pair}, SEED: ${at}}`).join(', ')}]`;
    const exclude = `exclude: [${pairs.map((pair) => `${pair}, C: 1}`).join(', ')}]`;
    const cells = valuesOf([axis('A', 300), axis('B', 300), 'C: [1]', include, exclude].join('\n'));
    expect(cells).toHaveLength(90_000);
    expect(cells.slice(-3000).every(({ SEED }, at) => SEED === String(at))).toBe(true);
  });
});
