/** What is wrong with an image's file, or with what the command line says of it. */

import { describe, expect, it } from 'vitest';
import { at, commandLine, FILE, load, problemsIn } from './example-image.ts';

describe('what is wrong with an image', () => {
  it('has keys that are not its own', () => {
    expect(
      problemsIn({ image: 'BASE=x\nRUNTME=enroot\nPARTITION=gpu\nREMOTE_DIR=/x\nYES=1\nSBATCH_MEM=1\n[evn]\n' }),
    ).toEqual([
      { kind: 'unknown-key', key: 'RUNTME', nearest: 'RUNTIME', place: at(2) },
      { kind: 'misplaced-key', key: 'PARTITION', belongs: 'profile', place: at(3) },
      { kind: 'cluster-key', key: 'REMOTE_DIR', place: at(4) },
      { kind: 'control-variable', key: 'YES', place: at(5) },
      { kind: 'misplaced-key', key: 'SBATCH_MEM', belongs: 'profile', place: at(6) },
      { kind: 'unknown-section', section: 'evn', nearest: 'env', place: at(7) },
    ]);
  });

  it.each([
    ['BASE=$X/y', 'dollar', '$X/y'],
    ['BASE=a b', 'blank', 'a b'],
    ['BASE=X:1', 'bad-base', 'X:1'],
    ['BASE=../x.sif', 'path-outside', '../x.sif'],
    ['REQUIREMENTS=/x.txt', 'path-outside', '/x.txt'],
    ['SETUP=.env', 'secret-file', '.env'],
    ['ENV=A', 'not-name-value', 'A'],
    ['ENV=1A=x', 'env-name', '1A=x'],
    ['ENV="\'A=x\ny\'"', 'control-character', 'A=x\ny'],
    ['TAG=a b', 'bad-tag', 'a b'],
    ['TAG=Name:dev', 'bad-tag', 'Name:dev'],
  ])('has the value of %j', (line, kind, value) => {
    const image = line.startsWith('BASE') ? `\n${line}` : `BASE=x\n${line}`;
    const key = line.slice(0, line.indexOf('='));
    expect(problemsIn({ image })).toEqual([{ kind, key, value, place: at(2) }]);
  });

  it('has choices that there are not, a line of [env] too, on the command line too', () => {
    expect(problemsIn({ image: 'BASE=x\nRUNTIME=pyxis\nBUILD_ON=jobs\n[env]\nA="x\ny"' })).toEqual([
      { kind: 'not-one-of', key: 'RUNTIME', value: 'pyxis', choices: ['enroot', 'apptainer'], place: at(2) },
      { kind: 'not-one-of', key: 'BUILD_ON', value: 'jobs', choices: ['login', 'job'], nearest: 'job', place: at(3) },
      { kind: 'control-character', key: 'A', value: 'x\ny', place: at(5) },
    ]);
    expect(problemsIn({ variables: { TAG: 'X:1', REQUIREMENTS: 'gone.txt', RUNTMIE: 'x' } })).toEqual([
      { kind: 'unknown-variable', variable: 'RUNTMIE', nearest: 'RUNTIME', place: commandLine },
    ]);
    expect(problemsIn({ variables: { TAG: 'X:1', REQUIREMENTS: 'gone.txt' } })).toEqual([
      { kind: 'bad-tag', key: 'TAG', value: 'X:1', place: commandLine },
      { kind: 'no-such-file', key: 'REQUIREMENTS', path: 'gone.txt', place: commandLine },
    ]);
  });

  it('sets a variable twice', () => {
    expect(problemsIn({ image: 'BASE=x\nENV="A=1 B=2\n B=3"\n[env]\nA=1\n' })).toEqual([
      { kind: 'repeated-key', key: 'B', firstLine: 2, place: at(3) },
      { kind: 'repeated-key', key: 'A', firstLine: 2, place: at(5) },
    ]);
    expect(problemsIn({ variables: { ENV: 'A=1 A=2' } })).toEqual([
      { kind: 'repeated-key', key: 'A', place: commandLine },
    ]);
  });

  it('has nothing to be made from', () => {
    const place = { file: FILE };
    expect(problemsIn({ image: 'BAES=x' }).map(({ kind }) => kind)).toEqual(['unknown-key']);
    expect(problemsIn({ image: 'TAG=x' })).toEqual([{ kind: 'nothing-to-make', image: 'lab', place }]);
    expect(problemsIn({ variables: { BASE: '' } })).toEqual([{ kind: 'nothing-to-make', image: 'lab', place }]);
  });

  it('names files that are not here', () => {
    const image = 'BASE=lab.dfe/x.sif\nREQUIREMENTS=r.txt\nSETUP=tools\nDOCKERFILE=Dokerfile\n';
    const files = { 'r.txt': '-r more.txt\n-e .\n', 'tools/x': '', Dockerfile: '' };
    expect(problemsIn({ image, files })).toEqual([
      { kind: 'no-such-file', key: 'BASE', path: 'lab.dfe/x.sif', place: at(1) },
      { kind: 'not-a-file', key: 'SETUP', path: 'tools', place: at(3) },
      { kind: 'no-such-file', key: 'DOCKERFILE', path: 'Dokerfile', nearest: 'Dockerfile', place: at(4) },
      { kind: 'no-such-file', key: '-r', path: 'more.txt', place: at(1, 'r.txt') },
      { kind: 'local-requirement', requirement: '-e .', place: at(2, 'r.txt') },
    ]);
  });

  it('has a Dockerfile that does not tell what it begins with', () => {
    const image = 'DOCKERFILE=Dockerfile';
    expect(problemsIn({ image, files: { Dockerfile: 'ARG I\nFROM $I' } })).toEqual([
      { kind: 'unknown-from', from: '$I', place: at(2, 'Dockerfile') },
    ]);
    expect(problemsIn({ image, files: { Dockerfile: 'RUN x' } })).toEqual([
      { kind: 'no-from', place: { file: 'Dockerfile' } },
    ]);
  });

  it.each(['x.sif', 'lab.def', 'oras://h/x'])('wants enroot for %s', (base) => {
    const files = { 'x.sif': '', 'lab.def': '' };
    expect(load({ image: `BASE=${base}`, files }).runtime).toBe('apptainer');
    expect(problemsIn({ image: `BASE=${base}\nRUNTIME=enroot`, files })).toEqual([
      { kind: 'wrong-runtime', key: 'BASE', value: base, runtime: 'enroot', place: at(1) },
    ]);
    expect(load({ image: 'BASE=/x.sqsh\nRUNTIME=apptainer' }).runtime).toBe('apptainer');
  });
});
