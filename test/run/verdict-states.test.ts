/** The verdict on one job by its states and codes: every state of Slurm, what makes a success, and how it ended. */

import { describe, expect, test } from 'vitest';
import { parseState } from '../../src/scheduler/states.ts';
import { accounted, began, type Case, ENDED, exit, judge, LIVE, noted, queued, step } from './witnesses.ts';

describe('every state', () => {
  test.each(ENDED)('%s is an end and no success, whoever says so', (state) => {
    const bad = { state, ended: true, left: true, success: false };
    expect(judge({ queue: [queued(state)] })).toMatchObject({ ...bad, basis: 'queue' });
    expect(judge({ accounts: [accounted(state)] })).toMatchObject({ ...bad, basis: 'accounting' });
    // Not even when the script itself got to its end.
    expect(judge({ accounts: [accounted(state)], markers: [began(), exit(0)] })).toMatchObject(bad);
    expect(judge({ queue: [queued(state)], markers: [began(), exit(0)] })).toMatchObject(bad);
  });

  test.each(LIVE)('%s has not ended, and is not believed of accounting', (state) => {
    const alive = { ended: false, left: false, success: false };
    expect(judge({ queue: [queued(state)] })).toMatchObject({ ...alive, state, basis: 'queue' });
    // Gone from the queue, accounting behind.
    expect(judge({ accounts: [accounted(state)] })).toMatchObject({ ...alive, state: 'UNKNOWN' });
  });

  test.each([
    ['CANCELLED by 1001', 'CANCELLED'],
    ['CANCELLED+', 'CANCELLED'],
    ['COMPLETED', 'COMPLETED'],
    ['', 'UNKNOWN'],
    ['NOVEL_STATE', 'UNKNOWN'],
    ['FAILEDISH', 'UNKNOWN'],
  ])('%s is read as %s', (printed, state) => expect(parseState(printed)).toBe(state));

  test('a state of no Slurm we know is neither alive nor over, whatever the marker says', () => {
    expect(judge({ queue: [queued('NOVEL')], markers: [exit(0)] })).toMatchObject({ state: 'UNKNOWN', ended: false });
  });
});

describe('a success needs everybody', () => {
  const good = { state: 'COMPLETED', ended: true, success: true };

  test('COMPLETED with 0', () => {
    expect(judge({ queue: [queued('COMPLETED')] })).toMatchObject({ ...good, left: true });
    expect(judge({ accounts: [accounted('COMPLETED'), step('batch', 'COMPLETED')] })).toMatchObject({
      ...good,
      exitCode: 0,
    });
  });

  test('COMPLETED, but the marker has another code', () => {
    expect(judge({ queue: [queued('COMPLETED')], markers: [exit(4)] })).toMatchObject({ success: false, exitCode: 4 });
  });

  // What a script went on after.
  test.each<[string, Case, number]>([
    ['DerivedExitCode', { accounts: [accounted('COMPLETED', { derived: { code: 7, signal: 0 } })] }, 7],
    ['a derived signal', { accounts: [accounted('COMPLETED', { derived: { code: 0, signal: 9 } })] }, 137],
    ['a failed step', { accounts: [accounted('COMPLETED'), step('0', 'FAILED', { exitCode: 3 })] }, 3],
    ['a cancelled step', { accounts: [accounted('COMPLETED'), step('0', 'CANCELLED by 0', { signal: 15 })] }, 143],
    ['a step of which no code is known', { accounts: [accounted('COMPLETED'), step('0', 'CANCELLED')] }, 1],
    [
      'the controller, while accounting is behind',
      {
        queue: [queued('COMPLETED')],
        accounts: [accounted('PENDING')],
        markers: [exit(0)],
        jobs: [{ jobId: '7', restarts: 0, derived: { code: 2, signal: 0 } }],
      },
      2,
    ],
  ])('COMPLETED, but a step failed: %s', (_, witnesses, stepCode) => {
    expect(judge(witnesses)).toMatchObject({ state: 'COMPLETED', ended: true, success: false, stepCode });
  });

  test('the extern step, and steps still winding up, say nothing', () => {
    const accounts = [accounted('COMPLETED'), step('extern', 'FAILED'), step('0', 'RUNNING')];
    expect(judge({ accounts })).toMatchObject(good);
  });

  test.each<[string, Case]>([
    ['of a step', { accounts: [accounted('COMPLETED'), step('0', 'OUT_OF_MEMORY', { signal: 125 })] }],
    ['cut short by a column', { accounts: [accounted('COMPLETED'), step('0', 'OUT_OF_ME+')] }],
    ['of a step that failed the job', { accounts: [accounted('FAILED', { exitCode: 1 }), step('0', 'OUT_OF_MEMORY')] }],
    ['as 0:125', { accounts: [accounted('COMPLETED', { derived: { code: 0, signal: 125 } })], markers: [exit(0)] }],
    ['of the job', { accounts: [accounted('OUT_OF_MEMORY', { signal: 125 })], markers: [exit(0)] }],
  ])('memory ran out: %s', (_, witnesses) => {
    expect(judge(witnesses)).toMatchObject({ state: 'OUT_OF_MEMORY', ended: true, success: false });
  });

  test('memory that ran out does not hide a cancellation', () => {
    const accounts = [accounted('CANCELLED by 5'), step('0', 'OUT_OF_MEMORY')];
    expect(judge({ accounts })).toMatchObject({ state: 'CANCELLED' });
  });
});

describe('how it ended', () => {
  // Facts c and h: seven bits of the exit code in accounting.
  test.each([
    [128, 0],
    [130, 2],
    [200, 72],
    [255, 127],
  ])("the marker's %i, not accounting's %i", (code, recorded) => {
    const accounts = [accounted('FAILED', { exitCode: recorded })];
    expect(judge({ accounts, markers: [exit(code)] })).toMatchObject({ state: 'FAILED', exitCode: code });
  });

  test('a signal: of the batch shell, of its child', () => {
    expect(judge({ accounts: [accounted('FAILED', { signal: 11 })] })).toMatchObject({ state: 'FAILED', signal: '11' });
    expect(judge({ accounts: [accounted('FAILED')], markers: [exit(139)] })).toMatchObject({
      ...{ signal: '11', exitCode: 139 },
    });
  });

  // Facts c: from inside all of these look alike.
  test.each(['CANCELLED by 5', 'TIMEOUT', 'PREEMPTED', 'DEADLINE', 'NODE_FAIL'])(
    'a noted signal leaves the last word to accounting: %s',
    (state) => {
      const verdict = judge({ accounts: [accounted(state)], markers: [noted('TERM', 0, 143)] });
      expect(verdict).toMatchObject({ state: parseState(state), signal: 'TERM', success: false });
      expect(verdict.exitCode).toBe(0);
    },
  );
});
