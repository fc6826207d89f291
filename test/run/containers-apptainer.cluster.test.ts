/** Jobs in containers of the real apptainer, under Slurm and without it. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clusterUnavailable } from '../cluster/cluster.ts';
import { type Contained, contained, left } from '../kit/contained.ts';
import { startRegistry } from '../kit/containers.ts';

const TOKEN = `it's "$(touch pwned)" \`x\` \\ $HOME`;

describe.skipIf(clusterUnavailable()).each(['slurm', 'local'] as const)(
  'jobs in apptainer, SCHEDULER=%s',
  (scheduler) => {
    let our: Contained;
    beforeAll(async () => {
      our = await contained(`SCHEDULER=${scheduler}\nCONTAINER_RUNTIME=apptainer\n`);
      const definition = [
        ...['Bootstrap: localimage', 'From: base.sqsh', '%environment', 'export FOO=image BAR=image TOKEN=image'],
        ...['%post', 'mkdir -p /opt && echo "in the image" >/opt/word && echo word >/etc/slurm-runner-image'],
      ];
      await our.file('base.sqsh');
      await our.asUser(
        `cd ${our.remoteDir} && printf '%s\\n' '${definition.join("' '")}' >i.def && apptainer -q build i.sif i.def`,
      );
      our.toy.write('.env', `TOKEN=${TOKEN}\n`);
    });
    afterAll(() => our?.remove());

    async function endsBadly(name: string, lines: string, said: RegExp): Promise<void> {
      await our.run(name, lines);
      const { exit, stdout, stderr } = await our.watched(name);
      expect(exit, stderr).toBe(1);
      expect(stdout).toMatch(said);
    }

    test('they have the image, the run directory, the data and the environment that the profile asks for', async () => {
      await our.asUser(`cd ${our.remoteDir} && mkdir -p ro && echo there >ro/file`);
      const lines = [
        ...['cat /opt/word', 'pwd', 'printf "%s/%s/%s\\\\n" "$FOO" "$TOKEN" "$BAR"', 'echo "$MINE/${HOSTS-none}"'],
        ...['cat /ro/file', 'if echo x >/ro/new; then exit 9; fi', 'mkdir -p data/res', 'echo data >data/res/r'],
        'echo "${SLURM_JOB_ID:+job}"',
      ];
      our.toy.write('inside.sh', `set -e\n${lines.join('\n').replaceAll('\\\\n', '\\n')}\n`);
      await our.full(
        'all',
        `COMMAND="sh inside.sh >said.txt"
CODE_FILES=inside.sh
CONTAINER=i.sif
CONTAINER_MOUNTS=${our.remoteDir}/ro:/ro:ro
SETUP="export MINE=set-up"
SECRETS=TOKEN
RESULTS_PULL="said.txt data/res/"
[env]
FOO="of the profile"`,
      );
      expect(our.toy.read('said.txt').split('\n')).toEqual([
        ...['in the image', '/workspace', `of the profile/${TOKEN}/image`, 'set-up/none', 'there', 'job', ''],
      ]);
      expect(our.toy.read('data/res/r')).toBe('data\n');
      expect(our.toy.has('pwned')).toBe(false);
    });

    test("the job's folder on the node is its TMPDIR inside, too, and goes with it", async () => {
      const { json } = await our.full(
        'scratch',
        `COMMAND='cat "$TMPDIR/word" >said.txt && echo "$TMPDIR" >>said.txt && echo x >"$TMPDIR/made"'
SETUP='echo outside >"$TMPDIR/word"'
CONTAINER=i.sif
RESULTS_PULL=said.txt`,
      );
      const place = scheduler === 'slurm' ? `${our.cluster.dir}/scratch` : '/tmp';
      const own = `${place}/slurm-runner.${json.submit.jobId}.`;
      const [word, folder = ''] = our.toy.read('said.txt').split('\n');
      expect([word, folder]).toEqual(['outside', expect.stringMatching(new RegExp(`^${own}\\w{6}$`))]);
      expect(await our.asUser(`ls -d ${folder} 2>/dev/null || :`)).toBe('');
    });

    test('an image that enroot made runs, too', async () => {
      await our.file('word.sqsh', { files: { '/opt/word': 'of enroot\n' } });
      await our.full('sqsh', 'COMMAND="cat /opt/word >word"\nCONTAINER=word.sqsh\nRESULTS_PULL=word');
      expect(our.toy.read('word')).toBe('of enroot\n');
    });

    test('an image of a registry', async () => {
      const registry = await startRegistry(our.cluster);
      try {
        await registry.push('team/x:v1', { files: { '/opt/word': 'from the registry\n' } });
        const lines = `COMMAND="cat /opt/word >word"\nCONTAINER=docker://${registry.address}/team/x:v1\nRESULTS_PULL=word\n[env]\nAPPTAINER_NOHTTPS=1`;
        await our.full('uri', lines);
        expect(our.toy.read('word')).toBe('from the registry\n');
        await endsBadly(
          'nouri',
          `COMMAND=true\nCONTAINER=docker://${registry.address}/team/none:v1\n[env]\nAPPTAINER_NOHTTPS=1`,
          /could not be fetched from the registry/,
        );
      } finally {
        await registry.stop();
      }
    });

    test.each([
      ['mount', 'CONTAINER_MOUNTS=/none/such:/x', /folder that its container was to have.*\/none\/such/],
      ['workdir', 'CONTAINER_WORKDIR=/none', /no such working directory \(\/none\)/],
    ])('a %s that is not there', (name, line, said) => endsBadly(name, `COMMAND=true\nCONTAINER=i.sif\n${line}`, said));

    test('the exit code is the command’s', () =>
      endsBadly('code', 'COMMAND="exit 42"\nCONTAINER=i.sif', /FAILED.*exit code 42/));

    test('cancelling reaches the command inside', async () => {
      const command = 'trap "echo TERM >signal; exit 9" TERM; touch begun; while :; do sleep 0.1; done';
      const { jobId, runDir } = await our.run('cancelled', `COMMAND='${command}'\nCONTAINER=i.sif`);
      await our.asUser(`until [ -e ${runDir}/begun ]; do sleep 0.1; done`);
      await our.toy.json('slurm-cancel', { JOB_ID: jobId });
      expect(await left(our, runDir, 'signal')).toBe('TERM');
      expect((await our.watched('cancelled')).stdout).toMatch(/CANCELLED/);
    });

    test.runIf(scheduler === 'slurm')('every task is in it, on every node, each with its own variables', async () => {
      const { jobId, runDir } = await our.run(
        'tasks',
        'COMMAND=\'cat /opt/word >"word.$SLURM_PROCID"\'\nCONTAINER=i.sif\nSBATCH_NODES=2\nSBATCH_NTASKS=3',
      );
      const { exit, stdout } = await our.watched('tasks');
      expect(exit, stdout).toBe(0);
      expect(await our.asUser(`cd ${runDir} && cat word.0 word.1 word.2 | sort -u`)).toBe('in the image');
      expect(await our.asUser(`cd ${runDir}/.slurm-runner/inside-${jobId}-0 && cat 0 1 2`)).toBe('3\n3\n3');
    });

    test.runIf(scheduler === 'slurm')('GPUs are asked for with --nv, and the job sees its own', async () => {
      const lines = 'COMMAND="echo $CUDA_VISIBLE_DEVICES >gpus"\nCONTAINER=i.sif\nSBATCH_GPUS=2\nRESULTS_PULL=gpus';
      await our.full('gpus', lines);
      expect(our.toy.read('gpus')).toMatch(/^\d,\d\n$/);
    });

    test.runIf(scheduler === 'local')('Pyxis is refused before anything is sent', async () => {
      our.toy.profile('pyxis', 'COMMAND=true\nCONTAINER=base.sqsh\nCONTAINER_RUNTIME=pyxis\n');
      const { exit, json } = await our.toy.json('slurm-run', { PROFILE: 'pyxis' });
      expect([exit, json.problems[0].kind]).toEqual([2, 'container-impossible']);
      expect(json.problems[0].message).toContain('CONTAINER_RUNTIME=apptainer');
    });
  },
);
