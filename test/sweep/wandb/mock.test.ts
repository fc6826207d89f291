/** The mock of W&B's servers refuses what W&B would refuse, so that a wrong question cannot pass a test; and its agent works. */

import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentScript, type MockWandb, startWandb } from '../../kit/wandb.ts';
import { readOperation } from '../../kit/wandb-graphql.ts';

let mock: MockWandb;
beforeAll(async () => {
  mock = await startWandb();
});
afterAll(() => mock.stop());

async function post(query: string, variables: unknown = {}): Promise<{ status: number; body: string }> {
  const authorization = `Basic ${Buffer.from(`api:${mock.key}`).toString('base64')}`;
  const headers = { authorization, 'content-type': 'application/json' };
  const answer = await fetch(`${mock.url}/graphql`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ query, variables }),
  });
  return { status: answer.status, body: await answer.text() };
}

describe('a question is refused', () => {
  it.each([
    ['query Q { viewer { entity name } }', 'Cannot query field'],
    ['query Q { viewer }', 'must have a sub selection'],
    ['query Q { viewer { entity { x } } }', 'must not have a sub selection'],
    ['query Q($p: String) { project(name: $p, entity: $p) { name } }', 'Unknown argument'],
    ['query Q($p: Int) { project(name: $p) { name } }', 'expecting type'],
    ['query Q { project(name: $p) { name } }', 'is not defined'],
    ['query Q($p: String, $q: String) { project(name: $p) { name } }', 'never used'],
    ['query Q { project(name: "p") { sweep { name } } }', 'is required'],
    ['query Q($p: String) { project(name: $p) { sweep(sweepName: $p) { name } } }', 'expecting type'],
    ['query Q { project(name: 3) { name } }', 'invalid value'],
    ['mutation M { upsertSweep(input: {yaml: "x"}) { configValidationWarnings } }', 'Unknown field'],
    ['query Q { viewer { entity }', 'Syntax Error'],
    ['query Q { viewer { entity } } }', 'Syntax Error'],
    ['query Q { viewer { entity entity } }', 'conflict'],
    ['subscription S { viewer { entity } }', 'Syntax Error'],
  ])('%s: %s', async (query, why) => {
    const { status, body } = await post(query);
    expect(status).toBe(400);
    expect(body).toContain(why);
  });

  it('for variables of a wrong type, or that are missing', async () => {
    const query = 'query Q($p: String!) { project(name: "p") { sweep(sweepName: $p) { name } } }';
    for (const variables of [{}, { p: 3 }, { p: null }]) expect((await post(query, variables)).status).toBe(400);
  });

  it('but not where all is right', () => {
    const query = 'query Q($n: Int) { p: project(name: "p") { runs(first: $n) { edges { node { name } } } } }';
    expect(readOperation(query)).toMatchObject({ kind: 'query', variables: { n: 'Int' } });
  });
});

describe('the agent of the mock', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wandb-agent-'));
  const script = join(folder, 'wandb');
  const NODE_ONLY = join(folder, 'bin');
  beforeAll(async () => {
    writeFileSync(script, agentScript());
    chmodSync(script, 0o755);
    await execa('mkdir', [NODE_ONLY]);
    symlinkSync(process.execPath, join(NODE_ONLY, 'node'));
    symlinkSync('/bin/sh', join(NODE_ONLY, 'sh'));
    mock.sweeps.push({
      ...{
        id: 'abc',
        entity: 'me',
        project: 'my project',
        description: null,
        displayName: null,
        state: 'PENDING',
        runs: [],
      },
      config: 'method: grid\nmetric: {name: acc}\nparameters: {a: {values: [1, 2]}}\n',
    });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const agent = (args: string[], env: Record<string, string> = {}) =>
    execa('/bin/sh', [script, ...args], {
      ...{ extendEnv: false, reject: false },
      env: { PATH: process.env.PATH ?? '', WANDB_API_KEY: mock.key, WANDB_BASE_URL: mock.url, ...env },
    });

  it('gets runs, with curl or without, until there are no more', async () => {
    const args = ['agent', '--count', '1', 'me/my project/abc'];
    expect(await agent(args)).toMatchObject({ exitCode: 0, stdout: '1', stderr: '' });
    expect(await agent(args, { PATH: NODE_ONLY })).toMatchObject({ exitCode: 0, stdout: '2', stderr: '' });
    expect(mock.sweeps[0]).toMatchObject({
      state: 'FINISHED',
      runs: [{ state: 'finished' }, { summary: { acc: 0.5 } }],
    });
    expect(await agent(args)).toMatchObject({ exitCode: 0, stdout: 'no run left' });
  });

  it.each([
    [[]],
    [['agent', 'me/p/abc']],
    [['agent', '--count', '2', 'me/p/abc']],
    [['agent', '--count', '1', 'abc']],
    [['agent', '--count', '1', 'a/b/c/d']],
  ])('refuses %j', async (args) => {
    expect(await agent(args)).toMatchObject({ exitCode: 2, stdout: '' });
  });

  it('needs a key, a server, and a sweep that is there', async () => {
    const args = ['agent', '--count', '1', 'me/my project/abc'];
    for (const PATH of [process.env.PATH ?? '', NODE_ONLY]) {
      for (const [name, value] of [
        ['WANDB_API_KEY', ''],
        ['WANDB_BASE_URL', ''],
        ['WANDB_API_KEY', 'wrong'],
      ] as const)
        expect((await agent(args, { PATH, [name]: value })).exitCode).not.toBe(0);
      expect((await agent(['agent', '--count', '1', 'me/p/none'], { PATH })).exitCode).not.toBe(0);
    }
  });
});
