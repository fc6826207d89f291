/** What a push makes of the image that its profile names: on the real cluster, with real image files. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clusterUnavailable } from '../cluster/cluster.ts';
import { type Contained, contained } from '../kit/contained.ts';
import { refused } from '../kit/submitted.ts';

describe.skipIf(clusterUnavailable())('the image at a push', () => {
  let our: Contained;
  beforeAll(async () => {
    our = await contained();
    our.toy.write('data/big.bin', 'much data');
    await our.managed('good', '0'.repeat(32));
  });
  afterAll(() => our?.remove());

  const push = (container: string, more = '') => {
    our.toy.profile('p', `COMMAND=true\nDATA_FILES=data/\nCONTAINER=${container}\n${more}`);
    return our.toy.json('slurm-push', { PROFILE: 'p', YES: '1' });
  };

  /** Nothing was sent, no run directory stays, nothing is tracked. */
  async function refusedWith(container: string, problem: object, more = ''): Promise<string> {
    const before = await our.runs();
    const tracked = our.toy.has('slurm/jobs/p.rundir') && our.toy.read('slurm/jobs/p.rundir');
    const ended = await push(container, more);
    expect(ended.exit, ended.stderr).toBe(2);
    expect(ended.json.problems).toEqual([expect.objectContaining(problem)]);
    expect(await our.runs()).toBe(before);
    expect(await our.asUser(`ls ${our.remoteDir}/data 2>/dev/null || :`)).toBe('');
    expect(our.toy.has('slurm/jobs/p.rundir') && our.toy.read('slurm/jobs/p.rundir')).toBe(tracked);
    return ended.json.problems[0].message;
  }

  const there = (path: string) => `${our.remoteDir}/${path}`;

  test('is not there: what makes it is named', async () => {
    our.toy.write('slurm/images/missing.conf', 'BASE=docker://python:3.10-slim\n');
    const path = there('slurm/images/missing.sqsh');
    const told = await refusedWith('missing', { kind: 'image-missing', name: 'missing', path });
    expect(told).toContain('make slurm-image-refresh IMAGE=missing');
    expect(await refusedWith('~/none/x.sqsh', { kind: 'image-missing' })).toContain('correct CONTAINER');
    const dangling = there('dangling.sqsh');
    await our.asUser(`ln -s /none ${dangling}`);
    await refusedWith('dangling.sqsh', { kind: 'image-missing', path: dangling });
  });

  test('is not readable, no image, or cut short', async () => {
    const { path } = await our.file('whole.sqsh');
    await our.asUser(
      `cd ${our.remoteDir} && head -c 100000 whole.sqsh >short.sqsh && echo text >text.sqsh && mkdir folder.sqsh`,
    );
    await refusedWith('short.sqsh', { kind: 'image-broken', fault: 'short', path: there('short.sqsh') });
    await refusedWith('text.sqsh', { kind: 'image-broken', fault: 'format', path: there('text.sqsh') });
    await refusedWith('folder.sqsh', { kind: 'image-broken', fault: 'format' });
    await our.asUser(`truncate -s 4096 ${there('holes.sqsh')}`);
    await refusedWith('holes.sqsh', { kind: 'image-broken', fault: 'format' });
    await our.cluster.asRoot(`chown root '${path}' && chmod 600 '${path}'`);
    await refusedWith('whole.sqsh', { kind: 'image-broken', fault: 'unreadable', path });
  });

  test('a .sif for apptainer is told from one that is cut short', async () => {
    const sif = there('x.sif');
    await our.file('for-sif.sqsh');
    await our.asUser(`cd ${our.remoteDir} && apptainer build x.sif for-sif.sqsh && head -c 50000 x.sif >half.sif`);
    const { json, exit, stderr } = await push('x.sif');
    expect(exit, stderr).toBe(0);
    expect(await our.asUser(`readlink ${json.runDir}/.slurm-runner/image`)).toBe(sif);
    await our.asUser(`rm -r ${our.remoteDir}/data/*`);
    await refusedWith('half.sif', { kind: 'image-broken', fault: 'short' });
  });

  test('is not what was made: another size, another time', async () => {
    const { path } = await our.managed('tampered', '1'.repeat(32));
    await our.asUser(`touch -d '2 hours ago' ${path}`);
    const told = await refusedWith('tampered', { kind: 'image-changed', name: 'tampered', path });
    expect(told).toContain('FORCE=1');
    await our.asUser(`rm ${there('slurm/images/tampered')}*`);
    const { path: again } = await our.managed('tampered', '2'.repeat(32));
    await our.asUser(`printf x >>${again}`);
    await refusedWith('tampered', { kind: 'image-changed', path: again });
  });

  test("a file of somebody's own: its digest is worked out once", async () => {
    const { path, digest } = await our.file('own.sqsh');
    await our.asUser(`touch -d '1 hour ago' ${path}`);
    const first = await push('own.sqsh');
    expect(first.json.image).toEqual({ digest });
    const sums = `${our.remoteDir}/slurm/images/.sums`;
    const kept = await our.asUser(`cat ${sums}/*`);
    expect(kept).toMatch(new RegExp(`^\\d+ \\d+ \\d+ ${digest} ${path}$`));
    // What stands there is believed as long as the file is the same.
    const made = `sha256:${'9'.repeat(64)}`;
    await our.asUser(`sed -i 's/${digest}/${made}/' ${sums}/*`);
    expect((await push('own.sqsh')).json.image).toEqual({ digest: made });
    await our.asUser(`touch -d '30 minutes ago' ${path}`);
    expect((await push('own.sqsh')).json.image).toEqual({ digest });
  });

  test('a dry run and a rendered script tell of it without the cluster', async () => {
    our.toy.profile('p', 'COMMAND=true\nCONTAINER=good\n');
    const { stdout, stderr, exit } = await our.toy.make('slurm-run', { PROFILE: 'p', DRY_RUN: '1' });
    expect(exit, stderr).toBe(0);
    expect(stdout + stderr).toMatch(/Container: +good$/m);
    expect(stdout).toMatch(/--container-image=\S+\/\.slurm-runner\/image/);
  });

  test('a path that cannot be mounted', async () => {
    our.toy.write('slurm/clusters/odd.conf', `REMOTE_HOST=srt\nREMOTE_DIR=${our.remoteDir}/a,b\n`);
    our.toy.profile('p', 'COMMAND=true\nCONTAINER=good\n');
    const ended = await our.toy.json('slurm-push', { PROFILE: 'p', CLUSTER: 'odd', YES: '1' });
    expect(refused(ended)).toEqual({ exit: 2, kind: 'container-path' });
  });
});
