/** The default template's containers, as srun and apptainer are called; real ones are in test/run/containers*.cluster.test.ts. */

import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Profile } from '../../src/conf/types.ts';
import { hostile, makeJobs, PRINT_ARGS, write } from './jobs.ts';

let jobs: ReturnType<typeof makeJobs>;
const slurm = { scheduler: 'slurm', home: '/home/u' } as const;
const id = { SLURM_JOB_ID: '7' };
/** What inside.sh is replaced by here: words, so that it can be seen where it stands. */
const INSIDE = 'the text of\ninside.sh';

beforeAll(() => {
  jobs = makeJobs();
  write(join(jobs.runDir, '.slurm-runner/inside'), INSIDE);
  symlinkSync('/etc/hostname', join(jobs.runDir, '.slurm-runner/image'));
});
afterAll(() => {
  for (const dir of [jobs.root, jobs.runDir]) expect(existsSync(join(dir, 'pwned'))).toBe(false);
  jobs.remove();
});

/** The stand-in for srun of jobs.ts runs what follows its options, where that is to be seen itself. */
const runningSrun = (body: string) => write(jobs.file('bin/srun'), `#!/bin/sh\n${body}`);

describe('Pyxis', () => {
  const inside = ['/bin/sh', '-c', INSIDE, 'inside'];

  it('starts a container as the ancestor did, of the image that the run is pinned to', async () => {
    const mounts = [
      { source: '~/d', target: '/d', readOnly: false },
      { source: '/e', target: '/e', readOnly: true },
    ];
    const fields = { script: 'a.py', scriptArgs: ['x y'], container: '~/im.sqsh', containerMounts: mounts };
    const script = await jobs.render({ ...fields, env: { A: '1' }, secrets: ['TOKEN'], mountHome: true }, slurm);
    expect(jobs.run(script, id).words).toEqual([
      ...['srun', ''],
      `--container-image=${jobs.runDir}/.slurm-runner/image`,
      `--container-mounts=${jobs.runDir}:/workspace,${jobs.root}/data:/workspace/data,/home/u/d:/d,/e:/e:ro`,
      ...['--container-workdir=/workspace', '--container-env=A,TOKEN', '--container-mount-home'],
      ...[...inside, 'python', 'a.py', 'x y'],
    ]);
    const fromRegistry = { command: 'x', container: 'nvcr.io#nvidia/x:1', containerWorkdir: '/w d' };
    expect(jobs.run(await jobs.render(fromRegistry, slurm), id).words).toEqual([
      ...['srun', '', '--container-image=nvcr.io#nvidia/x:1'],
      `--container-mounts=${jobs.runDir}:/workspace,${jobs.root}/data:/workspace/data`,
      ...['--container-workdir=/w d', ...inside, 'bash', '-c', '--', 'x'],
    ]);
  });

  it('is in its own image, where its run has several', async () => {
    const imageLink = 'image-0123456789ab';
    const script = await jobs.render({ command: 'x', container: 'x.sqsh', imageLink }, slurm);
    expect(jobs.run(script, id)).toMatchObject({ code: 78, stderr: expect.stringContaining('pushed without one') });
    symlinkSync('/etc/hostname', join(jobs.runDir, '.slurm-runner', imageLink));
    const { words } = jobs.run(script, id);
    expect(words).toContain(`--container-image=${jobs.runDir}/.slurm-runner/${imageLink}`);
    expect(words.slice(-8)).toEqual(['/bin/sh', '-c', INSIDE, 'inside-0123456789ab', 'bash', '-c', '--', 'x']);
  });

  it('has a folder in which its tasks leave word, one of each life', async () => {
    const script = await jobs.render({ command: 'x', container: 'x' }, slurm);
    jobs.run(script, { SLURM_JOB_ID: '8' });
    jobs.run(script, { SLURM_JOB_ID: '8', SLURM_RESTART_COUNT: '2' });
    expect(readdirSync(join(jobs.runDir, '.slurm-runner'))).toEqual(
      expect.arrayContaining(['inside-8-0', 'inside-8-2']),
    );
  });

  it('makes the environment inside the container', async () => {
    const venv = jobs.file('env');
    write(join(venv, 'bin/activate'), 'printf "activated\\0"\n');
    const fields = { script: 'sub/args', scriptArgs: hostile, container: 'x', venv };
    const [bash, c, dashes, text] = jobs.run(await jobs.render(fields, slurm), id).words.slice(-4);
    expect([bash, c, dashes]).toEqual(['bash', '-c', '--']);
    const here = JSON.stringify(jobs.runDir).replace(/[$`]/g, '\\$&');
    expect(jobs.run(`#!/bin/bash\ncd ${here}\n${text}`).words).toEqual(['activated', ...hostile]);
  });

  it('is one task, with a terminal or without, where somebody sits before it', async () => {
    const words = async (attended: 'terminal' | 'plain', fields: Partial<Profile>) =>
      jobs.run(await jobs.render({ command: 'x', ...fields }, { ...slurm, attended }), id).words;
    expect((await words('terminal', { container: 'x' })).slice(2, 6)).toEqual([
      ...['--overlap', '--nodes=1', '--ntasks=1', '--pty'],
    ]);
    expect(await words('plain', { container: 'x' })).not.toContain('--pty');
    expect(await words('terminal', { command: 'printf "%s\\0" here' })).toEqual(['here']);
  });

  it('never runs on the host what asks for a container that cannot be had', async () => {
    const args = { script: 'args.sh', scriptArgs: ['x'] };
    expect(jobs.run(await jobs.render({ ...args, container: 'x' }), id)).toMatchObject({ code: 78, stdout: '' });
    const image = join(jobs.runDir, '.slurm-runner/image');
    rmSync(image);
    try {
      const gone = await jobs.render({ ...args, container: 'x.sqsh' }, slurm);
      expect(jobs.run(gone, id)).toMatchObject({ code: 78, stdout: '' });
      symlinkSync('/none/x-0123456789ab.sqsh', image);
      const { code, stderr } = jobs.run(gone, id);
      expect([code, stderr]).toEqual([78, expect.stringMatching(/not there on .*: \/none\/x-0123456789ab\.sqsh/)]);
    } finally {
      rmSync(image, { force: true });
      symlinkSync('/etc/hostname', image);
    }
    const plain = { ...args, container: 'x', containerRuntime: 'none', runsIn: undefined } as unknown as Profile;
    expect(jobs.run(await jobs.render(plain)).words).toEqual(['x']);
  });

  it("has the job's folder on the node under the same name, where the node is the only one", async () => {
    const fields = { command: 'x', container: 'x' };
    const seen = async (TMPDIR: string, more: Record<string, string> = {}, env: Record<string, string> = {}) => {
      runningSrun('printf "%s\\0" "${TMPDIR-none}"; printf "%s\\0" "$@"');
      const { words } = jobs.run(await jobs.render({ ...fields, env }, slurm), { ...id, TMPDIR, ...more });
      return [
        words[0],
        words
          .find((word) => word.startsWith('--container-mounts='))
          ?.split('=')[1]
          ?.split(',')[0],
      ];
    };
    const [own, first] = [jobs.file('own'), `${jobs.runDir}:/workspace`];
    mkdirSync(own);
    expect(await seen(own)).toEqual([own, `${own}:${own}`]);
    expect(await seen(own, { SLURM_JOB_NUM_NODES: '2' })).toEqual(['none', first]);
    // Not to be mounted, and one that is only known inside.
    const odd = jobs.file('a,b');
    mkdirSync(odd);
    expect(await seen(odd)).toEqual(['none', first]);
    for (const TMPDIR of ['/tmp', '/workspace/x']) expect(await seen(TMPDIR)).toEqual([TMPDIR, first]);
    // What [env] says is nobody's to change.
    expect(await seen(own, {}, { TMPDIR: own })).toEqual([own, first]);
  });
});

describe('apptainer', () => {
  const NAMES = ['SLURM_JOB_ID', 'SLURM_PROCID', 'CUDA_VISIBLE_DEVICES', 'OMP_NUM_THREADS', 'PMIX_RANK', 'TMPDIR'];
  const OTHERS = ['A', 'TOKEN', 'FROM_SETUP', 'LD_LIBRARY_PATH', 'PATH', 'sr_names'];
  const profile: Partial<Profile> = {
    ...{ script: 'a.py', scriptArgs: ['x y'] },
    ...{ container: 'i.sif', containerRuntime: 'apptainer' },
  };

  beforeAll(() => {
    // These stand in for apptainer: words as they were given, and those variables that were named for the inside.
    const shown = [...NAMES, ...OTHERS].map((name) => `"${name}=\${PREFIXENV_${name}-none}"`).join(' ');
    const program = (prefix: string) =>
      `#!/bin/sh\nprintf '${prefix}\\0'; printf '%s\\0' "$HOME" "$${prefix}_NO_EVAL" ${shown.replaceAll('PREFIX', prefix)}\n${PRINT_ARGS}`;
    write(jobs.file('apptainer/apptainer'), program('APPTAINER'));
    write(jobs.file('singularity/singularity'), program('SINGULARITY'));
    runningSrun('SLURM_PROCID=5 exec "$@"\n');
  });

  const env = (more: Record<string, string> = {}, where = 'apptainer') => {
    return { ...id, PATH: `${jobs.file('bin')}:${jobs.file(where)}:${process.env.PATH}`, ...more };
  };
  const options = () => [`--bind=${jobs.runDir}:/workspace`, `--bind=${jobs.root}/data:${jobs.root}/data`];

  it('gets the pinned image, what to bind, and the command behind the proof', async () => {
    const mounts = [{ source: '~/d', target: '/d', readOnly: true }];
    const script = await jobs.render({ ...profile, containerMounts: mounts, containerWorkdir: '/w' }, slurm);
    const { words, stderr } = jobs.run(script, env());
    expect(stderr).toBe('');
    expect(words.slice(words.indexOf('-q'))).toEqual([
      ...['-q', 'exec', '--cleanenv', ...options(), '--bind=/home/u/d:/d:ro', '--pwd=/w'],
      `${jobs.runDir}/.slurm-runner/image`,
      ...['/bin/sh', '-c', INSIDE, 'inside', 'python', 'a.py', 'x y'],
    ]);
  });

  it("hands in the job's own variables alone, as each task has them, whatever is in them", async () => {
    const value = hostile.join('|');
    const fields = { ...profile, env: { A: '1' }, secrets: ['TOKEN'], setup: 'export FROM_SETUP="a  b"' };
    const given = { A: value, TOKEN: "it's $(touch pwned)", LD_LIBRARY_PATH: '/host', SLURM_JOB_GPUS: '0' };
    const more = { CUDA_VISIBLE_DEVICES: '0,1', OMP_NUM_THREADS: '4', PMIX_RANK: '2', TMPDIR: jobs.root };
    const { words } = jobs.run(await jobs.render(fields, slurm), env({ ...given, ...more, sr_names: 'x' }));
    expect(words.slice(2, words.indexOf('-q'))).toEqual([
      ...['1', 'SLURM_JOB_ID=7', 'SLURM_PROCID=5', 'CUDA_VISIBLE_DEVICES=0,1', 'OMP_NUM_THREADS=4', 'PMIX_RANK=2'],
      ...[`TMPDIR=${jobs.root}`, `A=${value}`, "TOKEN=it's $(touch pwned)", 'FROM_SETUP=a  b'],
      ...['LD_LIBRARY_PATH=none', 'PATH=none', 'sr_names=none'],
    ]);
  });

  it('sees GPUs where the job has some', async () => {
    const script = await jobs.render(profile, slurm);
    const gpus = (more: Record<string, string>) => jobs.run(script, env(more)).words.includes('--nv');
    expect(gpus({})).toBe(false);
    expect(gpus({ CUDA_VISIBLE_DEVICES: 'NoDevFiles' })).toBe(false);
    expect(gpus({ CUDA_VISIBLE_DEVICES: '0' })).toBe(true);
    expect(gpus({ SLURM_JOB_GPUS: '3' })).toBe(true);
  });

  it('has a temporary folder of its own on the node bound, /tmp being there anyway', async () => {
    const script = await jobs.render(profile, slurm);
    const words = (TMPDIR: string) => jobs.run(script, env({ TMPDIR })).words;
    const own = write(join('/var/tmp', jobs.root.slice(5), 'x'), '').replace(/\/x$/, '');
    try {
      expect(words(own)).toEqual(expect.arrayContaining([`--bind=${own}`, `TMPDIR=${own}`]));
    } finally {
      rmSync(own, { recursive: true });
    }
    expect(words('/tmp')).toContain('TMPDIR=/tmp');
    expect(words('/tmp')).not.toContain('--bind=/tmp');
    for (const odd of ['/none/x', '/tmp/a,b']) expect(words(odd)).toContain('TMPDIR=none');
  });

  it('is singularity where there is no apptainer, and an error where there is neither', async () => {
    const script = await jobs.render({ ...profile, env: { A: '1' } }, slurm);
    const old = jobs.run(script, env({ A: 'a' }, 'singularity')).words;
    expect(old[0]).toBe('SINGULARITY');
    expect(old).toEqual(expect.arrayContaining(['1', 'A=a', '--cleanenv']));
    const none = jobs.run(script, { ...id, PATH: `${jobs.file('bin')}:/usr/bin:/bin` });
    if (!/apptainer|singularity/.test(jobs.run('#!/bin/sh\nls /usr/bin\n').stdout)) {
      expect(none).toMatchObject({ code: 127, stdout: '' });
      expect(none.stderr).toContain('neither apptainer nor singularity');
    }
  });

  it('has the home of the user database', async () => {
    const home = jobs.run('#!/bin/sh\ngetent passwd "$(id -u)" | cut -d: -f6').stdout.trim();
    expect(jobs.run(await jobs.render(profile, slurm), env({ HOME: '/elsewhere' })).words[1]).toBe(home);
  });

  it('needs no Slurm', async () => {
    const { words } = jobs.run(await jobs.render(profile, { home: '/home/u' }), env());
    expect(words).toContain('SLURM_PROCID=none');
    expect(words.slice(-6)).toEqual(['-c', INSIDE, 'inside', 'python', 'a.py', 'x y']);
  });
});
