/** Images made on the cluster: from a registry's base with packages, a set-up script and variables; made anew only when something changed. */

import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { clusterUnavailable } from '../cluster/cluster.ts';
import { REGISTRY_LOGIN, sqshHas, sqshRead, startRegistry } from '../kit/containers.ts';
import { imageProject } from '../kit/images.ts';
import { TOOLKIT } from '../kit/toy.ts';

describe.skipIf(clusterUnavailable())('slurm-image-refresh', () => {
  const project = imageProject();
  const { refresh } = project;

  test('makes the image, and not again while nothing has changed', async () => {
    const { exit, json, stderr } = await refresh();
    expect(exit, JSON.stringify(json.problems) + stderr).toBe(0);
    const { file, digest, link, size, outcome } = json.built;
    expect(outcome).toBe('built');
    expect(link).toBe(`${project.images}/my.sqsh`);
    expect(file).toBe(`${project.images}/my-${digest.slice(7, 19)}.sqsh`);
    expect(await project.current()).toBe(file.split('/').pop());
    expect(await project.asUser(`sha256sum <'${file}'; stat -c %s '${file}'`)).toBe(`${digest.slice(7)}  -\n${size}`);
    expect(await sqshRead(file, '/set-up-by')).toBe('0');
    expect(await sqshHas(file, '/usr/lib/python3/dist-packages/numpy/version')).toBe(true);
    expect(await sqshHas(file, '/usr/lib/python3/dist-packages/tqdm/version')).toBe(true);
    expect(await sqshRead(file, '/etc/environment')).toMatch(/^GREETING=hello you$/m);
    expect(await sqshRead(file, '/etc/environment')).not.toMatch(/the base/);
    expect(await sqshRead(file, '/etc/slurm-runner-image')).toMatch(/^[0-9a-f]{32}$/);
    expect(await project.asUser(`cat '${project.images}'/.builds/my/1/log`)).toContain(
      'Successfully installed numpy==1.26 tqdm',
    );
    expect(await project.leftovers()).toBe('');

    const again = await refresh();
    expect(again.json.built).toMatchObject({ outcome: 'current', digest });
    const forced = await refresh({ FORCE: '1' });
    expect(forced.json.built.outcome).toBe('built');
  });

  test.for([
    ['a package', () => project.toy.write('reqs/more.txt', 'tqdm\nscipy\n')],
    ['the set-up', () => project.toy.write('setup.sh', '#!/bin/sh\necho anew >/set-up-by\n')],
    ['the base in the registry', () => project.registry.push('team/base:v1', { files: { '/new': 'yes' } })],
    [
      'the file itself, by somebody',
      async () => project.asUser(`cd '${project.images}' && chmod +w my-*.sqsh && echo >>"$(readlink my.sqsh)"`),
    ],
  ] as const)('%s has changed: it is made anew', async ([, change]) => {
    await change();
    const { json, exit, stderr } = await refresh();
    expect(exit, JSON.stringify(json.problems) + stderr).toBe(0);
    expect(json.built.outcome).toBe('built');
    expect((await refresh()).json.built.outcome).toBe('current');
  });

  test('what pip refuses reaches the user in its own words, and the image stays as it was', async () => {
    const before = await project.current();
    project.toy.write('reqs/more.txt', 'no-such-package==9\n');
    const { exit, json } = await refresh();
    expect(exit).toBe(1);
    expect(json.problems[0]).toMatchObject({ kind: 'image-failed', step: 'pip install -r reqs/slurm.txt', code: 1 });
    expect(json.problems[0].message).toContain('ERROR: No matching distribution found for no-such-package==9');
    expect(await project.current()).toBe(before);
    expect(await project.leftovers()).toBe('');
    project.toy.write('reqs/more.txt', 'tqdm\n');
  });

  test('in a job, of the profile named or as cluster.conf has it; what Slurm refuses is said', async () => {
    const { exit, json, stderr } = await refresh({ BUILD_ON: 'job', FORCE: '1', SBATCH_TIME: '5' });
    expect(exit, JSON.stringify(json.problems) + stderr).toBe(0);
    expect(json.built.outcome).toBe('built');
    expect(stderr).toMatch(/in job \d+/);
    const refused = await refresh({ BUILD_ON: 'job', FORCE: '1', PARTITION: 'nowhere' });
    expect(refused).toMatchObject({ exit: 2, json: { problems: [{ kind: 'image-job-refused' }] } });
    expect(refused.json.problems[0].message).toMatch(/partition/i);
    expect((await refresh()).exit).toBe(0);
  });

  test('a registry that wants a login, has no such image, or does not answer', async () => {
    const before = await project.current();
    const closed = await startRegistry(project.cluster, { login: true });
    const credentials = '~/.config/enroot/.credentials';
    try {
      await closed.push('team/secret:v1');
      const base = `${closed.address}#team/secret:v1`;
      const refused = await refresh({ BASE: base });
      expect(refused).toMatchObject({
        exit: 1,
        json: { problems: [{ kind: 'image-credentials', machines: ['127.0.0.1'] }] },
      });
      expect(refused.json.problems[0].message).toContain('machine 127.0.0.1 login USER password KEY');
      const line = `machine 127.0.0.1 login ${REGISTRY_LOGIN.user} password ${REGISTRY_LOGIN.password}`;
      await project.asUser(`mkdir -p ~/.config/enroot && (umask 077 && echo '${line}' >${credentials})`);
      expect((await refresh({ BASE: base })).exit).toBe(0);
    } finally {
      await project.asUser(`rm -f ${credentials}`);
      await closed.stop();
    }
    const after = await project.current();
    expect(after).not.toBe(before);
    const unknown = await refresh({ BASE: `${project.registry.address}#team/base:v9` });
    expect(unknown).toMatchObject({ exit: 1, json: { problems: [{ kind: 'image-unknown' }] } });
    const silent = await refresh({ BASE: `${closed.address}#team/secret:v1`, FORCE: '1' });
    expect(silent).toMatchObject({ exit: 1, json: { problems: [{ kind: 'image-network' }] } });
    expect(await project.current()).toBe(after);
    expect(await project.leftovers()).toBe('');
  });

  test('without enroot there, or without namespaces', async () => {
    await project.asUser(`mkdir -p ~/empty && ln -sf /usr/bin/* ~/empty/`);
    const none = await refresh({ REMOTE_SETUP: 'PATH=$HOME/empty', FORCE: '1' });
    expect(none).toMatchObject({ exit: 1, json: { problems: [{ kind: 'image-no-runtime', runtime: 'enroot' }] } });
    expect(none.json.problems[0].message).toContain('BUILD_ON=job');
  });

  test('with a set-up text of the site that has names of ours: its folder for what is passing stays', async () => {
    const own = await project.asUser('mkdir -p own-tmp && : >own-tmp/precious && cd own-tmp && pwd');
    const setup = `export TMPDIR=${own} scratch=${own} build=${own} images=${own}; cd ${own}`;
    const { exit, json, stderr } = await refresh({ REMOTE_SETUP: setup, FORCE: '1' });
    expect(exit, JSON.stringify(json.problems) + stderr).toBe(0);
    expect(await project.asUser(`ls -A ${own}; rm -rf ${own}`)).toBe('precious');
  });

  test('the example of the toolkit, on a base of the tests', async () => {
    for (const path of ['slurm/images/python.conf', 'examples/requirements.txt']) {
      project.toy.write(path, readFileSync(join(TOOLKIT, path)));
    }
    const base = `${project.registry.address}/team/base:v1`;
    const { exit, json, stderr } = await refresh({ IMAGE: 'python', BASE: base });
    expect(exit, JSON.stringify(json.problems) + stderr).toBe(0);
    expect(await sqshHas(json.built.file, '/usr/lib/python3/dist-packages/tqdm/version')).toBe(true);
    expect(await sqshRead(json.built.file, '/etc/environment')).toMatch(/^PYTHONUNBUFFERED=1$/m);
    rmSync(join(project.toy.root, 'slurm/images/python.conf'));
  });

  test('only the image of the ancestor: requirements-slurm.txt and a Dockerfile', async () => {
    const { toy } = project;
    rmSync(join(toy.root, 'slurm/images'), { recursive: true });
    toy.write('requirements-slurm.txt', 'optuna\n');
    toy.write('Dockerfile', `ARG TAG=v1\nFROM ${project.registry.address}/team/base:\${TAG} AS all\nRUN true\n`);
    const name = toy.root.split('/').pop() as string;
    const { exit, json, stderr } = await refresh();
    expect(exit, JSON.stringify(json.problems) + stderr).toBe(0);
    expect(json.built.link).toBe(`${project.images}/${name}.sqsh`);
    expect(await sqshHas(json.built.file, '/usr/lib/python3/dist-packages/optuna/version')).toBe(true);
  });
});
