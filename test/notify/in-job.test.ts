/** A job that tells of its own end: by every shell that may be a cluster's /bin/sh, with every program that may be there to send it. */

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Profile } from '../../src/conf/types.ts';
import { openHost } from '../../src/host/host.ts';
import { claimed } from '../../src/notify/claim.ts';
import { linesForJob, type Whose } from '../../src/notify/in-job.ts';
import { find } from '../kit/bare-machine.ts';
import { startWebhooks, webhooksOfFile } from '../kit/webhook.ts';
import { type Batch, batch, removeBatches, SHELLS } from '../remote/batch.ts';

const hooks = await webhooksOfFile();
const root = mkdtempSync(join(tmpdir(), 'in-job-'));
afterAll(() => {
  rmSync(root, { recursive: true });
  removeBatches();
});

/** A job of this script whose lines tell these addresses. */
function job(script: string, { shell = SHELLS[0] as string[], whose = {} as Whose, urls = both() } = {}): Batch {
  const one = batch(shell, script);
  writeFileSync(join(root, '.env'), `${urls}KEY="two words<&>"\n`, { mode: 0o600 });
  const here = { root, cluster: { host: 'me@cluster', settings: new Map() }, commandLine: new Map() };
  const profile = { id: 'train@t', name: 'train', tag: 't', settings: new Map(), secrets: ['KEY'], env: {} };
  const lines = linesForJob(here, profile as unknown as Profile, whose);
  writeFileSync(join(one.run, '.slurm-runner/secrets'), `export KEY='two words<&>'\n${lines}\n`);
  return one;
}
const both = (): string => `SLACK_WEBHOOK_URL=${hooks.slack}\nNOTIFY_WEBHOOK_URL="${hooks.hook}"\n`;

/** The log as the scheduler would have written it. */
function logs({ run }: Batch, out: string, err = '', name = '7'): void {
  const folder = join(run.replace(/\/runs\/.*/, ''), 'slurm/logs');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.out`), Buffer.from(out, 'latin1'));
  writeFileSync(join(folder, `${name}.err`), err);
}

const told = ({ run }: Batch): string[] =>
  readdirSync(join(run, '.slurm-runner'))
    .filter((name) => name.startsWith('told-'))
    .map((name) => `${name} ${readFileSync(join(run, '.slurm-runner', name), 'utf8').trim()}`);

describe.each(SHELLS.map((shell) => [shell.join(' '), shell] as const))('by %s', (_, shell) => {
  test('a failure, with the end of its log and no secret in it', async () => {
    const one = job('exit 3\n', { shell });
    logs(
      one,
      `${'x'.repeat(20_000)}\nfirst\n50%\r\x1b[31mall\x1b[0m \`\`\` "\\ \xff\n`,
      `key two words<&> at ${hooks.slack}\n`,
    );
    expect(await one.life()).toMatchObject({ code: 3, stderr: '' });
    const [slack] = hooks.of('/slack');
    const [hook] = hooks.of('/hook');
    const said = String(hook?.json.text).split('\n')[1] ?? '';
    expect(said).toMatch(/^Job 7 FAILED after 00:00:0\d: exit code 3\.$/);
    expect(hook?.json).toMatchObject({
      ...{ event: 'failed', profile: 'train', tag: 't', cluster: 'me@cluster', run: one.run.replace(/.*\//, '') },
      ...{ jobId: '7', state: 'FAILED', exitCode: 3, reason: 'exit code 3', elapsedSeconds: expect.any(Number) },
      ...{ text: `train@t\n${said}`, log: 'first\nall ``` "\\ \nkey ... at ...' },
    });
    const text = `:x: *train@t*\n${said}`;
    expect(slack?.json.text).toBe(text);
    expect(slack?.json.blocks).toMatchObject([
      { text: { text } },
      { text: { text: '```\nfirst\nall `\u200b`` "\\ \nkey ... at ...\n```' } },
    ]);
    expect(hooks.received).toHaveLength(2);
    expect(told(one)).toEqual(['told-7.0 sent']);
    expect(one.marker('end')).toBe('7 0 exit 3');
  });

  test('a success', async () => {
    const one = job('echo "${sr_notify_slack-none} $(env | grep -c sr_)"\n', { shell });
    expect(await one.life()).toMatchObject({ code: 0, stdout: 'none 0\n', stderr: '' });
    expect(hooks.of('/hook')).toMatchObject([{ json: { event: 'finished', state: 'COMPLETED', exitCode: 0 } }]);
    expect(hooks.of('/slack')).toHaveLength(1);
  });
});

