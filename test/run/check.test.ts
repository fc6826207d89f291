/** check of PYTHON: on this machine as a login node, with programs that answer as Slurm's do, and with the embedded executor. */

import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CheckItem } from '../../src/run/check.ts';
import { makeToy, TOOLKIT, type Toy } from '../kit/toy.ts';

describe('PYTHON', () => {
  let toy: Toy;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    await execa('make', ['--no-print-directory', `${TOOLKIT}/dist/built`], { cwd: TOOLKIT, reject: false });
    env = {};
    toy = makeToy('REMOTE_HOST=local\nREMOTE_DIR=.cluster\nSCHEDULER=slurm\n', env);
    Object.assign(env, { PATH: `${toy.root}/bin:${process.env.PATH}`, HOME: toy.root });
    const program = (name: string, body: string) => toy.write(`bin/${name}`, `#!/bin/sh\n${body}\n`, 0o755);
    program('sbatch', 'echo slurm 24.11.5');
    for (const name of ['squeue', 'sacct', 'sinfo', 'sacctmgr']) program(name, ':');
    program('python3', 'echo Python 3.99.1');
    // As python2 does; and one that would read on.
    program('old-python', 'cat; echo Python 2.7.18 >&2');
    toy.write('x.py', '');
    toy.write('x.sh', '');
    toy.write('slurm/clusters/here.conf', 'REMOTE_HOST=local\nREMOTE_DIR=.cluster\nSCHEDULER=local\n');
    toy.write('slurm/templates/own.sbatch', '#!/bin/sh\npython3 x.py\n');
    toy.profile('py', 'SCRIPT=x.py\nPYTHON=no-python\n');
    toy.profile('sh', 'SCRIPT=x.sh\nPYTHON=no-python\n');
  });
  afterAll(() => toy.remove());

  const item = async (variables: Record<string, string>): Promise<CheckItem | undefined> => {
    const { json } = await toy.json('slurm-check', variables);
    return json.items.find(({ subject }: CheckItem) => subject === 'python');
  };

  test('is there, with its version', async () => {
    const found = (detail: string) => ({ subject: 'python', verdict: 'ok', detail });
    expect(await item({ PROFILE: 'py', PYTHON: 'python3' })).toEqual(found('Python 3.99.1'));
    expect(await item({ PROFILE: 'py', PYTHON: 'old-python' })).toEqual(found('Python 2.7.18'));
  });

  test('is not on the submit host, where that is only worth a note', async () => {
    expect(await item({ PROFILE: 'py' })).toEqual({
      ...{ subject: 'python', verdict: 'note', detail: 'no-python', choices: ['python3'] },
    });
    const { exit, stdout } = await toy.make('slurm-check', { PROFILE: 'py' });
    expect(exit, stdout).toBe(0);
    expect(stdout).toMatch(
      / {2}note {2}Python {13}no-python\n {8}→ There is no no-python on the PATH there, though compute nodes may differ\. Set PYTHON=python3 in the profile;/,
    );
  });

  test('is not on this machine, where the job would run', async () => {
    const { exit, json } = await toy.json('slurm-check', { PROFILE: 'py', CLUSTER: 'here' });
    expect(exit).toBe(2);
    expect(json.items).toContainEqual({ subject: 'python', verdict: 'bad', detail: 'no-python', choices: ['python3'] });
  });

  test.each<[string, Record<string, string>]>([
    ['no profile is named', {}],
    ['it runs no .py', { PROFILE: 'sh' }],
    ['a module brings it', { PROFILE: 'py', MODULES: 'python' }],
    ['conda brings it', { PROFILE: 'py', CONDA: 'base' }],
    ['a virtual environment brings it', { PROFILE: 'py', VENV: '~/venv' }],
    ['SETUP may bring it', { PROFILE: 'py', SETUP: 'PATH=/x:$PATH' }],
    ['it is in a container', { PROFILE: 'py', CONTAINER: '/x.sqsh' }],
    ['its path begins in the run directory', { PROFILE: 'py', PYTHON: 'env/bin/python' }],
    ["the template is the project's own", { PROFILE: 'py', TEMPLATE: 'own' }],
  ])('is not looked for where %s', async (_, variables) => expect(await item(variables)).toBeUndefined());

  test('is looked for where CONTAINER is switched off', async () => {
    const variables = { PROFILE: 'py', CONTAINER: '/x.sqsh', CONTAINER_RUNTIME: 'none' };
    expect(await item(variables)).toMatchObject({ verdict: 'note' });
  });
});
