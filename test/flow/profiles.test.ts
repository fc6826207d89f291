/** The jobs of a flow as profiles: which layer wins, and what is wrong in which file. */

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expandCodeFiles } from '../../src/conf/code-files.ts';
import type { Profile } from '../../src/conf/types.ts';
import { withoutArgs } from '../../src/flow/file/file.ts';
import { loadFlowProfiles, unionProfile } from '../../src/flow/profiles.ts';
import { at, opened, options, profilesOf, projectOf, wrongProfiles } from './file/flows.ts';

const files = {
  'slurm/profiles/base.conf': `SCRIPT=train.py
SCRIPT_ARGS=--of-the-profile
CODE_FILES=train.py
SBATCH_TIME=1:00
SBATCH_GPUS=4
SETUP=module load x
SECRETS=TOKEN
[env]
A=profile
B=profile
`,
  'train.py': '',
};

describe('the layers of a job', () => {
  const text = `code_files: [lib, "train.py"]
jobs:
  - name: own
    profile: base
    command: [python, other.py]
    time_limit: "2:00"
    gpus_per_node: 0
    environment: {env_vars: {B: job}}
  - {name: profiles, profile: base}
  - {name: alone, command: [ls]}
`;
  const all = { ...files, 'lib/a.py': '' };

  it('are its own, its profile, the flow and the cluster', async () => {
    const { jobs } = await profilesOf(text, {
      files: {
        ...all,
        'slurm/cluster.conf': 'REMOTE_HOST=h\nREMOTE_DIR=/d\nACCOUNT=acc\nCONDA=site\n[env]\nC=cluster\n',
      },
    });
    expect(jobs.get('own')).toMatchObject({
      ...{ command: 'python other.py', scriptArgs: [], codeFiles: ['train.py'], setup: 'module load x' },
      ...{ account: 'acc', conda: 'site', env: { A: 'profile', B: 'job', C: 'cluster' } },
    });
    expect(jobs.get('own')).not.toHaveProperty('script');
    expect(options(jobs.get('own'))).toBe('--account=acc --time=2:00');
    expect(jobs.get('profiles')).toMatchObject({ script: 'train.py', scriptArgs: ['--of-the-profile'] });
    expect(options(jobs.get('profiles'))).toBe('--account=acc --gpus=4 --time=1:00');
    expect(jobs.get('alone')?.codeFiles).toEqual(['lib', 'train.py']);
  });

  it("are all below make's command line, but for what is one job's alone", async () => {
    const { jobs } = await profilesOf(text, { files: all, commandLine: { SBATCH_TIME: '5', PARTITION: 'debug' } });
    expect(options(jobs.get('own'))).toBe('--partition=debug --time=5');
    const variables = ['COMMAND', 'SCRIPT', 'ARGS', 'SCRIPT_ARGS'];
    for (const variable of variables)
      expect(await wrongProfiles(text, { files: all, commandLine: { [variable]: 'x.py' } })).toContainEqual({
        ...{ kind: 'flow-for-one', variable, place: { file: 'command line' } },
      });
  });

  it("of an environment take the place of a profile's other one", async () => {
    const both = { 'slurm/profiles/old.conf': 'CONDA=base\nVENV=~/.venvs/old\n' };
    const said = (environment: string) =>
      `jobs:\n  - {name: a, profile: old, command: [ls], environment: ${environment}}\n`;
    const job = async (environment: string) =>
      (await profilesOf(said(environment), { files: both })).jobs.get('a') as Profile;
    const [conda, venv, neither] = [
      await job('{conda: torch}'),
      await job('{venv: v}'),
      await job('{env_vars: {A: 1}}'),
    ];
    expect([conda.conda, conda.venv]).toEqual(['torch', undefined]);
    expect([venv.conda, venv.venv]).toEqual([undefined, 'v']);
    expect([neither.conda, neither.venv]).toEqual(['base', '~/.venvs/old']);
  });

  it("take an argument's variable for no slip of a key", async () => {
    const { flow } = await profilesOf('args: {partition: gpu}\njobs:\n  - {name: a, command: [ls]}\n');
    expect([
      ...withoutArgs(
        new Map([
          ['partition', 'x'],
          ['TAG', 'y'],
        ]),
        flow,
      ),
    ]).toEqual([['TAG', 'y']]);
  });
});

