import nunjucks from 'nunjucks';
import { describe, expect, it } from 'vitest';
import { bash, problemsOf, render } from './rendering.ts';

describe('what bash writes', () => {
  it.each([
    'echo ${x:-d} ${x%.py} ${#x} ${x//a/b} ${!x}',
    'n=${#a[@]}; m=${#b[@]} #} and {#',
    'echo $((1+2)) $(( (1+2)*3 )) `date`',
    "awk '{print $1}' f | sed 's/{}/x/'",
    'for f in {a,b}{1..3}; do :; done',
    'cat <<EOF\n"$HOME" $(id) `id` {x} ${y}\nEOF',
    "cat <<'EOF'\n'$HOME' \\\\ \\n % # {\nEOF\n",
    'printf "%d%%\\n" 3; echo "a\\tb" \u2028 ü 한국',
    '[ -n "$x" ] && { echo a; } || :',
    'case $x in *) ;; esac',
    'f() { echo "$@"; }\n',
    '\n\n  \n',
    '',
  ])('is left as it is: %j', async (text) => {
    expect(await render(text, { x: 'no', a: 'no' })).toBe(text);
  });

  it('runs as it would have', async () => {
    const script = await render('a=(1 2 3); x=a/b.py; echo "${#a[@]} ${x%.py} ${y:-{{ X }}} $((1+{{ N }}))"', {
      X: 'd',
      N: '4',
    });
    expect(bash(script)).toBe('3 a/b d 5\n');
  });

  it('gets LF for CRLF, and no BOM', async () => {
    expect(await render('\uFEFF#!/bin/bash\r\n{% if X %}\r\necho {{ X }}\r\n{% endif %}\r\n', { X: '1' })).toBe(
      '#!/bin/bash\n\necho 1\n\n',
    );
  });

  it('is kept in {% raw %}', async () => {
    expect(await render("{% raw %}awk '{{print}}' {%d} {# x #}{% endraw %} {{ X }}", { X: 'y' })).toBe(
      "awk '{{print}}' {%d} {# x #} y",
    );
  });
});

describe('Jinja', () => {
  const values = { SWEEP_ID: 'abcdefghijkl', S: 'abcdef', K: '한국어', N: '3', E: '' };
  it.each([
    ['{{ SWEEP_ID[:8] }}', 'abcdefgh'],
    ['{{ S[2:] }} {{ S[-4:] }} {{ S[1:3] }} {{ S[:-1] }} {{ S[:99] }} {{ S[-99:2] }}', 'cdef cdef bc abcde abcdef ab'],
    ['{{ S[::2] }} {{ S[::-1] }} {{ S[4:1:-2] }} {{ S[-1] }} {{ S[0] }} {{ K[:2] }}', 'ace fedcba ec f a 한국'],
    ["{{ ['a', 'b', 'c'][:2] | join('-') }}", 'a-b'],
    ['{% for i in range(2) %}{{ i }}{{ loop.index }}{{ loop.last }};{% endfor %}', '01false;12true;'],
    ['{% for k, v in {a: 1}.items() %}{{ k }}{{ v }}{% endfor %}', 'a1'],
    ['{% set y = S %}{{ y | upper }} {{ (N | int) + 1 }}', 'ABCDEF 4'],
    ['{% macro m(x, y="d") %}[{{ x }}{{ y }}]{% endmacro %}{{ m(S) }}{{ m(1, 2) }}', '[abcdefd][12]'],
    ["{{ NOPE | default('32G') }} {{ NOPE | d(8) }} {{ NOPE.x | default('y') }} {{ E | default('z') }}", '32G 8 y '],
    ["{{ NOPE or 'x' }} {{ NOPE or NADA or S }} {{ 'y' if NOPE else 'n' }}", 'x abcdef n'],
    ['{% if NOPE %}{{ NOPE }}{% elif NOPE == 1 %}a{% elif not NOPE and S %}b{% endif %}', 'b'],
    [
      '{{ NOPE is defined }} {{ S is defined }} {{ NOPE is undefined }} {{ NOPE is not defined }}',
      'false true true true',
    ],
    ['{{ True }} {{ False }} {% if None is none %}none{% endif %}', 'true false none'],
    ["{% if 'bc' in S and N in ['3', '4'] %}in{% endif %}", 'in'],
    ['{%- if S %}\na\n{%- endif %}\nb\n', '\na\nb\n'],
    ['{% if S %}\na\n{% endif %}\n', '\na\n\n'],
    ['{% filter sh %}a b{% endfilter %}', "'a b'"],
    ['{% call(x) m() %}{{ x }}{% endcall %}{% macro m() %}{{ caller(S) }}{% endmacro %}', 'abcdef'],
  ])('%s', async (text, expected) => {
    // A macro that is called above its definition is undefined, as in Jinja.
    const ordered = text.replace(/^(\{% call.*endcall %\})(.*)$/, '$2$1');
    expect(await render(ordered, values)).toBe(expected);
  });

  it('leaves nunjucks as it is for everybody else', async () => {
    await Promise.all([render('{{ S[:1] }}', { S: 'ab' }), render('{{ S[:2] }}', { S: 'ab' })]);
    expect(nunjucks.renderString('{{ x }}', { x: '<$>' })).toBe('&lt;$&gt;');
    expect(nunjucks.renderString('{{ x.y }}{# c #}', {})).toBe('');
    expect(() => nunjucks.renderString('{{ x[:1] }}', { x: 'ab' })).toThrow();
  });
});

