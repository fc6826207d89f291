/** W&B's sweeps: created once, and every way in which that can fail told from the others. */

import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createSweep, defaultEntity, sweepInfo } from '../../../src/sweep/wandb/api.ts';
import type { WandbSettings } from '../../../src/sweep/wandb/settings.ts';
import { BAYES } from '../../kit/lifter.ts';
import { type MockWandb, startWandb } from '../../kit/wandb.ts';
import { failureOf, GRID, HASTE, PACE } from './scene.ts';

let mock: MockWandb;
let settings: WandbSettings;

beforeEach(async () => {
  mock = await startWandb();
  settings = { baseUrl: mock.url, apiKey: mock.key, keyFrom: 'env-file', project: 'vla' };
});
afterEach(() => mock.stop());

const failure = (of: Promise<unknown>) => failureOf(mock, of);

describe('the entity of a key', () => {
  it('is asked for', async () => {
    mock.entity = 'alice';
    expect(await defaultEntity(settings, PACE)).toBe('alice');
  });

  it('is nobody where nobody is logged in', async () => {
    mock.entity = undefined;
    const { exit, problem } = await failure(defaultEntity(settings, PACE));
    expect(exit).toBe(2);
    expect(problem).toMatchObject({ kind: 'wandb-bad-key', where: 'env-file' });
  });

  it('has to be named where the key stands for none', async () => {
    mock.entity = '';
    expect((await failure(defaultEntity(settings, PACE))).problem.kind).toBe('wandb-no-default-entity');
  });
});

describe('a sweep is created', () => {
  it('of the file as it is, for the default entity', async () => {
    const made = await createSweep(settings, BAYES, PACE);
    const [sweep] = mock.sweeps;
    expect(sweep).toMatchObject({ entity: 'me', project: 'vla', config: BAYES, description: null });
    const { id } = sweep!;
    expect(made).toEqual({
      sweepId: id,
      entity: 'me',
      project: 'vla',
      url: `${mock.url}/me/vla/sweeps/${id}`,
      warnings: [],
    });
    expect(mock.asked).toEqual(['Viewer', 'UpsertSweep']);
  });

  it('for a team, without asking who we are', async () => {
    await createSweep({ ...settings, entity: 'team' }, BAYES, PACE);
    expect(mock.sweeps[0]?.entity).toBe('team');
    expect(mock.asked).toEqual(['UpsertSweep']);
  });

  it('with its description, and what the server finds odd is handed on', async () => {
    const made = await createSweep(settings, `${BAYES}description: lr and batch\nprogarm: x\n`, PACE);
    expect(mock.sweeps[0]?.description).toBe('lr and batch');
    expect(made.warnings).toEqual(['additional property progarm is not allowed']);
  });

  it('with the distributions that the server could not tell', async () => {
    const bounds = 'method: random\nparameters:\n  x: {min: 0.0, max: 1.0}\n  n: {min: 1, max: 9}\n';
    await createSweep(settings, bounds, PACE);
    expect(parse(mock.sweeps[0]!.config).parameters).toEqual({
      x: { min: 0, max: 1, distribution: 'uniform' },
      n: { min: 1, max: 9, distribution: 'int_uniform' },
    });
  });

  it.each([
    ['parameters: {a: {value: 1}}', 'Sweep config must contain method section'],
    ['method: grid', 'Sweep config must contain parameters section'],
    ['method: grid\nparameters: {c: {"values:": [2, 10]}}', 'invalid hyperparameter configuration: c'],
    ['method: [', 'could not be parsed'],
  ])('not of %s: the server says why', async (config, why) => {
    const { exit, problem, told } = await failure(createSweep(settings, config, PACE));
    expect(exit).toBe(2);
    expect(problem.kind).toBe('wandb-bad-config');
    expect(told).toContain(why);
    expect(told).toContain('https://docs.wandb.ai/');
    expect(mock.asked.filter((name) => name === 'UpsertSweep')).toHaveLength(1);
  });

  it('not with bounds that are neither integers nor floats, and nothing is sent', async () => {
    const { exit, problem } = await failure(
      createSweep(settings, 'method: random\nparameters: {lr: {min: 0, max: 0.1}}', PACE),
    );
    expect(exit).toBe(2);
    expect(problem).toEqual({ kind: 'wandb-bounds', parameter: 'lr', min: '0', max: '0.1' });
    expect(mock.asked).toEqual([]);
  });
});

