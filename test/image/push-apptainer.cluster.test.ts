/** Images for apptainer: a Dockerfile's made into a .sif over there, a definition file's made here and sent. */

import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { clusterUnavailable, ensureCluster, type TestCluster } from '../cluster/cluster.ts';
import { makeRootfs } from '../kit/containers.ts';
import { makeToy, type Toy } from '../kit/toy.ts';
import { openStore } from './store.ts';

describe.skipIf(clusterUnavailable())('images for apptainer', () => {
  let cluster: TestCluster;
  let toy: Toy;
  beforeAll(async () => {
    cluster = await ensureCluster();
  });
  afterEach(() => toy?.remove());

  test('a Dockerfile built here becomes a .sif there, with its variables', async () => {
    const store = openStore();
    const [env, remoteDir] = [cluster.env(), cluster.remoteDir()];
    toy = makeToy(`REMOTE_HOST=srt\nREMOTE_DIR=${remoteDir}\n`, { ...env, ...store.env, PATH: env.PATH });
    const root = await makeRootfs({ bash: false });
    await execa('mv', [root, join(toy.root, 'root')]);
    toy.write('Dockerfile', 'FROM scratch\nCOPY root /\nENV A="x y" PATH=/usr/bin:/bin\n');
    toy.write('slurm/images/sif.conf', 'DOCKERFILE=Dockerfile\nRUNTIME=apptainer\n');
    const { exit, stdout, stderr } = await toy.json('slurm-image-setup');
    expect(exit, stdout + stderr).toBe(0);
    const inside = `apptainer -q exec '${remoteDir}/slurm/images/sif.sif' sh -c 'echo "$A"; cat /etc/slurm-runner-image'`;
    expect(await cluster.asUser('srt-bash', inside)).toMatch(/^x y\n[0-9a-f]{32}$/);
    await cluster.asUser('srt-bash', `rm -rf '${remoteDir}'`);
    store.remove();
  });

  // As an ordinary user, for whom apptainer is made: the laptop is an account of the cluster then.
  test('a definition file is built here, and its .sif is sent as it is', async () => {
    const folder = cluster.remoteDir();
    await cluster.asUser('srt-bash', `mkdir -p '${folder}'`);
    toy = makeToy('REMOTE_HOST=local\nREMOTE_DIR=there\nSCHEDULER=local\n', process.env, folder);
    const root = await makeRootfs({ bash: false });
    await execa('mv', [root, join(toy.root, 'root')]);
    toy.write('hello', 'hello\n');
    toy.write('x.def', 'Bootstrap: localimage\nFrom: root\n%files\n  hello /hello\n%post\n  echo made >/made\n');
    toy.write('slurm/images/own.conf', 'BASE=x.def\n');
    chmodSync(toy.root, 0o755);
    await execa('chown', ['-R', 'srt-bash:', toy.root]);
    const said = await cluster.asUser('srt-bash', `cd '${toy.root}' && make slurm-image-setup JSON=1 2>&1`);
    expect(said).toContain('"outcome": "built"');
    const made = `apptainer -q exec '${toy.root}/there/slurm/images/own.sif' cat /hello /made`;
    expect(await cluster.asUser('srt-bash', made)).toBe('hello\nmade');
    rmSync(folder, { recursive: true, force: true });
  });
});
