import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitWords } from '../../../src/conf/words.ts';
import { splitArgs } from '../../../src/sweep/file/args.ts';

describe('args', () => {
  it.each([
    ['', []],
    ['--lr {{ lr }} --seed 1', ['--lr', '{{ lr }}', '--seed', '1']],
    ['--lr={{ lr }}', ['--lr={{ lr }}']],
    ['"{{ a }} and {{ b }}"', ['{{ a }} and {{ b }}']],
    [`{{ a | default("x y") }} 'b c'`, ['{{ a | default("x y") }}', 'b c']],
    [`'{{ a | default("it's") }}'`, [`{{ a | default("it's") }}`]],
    ['{% if a == "}} %}" %}--x{% endif %} y', ['{% if a == "}} %}" %}--x{% endif %}', 'y']],
    ['{{ "}}" }} y', ['{{ "}}" }}', 'y']],
    ['{{\n  a\n}}', ['{{\n  a\n}}']],
    ['a {{ b', ['a', '{{', 'b']],
    ['\u{f0000} {{ a b }}', ['\u{f0000}', '{{ a b }}']],
  ])('%j', (args, words) => {
    expect(splitArgs(args)).toEqual({ words });
  });

  it('without templates are split as a shell does', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab "\'\\\n{%$\u{f0001}') }), (args) => {
        fc.pre(!/\{\{|\{%/.test(args));
        const { words, open } = splitWords(args);
        expect(splitArgs(args)).toEqual({ words: words.map(({ text }) => text), ...(open && { open }) });
      }),
    );
  });

  it.each(['"a', "x '{{ b }}", 'a\\'])('%j does not end', (args) => {
    expect(splitArgs(args).open).toBeDefined();
  });
});