describe('who may not', () => {
  it.each(['environment', 'env-file', 'netrc'] as const)('has a wrong key, from the %s', async (keyFrom) => {
    const wrong = { ...settings, apiKey: 'f'.repeat(40), keyFrom };
    for (const asking of [createSweep(wrong, BAYES, PACE), sweepInfo({ ...wrong, entity: 'me' }, 'abc', PACE)]) {
      const { exit, problem, told } = await failure(asking);
      expect(exit).toBe(2);
      expect(problem).toMatchObject({ kind: 'wandb-bad-key', where: keyFrom, authorize: `${mock.url}/authorize` });
      expect(told).not.toContain(wrong.apiKey);
    }
    // A wrong key stays wrong.
    expect(mock.asked).toEqual(['Viewer', 'SweepInfo']);
  });

  it('names an entity that is none', async () => {
    const { exit, problem } = await failure(createSweep({ ...settings, entity: 'nobody' }, BAYES, PACE));
    expect(exit).toBe(2);
    expect(problem).toMatchObject({ kind: 'wandb-no-entity', entity: 'nobody', why: 'unknown' });
  });

  it("names somebody else's", async () => {
    const { problem, told } = await failure(createSweep({ ...settings, entity: 'strangers' }, BAYES, PACE));
    expect(problem).toMatchObject({ kind: 'wandb-no-entity', entity: 'strangers', why: 'denied' });
    expect(told).toContain('permission denied');
  });

  it.each([
    [404, 'project not found', 'wandb-no-project'],
    [404, 'Project me/vla not found during upsertSweep', 'wandb-no-project'],
    [400, 'Sweep user not valid', 'wandb-no-entity'],
    [401, 'permission denied', 'wandb-bad-key'],
    [200, 'user is not logged in', 'wandb-bad-key'],
    [400, 'Invalid or missing api_key. Run `wandb login`', 'wandb-bad-key'],
    [400, 'Cannot query field "configValidationWarnings" on type "UpsertSweepPayload".', 'wandb-server'],
  ])('%i %s: %s', async (status, message, kind) => {
    const body = JSON.stringify({ errors: [{ message, path: ['upsertSweep'] }], data: { upsertSweep: null } });
    mock.upcoming = [{ status, body }];
    const { problem, told } = await failure(createSweep({ ...settings, entity: 'me' }, BAYES, PACE));
    expect(problem.kind).toBe(kind);
    expect(told).toContain(message);
  });

  it('is told without the key, even if the server repeats it', async () => {
    mock.upcoming = [{ status: 400, body: JSON.stringify({ errors: [{ message: `bad: ${mock.key}` }] }) }];
    const { told } = await failure(createSweep({ ...settings, entity: 'me' }, BAYES, PACE));
    expect(told).toContain('bad: …');
  });
});