describe('a name without a value', () => {
  it('is named, with its line and the nearest right one, all of them at once', async () => {
    const text = '#!/bin/bash\n{{ SBATCH_CPU }}\n{{ SBATCH_CPU | upper }}\n\n{{ X ~ "a" }} {{ SWEEP_DI[:8] }}';
    expect(await problemsOf(text, { SBATCH_CPUS: '4', SWEEP_ID: 'x' })).toEqual([
      { kind: 'undefined-variable', name: 'SBATCH_CPU', nearest: 'SBATCH_CPUS', raw: false, line: 2 },
      { kind: 'undefined-variable', name: 'SBATCH_CPU', nearest: 'SBATCH_CPUS', raw: false, line: 3 },
      { kind: 'undefined-variable', name: 'X', raw: false, line: 5 },
      { kind: 'undefined-variable', name: 'SWEEP_DI', nearest: 'SWEEP_ID', raw: false, line: 5 },
    ]);
  });

  it('is a slip of what the environment happens to have only if of nothing else', async () => {
    const around = { SBATCH_CPUX: '1', HOME: '/home/me' };
    const values = { ...around, SBATCH_CPUS: '4' };
    expect(await problemsOf('{{ SBATCH_CPU }}\n{{ HOEM }}', values, [], around)).toMatchObject([
      { name: 'SBATCH_CPU', nearest: 'SBATCH_CPUS' },
      { name: 'HOEM', nearest: 'HOME' },
    ]);
  });

  it.each([
    'a {{ X }}',
    '{{ X | sh }}',
    '{{ X ~ "a" }}',
    '{{ X[:8] }}',
    '{{ X.y }}',
    '{{ [X] | sh }}',
    '{% for x in X %}{% endfor %}',
    '{% set y = X %}',
    '{% if S %}{{ X }}{% endif %}',
    '{{ S if S else "" }}{{ X if S else "" }}',
    '{{ S and X }}',
    "{{ S | default('') | replace('s', X) }}",
    '{% macro m(a) %}{{ a }}{{ X }}{% endmacro %}{{ m(1) }}',
    '{% set c %}{{ X }}{% endset %}',
  ])('in %s', async (text) => {
    expect(await problemsOf(text, { S: 's' })).toEqual([
      { kind: 'undefined-variable', name: 'X', raw: false, line: 1 },
    ]);
  });

  it('is told apart when the key exists, and when it is a secret', async () => {
    expect(await problemsOf('\n{{ PARTITION }}{{ TOKEN }}', { PARTITION: undefined }, ['TOKEN'])).toEqual([
      { kind: 'unset-variable', name: 'PARTITION', line: 2 },
      { kind: 'secret-variable', name: 'TOKEN', line: 2 },
    ]);
  });

  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty', 'env', 'runtime', 'this'])('%s', async (name) => {
    expect(await problemsOf(`{{ ${name} }}`)).toMatchObject([{ kind: 'undefined-variable', name }]);
  });

  it('does not matter in a branch that is not taken', async () => {
    expect(await render('{% if X %}{{ Y }}{% else %}z{% endif %}', {})).toBe('z');
  });
});

