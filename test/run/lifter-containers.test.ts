/** Job scripts that ask Pyxis for a container for all of themselves: what sbatch gets for them, and what is refused. */

import { expect, test } from 'vitest';
import { Failure, type ProblemBase } from '../../src/failure.ts';
import { openProject, type Project } from '../../src/run/project.ts';
import { jobText, type RenderResult, render } from '../../src/run/render.ts';
import { project } from '../conf/project.ts';

const RUN = '/srv/p/runs/x-20260224-143052';
const IMAGE = '#SBATCH --container-image=noppdev/vla:latest\n';
const OURS = `${RUN}:${RUN},/srv/p/data:/srv/p/data`;

function opened(script: string, lines = '', remoteDir = '/srv/p'): Project {
  const root = project({
    'slurm/cluster.conf': `REMOTE_HOST=local\nREMOTE_DIR=${remoteDir}\nSCHEDULER=slurm\n`,
    'slurm/profiles/x.conf': `TEMPLATE=jobs/train.sh\n${lines}`,
    'jobs/train.sh': `#!/bin/bash\n${script}`,
    'slurm/jobs/x.rundir': `${remoteDir}/runs/x-20260224-143052\n`,
    'slurm/jobs/x.json': '{"given":{},"home":"/home/me"}\n',
  });
  return openProject(root, undefined, new Map(), { tell: () => {}, ask: async () => false });
}

const rendered = (script: string, lines?: string) => render(opened(script, lines), { profile: 'x' });
const mounts = ({ options }: RenderResult) =>
  options.filter((word) => word.startsWith('--container-mounts=')).map((word) => word.replace(/^[^=]*=/, ''));
const lines = (result: RenderResult, pattern: RegExp) =>
  jobText(result, result.profile, RUN, 1).match(new RegExp(pattern, 'gm')) ?? [];

async function problemOf(work: Promise<unknown>): Promise<ProblemBase | undefined> {
  const error = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(error instanceof Failure)) throw error ?? new Error('nothing was wrong');
  expect(error.exit).toBe(2);
  return error.problems[0];
}

test.each([
  ['with an image', IMAGE, '', OURS],
  [
    'with mounts of its own, which stay and come first',
    `${IMAGE}#SBATCH --container-mounts=/data:/data:ro\n`,
    '',
    `/data:/data:ro,${OURS}`,
  ],
  [
    'with two lines of them, of which Slurm takes the last',
    `${IMAGE}#SBATCH --container-mounts=/a:/a\n#SBATCH --container-mounts /b:/b\n`,
    '',
    `/b:/b,${OURS}`,
  ],
  [
    'with mounts in the profile, which win',
    `${IMAGE}#SBATCH --container-mounts=/a:/a\n`,
    'SBATCH_ARGS=--container-mounts=/c:/c\n',
    `/c:/c,${OURS}`,
  ],
  ['with a container by name', '#SBATCH --container-name=kept\n', '', OURS],
  ['with an image in the profile', 'echo\n', 'SBATCH_ARGS="--container-image ./x.sqsh"\n', OURS],
  ['with an option cut short', '#SBATCH --container-im=x\n', '', OURS],
])('a script %s has the run and its data inside, at their own paths', async (_, script, more, expected) => {
  const result = await rendered(script, more);
  expect(mounts(result).at(-1)).toBe(expected);
  expect(lines(result, /^sr_contained=.*$/)).toEqual(['sr_contained=yes']);
});

test.each([
  ['mounts alone', '#SBATCH --container-mounts=/a:/a\n'],
  ["Slurm's own --container", '#SBATCH --container=/bundle\n'],
  ['an srun of its own', 'srun --container-image=x true\n#SBATCH --container-image=x\n'],
])('%s put nothing into a container', async (_, script) => {
  const result = await rendered(script);
  expect(mounts(result)).toEqual([]);
  expect(lines(result, /^sr_(contained|workdir)=.*$/)).toEqual([]);
});

test('its own --container-workdir holds', async () => {
  const result = await rendered(`${IMAGE}#SBATCH --container-workdir=/workspace\n`);
  expect(lines(result, /^sr_workdir=.*$/)).toEqual(['sr_workdir=theirs']);
});

test('what the profile gives otherwise is taken out of its lines, which Pyxis would refuse', async () => {
  const script = `${IMAGE}#SBATCH --mem=1G --container-writable --comment="a \\"b\\" #c" -n 2\n#SBATCH --container-env=A\n`;
  const args = 'SBATCH_ARGS="--container-image=other#x --container-readonly --no-container-mount-home"\n';
  expect(lines(await rendered(script), /^#SBATCH.*$/)).toEqual(script.trimEnd().split('\n'));
  expect(lines(await rendered(script, args), /^#SBATCH.*$/)).toEqual([
    ...['#SBATCH --mem=1G', '#SBATCH "--comment=a \\"b\\" #c"', '#SBATCH --ntasks=2', '#SBATCH --container-env=A'],
  ]);
});

test('of two options that exclude each other the command line has the one, and the lines lose the other', async () => {
  const script = '#SBATCH --mem=1G --exclusive\n#SBATCH --no-requeue --time=5\n';
  const result = await rendered(script, 'SBATCH_MEM_PER_CPU=2G\nSBATCH_ARGS="--requeue --time=6"\n');
  expect(lines(result, /^#SBATCH.*$/)).toEqual(['#SBATCH --exclusive', '#SBATCH --time=5']);
  expect(result.options.slice(-3)).toEqual(['--mem-per-cpu=2G', '--requeue', '--time=6']);
});

test("a script's own --comment is kept after the toolkit's", async () => {
  const comment = async (more: string) =>
    (await rendered('#SBATCH --comment="why and how"\n', more)).options.find((word) => word.startsWith('--comment='));
  expect(await comment('')).toBe('--comment=x-20260224-143052 why and how');
  expect(await comment('SBATCH_COMMENT=other\n')).toBe('--comment=x-20260224-143052 other');
});

test('CONTAINER besides is a contradiction', async () => {
  const conf = 'CONTAINER=nvcr.io#nvidia/x:1\n';
  expect(await problemOf(rendered(IMAGE, conf))).toEqual({
    ...{ kind: 'container-twice', place: { file: 'jobs/train.sh', line: 2 } },
  });
  expect(await problemOf(rendered('', `${conf}SBATCH_ARGS=--container-image=x\n`))).toEqual({
    ...{ kind: 'container-twice', place: { file: 'slurm/profiles/x.conf', line: 3 } },
  });
  await rendered('srun {{ CONTAINER_OPTIONS }} true\n', conf);
});

test('a path that Pyxis cannot mount', async () => {
  const there = opened(IMAGE, '', '/srv/a,b');
  expect(await problemOf(render(there, { profile: 'x' }))).toMatchObject({
    ...{ kind: 'container-path', key: 'REMOTE_DIR', path: '/srv/a,b/runs/x-20260224-143052' },
    place: { file: 'slurm/cluster.conf', line: 2 },
  });
});
