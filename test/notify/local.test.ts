/** The whole chain on nothing but this machine: who is told what, by the command or by the job, and that nobody else learns the address. */

import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { filesWith } from '../kit/agents.ts';
import { makeToy, type Toy, until } from '../kit/toy.ts';
import { webhooksOfFile } from '../kit/webhook.ts';

const hooks = await webhooksOfFile();
let toy: Toy;

beforeAll(() => {
  toy = makeToy('REMOTE_HOST=local\nREMOTE_DIR=.cluster\nSCHEDULER=local\nPOLL_INTERVAL=2\n');
  toy.write('.env', `NOTIFY_WEBHOOK_URL="${hooks.hook}"\nKEY=hidden-key\n`, 0o600);
  toy.profile('good', 'COMMAND="until [ -e go ]; do sleep 0.1; done"\n');
  toy.profile('bad', 'COMMAND="echo key $KEY; echo oops >&2; exit 3"\nSECRETS=KEY\n');
});
afterAll(() => toy.remove());

const events = (): string[] => hooks.received.map(({ json }) => String(json.event));
const runDir = (id: string): string => toy.read(`slurm/jobs/${id}.rundir`).trim();

/** Files of the project and its cluster that have the address in them. */
const holders = (): string[] => filesWith(toy.root, hooks.secret);

