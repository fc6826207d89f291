/** Jobs in containers of Pyxis on the real cluster, with stand-ins for Pyxis and enroot: what they find there, and what counts as run. */

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { clusterUnavailable } from '../cluster/cluster.ts';
import { type Contained, contained, left } from '../kit/contained.ts';
import { type Knob, startRegistry, turn } from '../kit/containers.ts';

const WORDS = { '/opt/word': 'in the image\n', '/opt/start/here': 'here\n' };
const ENV = { FOO: 'image', TOKEN: 'image', BAR: 'image' };

describe.skipIf(clusterUnavailable())('jobs in containers of Pyxis', () => {
  let our: Contained;
  let image: { path: string; digest: string };
  const undo: (() => void)[] = [];
  const turned = (knob: Knob) => undo.push(turn(our.cluster, knob));

  beforeAll(async () => {
    our = await contained();
    image = await our.managed('main', 'a'.repeat(32), { env: ENV, workdir: '/opt/start', files: WORDS });
    our.toy.write('.env', "TOKEN=it's $(a) secret\n");
  });
  afterEach(() => {
    for (const back of undo.splice(0)) back();
  });
  afterAll(() => our?.remove());

  /** Runs it, and looks what a person reads of its end. */
  async function endsBadly(name: string, lines: string, said: RegExp, advice: RegExp): Promise<string> {
    const { runDir } = await our.run(name, lines);
    const { exit, stdout, stderr } = await our.watched(name);
    expect(exit, stderr).toBe(1);
    expect(stdout).toMatch(said);
    expect(stdout).toMatch(advice);
    return runDir;
  }

  test('they have the image, the run directory, the data and the environment that the profile asks for', async () => {
    const [ro, rw] = [`${our.remoteDir}/ro`, `${our.remoteDir}/rw`];
    await our.asUser(`mkdir ${ro} ${rw} && echo there >${ro}/file`);
    const command = [
      ...['cat /opt/word', 'pwd', 'echo "$FOO/$TOKEN/$BAR"', 'mkdir -p out data/res', 'echo data >data/res/r'],
      ...['cat /ro/file', 'if echo x >/ro/new; then exit 9; fi', 'echo rw >/rw/new', 'cat /workspace/code.txt'],
    ].join(' && ');
    our.toy.write('code.txt', 'the code\n');
    const { json } = await our.full(
      'all',
      `COMMAND='{ ${command.replace(' && if', '; if').replace('fi && echo rw', 'fi; echo rw')}; } >said.txt'
CODE_FILES=code.txt
CONTAINER=main
CONTAINER_MOUNTS="${ro}:/ro:ro ${rw}:/rw"
SECRETS=TOKEN
RESULTS_PULL="said.txt data/res/"
[env]
FOO="of the profile"`,
    );
    expect(our.toy.read('said.txt').split('\n')).toEqual([
      ...['in the image', '/workspace', "of the profile/it's $(a) secret/image", 'there', 'the code', ''],
    ]);
    expect(our.toy.read('data/res/r')).toBe('data\n');
    expect(await our.asUser(`cat ${rw}/new`)).toBe('rw');
    expect(json.push.image).toEqual({ digest: image.digest });
    expect(json.submit.image).toEqual({ digest: image.digest });
  });

  test('the manifest says which image, and the reports name it', async () => {
    our.toy.profile('told', 'COMMAND=true\nCONTAINER=main\n');
    const pushed = await our.toy.json('slurm-push', { PROFILE: 'told' });
    const { runDir } = pushed.json;
    const manifest = JSON.parse(await our.asUser(`cat ${runDir}/.slurm-runner/manifest.json`));
    expect(manifest.image).toEqual(image);
    expect(await our.asUser(`readlink ${runDir}/.slurm-runner/image`)).toBe(image.path);
    expect(await our.asUser(`cat ${runDir}/.slurm-runner/identity`)).toBe('a'.repeat(32));
    const rendered = await our.toy.make('slurm-render', { PROFILE: 'told' });
    expect(rendered.stdout).toContain(`--container-image=${runDir}/.slurm-runner/image`);
    const { stdout } = await our.toy.make('slurm-submit', { PROFILE: 'told' });
    expect(stdout).toMatch(new RegExp(`Container: +main \\(Pyxis\\), ${image.digest.slice(0, 19)}$`, 'm'));
    expect((await our.watched('told')).exit).toBe(0);
  });

  test("the job's folder on the node is its TMPDIR inside, too, and goes with it", async () => {
    const { json } = await our.full(
      'scratch',
      `COMMAND='cat "$TMPDIR/word" >said.txt && echo "$TMPDIR" >>said.txt && echo x >"$TMPDIR/made"'
SETUP='echo outside >"$TMPDIR/word"'
CONTAINER=main
RESULTS_PULL=said.txt`,
    );
    const own = `${our.cluster.dir}/scratch/slurm-runner.${json.submit.jobId}.`;
    expect(our.toy.read('said.txt')).toMatch(new RegExp(`^outside\n${own}\\w{6}\n$`));
    expect(await our.asUser(`ls -d ${own}* 2>/dev/null || :`)).toBe('');
  });

  test('an image of a registry', async () => {
    const registry = await startRegistry(our.cluster);
    try {
      await registry.push('team/x:v1', { files: { '/opt/word': 'from the registry\n' } });
      const lines = `COMMAND="cat /opt/word >word"\nCONTAINER=${registry.address}#team/x:v1\nRESULTS_PULL=word`;
      await our.full('uri', lines);
      expect(our.toy.read('word')).toBe('from the registry\n');
      const none = `COMMAND=true\nCONTAINER=${registry.address}#team/none:v1`;
      await endsBadly('nouri', none, /could not be fetched from the registry \(.*team\/none:v1/, /spelled right/);
    } finally {
      await registry.stop();
    }
  });

  test('every task is in it, on every node', async () => {
    const { jobId, runDir } = await our.run(
      'tasks',
      'COMMAND=\'cat /opt/word >"word.$SLURM_PROCID"\'\nCONTAINER=main\nSBATCH_NODES=2\nSBATCH_NTASKS=3',
    );
    const { exit, stdout } = await our.watched('tasks');
    expect(exit, stdout).toBe(0);
    expect(await our.asUser(`cd ${runDir} && cat word.0 word.1 word.2 | sort -u`)).toBe('in the image');
    expect(await our.asUser(`cd ${runDir}/.slurm-runner/inside-${jobId}-0 && cat 0 1 2`)).toBe('3\n3\n3');
  });

  describe('what was not in its container has not run', () => {
    const ran = (runDir: string) => our.asUser(`ls ${runDir} | grep -c ran || :`);
    const lines = 'COMMAND="touch ran"\nCONTAINER=main';

    // srun runs the command on the node then, and ends with 0.
    test('the plugin is missing on the node', async () => {
      turned('no-pyxis-on-nodes');
      const runDir = await endsBadly('node', lines, /did not run in its container \(task 0 on n\d\)/, /SBATCH_EXCLUDE/);
      expect(await ran(runDir)).toBe('0');
    });

    // srun launches nothing, and ends with 0.
    test('the runtime folder is missing', async () => {
      turned('no-pyxis-runtime');
      const runDir = await endsBadly(
        'folder',
        lines,
        /FAILED.*did not run in its container \(nothing ran/,
        /make slurm-log/,
      );
      expect(await ran(runDir)).toBe('0');
    });

    test('one of two tasks is not', async () => {
      turned('no-pyxis-on-nodes.n2');
      const two = `${lines}\nSBATCH_NODELIST=n1,n2\nSBATCH_NODES=2\nSBATCH_NTASKS=2`;
      await endsBadly('one', two, /did not run in its container \(task 1 on n2\)/, /SBATCH_EXCLUDE/);
    });

    test('one of two tasks was not launched', async () => {
      turned('no-pyxis-runtime.n2');
      const two = `${lines}\nSBATCH_NODELIST=n1,n2\nSBATCH_NODES=2\nSBATCH_NTASKS=2`;
      await endsBadly('half', two, /only 1 of 2 tasks/, /make slurm-log/);
    });

    test('there is no Pyxis at all', async () => {
      turned('no-pyxis-here');
      const runDir = await endsBadly(
        'none',
        lines,
        /FAILED.*Pyxis is not installed there/,
        /CONTAINER_RUNTIME=apptainer/,
      );
      expect(await ran(runDir)).toBe('0');
    });

    test('another image lies under the link', async () => {
      const other = await our.file('other.sqsh', { files: { '/etc/slurm-runner-image': 'b\n' } });
      our.toy.profile('swapped', `${lines}\n`);
      const { runDir } = (await our.toy.json('slurm-push', { PROFILE: 'swapped' })).json;
      await our.asUser(`ln -sfn ${other.path} ${runDir}/.slurm-runner/image`);
      await our.toy.json('slurm-submit', { PROFILE: 'swapped' });
      const { exit, stdout } = await our.watched('swapped');
      expect([exit, stdout]).toEqual([1, expect.stringContaining('it was put into another image than its own')]);
      expect(await ran(runDir)).toBe('0');
    });

    test('the image is gone when the job starts', async () => {
      const gone = await our.file('gone.sqsh');
      our.toy.profile('gone', 'COMMAND="touch ran"\nCONTAINER=gone.sqsh\n');
      await our.toy.json('slurm-push', { PROFILE: 'gone' });
      await our.asUser(`rm ${gone.path}`);
      await our.toy.json('slurm-submit', { PROFILE: 'gone' });
      const { exit, stdout } = await our.watched('gone');
      expect([exit, stdout]).toEqual([
        1,
        expect.stringMatching(/image it was pushed with is not there \(.*gone\.sqsh\)/),
      ]);
    });
  });

  test.each([
    [
      'a mount',
      'CONTAINER_MOUNTS=/none/such:/x',
      /a folder that its container was to have.*\/none\/such/,
      /CONTAINER_MOUNTS/,
    ],
    ['a working directory', 'CONTAINER_WORKDIR=/none', /no such working directory \(\/none\)/, /CONTAINER_WORKDIR/],
  ])('%s that is not there', async (_, line, said, advice) => {
    await endsBadly(line.slice(10, 15).toLowerCase(), `COMMAND=true\nCONTAINER=main\n${line}`, said, advice);
  });

  test('the image that was there at the push, whatever takes its place', async () => {
    await our.managed('moving', '1'.repeat(32), { files: { '/opt/word': 'first\n' } });
    const lines =
      'COMMAND="cat /opt/word >>words; touch begun; n=0; until [ -e go ] || [ $n -gt 300 ]; do n=$((n+1)); sleep 0.2; done; cat /opt/word >>words"\nCONTAINER=moving';
    const { runDir } = await our.run('moving', lines);
    await our.asUser(`until [ -e ${runDir}/begun ]; do sleep 0.1; done`);
    await our.managed('moving', '2'.repeat(32), { files: { '/opt/word': 'second\n' } });
    await our.asUser(`touch ${runDir}/go`);
    expect((await our.watched('moving')).exit).toBe(0);
    await our.toy.json('slurm-resubmit', { PROFILE: 'moving' });
    expect((await our.watched('moving')).exit).toBe(0);
    expect(await our.asUser(`sort -u ${runDir}/words`)).toBe('first');
    await our.full('after', 'COMMAND="cat /opt/word >after"\nCONTAINER=moving\nRESULTS_PULL=after');
    expect(our.toy.read('after')).toBe('second\n');
  });

  test('cancelling reaches the command inside', async () => {
    const command = 'trap "echo TERM >signal; exit 9" TERM; touch begun; while :; do sleep 0.1; done';
    const { jobId, runDir } = await our.run('cancelled', `COMMAND='${command}'\nCONTAINER=main`);
    await our.asUser(`until [ -e ${runDir}/begun ]; do sleep 0.1; done`);
    await our.toy.json('slurm-cancel', { JOB_ID: jobId });
    expect(await left(our, runDir, 'signal')).toBe('TERM');
    const { stdout } = await our.watched('cancelled');
    expect(stdout).toMatch(/CANCELLED/);
    expect(stdout).not.toContain('container');
  });

  test('a requeued life shows anew that it is inside', async () => {
    const command = 'if [ -e again ]; then exit 0; fi; touch again; sleep 100';
    const { jobId, runDir } = await our.run('requeued', `COMMAND='${command}'\nCONTAINER=main\nSBATCH_REQUEUE=1`);
    await our.asUser(`until [ -e ${runDir}/again ]; do sleep 0.1; done`);
    await our.asUser(`scontrol requeue ${jobId}`);
    const { exit, stdout } = await our.watched('requeued');
    expect(exit, stdout).toBe(0);
    expect(await our.asUser(`cd ${runDir}/.slurm-runner && cat inside-${jobId}-0/0 inside-${jobId}-1/0`)).toBe('1\n1');
  });
});
