import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scan } from '../../src/conf/scan.ts';

const entriesOf = (text: string) => {
  const { entries, problems } = scan(text, 'x.conf');
  expect(problems).toEqual([]);
  return entries.map(({ key, value }) => [key, value]);
};
const oneValue = (text: string) => entriesOf(text)[0]?.[1];
const problemsIn = (text: string) => scan(text, 'x.conf').problems;

describe('what a line may be', () => {
  it('takes blank lines, comments, a BOM, CRLF, indented keys and `export`', () => {
    const text = '\uFEFF# Profile\r\n\r\n  \t\r\nA=1\r\n  B=2\r\nexport C=3\r\n\t# end\r\nD="x\r\ny"\r\nE=5';
    expect(entriesOf(text)).toEqual([
      ['A', '1'],
      ['B', '2'],
      ['C', '3'],
      ['D', 'x\ny'],
      ['E', '5'],
    ]);
  });

  it('takes blanks around `=` for none', () => {
    expect(entriesOf('A = 1\nB= "x y"\nC =z\nexport = 4')).toEqual([
      ['A', '1'],
      ['B', 'x y'],
      ['C', 'z'],
      ['export', '4'],
    ]);
  });

  it('puts keys into sections, whose line may have a comment', () => {
    const { entries, sections, problems } = scan('A=1\n[env] # for the job\nB=2\n[ env ]\nC=3', 'x.conf');
    expect(problems).toEqual([]);
    expect(sections).toEqual([
      { name: 'env', line: 2 },
      { name: 'env', line: 4 },
    ]);
    expect(entries.map(({ section, key }) => [section, key])).toEqual([
      ['', 'A'],
      ['env', 'B'],
      ['env', 'C'],
    ]);
  });

  it.each(['JUST_A_KEY', 'source other.conf', 'echo a=b', 'if [ -n "$X" ]; then', '[env', '; ini comment', '=x'])(
    'refuses %s, and reads on',
    (line) => {
      const { entries, problems } = scan(`A=1\n${line}\nB=2`, 'slurm/profiles/x.conf');
      expect(problems).toEqual([{ kind: 'not-key-value', place: { file: 'slurm/profiles/x.conf', line: 2 } }]);
      expect(entries.map(({ key, line }) => [key, line])).toEqual([
        ['A', 1],
        ['B', 3],
      ]);
    },
  );

  it('keeps what has no key out of its problems, since in a .env it may be a secret', () => {
    expect(JSON.stringify(problemsIn('sk-0123456789'))).not.toContain('0123456789');
  });
});

describe('values', () => {
  // The left column as it stands in a file, the right one what it means.
  it.each([
    ['--stage 2 --n-trials 200', '--stage 2 --n-trials 200'],
    ['"a b" # c', 'a b'],
    ["'a b'\t# c", 'a b'],
    ['nvcr.io#nvidia/x', 'nvcr.io#nvidia/x'],
    ['a; b', 'a; b'],
    ['a # b', 'a'],
    ['a\t#b', 'a'],
    [' # only a comment', ''],
    ['#5', '#5'],
    ['"C:\\data"', 'C:\\data'],
    ['"\\d+"', '\\d+'],
    ['"a\\nb"', 'a\\nb'],
    ['C:\\data', 'C:\\data'],
    ["'123'", '123'],
    ['"true"', 'true'],
    ['null', 'null'],
    ['\'{"a":1}\'', '{"a":1}'],
    ['{"a":1}', '{"a":1}'],
    ['"say \\"hi\\""', 'say "hi"'],
    ['"two\\\\"', 'two\\\\'],
    ["'it\\'", 'it\\'],
    ['', ''],
    ['""', ''],
    ["''  ", ''],
    ['"a" "b"', '"a" "b"'],
    ['"a"b', '"a"b'],
    ['"a"#b', '"a"#b'],
    ["'it's'", "'it's'"],
    ['a"b" # c', 'a"b"'],
    ['  x  ', 'x'],
    ['=x==', '=x=='],
    ['[x]', '[x]'],
    ['$HOME `id` $(id)', '$HOME `id` $(id)'],
    ['/\u2028\u2029\u00a0é', '/\u2028\u2029\u00a0é'],
  ])('%s', (written, meant) => {
    expect(oneValue(`K=${written}`)).toBe(meant);
    expect(entriesOf(`K=${written}\r\nL=1\r\n`)).toEqual([
      ['K', meant],
      ['L', '1'],
    ]);
  });

  it('go on over lines in quotes, with and without a backslash', () => {
    expect(oneValue('K="\\\n  a.py \\\n  b.py \\\n"')).toBe('  a.py   b.py ');
    expect(oneValue('K="\n  a.py\n  b.py\n" # list')).toBe('\n  a.py\n  b.py\n');
    expect(oneValue("K='\\\n  a.py\n# kept'")).toBe('\\\n  a.py\n# kept');
    expect(oneValue('K="a \\ \t\n b"')).toBe('a  b');
  });

  it('go on over lines without quotes after a backslash', () => {
    expect(oneValue('K=a.py \\\n  b.py \\\n  c.py # last\nL=1')).toBe('a.py   b.py   c.py');
    expect(entriesOf('K=a \\\n# comment ends it\nL=1')).toEqual([
      ['K', 'a'],
      ['L', '1'],
    ]);
    expect(oneValue('K=two\\\\\nL=1')).toBe('two\\\\');
    expect(oneValue('K=end\\')).toBe('end');
  });

  it('know their lines', () => {
    const { entries } = scan('A="\\\n a \\\n b"\n\nB="x\ny"\nC=p \\\n q\n', 'x.conf');
    expect(entries.map(({ key, line, value, breaks }) => [key, line, breaks.map((at) => value.slice(at))])).toEqual([
      ['A', 1, [' a  b', ' b']],
      ['B', 5, ['y']],
      ['C', 7, [' q']],
    ]);
  });
});

