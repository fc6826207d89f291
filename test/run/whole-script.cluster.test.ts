/** Job scripts with `#SBATCH --container-image` on the real cluster, with stand-ins for Pyxis and enroot: script and supervisor both run inside. */

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { clusterUnavailable } from '../cluster/cluster.ts';
import { type Contained, contained, left } from '../kit/contained.ts';
import { type Knob, turn } from '../kit/containers.ts';
import { until } from '../kit/toy.ts';

const ENV = { FOO: 'image', TOKEN: 'image', BAR: 'image' };

describe.skipIf(clusterUnavailable())('whole job scripts in containers of Pyxis', () => {
  let our: Contained;
  /** With a POSIX shell alone, and with bash. */
  let image: string;
  let withBash: string;
  const undo: (() => void)[] = [];
  const turned = (knob: Knob) => undo.push(turn(our.cluster, knob));

  beforeAll(async () => {
    our = await contained();
    const files = { '/opt/word': 'in the image\n' };
    image = (await our.file('plain.sqsh', { env: ENV, workdir: '/opt/start', files, bash: false })).path;
    withBash = (await our.file('bash.sqsh', { files })).path;
    our.toy.write('.env', "TOKEN=it's $(a) secret\n");
  });
  afterEach(() => {
    for (const back of undo.splice(0)) back();
  });
  afterAll(() => our?.remove());

  /** A profile's lines with this script as its template. */
  function script(name: string, text: string, lines = '', header = `#SBATCH --container-image=${image}`): string {
    our.toy.write(`jobs/${name}.sh`, `#!/bin/sh\n${header}\n${text}\n`);
    return `TEMPLATE=jobs/${name}.sh\n${lines}`;
  }

  test('they have the run, the data, their own mounts, and the environment that the profile asks for', async () => {
    const [ro, rw] = [`${our.remoteDir}/ro`, `${our.remoteDir}/rw`];
    await our.asUser(`mkdir ${ro} ${rw} && echo there >${ro}/file`);
    our.toy.write('code.txt', 'the code\n');
    const text = `set -e
{ cat /opt/word; pwd; echo "$FOO/$TOKEN/$BAR"; cat /ro/file code.txt; command -v srun bash || echo neither; } >said.txt
if { echo x >/ro/new; } 2>/dev/null; then exit 9; fi
echo rw >/rw/new
mkdir -p data/res && echo data >data/res/r
echo to the log`;
    const mounts = `#SBATCH --container-mounts=${ro}:/ro:ro,${rw}:/rw`;
    const lines = 'CODE_FILES=code.txt\nSECRETS=TOKEN\nRESULTS_PULL="said.txt data/res/"\n[env]\nFOO="of the profile"';
    const { json } = await our.full('all', script('all', text, lines, `#SBATCH --container-image=${image}\n${mounts}`));
    expect(our.toy.read('said.txt').split('\n')).toEqual([
      ...[
        'in the image',
        json.push.runDir,
        "of the profile/it's $(a) secret/image",
        'there',
        'the code',
        'neither',
        '',
      ],
    ]);
    expect(our.toy.read('data/res/r')).toBe('data\n');
    expect(our.toy.read(`slurm/logs/${json.submit.jobId}.out`)).toBe('to the log\n');
    expect(await our.asUser(`cat ${rw}/new`)).toBe('rw');
    expect(json.collect.verdict).toMatchObject({ state: 'COMPLETED', exitCode: 0 });
    expect((await our.runs()).split('\n')).not.toContain(json.push.run);
  });

  test('their exit code counts', async () => {
    const { runDir } = await our.run('three', script('three', 'cat /opt/word >&2; exit 3'));
    const { exit, stdout } = await our.watched('three');
    expect([exit, stdout]).toEqual([1, expect.stringMatching(/FAILED.*exit code 3/)]);
    expect(await our.asUser(`cut -d' ' -f2- ${runDir}/.slurm-runner/attempt-1/end`)).toBe('0 exit 3');
  });

  test('a working directory of their own holds', async () => {
    const header = `#SBATCH --container-image=${image} --container-workdir=/opt/start`;
    const { json } = await our.full('workdir', script('workdir', 'pwd', '', header));
    expect(our.toy.read(`slurm/logs/${json.submit.jobId}.out`)).toBe('/opt/start\n');
  });

  test.each([
    ['for a script of the project', 'TEMPLATE=jobs/args.sh'],
    ["for the toolkit's own, which starts no step inside", 'COMMAND="cat /opt/word; ls /.lock"'],
  ])('the image may come from the profile: %s', async (_, what) => {
    script('args', 'cat /opt/word; ls /.lock', '', '#SBATCH --container-image=/none/such.sqsh');
    const { json } = await our.full('args', `${what}\nSBATCH_ARGS=--container-image=${withBash}`);
    expect(our.toy.read(`slurm/logs/${json.submit.jobId}.out`)).toBe('in the image\n/.lock\n');
  });

  test('every task of an array is inside, with its own log and its own end', async () => {
    const text = 'cat /opt/word; echo "task $SLURM_ARRAY_TASK_ID"; exit "$SLURM_ARRAY_TASK_ID"';
    const { jobId, runDir } = await our.run('array', script('array', text, 'SBATCH_ARRAY=0-2'));
    const { exit, stdout } = await our.watched('array');
    expect(exit, stdout).toBe(1);
    const ends = await our.asUser(`cd ${runDir}/.slurm-runner/attempt-1 && cat end.0 end.1 end.2`);
    expect(ends.split('\n')).toEqual([0, 1, 2].map((n) => `${jobId} 0 exit ${n}`));
    await our.toy.json('slurm-collect', { PROFILE: 'array' });
    const logs = [0, 1, 2].map((n) => our.toy.read(`slurm/logs/${jobId}_${n}.out`));
    expect(logs).toEqual([0, 1, 2].map((n) => `in the image\ntask ${n}\n`));
  });

  test('cancelling reaches the script inside', async () => {
    const text = 'trap "echo TERM >signal; exit 9" TERM; touch begun; while :; do sleep 0.1; done';
    const { jobId, runDir } = await our.run('cancelled', script('cancelled', text));
    await our.asUser(`until [ -e ${runDir}/begun ]; do sleep 0.1; done`);
    await our.toy.json('slurm-cancel', { JOB_ID: jobId });
    expect(await left(our, runDir, 'signal')).toBe('TERM');
    const { stdout } = await our.watched('cancelled');
    expect(stdout).toMatch(/CANCELLED/);
    expect(stdout).not.toContain('container');
  });

  test('a requeued life is inside again', async () => {
    const text = 'if [ -e again ]; then ls /.lock >inside; exit 0; fi; touch again; sleep 100';
    const { jobId, runDir } = await our.run('requeued', script('requeued', text, 'SBATCH_REQUEUE=1'));
    await our.asUser(`until [ -e ${runDir}/again ]; do sleep 0.1; done`);
    await our.asUser(`scontrol requeue ${jobId}`);
    const { exit, stdout } = await our.watched('requeued');
    expect([exit, stdout]).toEqual([0, expect.stringContaining('COMPLETED')]);
    expect(await our.asUser(`cat ${runDir}/inside`)).toBe('/.lock');
  });

  test('a node without the plugin: the script is not run, and the job fails for that', async () => {
    turned('no-pyxis-on-nodes');
    const { runDir } = await our.run('node', script('node', 'touch ran'));
    const { exit, stdout } = await our.watched('node');
    expect([exit, stdout]).toEqual([1, expect.stringMatching(/did not run in its container \(task 0 on n\d\)/)]);
    expect(stdout).toMatch(/SBATCH_EXCLUDE/);
    expect(await our.asUser(`ls ${runDir} | grep -c ran || :`)).toBe('0');
  });

  // Slurm calls it COMPLETED, with 0.
  test('a node that could start nothing: nobody knows, and nothing is collected', async () => {
    turned('no-pyxis-runtime');
    const { runDir } = await our.run('nothing', script('nothing', 'touch ran'));
    const { exit, stdout } = await our.watched('nothing');
    expect([exit, stdout]).toEqual([1, expect.stringContaining('UNKNOWN')]);
    expect((await our.toy.json('slurm-collect', { PROFILE: 'nothing' })).exit).toBe(4);
    expect(await our.asUser(`ls ${runDir} | grep -c ran || :`)).toBe('0');
  });

  test.each([
    ['an image', '#SBATCH --container-image=/none/such.sqsh', /image.*\/none\/such\.sqsh/],
    ['a mount', '#SBATCH --container-mounts=/none/such:/x', /a folder that its container was to have.*\/none\/such/],
  ])('%s that is not there is named', async (_, line, said) => {
    const header = line.includes('image') ? line : `#SBATCH --container-image=${image}\n${line}`;
    await our.run('absent', script('absent', 'touch ran', '', header), { YES: '1' });
    const { exit, stdout } = await our.watched('absent');
    expect([exit, stdout]).toEqual([1, expect.stringMatching(said)]);
  });

  test('no Pyxis at all: sbatch says so, and nothing was submitted', async () => {
    turned('no-pyxis-here');
    our.toy.profile('none', script('none', 'true'));
    const { exit, json } = await our.toy.json('slurm-run', { PROFILE: 'none' });
    expect([exit, json.problems]).toEqual([2, [expect.objectContaining({ kind: 'submit-refused' })]]);
    expect(json.problems[0].message).toContain('This Slurm has no Pyxis');
  });

  test('slurm-check tries it without a run', async () => {
    our.toy.profile('checked', script('checked', 'true'));
    const { json } = await our.toy.json('slurm-check', { PROFILE: 'checked' });
    const tested = await until('an answer', () => json.items.find(({ subject }) => subject === 'test-only'));
    expect(tested).toMatchObject({ verdict: 'ok' });
  });
});