describe('a mistake in the template', () => {
  it.each([
    ['a\n{% if S %}\nb\n{{ S }}\n', 2, 'no endif for this if'],
    ['a\n{% for x in S %}{% if S %}{% endif %}\n\n', 2, 'no endfor for this for'],
    ['a\nb {{ S\n', 2, 'this tag is never closed'],
    ['a\n{% if S\n\n', 2, 'this tag is never closed'],
    ['a\n{{ "abc }}\n', 2, 'this tag is never closed'],
    ['a\n\n{% endif %}', 3, 'unknown block tag: endif'],
    ['{{ S S }}', 1, 'expected variable end'],
    ['\n{{ a"b }}', 2, 'unexpected a"b'],
    ['\n{{ ) }}', 2, undefined],
  ])('%j has its line', async (text, line, detail) => {
    const [problem] = await problemsOf(text, { S: 's' });
    expect(problem).toMatchObject({ kind: 'template-syntax', line, ...(detail && { detail }), raw: false });
  });

  it.each([
    "\nawk '{{print}}' f",
    "\nawk '{{ print $1 }}' f",
    "\nprintf '{%d}' 3",
    '\na={{1,2},{3,4}}',
    "\ndocker inspect --format '{{.State}}'",
    '\npython -c \'print(f"{{x}}")\'',
  ])('%j is told of {%% raw %%}', async (text) => {
    expect(await problemsOf(text)).toMatchObject([{ raw: true, line: 2 }]);
  });

  it('is found in filters and tests', async () => {
    expect(await problemsOf('{{ S | uper }}\n{% if S is define %}{% endif %}{{ S | constructor }}', { S: '' })).toEqual(
      [
        { kind: 'unknown-filter', name: 'uper', nearest: 'upper', line: 1 },
        { kind: 'unknown-test', name: 'define', nearest: 'defined', line: 2 },
        { kind: 'unknown-filter', name: 'constructor', line: 2 },
      ],
    );
  });

  it('is a comment of Jinja, which bash would run and sbatch stop at', async () => {
    expect(await problemsOf('#!/bin/bash\n{# note #}\n#SBATCH -n1 {# x #}\n{#\nlong\n#}\n')).toEqual([
      { kind: 'template-comment', line: 2 },
      { kind: 'template-comment', line: 3 },
      { kind: 'template-comment', line: 4 },
    ]);
  });

  it.each(['include "x"', 'extends "x"', 'import "x" as y', 'from "x" import y'])('is {%% %s %%}', async (tag) => {
    expect(await problemsOf(`\n{% ${tag} %}`)).toEqual([{ kind: 'template-tag', tag: tag.split(' ')[0], line: 2 }]);
  });

  it.each([
    ['\n\n{{ S.upper() }}', 3],
    ['\n{{ 1 in 2 }}', 2],
    ["\n\n\n{{ 'a\0b' | sh }}", 4],
    ['\n{% for x in range(2) %}\n{{ S | dictsort }}{% endfor %}', 3],
  ])('shows only when it is run: %j', async (text, line) => {
    expect(await problemsOf(text, { S: 's' })).toMatchObject([{ kind: 'template-failed', line }]);
  });
});