describe('a quote that never closes', () => {
  it('is a problem of the line it opens on', () => {
    expect(problemsIn('A=1\nB="x\n\n')).toEqual([
      { kind: 'unterminated-quote', key: 'B', quote: '"', place: { file: 'x.conf', line: 2 } },
    ]);
    expect(problemsIn("A='x\n")).toMatchObject([{ quote: "'" }]);
    expect(problemsIn('A="C:\\data\\"\nB=1')).toMatchObject([{ kind: 'unterminated-quote', key: 'A' }]);
  });

  it('does not swallow the keys that follow', () => {
    const { entries, problems } = scan('A="\\\n a.py \\\n b.py \\\nB="\\\n c.py \\\n"\nC=1', 'x.conf');
    expect(problems).toEqual([
      { kind: 'unterminated-quote', key: 'A', quote: '"', place: { file: 'x.conf', line: 1 } },
    ]);
    expect(entries.map(({ key, value }) => [key, value])).toEqual([
      ['B', ' c.py '],
      ['C', '1'],
    ]);
  });
});

describe('any value', () => {
  const anything = fc.string({
    unit: fc.oneof(fc.string({ unit: 'binary', maxLength: 1 }), fc.constantFrom(...'"\'\\# \t\n=[];$`')),
  });
  const lineEnds = (value: string) => !/\r(\n|$)/.test(value);
  /** Each way to write a value down, where it can be written so. */
  const writings = anything
    .filter(lineEnds)
    .chain((value) => {
      const ways = [];
      if (!value.includes("'")) ways.push(`'${value}'`);
      if (!/\\("|[ \t]*(\n|$))/.test(value)) ways.push(`"${value.replaceAll('"', '\\"')}"`);
      const isBare = !/\n|^["' \t]|[ \t]#|[ \t]$|\\[ \t]*$/.test(value);
      if (isBare) ways.push(value);
      return fc.record({ value: fc.constant(value), written: fc.constantFrom(...ways, undefined) });
    })
    .filter(({ written }) => written !== undefined);

  it('comes back as it was written, and so do its neighbours', () => {
    const files = fc.array(fc.tuple(writings, fc.constantFrom('', ' # c', '\t#"\'')), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(files, fc.boolean(), (entries, crlf) => {
        const lines = entries.map(([{ written }, comment], at) => `K${at}=${written}${comment}`);
        const text = lines.join('\n');
        const { entries: found, problems } = scan(crlf ? text.replaceAll('\n', '\r\n') : text, 'x.conf');
        expect(problems).toEqual([]);
        expect(found.map(({ key, value }) => [key, value])).toEqual(
          entries.map(([{ value }], at) => [`K${at}`, value]),
        );
        const first = lines.map((_, at) => lines.slice(0, at).join('\n').split('\n').length + (at > 0 ? 1 : 0));
        expect(found.map(({ line }) => line)).toEqual(first);
      }),
      { numRuns: 2000 },
    );
  });

  it('never breaks the scanner, and every problem has a line of the file', () => {
    fc.assert(
      fc.property(anything, (text) => {
        const lines = text.split('\n').length;
        for (const { place } of scan(text, 'x.conf').problems) {
          expect(place?.line).toBeGreaterThan(0);
          expect(place?.line).toBeLessThanOrEqual(lines);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
