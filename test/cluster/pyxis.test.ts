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

  it('of an option given twice has the last', async () => {
    await run('mkdir -p one two && echo 1 > one/file && echo 2 > two/file');
    const mounts = `--container-mounts=${folder}/one:/one --container-mounts=${folder}/two:/two`;
    const show = `sh -c 'ls -d /one /two 2>/dev/null; cat /two/file'`;
    expect((await inside(mounts, show)).text).toBe('/two\n2');
  });

  describe('of sbatch', () => {
    /** Hands a script in, waits for its end, and gives how it ended and its log. */
    async function batch(lines: string, options = '', args = ''): Promise<{ ended: string; log: string }> {
      const script = `cat > script <<'END'\n${lines}\nEND\n`;
      const handed = await run(
        `${script} sbatch --parsable --chdir=${folder}/work -o ${folder}/log.%j ${options} script ${args}`,
      );
      expect(handed).toMatchObject({ exit: 0, text: expect.stringMatching(/^\d+$/m) });
      const id = /^\d+$/m.exec(handed.text)![0];
      await until('its end', async () => /COMPLETED|FAILED/.test((await run(`squeue -h -t all -o %T -j ${id}`)).text));
      const ended = (await run(`squeue -h -t all -O state:20,exit_code:20 -j ${id}`)).text.replace(/ +/g, ' ').trim();
      return { ended, log: (await run(`cat log.${id}`)).text };
    }
    const directive = () => `#SBATCH --container-image=${image}`;

    beforeAll(() => cluster.asUser('srt-bash', `mkdir -p ${folder}/work`));

    it('has the script inside, at its own path, in the folder and with the variables of the image', async () => {
      const show =
        'echo "$0" $*; pwd; ls /.lock; echo $FOO $HOST; command -v srun; touch /x; cat "$0" | grep -c SBATCH';
      const script = `#!/bin/sh\n${directive()}\n#SBATCH --export=ALL,FOO=host,HOST=1\n${show}\nexit 42`;
      const { ended, log } = await batch(script, '', 'a b');
      const lines = log.split('\n');
      expect(lines.shift()).toMatch(/\/spool\/n\d\/job\d+\/slurm_script a b$/);
      expect(lines).toEqual(['/opt/work', '/.lock', 'image 1', 'touch: /x: Read-only file system', '3']);
      expect(ended).toMatch(/^FAILED (42:0|10752)$/);
    });

    it('has them on the command line, too, which wins; but one image only', async () => {
      await run('echo 1 > work/file');
      const script = `#!/bin/sh\n${directive()}\n#SBATCH --container-mounts=/nosuch:/x\ncat file`;
      const options = `--container-mounts=./:/w --container-workdir=/w --container-image=${image}`;
      expect(await batch(script, options)).toMatchObject({ log: '1' });
      await run(`printf '#!/bin/sh\\n${directive()}\\n' > script`);
      const two = await run('sbatch --container-image=/other script');
      expect(two.exit).toBe(255);
      expect(two.text).toMatch(/^sbatch: error: pyxis: --container-image specified multiple times$/m);
    });

    it('has every task of an array inside, and leaves nothing behind', async () => {
      await run(`printf '#!/bin/sh\\n${directive()}\\nls /.lock; echo task $SLURM_ARRAY_TASK_ID' > script`);
      await run('sbatch --wait --array=0-2 -o array.%a script');
      expect((await run('cat array.?')).text).toBe([0, 1, 2].map((n) => `/.lock\ntask ${n}`).join('\n'));
      await until('the end of the containers', async () => (await run(`ls ${cluster.dir}/run/pyxis`)).text === '');
      expect((await run('ls ~/.local/share/ | grep enroot | xargs -I% ls ~/.local/share/%')).text).toBe('');
    });

    it("says in slurmstepd's lines what went wrong", async () => {
      const bash = await batch(`#!/no/such/bash\n${directive()}`);
      expect(bash.ended).toMatch(/^FAILED (2:0|512)$/);
      expect(bash.log).toMatch(/error: execve\(\): bad interpreter\(\/no\/such\/bash\): No such file or directory$/m);
      const missing = await batch('#!/bin/sh\n#SBATCH --container-image=/nosuch.sqsh');
      expect(missing.ended).toMatch(/^FAILED (1:0|256)$/);
      expect(missing.log).toMatch(/pyxis: failed to create container filesystem for image: \/nosuch.sqsh$/m);
    });

    it.each([
      ['no-pyxis-on-nodes', /\/work\nhost$/, 'FAILED'],
      ['no-pyxis-runtime', /^$/, 'COMPLETED'],
    ] as const)('does not see to it that it ran inside: %s', async (knob, log, state) => {
      const undo = turn(cluster, knob);
      const there = await batch(`#!/bin/sh\n${directive()}\npwd\n[ -e /.lock ] || echo host\nexit 3`);
      undo();
      expect(there.log).toMatch(log);
      expect(there.ended).toMatch(new RegExp(`^${state}`));
    });

    it('lets signals reach the script', async () => {
      const trap = `trap 'echo told; exit 7' TERM; echo ready; while :; do sleep 0.1; done`;
      await run(`cat > script <<'END'\n#!/bin/sh\n${directive()}\n${trap}\nEND`);
      const id = (await run('sbatch --parsable -o told.log script')).text;
      await until('the script', async () => (await run('cat told.log')).text === 'ready');
      await run(`scancel ${id}`);
      await until('its end', async () => /^told$/m.test((await run('cat told.log')).text));
    });
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