describe('one job', () => {
  test('is told of when it is submitted and when it has ended, each once, whoever watches', async () => {
    const full = toy.start('slurm-full', { PROFILE: 'good' });
    await until('its watch', () => toy.has('slurm/jobs/good.jobid') && events().length > 0);
    const run = runDir('good');
    await until('word of it', () => readdirSync(join(run, '.slurm-runner')).includes('watched'));
    // Where the job finds it, and nowhere else.
    const secrets = join(run, '.slurm-runner/secrets').slice(toy.root.length + 1);
    expect(holders()).toEqual([secrets, '.env'].sort());
    expect(statSync(join(toy.root, secrets)).mode & 0o777).toBe(0o600);
    toy.write(join('.cluster/runs', run.replace(/.*\//, ''), 'go'), '');
    const { exitCode, stdout, stderr } = await full;
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    expect(events()).toEqual(['started', 'finished']);
    expect(hooks.received[1]?.json).toMatchObject({
      profile: 'good',
      state: 'COMPLETED',
      exitCode: 0,
      cluster: 'local',
    });
    expect(`${stdout}${stderr}`).not.toContain(hooks.secret);
    expect(holders()).toEqual(['.env']);
  });

  test('tells of its failure itself where nobody watches; a later watch has nothing to add', async () => {
    const { exit, json } = await toy.json('slurm-run', { PROFILE: 'bad', YES: '1' });
    expect(exit).toBe(0);
    await until('both', () => events().length === 2);
    // A job may be faster than the command that submitted it.
    expect(events().sort()).toEqual(['failed', 'started']);
    expect(hooks.received.find(({ json }) => json.event === 'failed')?.json).toMatchObject({
      jobId: json.submit.jobId,
      exitCode: 3,
      log: 'key ...\noops',
    });
    expect((await toy.json('slurm-watch', { PROFILE: 'bad' })).exit).toBe(1);
    expect((await toy.json('slurm-collect', { PROFILE: 'bad' })).exit).toBe(1);
    expect(events()).toHaveLength(2);
  });

  test('ends as it would where nothing arrives: one warning, without the address, and JSON as ever', async () => {
    const wrong = hooks.hook.replace(hooks.secret, 'T0WRONG');
    toy.write('.env', `NOTIFY_WEBHOOK_URL="${wrong}"\nKEY=hidden-key\n`, 0o600);
    const { exit, json, stderr } = await toy.json('slurm-full', { PROFILE: 'bad', YES: '1' });
    toy.write('.env', `NOTIFY_WEBHOOK_URL="${hooks.hook}"\nKEY=hidden-key\n`, 0o600);
    expect([exit, json.exit]).toEqual([1, 1]);
    const warnings = stderr.split('\n').filter((line) => line.includes('NOTIFY_WEBHOOK_URL'));
    expect(warnings).toEqual([
      '2 notifications to NOTIFY_WEBHOOK_URL could not be sent: the server answered 404 (no_service).',
    ]);
    expect(stderr).not.toContain('T0WRONG');
  });
});

describe('nobody is told', () => {
  test('in a dry run, or with NOTIFY=none', async () => {
    expect((await toy.make('slurm-full', { PROFILE: 'bad', DRY_RUN: '1' })).exit).toBe(0);
    expect((await toy.make('slurm-full', { PROFILE: 'bad', YES: '1', NOTIFY: 'none' })).exit).toBe(1);
    expect(events()).toEqual([]);
    expect((await toy.make('slurm-full', { PROFILE: 'bad', YES: '1', NOTIFY: 'failed' })).exit).toBe(1);
    expect(events()).toEqual(['failed']);
  });

  test('and nothing is pushed where an address or NOTIFY is none', async () => {
    const pushed = readdirSync(join(toy.root, '.cluster/runs')).length;
    const given = await toy.make('slurm-run', { PROFILE: 'bad', SLACK_WEBHOOK_URL: hooks.slack });
    expect([given.exit, given.stderr.includes(hooks.secret)]).toEqual([2, false]);
    const { exit, stderr } = await toy.make('slurm-run', { PROFILE: 'bad', NOTIFY: 'failed,finsihed' });
    expect(exit).toBe(2);
    expect(stderr).toMatch(/command line: NOTIFY=finsihed has to be one of started, .*; did you mean finished\?/);
    toy.profile('env', `COMMAND=true\n[env]\nSLACK_WEBHOOK_URL=${hooks.slack}\n`);
    expect((await toy.json('slurm-run', { PROFILE: 'env' })).json.problems).toMatchObject([{ kind: 'webhook-in-env' }]);
    toy.profile('templated', `COMMAND="echo {{ NOTIFY_WEBHOOK_URL }}"\nTEMPLATE=own\n`);
    toy.write('slurm/templates/own.sbatch', '#!/bin/sh\necho {{ NOTIFY_WEBHOOK_URL }}\n');
    expect((await toy.json('slurm-render', { PROFILE: 'templated' })).exit).toBe(2);
    expect(readdirSync(join(toy.root, '.cluster/runs'))).toHaveLength(pushed);
    expect(events()).toEqual([]);
  });
});

test('SBATCH_MAIL_TYPE: there is no Slurm that would write one, and that is said', async () => {
  const { stdout } = await toy.make('slurm-full', {
    PROFILE: 'bad',
    YES: '1',
    SBATCH_MAIL_TYPE: 'END',
    NOTIFY: 'none',
  });
  expect(stdout).toContain('SBATCH_MAIL_TYPE is left out');
});

describe('a sweep', () => {
  test('is told of at its start and at its end; of cells that fail meanwhile in one message', async () => {
    toy.profile('cell', 'COMMAND="until [ -e go ]; do sleep 0.1; done; echo cell $N; exit $((N % 2))"\n');
    toy.write('slurm/sweeps/grid.yaml', 'profile: cell\nmatrix:\n  N: [1, 2, 3, 4]\n');
    const full = toy.start('slurm-sweep-full', { SWEEP: 'grid', NOTIFY: 'all', JSON: '1' });
    await until('its run', () => toy.has('slurm/jobs/cell@grid.rundir'));
    const run = runDir('cell@grid');
    // From then on tasks leave it to the laptop to tell of them.
    await until('a look at it', () => existsSync(join(run, '.slurm-runner/watched')));
    writeFileSync(join(run, 'go'), '');
    const { stdout, stderr } = await full;
    expect(JSON.parse(stdout).exit, stderr).toBe(1);
    const all = hooks.received.map(({ json }) => json as { event?: string });
    // On a busy machine they may come in another order.
    const rest = all.filter(({ event }) => event !== 'started');
    expect(all.find(({ event }) => event === 'started')).toMatchObject({ sweep: 'grid', counts: { total: 4 } });
    expect(rest.length).toBeLessThanOrEqual(2);
    expect(rest).toContainEqual(
      expect.objectContaining({
        event: 'failed',
        sweep: 'grid',
        counts: expect.objectContaining({ done: 2, failed: 2 }),
      }),
    );
  });
});
