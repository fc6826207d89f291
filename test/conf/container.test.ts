/** What CONTAINER, CONTAINER_RUNTIME and CONTAINER_MOUNTS of a profile mean. */

import { describe, expect, it } from 'vitest';
import { loadCluster } from '../../src/conf/cluster.ts';
import { loadProfile } from '../../src/conf/profile.ts';
import { at, problemsIn } from './example-profile.ts';
import { load, projectOf } from './project.ts';

const files = {
  'slurm/images/lab.conf': 'BASE=python:3.12\n',
  'slurm/images/a.b.conf': 'BASE=x\n',
  'slurm/images/sif.conf': 'BASE=lab.def\n',
  'slurm/images/asked.conf': 'RUNTIME=apptainer\nBASE=nonsense here\nX\n',
  'tools/lab': 'bootstrap: docker\n',
};
const given = (lines: string) => ({ profile: `COMMAND=true\n${lines}\n`, files });
const inside = (lines: string) => {
  const { containerRuntime, runsIn } = load(given(lines));
  return [containerRuntime, runsIn];
};

const image = (name: string, extension = 'sqsh') => ({
  ...{ kind: 'image', name, runtime: extension === 'sif' ? 'apptainer' : 'enroot' },
  path: `slurm/images/${name}.${extension}`,
});
const file = (path: string) => ({ kind: 'file', path });
const uri = (text: string) => ({ kind: 'uri', uri: text });

describe('CONTAINER', () => {
  it.each([
    ['', 'none', undefined],
    ['CONTAINER=lab', 'pyxis', image('lab')],
    ['CONTAINER=a.b', 'pyxis', image('a.b')],
    ['CONTAINER=lab\nCONTAINER_RUNTIME=apptainer', 'apptainer', image('lab')],
    ['CONTAINER=sif', 'apptainer', image('sif', 'sif')],
    ['CONTAINER=asked', 'apptainer', image('asked', 'sif')],
    ['CONTAINER=nothing\nCONTAINER_RUNTIME=none', 'none', undefined],
    ['CONTAINER=slurm/images/lab.sqsh', 'pyxis', image('lab')],
    ['CONTAINER=/mnt/project/slurm/images/lab.sqsh', 'pyxis', image('lab')],
    ['CONTAINER=/mnt/project/slurm/images/other.sqsh', 'pyxis', file('/mnt/project/slurm/images/other.sqsh')],
    ['CONTAINER=slurm/images/lab.sif', 'apptainer', file('slurm/images/lab.sif')],
    ['CONTAINER=images/x.sif', 'apptainer', file('images/x.sif')],
    ['CONTAINER=./x.sqsh', 'pyxis', file('x.sqsh')],
    ['CONTAINER=~/x.sqsh', 'pyxis', file('~/x.sqsh')],
    ['CONTAINER=/images/sandbox\nCONTAINER_RUNTIME=apptainer', 'apptainer', file('/images/sandbox')],
    ['CONTAINER=/x.sqsh\nCONTAINER_RUNTIME=apptainer', 'apptainer', file('/x.sqsh')],
    ['CONTAINER=docker://lab', 'pyxis', uri('lab')],
    ['CONTAINER=docker://nvcr.io/nvidia/x:1', 'pyxis', uri('nvcr.io#nvidia/x:1')],
    ['CONTAINER=nvcr.io#nvidia/x:1\nCONTAINER_RUNTIME=apptainer', 'apptainer', uri('docker://nvcr.io/nvidia/x:1')],
    ['CONTAINER=oras://host/x', 'apptainer', uri('oras://host/x')],
  ])('%j is run with %s', (lines, runtime, runsIn) => {
    expect(inside(lines)).toEqual([runtime, runsIn]);
  });

  it.each([
    ['podman://x', 'container-here'],
    ['lab.def', 'container-definition'],
    ['./lab.def', 'container-definition'],
    ['tools/lab', 'container-definition'],
    ['Python:3', 'bad-container'],
    ['docker://a b', 'blank'],
  ])('cannot be %s', (value, kind) => {
    expect(problemsIn(given(`CONTAINER=${value}`))).toEqual([{ kind, key: 'CONTAINER', value, place: at(2) }]);
  });

  it.each(['sif', 'x.sif', 'library://x'])('cannot be %s under Pyxis', (value) => {
    expect(problemsIn(given(`CONTAINER=${value}\nCONTAINER_RUNTIME=pyxis`))).toEqual([
      { kind: 'wrong-runtime', key: 'CONTAINER', value, runtime: 'pyxis', place: at(2) },
    ]);
  });

  it('names the image that may be meant, and says so only before a run is sent', () => {
    const images = ['a.b', 'asked', 'lab', 'sif'];
    expect(problemsIn(given('CONTAINER=lba'))).toEqual([
      { kind: 'no-image', image: 'lba', images, key: 'CONTAINER', nearest: 'lab', place: at(2) },
    ]);
    const root = projectOf(given('CONTAINER=lba'));
    const cluster = loadCluster(root, undefined, new Map());
    expect(loadProfile(root, 'x', undefined, cluster, new Map(), 'any').runsIn).toEqual(image('lba'));
  });
});

describe('CONTAINER_MOUNTS', () => {
  const mount = (source: string, target: string, readOnly = false) => ({ source, target, readOnly });

  it('has sources, targets and read-only ones', () => {
    const words = '/a:/b /c:/d:ro,~/e:/f:rw\t/g/ ~/h ~:/home/me';
    expect(load(given(`CONTAINER_MOUNTS=${words}`)).containerMounts).toEqual([
      ...[mount('/a', '/b'), mount('/c', '/d', true), mount('~/e', '/f'), mount('/g', '/g'), mount('~/h', '~/h')],
      mount('~', '/home/me'),
    ]);
  });

  it.each(['~', '~/ /a', '/a,~'])('has the home: %s', (words) => {
    expect(load(given(`CONTAINER_MOUNTS=${words}`)).mountHome).toBe(true);
    expect(load(given('CONTAINER_MOUNTS=~/x:/x')).mountHome).toBeUndefined();
  });

  it.each([
    ['/a:ro', 'mount-form'],
    ['/a:/b:x', 'mount-form'],
    ['/a:/b:ro:rw', 'mount-form'],
    [':/b', 'mount-form'],
    ['/a:', 'mount-form'],
    ['a:/b', 'mount-relative'],
    ['./a:/b', 'mount-relative'],
    ['~me/a:/b', 'mount-relative'],
    ['/a:b', 'mount-target'],
    ['/a:~/b', 'mount-target'],
    ['/a:/workspace/', 'mount-taken'],
    ['/a:/workspace//data', 'mount-taken'],
  ])('cannot be %s', (value, kind) => {
    expect(problemsIn(given(`CONTAINER_MOUNTS="/ok:/ok \\\n  ${value}"`))).toEqual([
      { kind, key: 'CONTAINER_MOUNTS', value, place: at(3) },
    ]);
  });

  it('has a blank in a path only where Pyxis does not see it', () => {
    const mounts = 'CONTAINER_MOUNTS="/x:/x\n \'/a b:/c\'"';
    expect(problemsIn(given(`${mounts}\nCONTAINER=lab`))).toEqual([
      { kind: 'mount-blank', key: 'CONTAINER_MOUNTS', value: '/a b:/c', place: at(3) },
    ]);
    expect(load(given(`${mounts}\nCONTAINER=sif`)).containerMounts).toContainEqual(mount('/a b', '/c'));
  });
});
