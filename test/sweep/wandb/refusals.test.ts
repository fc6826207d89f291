/** What is wrong with a W&B sweep is told before anything is sent or made, and each with what to do about it. */

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CONFIG, writeAgents } from '../../kit/agents.ts';
import { type BareMachine, type BareToy, makeBareMachine } from '../../kit/bare-machine.ts';
import { refused } from '../../kit/submitted.ts';
import { type MockWandb, startWandb } from '../../kit/wandb.ts';

interface Wrong {
  why: string;
  kind: string;
  exit?: number;
  /** In the sentence. */
  says: RegExp;
  prepare?: () => unknown;
  more?: Record<string, string>;
}

describe('nothing is sent', () => {
  let machine: BareMachine;
  let mock: MockWandb;
  let toy: BareToy;

  beforeAll(async () => {
    machine = await makeBareMachine();
  });
  afterAll(() => machine.remove());
  beforeEach(async () => {
    mock = await startWandb();
    toy = machine.toy();
    writeAgents(toy, mock);
  });
  afterEach(async () => {
    await mock.stop();
    toy.remove();
  });

  const START = { SWEEP: 'bayes', PROFILE: 'x', MAX_RUNS: '4' };
  const key = (line: string) => toy.write('.env', `${line}\nWANDB_BASE_URL=${mock.url}\n`);
  const config = (text: string) => toy.write('slurm/sweeps/bayes.yaml', text);
  const template = (text: string) => toy.write('job.sh', text);
  const TEMPLATE = 'job.sh';
  const WRONG: Wrong[] = [
    { why: 'no key', kind: 'wandb-no-key', says: /\/authorize; put it into \.env/, prepare: () => key('') },
    {
      why: 'a wrong key',
      kind: 'wandb-bad-key',
      says: /in WANDB_API_KEY of \.env/,
      prepare: () => key('WANDB_API_KEY=wrong'),
    },
    {
      why: 'nobody',
      kind: 'wandb-no-entity',
      says: /knows no user or team nobody/,
      prepare: () => config(`${CONFIG}entity: nobody\n`),
    },
    {
      why: 'others',
      kind: 'wandb-no-entity',
      says: /ask its administrator/,
      prepare: () => config(`${CONFIG}entity: strangers\n`),
    },
    {
      why: 'no network',
      kind: 'wandb-unreachable',
      exit: 3,
      says: /type the same command again/,
      prepare: () => mock.refuse(),
    },
    {
      why: 'no parameters',
      kind: 'wandb-bad-config',
      says: /docs\.wandb\.ai/,
      prepare: () => config('program: train.py\nmethod: bayes\n'),
    },
    {
      why: 'no end',
      kind: 'no-max-runs',
      says: /make slurm-sweep-start SWEEP=bayes PROFILE=x MAX_RUNS=10/,
      more: { MAX_RUNS: '' },
    },
    {
      why: 'no program',
      kind: 'no-sweep-program',
      says: /SCRIPT=test\.py/,
      prepare: () => config(CONFIG.replace('train', 'test')),
    },
    { why: 'no profile', kind: 'sweep-without-profile', says: /SWEEP=bayes PROFILE=NAME/, more: { PROFILE: '' } },
    {
      why: 'no agent',
      kind: 'no-agent',
      says: /wandb agent --count 1/,
      prepare: () => template('python {{ SCRIPT }}\n'),
      more: { TEMPLATE },
    },
    {
      ...{ why: 'the key in a template', kind: 'secret-variable', says: /WANDB_API_KEY/, more: { TEMPLATE } },
      prepare: () => template('agent {{ SWEEP_ID }} {{ WANDB_API_KEY }}\n'),
    },
  ];
  test.each(WRONG)('$why: $kind', async ({ kind, exit = 2, says, prepare, more }) => {
    await prepare?.();
    const failed = await toy.json('slurm-sweep-start', { ...START, ...more });
    expect(refused(failed)).toEqual({ exit, kind });
    expect(failed.json.problems[0].message).toMatch(says);
    expect(failed.stdout).not.toContain(mock.key);
    expect([mock.sweeps, toy.has('.cluster/runs')]).toEqual([[], false]);
  });

  test('twice: a sweep whose push failed can be gone on with', async () => {
    toy.write('.cluster/runs', 'no folder\n');
    const failed = await toy.make('slurm-sweep-start', START);
    expect(failed.exit, failed.stderr).toBe(2);
    const words = `make slurm-sweep-resume SWEEP_ID=me/vla/${mock.sweeps[0]?.id} PROFILE=x MAX_RUNS=10`;
    expect(failed.stdout).toContain(words);
  });
});
