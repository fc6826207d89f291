/** How a W&B sweep stands, as its server tells it. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSweep, sweepInfo } from '../../../src/sweep/wandb/api.ts';
import type { WandbSettings } from '../../../src/sweep/wandb/settings.ts';
import { BAYES } from '../../kit/lifter.ts';
import { type MockWandb, startWandb } from '../../kit/wandb.ts';
import { failureOf, GRID, PACE } from './scene.ts';

let mock: MockWandb;
let settings: WandbSettings;

beforeEach(async () => {
  mock = await startWandb();
  settings = { baseUrl: mock.url, apiKey: mock.key, keyFrom: 'env-file', project: 'vla' };
});
afterEach(() => mock.stop());

const failure = (of: Promise<unknown>) => failureOf(mock, of);

describe('how a sweep stands', () => {
  it('is counted by state, with the best run of all', async () => {
    const { sweepId } = await createSweep(settings, `${BAYES}run_cap: 40\nname: lr search\n`, PACE);
    const sweep = mock.sweeps[0]!;
    sweep.state = 'RUNNING';
    const run = (number: number, state: string, loss?: unknown) => {
      const summary = loss === undefined ? { other: 0 } : { 'eval/loss': loss };
      sweep.runs.push({ name: `r${number}`, displayName: `sunny-sweep-${number}`, state, summary });
    };
    run(1, 'finished', 0.5);
    run(2, 'finished', 0.25);
    run(3, 'crashed', 'NaN');
    run(4, 'running');
    run(5, 'preempting', 0.75);
    for (let number = 6; number <= 120; number++) run(number, 'failed');
    await createSweep(settings, BAYES, PACE);
    mock.sweeps[1]!.runs.push({ name: 'x', displayName: 'x', state: 'finished', summary: { 'eval/loss': 0 } });
    mock.asked = [];
    expect(await sweepInfo({ ...settings, entity: 'me' }, sweepId, PACE)).toEqual({
      state: 'RUNNING',
      displayName: 'lr search',
      method: 'bayes',
      program: 'train.py',
      runs: { finished: 2, crashed: 1, running: 1, preempting: 1, failed: 115 },
      runCount: 120,
      expected: 40,
      metric: { name: 'eval/loss', goal: 'minimize' },
      best: { value: 0.25, run: 'sunny-sweep-2' },
      url: `${mock.url}/me/vla/sweeps/${sweepId}`,
    });
    expect(mock.asked).toEqual(['SweepInfo', 'BestRuns']);
  });

  it('goes up where more is better, and into objects of a summary', async () => {
    const config = 'method: random\nmetric: {name: acc.max, goal: maximize}\nparameters: {a: {value: 1}}\n';
    const { sweepId } = await createSweep(settings, config, PACE);
    const sweep = mock.sweeps[0]!;
    sweep.displayName = 'by hand';
    sweep.runs.push({ name: 'r1', displayName: '', state: 'finished', summary: { 'acc.max': 0.5 } });
    sweep.runs.push({ name: 'r2', displayName: '', state: 'finished', summary: { 'acc.max': 0.75 } });
    const info = await sweepInfo(settings, sweepId, PACE);
    expect(info).toMatchObject({ displayName: 'by hand', best: { value: 0.75, run: 'r2' } });
    expect(info).not.toHaveProperty('expected');
    const node = { name: 'r3', displayName: 'deep', summaryMetrics: '{"acc": {"max": 0.875}}' };
    const answered = JSON.stringify({ data: { project: { runs: { edges: [{ node }] } } } });
    mock.upcoming = [{ delay: 0 }, { delay: 0 }, { status: 200, body: answered }];
    expect((await sweepInfo(settings, sweepId, PACE)).best).toEqual({ value: 0.875, run: 'deep' });
  });

  it('has no best run before one has the metric, and without a metric', async () => {
    const { sweepId } = await createSweep(settings, BAYES, PACE);
    expect(await sweepInfo(settings, sweepId, PACE)).not.toHaveProperty('best');
    const grid = await createSweep(settings, GRID, PACE);
    const info = await sweepInfo(settings, grid.sweepId, PACE);
    expect(info).toMatchObject({ state: 'PENDING', runs: {}, runCount: 0, expected: 6 });
    expect(info).not.toHaveProperty('metric');
  });

  it('is not known of another sweep, or in another project', async () => {
    await createSweep(settings, BAYES, PACE);
    const other = await failure(sweepInfo(settings, 'abcdefgh', PACE));
    expect(other.exit).toBe(2);
    expect(other.problem).toMatchObject({ kind: 'wandb-no-sweep', entity: 'me', project: 'vla', sweepId: 'abcdefgh' });
    const nowhere = await failure(sweepInfo({ ...settings, project: 'none' }, 'abcdefgh', PACE));
    expect(nowhere.problem).toMatchObject({ kind: 'wandb-no-project', entity: 'me', project: 'none' });
  });
});
