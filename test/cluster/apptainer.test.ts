/** That apptainer, the real one, does for the cluster's people what a site's does. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Registry, startRegistry, tried } from '../kit/containers.ts';
import { ensureCluster, type TestCluster } from './cluster.ts';

describe.skipIf(inject('noCluster'))('apptainer', () => {
  let cluster: TestCluster;
  let registry: Registry;
  let folder: string;
  const run = (command: string) => tried(cluster, `cd ${folder}; ${command}`);

  beforeAll(async () => {
    cluster = await ensureCluster();
    folder = cluster.remoteDir();
    await cluster.asUser('srt-bash', `mkdir ${folder}`);
    registry = await startRegistry(cluster);
    await registry.push('team/base:v1', { env: { FOO: 'image' } });
    const built = await run(`apptainer -q build base.sif docker://${registry.address}/team/base:v1`);
    expect(built).toMatchObject({ exit: 0 });
  });

  afterAll(async () => {
    await registry.stop();
    await cluster.asUser('srt-bash', `chmod -R u+w ~/.apptainer; rm -rf ${folder} ~/.apptainer`);
  });

  it('runs a command inside, from a login and in a job', async () => {
    expect(await run(`apptainer -q exec base.sif sh -c 'echo $FOO; exit 3'`)).toMatchObject({ exit: 3, text: 'image' });
    const job = await run(`srun -Q apptainer -q exec --bind $PWD:/workspace --pwd /workspace base.sif sh -c 'pwd; ls'`);
    expect(job).toEqual({ exit: 0, text: '/workspace\nbase.sif' });
  });

  it('builds from a definition file with a script run as root', async () => {
    const definition = `Bootstrap: localimage\nFrom: base.sif\n%post\n  id -u > /made\n`;
    await cluster.asUser('srt-bash', `cat > ${folder}/made.def <<'END'\n${definition}END`);
    expect(await run('srun -Q apptainer -q build made.sif made.def')).toMatchObject({ exit: 0 });
    expect(await run('apptainer -q exec made.sif cat /made')).toMatchObject({ exit: 0, text: '0' });
    const again = await run('apptainer -q build made.sif made.def');
    expect(again).toMatchObject({ exit: 255, text: expect.stringMatching(/already exists. Use --force/) });
    expect(await run('apptainer -q build -F made.sif made.def')).toMatchObject({ exit: 0 });
  });
});
