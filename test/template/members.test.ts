/** Values that have names of their own. */

import { describe, expect, it } from 'vitest';
import { problemsOf, render } from './rendering.ts';

const deps = new Map([
  ['train', new Map([['MODEL', 'm.pt']])],
  ['pre-train', new Map([['items', 'rows']])],
]);

describe('a value with members', () => {
  it('gives them by a dot or by brackets, whatever they are called', async () => {
    expect(await render('{{ deps.train.MODEL | upper }} {{ deps["pre-train"].items }}', { deps })).toBe('M.PT rows');
  });

  it('may lack them where a value may be missing', async () => {
    const text = "{{ deps.train.X | default('d') }}{{ deps.y.X or 'o' }}{% if deps.train.X %}t{% endif %}";
    expect(await render(text, { deps })).toBe('do');
  });

  it('has each that it lacks told, with the nearest, even before a filter', async () => {
    const text =
      '{{ deps.train.MODLE | upper }}\n{{ deps.y.Z }}{{ deps.train.Z ~ deps }}\n{% for x in deps.v %}{% endfor %}';
    expect(await problemsOf(text, { deps })).toEqual([
      { kind: 'no-such-member', of: 'deps.train', member: 'MODLE', members: ['MODEL'], nearest: 'MODEL', line: 1 },
      { kind: 'no-such-member', of: 'deps', member: 'y', members: ['train', 'pre-train'], line: 2 },
      { kind: 'no-such-member', of: 'deps.train', member: 'Z', members: ['MODEL'], line: 2 },
      { kind: 'no-such-member', of: 'deps', member: 'v', members: ['train', 'pre-train'], line: 3 },
    ]);
  });

  it('is no text', async () => {
    expect(await problemsOf('{{ deps.train }}', { deps })).toEqual([
      { kind: 'no-such-member', of: 'deps.train', members: ['MODEL'], line: 1 },
    ]);
  });

  it('leaves lists and texts as they are', async () => {
    expect(await render('{{ [1, 2, 3][-1] }}{{ "abc"[1:] }}{{ x[0] }}{{ "a".length }}', { x: 'xyz' })).toBe('3bcx1');
  });
});