describe('with what there is', () => {
  /** A PATH with the usual tools and only these of those that send. */
  const path = (...senders: string[]): string => {
    const bin = mkdtempSync(join(root, 'bin-'));
    const tools =
      'awk cat cut date dash env find grep iconv mkdir mktemp mv rm rmdir sed sh sleep sort tail tr wc chmod ls'.split(
        ' ',
      );
    for (const tool of [...tools, ...senders]) {
      const at = tool === 'python3' ? '/usr/bin/python3' : find(tool);
      if (at !== undefined && existsSync(at)) symlinkSync(at, join(bin, tool));
    }
    return bin;
  };

  test.each(['curl', 'wget', 'python3'].filter((one) => find(one)))('%s', async (sender) => {
    const one = job('exit 1\n');
    hooks.next('/slack', { status: 503, headers: { 'retry-after': '1' } });
    hooks.next('/hook', { status: 403 });
    const { code, stderr } = await one.life({ PATH: path(sender) });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'slurm-runner: the notification to NOTIFY_WEBHOOK_URL could not be sent: HTTP 403\n',
    });
    const [first, second, ...more] = hooks.of('/slack');
    expect(more).toEqual([]);
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThan(950);
    expect(second?.body).toBe(first?.body);
    expect(hooks.of('/hook')).toMatchObject([{ type: 'application/json', json: { exitCode: 1 } }]);
    expect(told(one)).toEqual(['told-7.0 unsent']);
    expect(readdirSync(join(one.run, '.slurm-runner'))).not.toContainEqual(expect.stringContaining('notice'));
  });

  test('nothing: a line in the log, and the job ends as it would', async () => {
    const one = job('exit 0\n', { urls: `SLACK_WEBHOOK_URL=${hooks.slack}\n` });
    const { code, stderr } = await one.life({ PATH: path() });
    expect(code).toBe(0);
    expect(stderr).toBe(
      'slurm-runner: the notification to SLACK_WEBHOOK_URL could not be sent: there is neither curl nor wget nor python3\n',
    );
  });

  test('nobody listens: a few tries, a line that has no address in it, the exit code untouched', async () => {
    const gone = await startWebhooks();
    await gone.close();
    const one = job('exit 9\n', { urls: `NOTIFY_WEBHOOK_URL="${gone.hook}"\n` });
    const begun = Date.now();
    const { code, stderr } = await one.life();
    expect(code).toBe(9);
    expect(stderr).toBe('slurm-runner: the notification to NOTIFY_WEBHOOK_URL could not be sent: curl ended with 7\n');
    expect(Date.now() - begun).toBeLessThan(10_000);
  });
});

describe('who tells', () => {
  const now = (): string => `${Math.floor(Date.now() / 1000)}\n`;
  const host = openHost('local');

  test('a laptop that watches and is awake: the job waits for its word, and says nothing', async () => {
    const one = job('exit 1\n');
    writeFileSync(join(one.run, '.slurm-runner/watched'), now());
    const life = one.life();
    await one.reached('.slurm-runner/attempt-1/end');
    expect(await claimed(host, one.run, ['7.0'])).toEqual(['7.0']);
    await life;
    expect(hooks.received).toEqual([]);
    // Asked again, by a second watch: it has been told of.
    expect(await claimed(host, one.run, ['7.0', '8.0'])).toEqual(['8.0']);
  });

  test('the job, where the laptop is asleep: whoever watches later has nothing to tell, unless it did not arrive', async () => {
    const one = job('exit 1\n');
    writeFileSync(join(one.run, '.slurm-runner/watched'), now());
    await one.life();
    expect(hooks.received).toHaveLength(2);
    expect(await claimed(host, one.run, ['7.0'])).toEqual([]);
    hooks.next('/hook', { status: 403 });
    const other = job('exit 1\n');
    await other.life();
    expect(await claimed(host, other.run, ['7.0'])).toEqual(['7.0']);
  });

  test('nobody but Slurm, of what a signal ended', async () => {
    const one = job(': >ready\nexec sleep 60\n');
    const { process, ended } = one.start();
    await one.reached('ready');
    process.kill('SIGTERM');
    await ended;
    expect(hooks.received).toEqual([]);
  });
});

