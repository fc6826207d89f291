/** What the embedded executor cannot do is refused as soon as a job script is rendered, before anything is sent. */

import { describe, expect, test } from 'vitest';
import { Failure, type ProblemBase } from '../../src/failure.ts';
import { openProject } from '../../src/run/project.ts';
import { render } from '../../src/run/render.ts';
import { project } from '../conf/project.ts';

interface Given {
  profile?: string;
  cluster?: string;
  template?: string;
  commandLine?: Record<string, string>;
  scheduler?: 'slurm' | 'local';
}

function rendering({ profile = '', cluster = '', template, commandLine = {}, scheduler = 'local' }: Given) {
  const root = project({
    'slurm/cluster.conf': `REMOTE_HOST=local\nREMOTE_DIR=.cluster\nSCHEDULER=${scheduler}\n${cluster}`,
    'slurm/profiles/x.conf': `COMMAND=true\n${profile}`,
    ...(template !== undefined && { 'slurm/templates/default.sbatch': template }),
  });
  const talk = { tell: () => {}, ask: async () => false };
  return render(openProject(root, undefined, new Map(Object.entries(commandLine)), talk), { profile: 'x' });
}

async function problemsOf(given: Given): Promise<readonly ProblemBase[]> {
  const error = await rendering(given).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(error instanceof Failure)) throw error ?? new Error('nothing was wrong');
  expect(error.exit).toBe(2);
  return error.problems;
}

describe('an option that needs Slurm', () => {
  const impossible = (option: string, file: string, line?: number) => ({
    ...{ kind: 'option-impossible', option, place: { file, ...(line && { line }) } },
  });

  test.each([
    ['SBATCH_ARRAY=0-3', 'array'],
    ['SBATCH_BEGIN=now+1hour', 'begin'],
    ['SBATCH_DEPENDENCY=afterok:1', 'dependency'],
    ['SBATCH_HOLD=', 'hold'],
    ['SBATCH_ARGS=--array=0-3', 'array'],
    ['SBATCH_ARGS=--arr 0-3', 'array'],
    ['SBATCH_ARGS=-a0-3', 'array'],
    ['SBATCH_ARGS=-OH', 'hold'],
  ])('in the profile: %s', async (line, option) => {
    expect(await problemsOf({ profile: `${line}\n` })).toEqual([impossible(option, 'slurm/profiles/x.conf', 2)]);
  });

  test('on the command line, or as a default of the cluster', async () => {
    const commandLine = { SBATCH_ARRAY: '0-3' };
    expect(await problemsOf({ commandLine })).toEqual([impossible('array', 'command line')]);
    expect(await problemsOf({ cluster: 'SBATCH_HOLD=1\n' })).toEqual([impossible('hold', 'slurm/cluster.conf', 4)]);
  });

  test('in the template, all of them at once', async () => {
    const template = '#!/bin/sh\n#SBATCH -H\n#SBATCH --mem=1G --array 0-3\n{{ COMMAND }}\n';
    expect(await problemsOf({ template, profile: 'SBATCH_BEGIN=noon\n' })).toEqual([
      impossible('begin', 'slurm/profiles/x.conf', 2),
      impossible('hold', 'slurm/templates/default.sbatch', 2),
      impossible('array', 'slurm/templates/default.sbatch', 3),
    ]);
  });

  test('is none that was taken back, none with Slurm, and no argument of another', async () => {
    const taken = await rendering({ cluster: 'SBATCH_ARRAY=0-3\n', profile: 'SBATCH_ARRAY=\nSBATCH_HOLD=no\n' });
    expect(taken.options.join(' ')).not.toContain('array');
    const slurm = await rendering({ scheduler: 'slurm', profile: 'SBATCH_ARRAY=0-3\n' });
    expect(slurm.options).toContain('--array=0-3');
    await rendering({ profile: 'SBATCH_ARGS=--wckey -a --mem 1G\nSBATCH_TIME=1:00\n' });
  });
});
