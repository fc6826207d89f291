/** Projects without slurm/images/*.conf: requirements-slurm.txt, a Dockerfile, and the name of what comes of them. */

import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadCluster } from '../../src/conf/cluster.ts';
import { listImages, loadImage } from '../../src/conf/image.ts';
import { CLUSTER_CONF, load, problemsOf, project } from './project.ts';

const REQUIREMENTS = { 'requirements-slurm.txt': 'numpy\n' };

function open(files: Record<string, string>, variables: Record<string, string> = {}, cluster = '') {
  const root = project({ 'slurm/cluster.conf': CLUSTER_CONF + cluster, ...files });
  const given = new Map(Object.entries(variables));
  const loaded = loadCluster(root, undefined, given);
  return { root, list: () => listImages(root, loaded), load: () => loadImage(root, undefined, loaded, given) };
}

describe('the image of a project without an image file', () => {
  it('has requirements, a Dockerfile, or both', () => {
    const python = { kind: 'registry', image: 'python', tag: '3.10-slim' };
    const loaded = open(REQUIREMENTS).load();
    expect(loaded).toMatchObject({ base: python, requirements: 'requirements-slurm.txt', runtime: 'enroot' });
    expect(loaded.file).toBeUndefined();
    expect(open({ ...REQUIREMENTS, Dockerfile: 'FROM a:1\n' }).load()).toMatchObject({
      ...{ base: { image: 'a', tag: '1' }, dockerfile: 'Dockerfile', requirements: 'requirements-slurm.txt' },
    });
    expect(open({ Dockerfile: 'FROM a:1\n' }).load()).toMatchObject({ base: { image: 'a' }, dockerfile: 'Dockerfile' });
  });

  it('listens to the command line', () => {
    const loaded = open(REQUIREMENTS, { BASE: 'b', REQUIREMENTS: '', ENV: 'A=1' }).load();
    expect(loaded).toMatchObject({ base: { image: 'b' }, env: { A: '1' } });
    expect(loaded.requirements).toBeUndefined();
  });

  it('gives way to image files', () => {
    expect(open({ ...REQUIREMENTS, 'slurm/images/x.conf': '' }).list()).toEqual(['x']);
  });

  it('has its mistakes in the files that are there', () => {
    expect(problemsOf(open({ 'requirements-slurm.txt': 'a\n./b\n' }).load)).toEqual([
      { kind: 'local-requirement', requirement: './b', place: { file: 'requirements-slurm.txt', line: 2 } },
    ]);
  });
});

describe('its name', () => {
  const profile = (name: string, container: string) => ({
    [`slurm/profiles/${name}.conf`]: `CONTAINER=${container}\n`,
  });
  const template = (name: string) => ({
    'slurm/templates/t.sbatch': `srun --container-image={{REMOTE_DIR}}/slurm/images/${name} \\\n`,
  });

  it('is that of the file which the cluster, the profiles or a template expect', () => {
    const all = { ...REQUIREMENTS, ...profile('a', '~/p/slurm/images/b.sqsh'), ...template('c.sqsh') };
    expect(open(all, {}, 'CONTAINER=/x/slurm/images/a.sqsh\n').list()).toEqual(['a']);
    expect(open(all, {}, 'CONTAINER=/x/other/a.sqsh\n').list()).toEqual(['b']);
    expect(open({ ...REQUIREMENTS, ...template('c.sqsh') }).list()).toEqual(['c']);
  });

  it("is the folder's where they disagree or say nothing", () => {
    const differing = { ...profile('a', '/x/slurm/images/a.sqsh'), ...profile('b', '/x/slurm/images/b.sqsh') };
    for (const files of [differing, profile('a', 'python:3'), {}]) {
      const { root, list } = open({ ...REQUIREMENTS, ...files });
      expect(list()).toEqual([basename(root)]);
    }
  });

  it.each([
    ['my project (2)', 'my-project-2'],
    ['-x.', 'x'],
    ['été', 'ete'],
    ['연구', 'image'],
  ])('of %j is %j', (folder, name) => {
    const { root } = open({ [`${folder}/requirements-slurm.txt`]: '' });
    expect(listImages(`${root}/${folder}`, { settings: new Map() })).toEqual([name]);
  });

  it('tells the runtime too', () => {
    expect(open(REQUIREMENTS, {}, 'CONTAINER=slurm/images/a.sif\n').load()).toMatchObject({
      ...{ name: 'a', runtime: 'apptainer' },
    });
  });

  it('is what profiles run in', () => {
    const path = 'slurm/images/lab.sqsh';
    const { runsIn } = load({ files: REQUIREMENTS, cluster: `CONTAINER=/mnt/project/${path}\n` });
    expect(runsIn).toEqual({ kind: 'image', name: 'lab', runtime: 'enroot', path });
  });
});
