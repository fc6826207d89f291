import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Profile } from '../../src/conf/types.ts';
import { makeJobs, write } from './jobs.ts';

let jobs: ReturnType<typeof makeJobs>;
beforeAll(() => {
  jobs = makeJobs();
});
afterAll(() => jobs.remove());

describe('the environment', () => {
  it('has MODULES, for which `module` is found first', async () => {
    write(jobs.file('modules/init/bash'), 'module() { printf "%s\\0" "$@"; [ "$3" != broken ]; }\n');
    const env = { MODULESHOME: jobs.file('modules') };
    const modules = ['gcc/12', "it's"];
    expect(jobs.run(await jobs.render({ command: 'printf "ran\\0"', modules }), env).words).toEqual([
      'load',
      ...modules,
      'ran',
    ]);
    const broken = jobs.run(await jobs.render({ command: 'printf "ran\\0"', modules: ['a', 'broken'] }), env);
    expect(broken).toMatchObject({ code: 1, words: ['load', 'a', 'broken'] });
    expect(broken.stderr).toContain('MODULES: cannot load a broken');
  });

  it('fails where there are no modules at all', async () => {
    const script = await jobs.render({ command: 'echo ran', modules: ['gcc'] });
    // Whether or not this machine has some, none are found in these places.
    const nowhere = script.replace('/etc/profile.d/', '/none/').replace('/usr/share/', '/none/');
    expect(jobs.run(nowhere)).toMatchObject({ code: 1, stdout: '' });
    expect(jobs.run(nowhere).stderr).toContain('no module command');
  });

  it('has CONDA, by conda.sh of CONDA_EXE or of the home', async () => {
    const conda = 'conda() { printf "%s\\0" "$@"; [ "$2" != broken ]; }\n';
    write(jobs.file('elsewhere/etc/profile.d/conda.sh'), conda);
    const script = await jobs.render({ command: 'printf "ran\\0"', conda: 'my env' });
    const env = { CONDA_EXE: jobs.file('elsewhere/bin/conda') };
    expect(jobs.run(script, env).words).toEqual(['activate', 'my env', 'ran']);
    expect(jobs.run(await jobs.render({ command: 'echo', conda: 'broken' }), env)).toMatchObject({
      code: 1,
      words: ['activate', 'broken'],
    });
    const home = jobs.file('home');
    write(join(home, 'miniconda3/etc/profile.d/conda.sh'), conda);
    expect(jobs.run(script, { HOME: home }).words).toEqual(['activate', 'my env', 'ran']);
    const without = jobs.run(script.replaceAll('/opt', '/none').replace('/usr/local', '/none'));
    expect(without).toMatchObject({ code: 1, stdout: '' });
    expect(without.stderr).toContain('CONDA is set');
  });

  it('has VENV', async () => {
    const venv = jobs.file("v $'e");
    write(join(venv, 'bin/activate'), 'export VIRTUAL_ENV=yes\n');
    expect(jobs.run(await jobs.render({ command: 'echo "$VIRTUAL_ENV"', venv })).stdout).toBe('yes\n');
    expect(jobs.run(await jobs.render({ command: 'echo ran', venv: '/none/v' }))).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'VENV: there is no virtual environment in /none/v\n',
    });
  });
});

const hasShellcheck = spawnSync('shellcheck', ['--version']).error === undefined;

describe.skipIf(!hasShellcheck)('shellcheck has nothing to say', () => {
  const commands: [string, Partial<Profile>][] = [
    ['.py', { script: 'a b/c.py', scriptArgs: ["it's", '$x', 'a b', '*', ';'] }],
    ['.sh', { script: 'c.sh' }],
    ['a file', { script: 'bin/x', scriptArgs: ['--a=$b'] }],
    ['COMMAND', { command: 'for i in 1 2; do echo "$i"; done\nmake -j4', setup: 'export X=1' }],
  ];
  const surroundings: [string, Partial<Profile>][] = [
    ['bare', {}],
    ['with everything', { modules: ['gcc'], conda: 'c', venv: 'v', setup: 'trap "rm -f x" EXIT', env: { A: '1' } }],
    [
      'in a container',
      {
        ...{ container: 'a#b', containerMounts: [{ source: '/a', target: '/b', readOnly: true }] },
        ...{ venv: '/v', conda: 'c', modules: ['x'], secrets: ['T'] },
      },
    ],
    ['in apptainer', { container: 'a.sif', containerRuntime: 'apptainer', env: { A: '1' } }],
    ['set up for apptainer', { container: 'docker://a:b', containerRuntime: 'apptainer', setup: 'export X=1' }],
  ];
  const all = commands.flatMap(([command, fields]) =>
    surroundings.map(([around, more]) => ({ name: `${command} ${around}`, fields: { ...more, ...fields } })),
  );

  it.each(all)('$name', async ({ fields }) => {
    for (const scheduler of ['slurm', 'local'] as const) {
      const script = write(jobs.file('checked.sh'), await jobs.render(fields, { scheduler, runDir: '/r/runs/x y' }));
      expect(spawnSync('shellcheck', ['--norc', script], { encoding: 'utf8' }).stdout).toBe('');
      expect(spawnSync('bash', ['-n', script], { encoding: 'utf8' }).stderr).toBe('');
    }
  });
});
