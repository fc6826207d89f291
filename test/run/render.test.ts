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
    ['SBATCH_BEGIN=now+1hour', 'begin'],
    ['SBATCH_DEPENDENCY=afterok:1+5', 'dependency=afterok:1+5'],
    ['SBATCH_DEPENDENCY=afterok:01', 'dependency=afterok:01'],
    ['SBATCH_DEPENDENCY=afterok:1,after:2?after:3', 'dependency=afterok:1,after:2?after:3'],
    ['SBATCH_DEPENDENCY=aftercorr:1?afterok:2', 'dependency=aftercorr:1?afterok:2'],
    ['SBATCH_KILL_ON_INVALID_DEP=perhaps', 'kill-on-invalid-dep=perhaps'],
    ['SBATCH_DEPENDENCY=singleton', 'dependency=singleton'],
    ['SBATCH_ARGS=--begin=0-3', 'begin'],
    ['SBATCH_ARGS=--beg 0-3', 'begin'],
    ['SBATCH_ARGS=-b0-3', 'begin'],
    ['SBATCH_ARGS=-Obnoon', 'begin'],
  ])('in the profile: %s', async (line, option) => {
    expect(await problemsOf({ profile: `${line}\n` })).toEqual([impossible(option, 'slurm/profiles/x.conf', 2)]);
  });

  test('on the command line, or as a default of the cluster', async () => {
    const commandLine = { SBATCH_BEGIN: 'noon' };
    expect(await problemsOf({ commandLine })).toEqual([impossible('begin', 'command line')]);
    expect(await problemsOf({ cluster: 'SBATCH_BEGIN=noon\n' })).toEqual([
      impossible('begin', 'slurm/cluster.conf', 4),
    ]);
  });

  test('in the template, all of them at once', async () => {
    const template = '#!/bin/sh\n#SBATCH -b noon\n#SBATCH --mem=1G --dependency expand:1\n{{ COMMAND }}\n';
    expect(await problemsOf({ template, profile: 'SBATCH_BEGIN=noon\n' })).toEqual([
      impossible('begin', 'slurm/profiles/x.conf', 2),
      impossible('begin', 'slurm/templates/default.sbatch', 2),
      impossible('dependency=expand:1', 'slurm/templates/default.sbatch', 3),
    ]);
  });

  test('is none that was taken back, none with Slurm, and no argument of another', async () => {
    const taken = await rendering({ cluster: 'SBATCH_BEGIN=noon\n', profile: 'SBATCH_BEGIN=\nSBATCH_HOLD=no\n' });
    expect(taken.options.join(' ')).not.toMatch(/begin|hold/);
    const slurm = await rendering({ scheduler: 'slurm', profile: 'SBATCH_BEGIN=noon\n' });
    expect(slurm.options).toContain('--begin=noon');
    await rendering({ profile: 'SBATCH_ARGS=--wckey -b --mem 1G\nSBATCH_TIME=1:00\n' });
  });

  test.each(['after:1', 'afterok:1:20_0,afternotok:3', 'aftercorr:1,afterany:2', 'afterok:1?afternotok:2_3?after:4:5'])(
    'is not the dependency %s',
    async (list) => {
      const { options } = await rendering({ profile: `SBATCH_DEPENDENCY=${list}\nSBATCH_KILL_ON_INVALID_DEP=yes\n` });
      expect(options).toContain(`--dependency=${list}`);
      expect(options).toContain('--kill-on-invalid-dep=yes');
    },
  );

  test('is none of an array, of a job that waits for others or is held; however it is spelled, the executor can read it', async () => {
    const template = '#!/bin/sh\n#SBATCH -t 5 --arr "0-3"\n#PBS -l x\n#SBATCH -H\n{{ COMMAND }}\n';
    const profile = 'SBATCH_DEPENDENCY=afterany:1:2,afterany:3\nSBATCH_ARGS=-c2 --time 7 -a 1-2%1\n';
    const { options, header } = await rendering({ template, profile });
    expect(options.slice(-4)).toEqual([
      ...['--dependency=afterany:1:2,afterany:3', '--cpus-per-task=2', '--time=7', '--array=1-2%1'],
    ]);
    expect(header.directives.map(({ text }) => text)).toEqual([
      '#SBATCH --time=5\n#SBATCH --array=0-3',
      '',
      '#SBATCH --hold',
    ]);
    const slurm = await rendering({ scheduler: 'slurm', template, profile });
    expect(slurm.options.slice(-4)).toEqual(['--time', '7', '-a', '1-2%1']);
    expect(slurm.header.directives[0]?.text).toBe('#SBATCH -t 5 --arr "0-3"');
  });
});
