/** Images: their files, the command line over them, and which one is meant. */

import { describe, expect, it } from 'vitest';
import { loadCluster } from '../../src/conf/cluster.ts';
import { listImages, loadImage } from '../../src/conf/image.ts';
import { at, commandLine, FILE, load, problemsIn } from './example-image.ts';
import { CLUSTER_CONF, problemsOf, project } from './project.ts';

describe('an image', () => {
  it('has all that its file says', () => {
    const files = { 'requirements.txt': 'numpy\n', 'tools/setup.sh': '', Dockerfile: 'FROM x\n' };
    const image = `# ours
BASE=nvcr.io#nvidia/pytorch:24.12-py3
REQUIREMENTS=requirements.txt
SETUP=./tools/setup.sh
DOCKERFILE=Dockerfile
RUNTIME=apptainer
BUILD_ON=job
ENV="A=1 \\
  'B=two words'"
TAG=dev
[env]
C=$x # y
`;
    const { settings, ...rest } = load({ image, files });
    expect(rest).toEqual({
      ...{ name: 'lab', file: FILE, runtime: 'apptainer', buildOn: 'job', tag: 'lab:dev' },
      base: { kind: 'registry', registry: 'nvcr.io', image: 'nvidia/pytorch', tag: '24.12-py3' },
      ...{ requirements: 'requirements.txt', setup: 'tools/setup.sh', dockerfile: 'Dockerfile' },
      env: { A: '1', B: 'two words', C: '$x' },
    });
    expect(settings.get('TAG')).toEqual({ value: 'dev', layer: 'image', place: at(10) });
  });

  it('needs no more than a base', () => {
    expect(load({ name: 'lab' })).toMatchObject({ runtime: 'enroot', buildOn: 'login', tag: 'lab:latest', env: {} });
  });

  it('is what the command line says before its file', () => {
    const image = 'BASE=a\nENV=A=1 B=2\nSETUP=gone.sh\nRUNTIME=enroot\nTAG=x\n[env]\nC=3\nD=4\n';
    const variables = { BASE: 'lab.def', ENV: 'B=5 C=6', SETUP: '', RUNTIME: 'apptainer', BUILD_ON: 'job', TAG: 'h/x' };
    const loaded = load({ image, variables, files: { 'lab.def': '' } });
    expect(loaded).toMatchObject({
      base: { kind: 'definition' },
      runtime: 'apptainer',
      buildOn: 'job',
      tag: 'h/x:latest',
    });
    expect(loaded.env).toEqual({ B: '5', C: '6', D: '4' });
    expect(loaded.setup).toBeUndefined();
  });

  it.each([
    ['lab', 'dev', 'lab:dev'],
    ['Lab__A.', undefined, 'lab-a:latest'],
    ['lab', 'name:dev', 'name:dev'],
    ['lab', 'localhost:5000/name', 'localhost:5000/name:latest'],
  ])('%s with TAG=%s is %s in a store', (name, tag, expected) => {
    const files = { [`slurm/images/${name}.conf`]: `BASE=x${tag === undefined ? '' : `\nTAG=${tag}`}` };
    expect(load({ name, files }).tag).toBe(expected);
  });

  it("begins with its Dockerfile's last FROM, unless BASE says otherwise", () => {
    const files = { 'd/Dockerfile': 'ARG V=3\nFROM a:$V AS one\nFROM one\n' };
    const dockerfile = 'DOCKERFILE=d/Dockerfile\n';
    expect(load({ image: dockerfile, files }).base).toEqual({ kind: 'registry', image: 'a', tag: '3' });
    expect(load({ image: `${dockerfile}BASE=b\n`, files }).base).toEqual({ kind: 'registry', image: 'b' });
    expect(load({ image: dockerfile, files: { 'd/Dockerfile': 'FROM scratch' } }).base).toBeUndefined();
  });
});

describe('which image', () => {
  const files = { 'slurm/images/other.conf': 'BASE=x\n', 'slurm/images/.swp.conf': '', Dockerfile: 'FROM x' };

  it('is the only one there is, or has to be named', () => {
    expect(load({}).name).toBe('lab');
    expect(problemsIn({ files })).toEqual([{ kind: 'missing-variable', variable: 'IMAGE', choices: ['lab', 'other'] }]);
    expect(load({ files, name: 'other' }).name).toBe('other');
  });

  it('is one of those that there are', () => {
    const images = ['lab', 'other'];
    expect(problemsIn({ files, name: 'labb' })).toEqual([
      { kind: 'no-image', image: 'labb', images, key: 'IMAGE', nearest: 'lab', place: commandLine },
    ]);
    expect(problemsIn({ name: '../lab' })).toEqual([
      { kind: 'bad-name', key: 'IMAGE', value: '../lab', place: commandLine },
    ]);
  });

  it('is none', () => {
    const root = project({ 'slurm/cluster.conf': CLUSTER_CONF });
    const cluster = loadCluster(root, undefined, new Map());
    expect(listImages(root, cluster)).toEqual([]);
    expect(problemsOf(() => loadImage(root, undefined, cluster, new Map()))).toEqual([
      { kind: 'missing-variable', variable: 'IMAGE', choices: [] },
    ]);
  });
});
