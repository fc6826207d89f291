/** Images for apptainer: a Dockerfile's made into a .sif over there, a definition file's made here and sent. */

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
});