describe.skipIf(clusterUnavailable())("of a script's own #SBATCH lines", () => {
  let our: Contained;
  beforeAll(async () => {
    our = await contained('SBATCH_COMMENT=of the cluster\n');
  });
  afterAll(() => our?.remove());

  const ASK = 'squeue -h -j "$SLURM_JOB_ID" -O timelimit:20,minmemory:20,numcpus:20,comment:60 >asked';
  const HEADER =
    '#SBATCH --time=7 --mem=200M\n#SBATCH -c 2\n#SBATCH --output=logs/%j.out\n#SBATCH -J own -e nowhere/err';
  const asked = async (lines: string, more: Record<string, string> = {}): Promise<string[]> => {
    our.toy.write(
      'jobs/train.sh',
      `#!/bin/sh\n${HEADER}\n${ASK}; echo "$SLURM_JOB_NAME" >name; echo log; echo err >&2\n`,
    );
    our.toy.profile('x', `TEMPLATE=jobs/train.sh\nRESULTS_PULL="asked name"\n${lines}`);
    const { exit, json, stderr } = await our.toy.json('slurm-full', { PROFILE: 'x', ...more });
    expect(exit, stderr + JSON.stringify(json.problems)).toBe(0);
    expect(our.toy.read('name')).toBe(`${json.push.run}\n`);
    const log = (end: string) => our.toy.read(`slurm/logs/${json.submit.jobId}.${end}`);
    expect([log('out'), log('err')]).toEqual(['log\n', 'err\n']);
    const comment = `${json.push.run} of the cluster`;
    const words = our.toy.read('asked').trim();
    expect(words.endsWith(comment)).toBe(true);
    return words.slice(0, -comment.length).trim().split(/\s+/);
  };

  // cluster.conf has SBATCH_TIME=5 and SBATCH_MEM=100M.
  test("they hold against cluster.conf's, but the profile and the command line say otherwise; logs and name are the toolkit's", async () => {
    expect(await asked('')).toEqual(['7:00', '200M', '2']);
    expect(await asked('SBATCH_TIME=9\n')).toEqual(['9:00', '200M', '2']);
    expect(await asked('SBATCH_TIME=9\nSBATCH_ARGS=-c3\n', { SBATCH_TIME: '11' })).toEqual(['11:00', '200M', '3']);
    // sbatch takes only one of the two.
    expect(await asked('SBATCH_MEM_PER_CPU=60M\n')).toEqual(['7:00', '60M', '2']);
  });
});
