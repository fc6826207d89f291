import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Failure } from '../../src/failure.ts';
import type { TemplateProblem } from '../../src/template/problem.ts';
import { shellText, shellWords } from '../../src/template/shell-text.ts';
import { argument, bash, problemsOf, render, shell } from './rendering.ts';

describe('a value', () => {
  it('that the shell would act on is refused by name, unless it is quoted or meant', async () => {
    const values = { X: 'a; rm -rf $HOME', Y: "it's", Z: 'a\nb' };
    expect(await problemsOf('{{ X }}\n{{ Y | upper }}{{ X | e }}{% set q = Z %}{{ q }}', values)).toEqual([
      { kind: 'unsafe-value', name: 'X', characters: ';$', line: 1 },
      { kind: 'unsafe-value', name: 'Y', characters: "'", line: 2 },
      { kind: 'unsafe-value', name: 'X', characters: ';$', line: 2 },
      { kind: 'unsafe-value', name: 'q', characters: '\n', line: 2 },
    ]);
    expect(await render('{{ X | sh }} {{ X | safe }} {{ Y | sh }}', values)).toBe(
      `'a; rm -rf $HOME' a; rm -rf $HOME 'it'\\''s'`,
    );
  });

  it('that is shell text passes, and is false when empty', async () => {
    const values = { A: shellWords(['--x', 'a b']), C: shellText('echo "$HOME" && ls'), E: shellText('') };
    expect(await render("{{ C }} {{ A }}{{ E }}{% if E %}!{% endif %}{% if '--x' in A %}x{% endif %}", values)).toBe(
      `echo "$HOME" && ls --x 'a b'x`,
    );
    expect(await render('bash -c {{ C | sh }}', values)).toBe(`bash -c 'echo "$HOME" && ls'`);
  });

  it.each([
    ["{{ NOPE | default('$HOME/x') }}", '$HOME/x'],
    ["{{ NOPE | default(NADA | default('$A')) }}", '$A'],
    ['{{ NOPE or \'"$PWD"\' }}', '"$PWD"'],
    ["{{ '--n=$N' if S else '' }}", '--n=$N'],
    ['{% set c %}x "$A" {{ S | sh }}{% endset %}{{ c }}', 'x "$A" \'s;\''],
    ["{{ NOPE | default('$A') | sh }}", "'$A'"],
    ["{{ S == 's;' }}", 'true'],
  ])('does not include what the template says itself: %s', async (text, expected) => {
    expect(await render(text, { S: 's;' })).toBe(expected);
  });

  it('is one word to every shell once it went through sh', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(argument, { maxLength: 5 }), async (words) => {
        const names = words.map((_, index) => `W${index}`);
        const values = Object.fromEntries(words.map((word, index) => [`W${index}`, word]));
        const list = names.map((name) => `{{ ${name} | sh }}`).join(' ');
        const script = await render(
          `printf '%s\\0' ${list} end; printf '%s\\0' {{ [${names.join(', ')}] | sh }} end`,
          values,
        );
        const expected = [...words, 'end', ...words, 'end', ''].join('\0');
        for (const name of ['bash', 'sh']) expect(shell(name, script)).toBe(expected);
      }),
      { numRuns: 40 },
    );
  });

  it('is printed or refused, never executed', async () => {
    const pieces = fc.constantFrom(
      '$(id)',
      '`id`',
      ';',
      '|',
      '&',
      '>x',
      '\n',
      '"',
      "'",
      '\\',
      '$x',
      'a',
      ' ',
      '{a,b}',
      '#',
      '!',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(pieces, { minLength: 1, maxLength: 4 }), async (parts) => {
        const X = parts.join('');
        const script = await render(`set -f +B; for w in x{{ X }}; do printf '%s ' "$w"; done`, { X }).catch(
          (error) => {
            expect((error as Failure<TemplateProblem>).problems).toMatchObject([{ kind: 'unsafe-value', name: 'X' }]);
          },
        );
        // A `#` after a blank begins a comment, and then `do` is missing: no harm, but nothing to compare either.
        if (script === undefined || / #/.test(X)) return;
        expect(bash(script).trim().split(' ')).toEqual(`x${X}`.trim().split(/ +/));
      }),
      { numRuns: 60 },
    );
  });
});
