/** The spellings of BASE, and what each tool is given for them. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseBase, parseReference, runtimeOf, spellBase } from '../../src/conf/base.ts';
import { project } from './project.ts';

const NOWHERE = '/nowhere';
const SHA = `sha256:${'0a'.repeat(32)}`;
const base = (text: string, root = NOWHERE) => {
  const parsed = parseBase(text, root);
  return 'base' in parsed ? parsed.base : parsed.fault;
};

describe('an image of a registry', () => {
  it.each([
    ['python:3.10-slim', { image: 'python', tag: '3.10-slim' }],
    ['docker://python', { image: 'python' }],
    ['org/image:tag', { image: 'org/image', tag: 'tag' }],
    ['docker://nvcr.io#nvidia/pytorch:24.12-py3', { registry: 'nvcr.io', image: 'nvidia/pytorch', tag: '24.12-py3' }],
    ['nvcr.io#nvidia/pytorch:24.12-py3', { registry: 'nvcr.io', image: 'nvidia/pytorch', tag: '24.12-py3' }],
    ['nvcr.io/nvidia/pytorch:24.12-py3', { registry: 'nvcr.io', image: 'nvidia/pytorch', tag: '24.12-py3' }],
    ['localhost:5000#x:y', { registry: 'localhost:5000', image: 'x', tag: 'y' }],
    ['localhost:5000/x:y', { registry: 'localhost:5000', image: 'x', tag: 'y' }],
    ['localhost/x', { registry: 'localhost', image: 'x' }],
    ['lab#x', { registry: 'lab', image: 'x' }],
    ['docker://me@nvcr.io#x/y:z', { user: 'me', registry: 'nvcr.io', image: 'x/y', tag: 'z' }],
    ['docker://me@python:3', { user: 'me', image: 'python', tag: '3' }],
    [`python@${SHA}`, { image: 'python', digest: SHA }],
    [`docker://me@ghcr.io/a/b:1@${SHA}`, { user: 'me', registry: 'ghcr.io', image: 'a/b', tag: '1', digest: SHA }],
    ['docker.io/library/python:3', { image: 'library/python', tag: '3' }],
  ])('%s', (text, expected) => {
    expect(base(text)).toEqual({ kind: 'registry', ...expected });
  });

  it.each([
    ['docker://nvcr.io/nvidia/pytorch:24.12-py3', 'nvcr.io', 'nvidia/pytorch:24.12-py3'],
    ['docker://me@localhost:5000#x:y', 'localhost:5000', 'x:y', 'me@'],
    [`ghcr.io/a/b:1@${SHA}`, 'ghcr.io', `a/b@${SHA}`],
  ])('%s is spelled as each tool wants it', (text, registry, rest, user = '') => {
    const parsed = parseReference(text.replace('docker://', ''))!;
    expect(spellBase(parsed, 'enroot')).toBe(`docker://${user}${registry}#${rest}`);
    expect(spellBase(parsed, 'pyxis')).toBe(`${user}${registry}#${rest}`);
    expect(spellBase(parsed, 'apptainer')).toBe(`docker://${registry}/${rest}`);
  });

  it("has no `#` on Docker Hub, where enroot would take it for a registry's name", () => {
    const parsed = parseReference('org/image:tag')!;
    expect(spellBase(parsed, 'enroot')).toBe('docker://org/image:tag');
    expect(spellBase(parsed, 'pyxis')).toBe('org/image:tag');
    expect(spellBase(parsed, 'apptainer')).toBe('docker://org/image:tag');
  });

  it('is the same after it was spelled', () => {
    const part = fc.stringMatching(/^[a-z0-9]{1,8}$/);
    const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
    const references = fc.record(
      {
        user: fc.stringMatching(/^[a-z]{1,8}$/),
        registry: fc.oneof(
          fc.constant('localhost'),
          part.map((name) => `${name}.io`),
          part.map((name) => `${name}:5000`),
        ),
        image: fc.tuple(part, optional(part)).map(([a, b]) => (b === undefined ? a : `${a}/${b}`)),
        which: fc.oneof(
          fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,8}$/).map((tag) => ({ tag })),
          fc.constant({ digest: SHA }),
        ),
      },
      { requiredKeys: ['image'] },
    );
    fc.assert(
      fc.property(references, ({ which, user, ...rest }) => {
        const written = { kind: 'registry' as const, ...rest, ...which };
        expect(base(spellBase(written, 'apptainer'))).toEqual(written);
        const withUser = { ...written, ...(user !== undefined && { user }) };
        for (const tool of ['enroot', 'pyxis'] as const) expect(base(spellBase(withUser, tool))).toEqual(withUser);
      }),
    );
  });
});

describe('anything else', () => {
  const files = { 'a/lab': '# ours\n\nBootstrap: docker\nFrom: x\n', 'a/other': 'x', 'lab.def': '' };

  it.each([
    ['dockerd://lab:dev', { kind: 'engine', engine: 'docker', image: 'lab:dev' }, 'enroot'],
    ['podman://localhost/lab', { kind: 'engine', engine: 'podman', image: 'localhost/lab' }, 'enroot'],
    ['library://alpine:3', { kind: 'uri', uri: 'library://alpine:3' }, 'apptainer'],
    ['oras://ghcr.io/a/b:1', { kind: 'uri', uri: 'oras://ghcr.io/a/b:1' }, 'apptainer'],
    ['x.sqsh', { kind: 'file', where: 'here', path: 'x.sqsh' }, 'enroot'],
    ['./images//x.sif', { kind: 'file', where: 'here', path: 'images/x.sif' }, 'apptainer'],
    ['/opt/x.sqsh', { kind: 'file', where: 'there', path: '/opt/x.sqsh' }, 'enroot'],
    ['~/x.sif', { kind: 'file', where: 'there', path: '~/x.sif' }, 'apptainer'],
    ['lab.def', { kind: 'definition', path: 'lab.def' }, 'apptainer'],
    ['a/lab', { kind: 'definition', path: 'a/lab' }, 'apptainer'],
    ['a/other', { kind: 'registry', image: 'a/other' }, 'enroot'],
  ])('%s', (text, expected, runtime) => {
    const parsed = base(text, project(files));
    expect(parsed).toEqual(expected);
    expect(typeof parsed === 'object' && runtimeOf(parsed)).toBe(runtime);
  });

  it.each([
    ['Python:3.10', 'bad-base'],
    ['', 'bad-base'],
    ['docker://', 'bad-base'],
    ['docker://a b', 'blank'],
    ['http://x/y', 'bad-base'],
    ['python:', 'bad-base'],
    ['python@sha256:12', 'bad-base'],
    ['#x', 'bad-base'],
    ['$oauthtoken@nvcr.io#x', 'dollar'],
    ['a\u0007b', 'control-character'],
    ['my x.sqsh', 'blank'],
    ['../x.sif', 'path-outside'],
    ['/opt/lab.def', 'definition-there'],
    ['/opt/lab', 'bad-base'],
    ['./a/other', 'bad-base'],
    ['~me/x.sqsh', 'bad-base'],
  ])('%j cannot be: %s', (text, fault) => {
    expect(base(text, project(files))).toBe(fault);
  });
});