describe('of many', () => {
  const task = (number: number, count = 3) => ({
    ...{ SLURM_ARRAY_JOB_ID: '7', SLURM_ARRAY_TASK_ID: String(number), SLURM_ARRAY_TASK_COUNT: String(count) },
  });

  test('tasks that fail are told of once a minute, and all at the end', async () => {
    const one = job('exit $((SLURM_ARRAY_TASK_ID % 2))\n', { urls: `NOTIFY_WEBHOOK_URL="${hooks.hook}"\n` });
    logs(one, 'its own\n', '', '7_1');
    for (const number of [1, 2, 3]) expect((await one.life(task(number))).stderr).toBe('');
    const [failed, ...rest] = hooks.received.map(({ json }) => json);
    expect(failed).toMatchObject({ event: 'failed', jobId: '7_1', exitCode: 1, log: 'its own' });
    // The clock may have come to the next minute between the first and the third.
    expect(rest.at(-1)).toMatchObject({
      ...{ event: 'failed', counts: { done: 1, failed: 2 } },
      text: 'train@t\nAll tasks that were submitted have ended: 1 done, 2 failed.',
    });
    expect(rest.length).toBeLessThanOrEqual(2);
  });

  test('a sweep: the last place of a cell that was run again counts; nothing is told before all have ended', async () => {
    const one = job('exit 0\n', { whose: { sweep: 'grid' }, urls: `NOTIFY_WEBHOOK_URL="${hooks.hook}"\n` });
    const meta = join(one.run, '.slurm-runner');
    // Cells 10 to 12, of which 11 failed and ran again as an array of its own, in which this job is.
    mkdirSync(join(meta, 'attempt-2'));
    writeFileSync(join(meta, 'array-2'), '10 0-2 - -\n');
    writeFileSync(join(meta, 'array-1'), '11 0 - -\n');
    writeFileSync(join(meta, 'attempt-2/end.0'), '6 0 exit 0\n');
    await one.life(task(0, 1));
    expect(hooks.received).toEqual([]);
    writeFileSync(join(meta, 'attempt-2/end.1'), '6 0 exit 1\n');
    writeFileSync(join(meta, 'attempt-2/end.2'), '6 0 exit 0\n');
    await one.life(task(0, 1));
    expect(hooks.received.map(({ json }) => json)).toMatchObject([
      { event: 'failed', sweep: 'grid', profile: 'train', counts: { done: 2, failed: 1 } },
    ]);
    expect(told(one)).toEqual(['told-all-2 sent']);
  });

  test('a flow: a job that fails, by its name; a job that does not, only when all have ended', async () => {
    const flow = { whose: { flow: 'ml' }, urls: `NOTIFY_WEBHOOK_URL="${hooks.hook}"\n` };
    const one = job('exit "$CODE"\n', flow);
    const meta = join(one.run, '.slurm-runner');
    mkdirSync(join(meta, 'attempt-2'));
    writeFileSync(join(meta, 'array-1'), '- - - - prepare\n');
    writeFileSync(join(meta, 'array-2'), '- - - - train\n');
    await one.life({ CODE: '0' });
    expect(hooks.received).toEqual([]);
    await one.life({ CODE: '4' });
    expect(hooks.received.map(({ json }) => json)).toMatchObject([
      { event: 'failed', flow: 'ml', job: 'prepare', text: expect.stringMatching(/^Flow ml\nprepare: Job 7 FAILED/) },
    ]);
    writeFileSync(join(meta, 'attempt-2/end'), '8 0 exit 0\n');
    await one.life({ CODE: '0' });
    const last = hooks.received.at(-1)?.json;
    expect(last).toMatchObject({ event: 'finished', flow: 'ml', counts: { done: 2, failed: 0 } });
    expect(hooks.received).toHaveLength(2);
  });
});