describe('a question', () => {
  beforeEach(() => createSweep({ ...settings, entity: 'me' }, GRID, PACE));
  const info = (pace = PACE) => sweepInfo({ ...settings, entity: 'me' }, mock.sweeps[0]!.id, pace);

  it('is asked again after a fault of the server, of the network, and when there were too many', async () => {
    for (const fault of [{ status: 502, body: '<html>' }, { status: 429 }, 'drop'] as const) {
      mock.asked = [];
      mock.upcoming = [fault, fault];
      expect((await info()).expected).toBe(6);
      expect(mock.asked).toEqual(['SweepInfo', 'SweepInfo', 'SweepInfo']);
    }
  });

  it('is asked again when no answer comes in time', async () => {
    mock.upcoming = ['hang', { delay: 10 }];
    expect((await info(HASTE)).runCount).toBe(0);
  });

  it('is given up after three tries', async () => {
    mock.asked = [];
    mock.always = { status: 500, body: JSON.stringify({ errors: [{ message: 'out of order' }] }) };
    const { exit, problem, told } = await failure(info());
    expect([exit, mock.asked.length]).toEqual([3, 3]);
    expect(problem).toMatchObject({ kind: 'wandb-server', status: 500 });
    expect(told).toContain('out of order');
    mock.always = 'hang';
    const silent = await failure(info(HASTE));
    expect([silent.exit, mock.asked.length]).toEqual([3, 6]);
    expect(silent.problem).toMatchObject({ kind: 'wandb-unreachable', why: 'timeout' });
  });

  it('waits for the server to come back', async () => {
    await mock.refuse();
    const asking = info({ timeout: 5000, pause: 300 });
    await mock.accept();
    expect((await asking).runCount).toBe(0);
  });

  it('without a server says where nobody listens, and that a proxy is not used', async () => {
    await mock.refuse();
    const { exit, problem, told } = await failure(
      sweepInfo({ ...settings, entity: 'me', proxy: 'HTTPS_PROXY' }, 'abc', PACE),
    );
    expect(exit).toBe(3);
    expect(problem).toMatchObject({ kind: 'wandb-unreachable', why: 'refused', host: new URL(mock.url).host });
    expect(told).toContain('HTTPS_PROXY is set');
  });

  it('with a name that nobody knows says so', async () => {
    const { problem } = await failure(
      sweepInfo({ ...settings, entity: 'me', baseUrl: 'http://wandb.invalid' }, 'abc', PACE),
    );
    expect(problem).toMatchObject({ kind: 'wandb-unreachable', why: 'name', host: 'wandb.invalid' });
  });

  it('is not asked again where TLS fails', async () => {
    const baseUrl = mock.url.replace('http:', 'https:');
    const { problem } = await failure(sweepInfo({ ...settings, entity: 'me', baseUrl }, 'abc', PACE));
    expect(problem).toMatchObject({ kind: 'wandb-unreachable', why: 'tls' });
  });

  it.each([
    [{ status: 200, body: '<html>Please log in</html>' }, undefined],
    [{ status: 403, body: '<html>Squid</html>' }, undefined],
    [{ status: 302, headers: { location: 'https://login.example.org/' } }, 'https://login.example.org/'],
    [{ status: 404, body: 'null' }, undefined],
  ])('is not answered by what is not W&B: %j', async (answer, to) => {
    mock.upcoming = [answer];
    const { exit, problem } = await failure(info());
    expect(exit).toBe(3);
    expect(problem).toMatchObject({ kind: 'wandb-not-wandb', status: answer.status, ...(to && { to }) });
  });

  it('goes to a folder of a server, too', async () => {
    const baseUrl = `${mock.url}/wandb`;
    expect((await failure(sweepInfo({ ...settings, entity: 'me', baseUrl }, 'abc', PACE))).problem.kind).toBe(
      'wandb-not-wandb',
    );
    expect(mock.asked.at(-1)).toBe('/wandb/graphql');
  });
});

describe('a sweep is never created twice', () => {
  const create = (pace = PACE) => createSweep({ ...settings, entity: 'me' }, BAYES, pace);

  it.each([
    ['drop', PACE],
    ['hang', HASTE],
    [{ status: 504, body: '<html>' }, PACE],
  ] as const)('whatever becomes of the answer: %j', async (behaviour, pace) => {
    mock.upcoming = [behaviour];
    const { exit, problem, told } = await failure(create(pace));
    expect(exit).toBe(3);
    expect(problem).toMatchObject({ kind: 'wandb-unknown-outcome', page: `${mock.url}/me/vla/sweeps` });
    expect(told).toContain('make slurm-sweep-resume SWEEP_ID=');
    expect(mock.asked).toEqual(['UpsertSweep']);
    expect(mock.sweeps).toHaveLength(behaviour === 'drop' ? 1 : 0);
  });

  it('nor called created without an id', async () => {
    mock.upcoming = [{ status: 200, body: JSON.stringify({ data: { upsertSweep: { sweep: null } } }) }];
    expect((await failure(create())).problem.kind).toBe('wandb-unknown-outcome');
  });

  it('but tried again while nobody listened, or nobody was let in', async () => {
    await mock.refuse();
    const creating = create({ timeout: 5000, pause: 300 });
    mock.upcoming = [{ status: 429 }];
    await mock.accept();
    await creating;
    expect(mock.sweeps).toHaveLength(1);
    expect(mock.asked).toEqual(['UpsertSweep', 'UpsertSweep']);
  });

  it('and says so where nobody ever listened', async () => {
    await mock.refuse();
    const { exit, problem } = await failure(create());
    expect(exit).toBe(3);
    expect(problem).toMatchObject({ kind: 'wandb-unreachable', why: 'refused' });
  });

  it('nor after a connection that was cut once it stood', async () => {
    let connections = 0;
    const server = createServer((socket) => {
      connections += 1;
      socket.once('data', () => socket.resetAndDestroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const baseUrl = `http://127.0.0.1:${port}`;
    const { problem } = await failure(createSweep({ ...settings, baseUrl, entity: 'me' }, BAYES, PACE));
    expect(problem.kind).toBe('wandb-unknown-outcome');
    expect(connections).toBe(1);
    await new Promise((resolve) => server.close(resolve));
  });
});
