/** What tests of W&B's client have in common. */

import { expect } from 'vitest';
import { Failure } from '../../../src/failure.ts';
import { failureText } from '../../../src/report/problems.ts';
import { plain } from '../../../src/report/style.ts';
import type { WandbProblem } from '../../../src/sweep/wandb/problem.ts';
import type { MockWandb } from '../../kit/wandb.ts';

export const PACE = { timeout: 5000, pause: 20 };
/** For a server that is silent; the question has to have reached it by then, though. */
export const HASTE = { timeout: 1000, pause: 20 };

export const GRID = 'method: grid\nparameters: {a: {values: [1, 2, 3]}, b: {values: [x, y]}}\n';

/** How something failed. The key is never told. */
export async function failureOf(
  mock: MockWandb,
  of: Promise<unknown>,
): Promise<{ exit: number; problem: WandbProblem; told: string }> {
  const error = await of.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Failure)) throw new Error('this was to fail', { cause: error });
  const told = failureText(error, plain);
  for (const key of [mock.key, Buffer.from(`api:${mock.key}`).toString('base64')]) {
    expect(told).not.toContain(key);
    expect(JSON.stringify(error.problems)).not.toContain(key);
  }
  expect(error.problems).toHaveLength(1);
  return { exit: error.exit, problem: error.problems[0] as WandbProblem, told };
}
