/** An image that apptainer makes of a definition file here, and that is sent as it is. */

import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clusterUnavailable, ensureCluster, type TestCluster } from '../cluster/cluster.ts';
import { makeRootfs } from '../kit/containers.ts';
import { makeToy, TOOLKIT, type Toy } from '../kit/toy.ts';

// A cluster in a root of its own has no node there.
describe.skipIf(clusterUnavailable() || process.env.SLURM_VERSION)('an image of a definition file', () => {
  let cluster: TestCluster;
  let toy: Toy | undefined;
  beforeAll(async () => {
    cluster = await ensureCluster();
  });
  afterAll(() => toy?.remove());

  // As an ordinary user, for whom apptainer is made: the laptop is an account of the cluster then.
  test('a definition file is built here, and its .sif is sent as it is', async () => {
    const folder = cluster.remoteDir();
    await cluster.asUser('srt-bash', `mkdir -p '${folder}'`);
    toy = makeToy('REMOTE_HOST=local\nREMOTE_DIR=there\nSCHEDULER=local\n', process.env, folder);
    const root = await makeRootfs({ bash: false });
    await execa('mv', [root, join(toy.root, 'root')]);
    // The clone may lie where that account may not go.
    await execa('cp', ['-a', TOOLKIT, join(toy.root, 'toolkit')]);
    toy.write('Makefile', `include ${toy.root}/toolkit/slurm/slurm.mk\n`);
    toy.write('hello', 'hello\n');
    toy.write('x.def', 'Bootstrap: localimage\nFrom: root\n%files\n  hello /hello\n%post\n  echo made >/made\n');
    toy.write('slurm/images/own.conf', 'BASE=x.def\n');
    chmodSync(toy.root, 0o755);
    await cluster.asRoot(`chown -R srt-bash: '${toy.root}'`);
    const said = await cluster.asUser('srt-bash', `cd '${toy.root}' && make slurm-image-setup JSON=1 2>&1`);
    expect(said).toContain('"outcome": "built"');
    const made = `apptainer -q exec '${toy.root}/there/slurm/images/own.sif' cat /hello /made`;
    expect(await cluster.asUser('srt-bash', made)).toBe('hello\nmade');
    rmSync(folder, { recursive: true, force: true });
  });
});