describe('what is wrong', () => {
  it('is told in the words and the lines of the file it stands in', async () => {
    const text = `code_files:
  - train.py

  - trian.py
jobs:
  - name: a
    command: [ls]
    resources: {time_limit: soon, memory_per_node: 1.5GB, nodes: none}
    environment: {container: {image: x, runtime: docker}, venv: $HOME/v, env_vars: {a-b: 1}}
  - {name: b, profile: base, template: none}
  - {name: c, profile: base}
`;
    const wrong = await wrongProfiles(text, {
      files: { ...files, 'slurm/profiles/base.conf': 'SCRIPT=tran.py\nSBATCH_TIEM=1\n' },
    });
    const said = wrong.map((problem) => [
      problem.place?.file.slice(6),
      problem.place?.line,
      problem.kind,
      'key' in problem && problem.key,
    ]);
    expect(said.toSorted()).toEqual(
      [
        ['flows/x.yaml', 4, 'no-such-file', 'code_files'],
        ['flows/x.yaml', 8, 'wrong-form', 'memory_per_node'],
        ['flows/x.yaml', 8, 'wrong-form', 'nodes'],
        ['flows/x.yaml', 8, 'wrong-form', 'time_limit'],
        ['flows/x.yaml', 9, 'dollar', 'venv'],
        ['flows/x.yaml', 9, 'env-name', '[env]'],
        ['flows/x.yaml', 9, 'not-one-of', 'runtime'],
        ['flows/x.yaml', 10, 'no-template', false],
        ['profiles/base.conf', 1, 'no-such-file', 'SCRIPT'],
        ['profiles/base.conf', 2, 'unknown-key', 'SBATCH_TIEM'],
      ].toSorted(),
    );
  });

  it('may be that nothing is run', async () => {
    const text = 'jobs:\n  - {name: a, profile: base}\n';
    expect(await wrongProfiles(text, { files: { 'slurm/profiles/base.conf': 'SBATCH_TIME=1\n' } })).toEqual([
      { kind: 'flow-job-runs-nothing', job: 'a', place: at(2) },
    ]);
  });

  it.each(['SBATCH_ARRAY=1-3', 'SBATCH_DEPENDENCY=singleton', 'SBATCH_KILL_ON_INVALID_DEP=no', 'SBATCH_ARGS=-a 1-3'])(
    'may be %s, which is for the flow to say',
    async (line) => {
      const profile = { 'slurm/profiles/base.conf': `COMMAND=true\n${line}\n` };
      expect(await wrongProfiles('jobs:\n  - {name: a, profile: base}\n', { files: profile })).toMatchObject([
        { kind: 'flow-own-option', job: 'a', place: { file: 'slurm/profiles/base.conf', line: 2 } },
      ]);
    },
  );
});

it('does not need its files any more once it was started', async () => {
  const text = 'jobs:\n  - {name: a, profile: base}\n  - {name: b, script_path: b.sh}\n';
  const { root, cluster, flow } = await opened(text, { files });
  rmSync(join(root, 'slurm/profiles'), { recursive: true });
  const jobs = loadFlowProfiles(root, cluster, new Map(), flow, undefined, 'any');
  expect(jobs.get('a')?.id).toBe('flow@x');
});

describe('the flow as one', () => {
  it('is all that its jobs ask for, each once', async () => {
    const text = `results_pull: [out/]
data_files: big
jobs:
  - {name: a, profile: base}
  - {name: b, script_path: b.sh}
  - {name: c, profile: base}
`;
    const { flow, jobs } = await profilesOf(text, { files: { ...files, 'b.sh': '', 'big/x': '' } });
    expect(unionProfile(flow, jobs)).toMatchObject({
      ...{ codeFiles: ['train.py', '.'], resultsPull: ['out/'], dataFiles: ['big'], secrets: ['TOKEN'] },
    });
  });

  it('sends the whole project but what is never sent', async () => {
    const inside = {
      'run.py': '',
      'lib/a.py': '',
      'data/x.csv': '',
      'slurm/jobs/y.rundir': '',
      'slurm/logs/1.out': '',
    };
    const text = 'jobs:\n  - {name: a, command: [ls]}\n  - {name: b, script_path: run.sh}\n';
    const all = { ...inside, 'run.sh': '', '.env': '', 'there/runs/z/run.py': '', 'there/data/y': '' };
    const { jobs } = await profilesOf(text, { files: all });
    const found = await expandCodeFiles(projectOf(text, all), [...jobs.values()], ['there']);
    expect(found.map(({ path }) => path)).toEqual([
      ...['lib/a.py', 'run.py', 'run.sh', 'slurm/cluster.conf', 'slurm/flows/x.yaml'],
    ]);
  });

  it('has the image of its jobs, if there is one; else each job has its own', async () => {
    const image = (path: string) => `environment: {container: ${path}}`;
    const text = (other: string) =>
      `jobs:\n  - {name: a, command: [ls], ${image('/i/a.sqsh')}}\n  - {name: b, command: [ls], ${image(other)}}\n  - {name: c, command: [ls]}\n`;
    const of = async (other: string) => {
      const { flow, jobs } = await profilesOf(text(other));
      const { runsIn, container } = unionProfile(flow, jobs);
      return { runsIn, container, links: [...jobs.values()].map((profile) => profile.imageLink) };
    };
    const file = { kind: 'file', path: '/i/a.sqsh' };
    expect(await of('/i/a.sqsh')).toEqual({ runsIn: file, container: file.path, links: Array(3).fill(undefined) });
    const two = await of('/i/b.sqsh');
    expect(two).toMatchObject({ runsIn: undefined, container: undefined });
    expect(two.links).toEqual([
      expect.stringMatching(/^image-\w{12}$/),
      expect.stringMatching(/^image-\w{12}$/),
      undefined,
    ]);
    expect(new Set(two.links).size).toBe(3);
    // Whatever else there is beside it.
    expect((await of('docker://alpine')).links).toEqual([two.links[0], undefined, undefined]);
  });
});
