/** Jobs on nodes of a real cluster tell of their ends, and nobody reads the address on the way; Slurm's own mails. */

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clusterUnavailable, ensureCluster, type TestCluster } from '../cluster/cluster.ts';
import { unique } from '../cluster/laptop.ts';
import { makeToy, type Toy, until } from '../kit/toy.ts';
import { startWebhooks, type WebhookMock } from '../kit/webhook.ts';

describe.skipIf(clusterUnavailable())('on a cluster', () => {
  let cluster: TestCluster;
  let hooks: WebhookMock;
  let toy: Toy;
  let remoteDir: string;

  beforeAll(async () => {
    cluster = await ensureCluster();
    hooks = await startWebhooks();
    remoteDir = cluster.remoteDir();
    toy = makeToy(`REMOTE_HOST=srt\nREMOTE_DIR=${remoteDir}\n`, { ...cluster.env(), SLACK_WEBHOOK_URL: hooks.slack });
    toy.write('.env', `NOTIFY_WEBHOOK_URL="${hooks.hook}"\n`, 0o600);
    toy.profile('bad', 'COMMAND="echo oops >&2; exit 3"\n');
    toy.profile('good', 'COMMAND="until [ -e go ]; do sleep 0.1; done"\n');
  });
  afterAll(async () => {
    toy.remove();
    await hooks.close();
  });

  test('a job whose laptop sleeps tells of its end, with the address in no process list and in one file alone', async () => {
    const folder = join(cluster.dir, `ps-${unique()}`);
    mkdirSync(folder, { mode: 0o700 });
    // Every process of every user, of the nodes as well, those that send among them.
    const loop = `while [ ! -e ${folder}/stop ]; do cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '; echo; done >${folder}/all`;
    const list = execa('sh', ['-c', loop], { stdin: 'ignore' });
    hooks.slow(700);
    let runDir = '';
    try {
      const { exit, json, stdout, stderr } = await toy.json('slurm-run', { PROFILE: 'bad' });
      runDir = json.submit.runDir;
      expect(exit, stderr).toBe(0);
      await until('its word', () => hooks.of('/hook').some((one) => one.json.event === 'failed'));
      const texts = hooks.of('/slack').map(({ json }) => json.text);
      expect(texts.find((text) => /^:x:/.test(String(text)))).toMatch(
        /^:x: \*bad\*\nJob \d+ FAILED after [\d:]+: exit code 3\.$/,
      );
      const last = hooks.of('/hook').find((one) => one.json.event === 'failed')?.json;
      expect(last).toMatchObject({
        cluster: 'srt',
        jobId: json.submit.jobId,
        exitCode: 3,
        log: expect.stringContaining('oops'),
      });
      expect(`${stdout}${stderr}`).not.toContain(hooks.secret);
    } finally {
      hooks.slow(0);
      writeFileSync(join(folder, 'stop'), '');
      await list;
    }
    const seen = readFileSync(join(folder, 'all'), 'latin1');
    rmSync(folder, { recursive: true });
    // The words by which its argument list is known: it was looked at while it ran.
    expect(seen).toContain('--connect-timeout 4 -o /dev/null -D - -K -');
    expect(seen).not.toContain(hooks.secret);
    // Only now, for these words are in a process list themselves.
    const found = await cluster.asRoot(`grep -rla ${hooks.secret} ${cluster.dir} || true`);
    expect(found.split('\n')).toEqual([`${runDir}/.slurm-runner/secrets`]);
    expect(await cluster.asRoot(`stat -c %a ${found}`)).toBe('600');
    // A watch that comes later has nothing to add.
    const before = hooks.received.length;
    expect((await toy.json('slurm-watch', { PROFILE: 'bad' })).exit).toBe(1);
    expect(hooks.received).toHaveLength(before);
  });

  test('one that is watched is told of once, by the laptop', async () => {
    hooks.received.length = 0;
    const full = toy.start('slurm-full', { PROFILE: 'good' });
    const run = await until(
      'its run',
      () => toy.has('slurm/jobs/good.jobid') && toy.read('slurm/jobs/good.rundir').trim(),
    );
    await until('a look at it', async () => (await cluster.asRoot(`ls ${run}/.slurm-runner`)).includes('watched'));
    await cluster.asUser('srt-bash', `touch ${run}/go`);
    expect((await full).exitCode).toBe(0);
    expect(hooks.of('/hook').map(({ json }) => json.event)).toEqual(['started', 'finished']);
    // Only the laptop knows of this.
    expect(hooks.of('/hook')[1]?.json.text).toContain('Used: ');
  });

  test("Slurm's own mails: of a job, of an array as one, of its tasks", async () => {
    // A stand-in for the site's mail program, which would send one: Slurm calls it as `MailProg -s SUBJECT USER`.
    const folder = join(cluster.dir, `mail-${unique()}`);
    mkdirSync(folder, { mode: 0o777 });
    const prog = join(folder, 'mail');
    writeFileSync(prog, `#!/bin/sh\nprintf '%s|' "$@" >${folder}/$$.new && mv ${folder}/$$.new ${folder}/$$.sent\n`, {
      mode: 0o755,
    });
    const conf = join(cluster.dir, 'etc/slurm.conf');
    const before = readFileSync(conf, 'utf8');
    writeFileSync(conf, before.replace(/^MailProg=.*$/m, `MailProg=${prog}`));
    const mails = (): string[] =>
      readdirSync(folder)
        .filter((name) => name.endsWith('.sent'))
        .map((name) => readFileSync(join(folder, name), 'utf8'));
    try {
      await cluster.asRoot('scontrol reconfigure');
      toy.profile('mail', 'COMMAND=true\nSBATCH_MAIL_USER=ada@example.org\nNOTIFY=none\n');
      const submit = async (more: Record<string, string>): Promise<string> => {
        const { exit, json, stderr } = await toy.json('slurm-run', { PROFILE: 'mail', YES: '1', ...more });
        expect(exit, stderr).toBe(0);
        return json.submit.jobId;
      };
      const single = await submit({ SBATCH_MAIL_TYPE: 'END' });
      const array = await submit({ SBATCH_MAIL_TYPE: 'END', SBATCH_ARRAY: '0-1' });
      const tasks = await submit({ SBATCH_MAIL_TYPE: 'END,ARRAY_TASKS', SBATCH_ARRAY: '0-1' });
      const about = (id: string): string[] =>
        mails().filter((mail) => mail.includes(`Job_id=${id}`) || mail.includes(`${id}_`));
      await until(
        'all of them',
        () => about(single).length >= 1 && about(array).length >= 1 && about(tasks).length >= 2,
      );
      expect(about(single)).toEqual([expect.stringMatching(/^-s\|Slurm .*Ended.*\|ada@example\.org\|$/)]);
      expect(about(array)).toHaveLength(1);
      expect(about(tasks)).toHaveLength(2);
    } finally {
      writeFileSync(conf, before);
      await cluster.asRoot('scontrol reconfigure');
      rmSync(folder, { recursive: true });
    }
  });
});
