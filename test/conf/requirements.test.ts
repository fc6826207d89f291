/** What a pip file includes, and what of it cannot be installed elsewhere. */

import { expect, it } from 'vitest';
import { requirementFiles } from '../../src/conf/requirements.ts';
import { problemsOf, project } from './project.ts';

const at = (line: number, file = 'r.txt') => ({ file, line });

it('follows what is included, each file once', () => {
  const root = project({
    'r.txt': '\uFEFF# all\r\n-r sub/base.txt\r\n-c c.txt # pinned\r\nnumpy\n',
    'c.txt': 'numpy==1.0\n--requirement=r.txt\n',
    'sub/base.txt': '-rmore.txt\n--constraint \\\n  ../c.txt\n-r https://host/x.txt\n',
    'sub/more.txt': '-r "../two words.txt"',
    'two words.txt': '',
  });
  expect(requirementFiles(root, './r.txt')).toEqual([
    ...['r.txt', 'sub/base.txt', 'c.txt', 'sub/more.txt', 'two words.txt'],
  ]);
});

it('has all that is missing, outside, or no file', () => {
  const root = project({
    'r.txt': 'a\\\n==1\n-r bsae.txt\n-c ../x.txt\n-r /abs.txt\n-r sub',
    'base.txt': '',
    'sub/x': '',
  });
  expect(problemsOf(() => requirementFiles(root, 'r.txt'))).toEqual([
    { kind: 'no-such-file', key: '-r', path: 'bsae.txt', nearest: 'base.txt', place: at(3) },
    { kind: 'path-outside', key: '-c', value: '../x.txt', place: at(4) },
    { kind: 'path-outside', key: '-r', value: '/abs.txt', place: at(5) },
    { kind: 'not-a-file', key: '-r', path: 'sub', place: at(6) },
  ]);
});

it.each([
  ...[
    '-e .',
    '--editable=./lib[dev]',
    '.',
    './lib',
    '../lib',
    '/opt/lib',
    '~/lib',
    'lib/',
    'wheels/x-1.0-py3-none-any.whl',
  ],
  ...['x-1.0.tar.gz --hash=sha256:12', 'x @ file:///opt/x', 'file:x', '-f wheels', '--find-links=./wheels'],
])('cannot install %s over there', (requirement) => {
  const root = project({ 'r.txt': `-r more.txt`, 'more.txt': `\n  ${requirement}  # x\n` });
  expect(problemsOf(() => requirementFiles(root, 'r.txt'))).toEqual([
    { kind: 'local-requirement', requirement, place: at(2, 'more.txt') },
  ]);
});

it.each([
  ...['numpy', 'numpy[extra]>=1.0,<2', "x==1; platform_machine == 'x86_64'", '--index-url https://host/simple'],
  ...[
    'x @ https://host/x-1.0.whl',
    'https://host/x.tar.gz#sha256=12',
    'git+https://host/x.git@main',
    '--no-binary :all:',
  ],
  ...['-e git+ssh://git@host/x.git#egg=x', 'git+git@host:me/x.git', '-f https://host/wheels/', '--pre', 'x.y==1.0'],
])('installs %s', (requirement) => {
  expect(requirementFiles(project({ 'r.txt': requirement }), 'r.txt')).toEqual(['r.txt']);
});
