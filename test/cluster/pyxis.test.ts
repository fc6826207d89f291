/** That the stand-in for Pyxis does what the real 0.24 was seen to do. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { makeSqsh, type Registry, startRegistry, tried, turn } from '../kit/containers.ts';
import { until } from '../kit/toy.ts';
import { ensureCluster, type TestCluster } from './cluster.ts';

describe.skipIf(inject('noCluster'))('Pyxis', () => {
  let cluster: TestCluster;
  let registry: Registry;
  let folder: string;
  let image: string;
  const run = (command: string) => tried(cluster, `cd ${folder}; ${command}`);
  const inside = (options: string, command: string) => run(`srun -Q --container-image=${image} ${options} ${command}`);

  beforeAll(async () => {
    cluster = await ensureCluster();
    folder = cluster.remoteDir();
    image = join(folder, 'base.sqsh');
    await cluster.asUser('srt-bash', `mkdir ${folder}`);
    await makeSqsh(image, { env: { FOO: 'image', LANG: 'xx_XX' }, workdir: '/opt/work' });
    registry = await startRegistry(cluster);
    await registry.push('library/hub:latest');
  });

  afterAll(async () => {
    await registry.stop();
    await cluster.asUser('srt-bash', `rm -rf ${folder} ~/.local/share/enroot* ~/.cache/enroot`);
  });

  it('runs every task inside, in the folder and with the variables of the image', async () => {
    const one = await inside('', `sh -c 'pwd; ls /.lock; echo $FOO $SLURM_PROCID; touch /x'`);
    expect(one.text).toMatch(/^\/opt\/work\n\/\.lock\nimage 0\ntouch: \/x: Read-only file system\n/);
    expect(one.exit).toBe(1);
    const alone = `sh -c 'echo > /tmp/$SLURM_PROCID; until [ -e /tmp/0 ] && [ -e /tmp/1 ] && [ -e /tmp/2 ]; do sleep 0.1; done'`;
    expect(await inside('--ntasks=3 --time=1', alone)).toEqual({ exit: 0, text: '' });
    const nodes = await inside('-N 2 --container-remap-root --container-writable', `sh -c 'touch /x && id -u'`);
    expect(nodes).toEqual({ exit: 0, text: '0\n0' });
  });

  it('leaves no container and no folder of the step behind', async () => {
    await inside('', 'true');
    await inside('--container-name=never:exec', 'true');
    expect((await run('ls ~/.local/share/enroot-n1')).text).toBe('');
    expect((await run(`ls ${cluster.dir}/run/pyxis`)).text).toBe('');
  });

  it('passes exit codes on, and has 2 for a command that is not there', async () => {
    expect(await inside('', `sh -c 'exit 42'`)).toMatchObject({ exit: 42 });
    const absent = await inside('', 'nosuch');
    expect(absent.exit).toBe(2);
    expect(absent.text).toMatch(/^slurmstepd-n\d: error: execve\(\): nosuch: No such file or directory$/m);
  });

  it("says in slurmstepd's lines what went wrong before", async () => {
    const missing = await run('srun -Q --container-image=/nosuch.sqsh true');
    expect(missing.exit).toBe(1);
    expect(missing.text).toMatch(/^slurmstepd-n\d: error: pyxis: failed to create container filesystem for image: /m);
    expect(missing.text).toMatch(
      /^slurmstepd-n\d: error: pyxis: {5}\[ERROR\] No such file or directory: \/nosuch.sqsh$/m,
    );
    const workdir = await inside('--container-workdir=/nosuch', 'true');
    expect(workdir.exit).toBe(1);
    expect(workdir.text).toMatch(/pyxis: couldn't chdir to \/nosuch: No such file or directory/);
  });

  it('takes an image that begins with neither / nor . for one of a registry', async () => {
    const undo = turn(cluster, 'docker-hub', registry.address);
    const hub = await run('srun -Q --container-image=hub ls /.lock');
    const file = await run('srun -Q --container-image=base.sqsh true');
    undo();
    expect(hub).toMatchObject({
      exit: 0,
      text: expect.stringMatching(/pyxis: imported docker image: hub[\s\S]*\/\.lock/),
    });
    expect(file.exit).toBe(1);
    expect(file.text).toMatch(/failed to import docker image: base.sqsh[\s\S]*404 Not Found/);
    expect(await run('srun -Q --container-image=./base.sqsh true')).toEqual({ exit: 0, text: '' });
  });

  it('mounts, each with its flags, and refuses a source it cannot mount', async () => {
    await run('mkdir -p work "read only" && echo text > "read only/file"');
    const mounts = `--container-mounts="${folder}/work:/workspace,${folder}/read only:/r o:ro" --container-workdir=/workspace`;
    const mounted = await inside(mounts, `sh -c 'cat "/r o/file" > copy; touch "/r o/new"'`);
    expect(mounted.text).toMatch(/touch: \/r o\/new: Read-only file system/);
    expect((await run('cat work/copy')).text).toBe('text');
    expect(await inside('--container-mounts=./work:/w', 'ls /w')).toEqual({ exit: 0, text: 'copy' });
    expect(await inside('--container-mounts=work:/w', 'ls /w')).toMatchObject({ exit: 255 });
    const absent = await inside('--container-mounts=/nosuch:/w', 'ls /w');
    expect(absent).toMatchObject({ exit: 1, text: expect.stringMatching(/source path does not exist: \/nosuch/) });
  });

  it("lets the image's variables win unless they are named, and drops the language", async () => {
    const show = `sh -c 'echo "$FOO $HOST_ONLY $LANG $LC_ALL"'`;
    const variables = 'export FOO=host HOST_ONLY=1 LANG=C.UTF-8 LC_ALL=C;';
    const srun = `srun -Q --container-image=${image}`;
    expect((await run(`${variables} ${srun} ${show}`)).text).toBe('image 1 xx_XX');
    expect((await run(`${variables} ${srun} --container-env=FOO,LANG ${show}`)).text).toBe('host 1 C.UTF-8');
  });

  it('keeps a container that has a name, and then no more looks at the image', async () => {
    expect(await inside('--container-name=kept --container-writable', 'touch /made')).toMatchObject({ exit: 0 });
    expect(await run('srun -Q --container-image=/nosuch --container-name=kept ls /made')).toMatchObject({ exit: 0 });
    expect(await inside('--container-name=kept:create', 'true')).toMatchObject({ exit: 1 });
    expect(existsSync(join(cluster.home('srt-bash'), '.local/share/enroot-n1/pyxis_kept'))).toBe(true);
    await run('SLURMD_NODENAME=n1 enroot remove -f pyxis_kept');
  });

  it('ends well though it could not save', async () => {
    expect(await inside(`--container-save=${folder}/saved.sqsh`, 'true')).toMatchObject({ exit: 0 });
    expect(existsSync(join(folder, 'saved.sqsh'))).toBe(true);
    const failed = await inside('--container-save=/nosuch/saved.sqsh', 'true');
    expect(failed).toMatchObject({ exit: 0, text: expect.stringMatching(/\[ERROR\] No such file or directory/) });
  });

  it('is unknown to srun where it is missing, and told by its help', async () => {
    const help = await run('srun --help | grep -c -e --container-image');
    const undo = turn(cluster, 'no-pyxis-here');
    const unknown = await inside('', 'true');
    const without = await run('srun --help | grep -c -e --container-image');
    undo();
    expect([help.text, without.text]).toEqual(['1', '0']);
    expect(unknown.exit).toBe(255);
    expect(unknown.text).toContain(`unrecognized option '--container-image=${image}'`);
  });

  it.each([
    ['no-pyxis-on-nodes.n2', /^ls: .*\/\.lock/m, 'ran on the host'],
    ['no-pyxis-runtime.n2', /launch failed: Plugin initialization failed/, ''],
  ] as const)('ends well though nothing ran inside: %s', async (knob, text, ran) => {
    const undo = turn(cluster, knob);
    const ended = await inside('-w n2', `sh -c 'ls /.lock; echo ran on the host'`);
    undo();
    expect(ended.exit).toBe(0);
    expect(ended.text).toMatch(text);
    expect(ended.text.includes('ran on')).toBe(ran !== '');
  });

  it('lets signals reach the command', async () => {
    const trap = `sh -c 'trap "echo told; exit 7" TERM; echo ready; while :; do sleep 0.1; done'`;
    const script = `#!/bin/bash\nsrun --container-image=${image} ${trap}\necho "rc $?"\n`;
    const id = await cluster.asUser('srt-bash', `cd ${folder}; sbatch --parsable -o log <<'END'\n${script}END`);
    await until('the command', async () => /ready/.test((await run('cat log')).text));
    await cluster.asUser('srt-bash', `scancel -s TERM ${id}.0`);
    await until('its end', async () => /^rc 7$/m.test((await run('cat log')).text));
    expect((await run('cat log')).text).toMatch(/^told$/m);
  });
});
