import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitMounts, splitWords } from '../../src/conf/words.ts';

const wordsOf = (value: string) => splitWords(value).words.map(({ text }) => text);

describe('splitWords', () => {
  it.each([
    ['', []],
    [' \t\n ', []],
    ['--stage 2  --n-trials\t200\n', ['--stage', '2', '--n-trials', '200']],
    ['--name "a b" \'c d\'', ['--name', 'a b', 'c d']],
    ['a"b c"\'d e\'f', ['ab cd ef']],
    ['"" \'\'', ['', '']],
    ['a\\ b \\"c\\"', ['a b', '"c"']],
    ['"\\$ \\` \\" \\\\ \\d"', ['$ ` " \\ \\d']],
    ["'\\n $x'", ['\\n $x']],
    [
      '$HOME ~/x *.py $(id) `id` {a,b} # >x | & ;',
      ['$HOME', '~/x', '*.py', '$(id)', '`id`', '{a,b}', '#', '>x', '|', '&', ';'],
    ],
    ['a\\\n b', ['a', 'b']],
    ['a\\\nb "c\\\nd"', ['ab', 'cd']],
    ['\\\n', []],
    ['é\u00a0ü', ['é\u00a0ü']],
  ])('%j', (value, words) => {
    expect(wordsOf(value)).toEqual(words);
    expect(splitWords(value).open).toBeUndefined();
  });

  it('says where each word begins', () => {
    expect(splitWords(' a  "b c"').words).toEqual([
      { text: 'a', offset: 1 },
      { text: 'b c', offset: 4 },
    ]);
  });

  it.each([
    ['a "b', { quote: '"', offset: 2 }],
    ["it's", { quote: "'", offset: 2 }],
    ['a "b\'', { quote: '"', offset: 2 }],
    ['a \\', { quote: '\\', offset: 2 }],
    ['"a\\"', { quote: '"', offset: 0 }],
  ])('finds the open quote of %j', (value, open) => {
    expect(splitWords(value)).toEqual({ words: [], open });
  });

  it('agrees with sh', () => {
    // Without newlines, which end a command of sh when they are not quoted.
    const values = fc.array(fc.string({ unit: fc.constantFrom(...'ab "\'\\\t') }), { minLength: 60, maxLength: 60 });
    fc.assert(
      fc.property(values, (all) => {
        const closed = all.filter((value) => !splitWords(value).open);
        const script = closed.map(
          (value) => `set -- ${value}\nfor word; do printf '%s\\037' "$word"; done; printf '\\036'\n`,
        );
        const seen = execFileSync('sh', ['-c', script.join('')], { encoding: 'utf8' })
          .split('\x1e')
          .slice(0, -1);
        expect(closed.map(wordsOf)).toEqual(seen.map((words) => words.split('\x1f').slice(0, -1)));
      }),
      { numRuns: 20 },
    );
  });

  it('brings back whatever was quoted', () => {
    const quote = (word: string) => `'${word.replaceAll("'", "'\\''")}'`;
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (words) => {
        expect(wordsOf(words.map(quote).join(' '))).toEqual(words);
      }),
    );
  });
});

describe('splitMounts', () => {
  it('splits on blanks and on commas', () => {
    const { words } = splitMounts('/a:/b,/c:/d \\\n "/e f:/g",\n');
    expect(words.map(({ text }) => text)).toEqual(['/a:/b', '/c:/d', '/e f:/g']);
    expect(splitMounts('"/a').open).toEqual({ quote: '"', offset: 0 });
  });
});
