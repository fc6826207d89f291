/** The verdict where witnesses are silent, speak of another job, or where the job id never came back. */

import { describe, expect, test } from 'vitest';
import { remoteText } from '../../src/host/program.ts';
import { GRACE } from '../../src/run/about-job.ts';
import type { AccountRow } from '../../src/scheduler/types.ts';
import { accounted, began, exit, judge, queued, step } from './witnesses.ts';

test('a submission counts as never made as soon as attempt.sh would make it anew', () => {
  expect(remoteText('attempt')).toMatch(new RegExp(`^GRACE=${GRACE}$`, 'm'));
});

describe('silence', () => {
  test('nobody knows: UNKNOWN', () => {
    expect(judge({})).toMatchObject({ state: 'UNKNOWN', ended: false, left: false, success: false, jobId: '7' });
    expect(judge({ queueTrouble: 'down', accountTrouble: 'down' })).toMatchObject({ state: 'UNKNOWN', ended: false });
  });

  test('accounting alone, while the queue does not answer: the end, but not that it has left', () => {
    const queueTrouble = 'slurm_load_jobs error: Unable to contact slurm controller';
    expect(judge({ accounts: [accounted('COMPLETED')], queueTrouble })).toMatchObject({ ended: true, left: false });
    // After these it may have been requeued meanwhile.
    expect(judge({ accounts: [accounted('NODE_FAIL')], queueTrouble })).toMatchObject({
      ...{ state: 'UNKNOWN', ended: false },
    });
  });

  // As where a plugin of slurmd's fails: the job counts as COMPLETED, with 0.
  test.each([0, 4])(
    'a job that was over after %i s and left no mark has not run, as far as anybody knows',
    (seconds) => {
      const moment = { elapsedSeconds: seconds };
      const unknown = { state: 'UNKNOWN', ended: false, success: false };
      expect(judge({ accounts: [accounted('COMPLETED', moment)] })).toMatchObject(unknown);
      expect(judge({ queue: [queued('COMPLETED', moment)] })).toMatchObject(unknown);
      expect(judge({ accounts: [accounted('COMPLETED', moment)], markers: [began()] })).toMatchObject({ ended: true });
      expect(judge({ accounts: [accounted('FAILED', moment)] })).toMatchObject({ state: 'FAILED', ended: true });
    },
  );

  test('the queue wins over an accounting that is ahead or behind', () => {
    expect(judge({ queue: [queued('PENDING')], accounts: [accounted('PREEMPTED')] })).toMatchObject({
      ...{ state: 'PENDING', ended: false },
    });
    expect(judge({ queue: [queued('TIMEOUT')], accounts: [accounted('RUNNING')] })).toMatchObject({
      ...{ state: 'TIMEOUT', ended: true, left: true },
    });
  });
});

describe('strangers', () => {
  const name = 'other-20160102-030405';

  test('an id that another job has is nobody', () => {
    expect(judge({ queue: [queued('COMPLETED', { name })] })).toMatchObject({ state: 'UNKNOWN' });
    expect(judge({ queue: [queued('RUNNING', { name })] })).toMatchObject({ state: 'UNKNOWN', ended: false });
    expect(judge({ accounts: [accounted('COMPLETED', { name }), step('batch', 'COMPLETED')] })).toMatchObject({
      ...{ state: 'UNKNOWN', ended: false },
    });
  });

  test("a young record's name is no name", () => {
    const young = (state: string, more: Partial<AccountRow> = {}) =>
      judge({ accounts: [accounted(state, { name: 'allocation', workDir: '', ...more })] });
    for (const state of ['COMPLETED', 'RUNNING', 'FAILED']) expect(young(state)).toMatchObject({ state: 'UNKNOWN' });
    // 22.05 keeps it for an array that was cancelled before it began.
    expect(young('CANCELLED by 5', { elapsedSeconds: 0 })).toMatchObject({ state: 'CANCELLED', ended: true });
  });

  test("the controller's word on a stranger's steps does not count", () => {
    const jobs = [{ jobId: '7', restarts: 2, derived: { code: 9, signal: 0 } }];
    expect(judge({ queue: [queued('COMPLETED', { name })], jobs, markers: [began(), exit(0)] })).toMatchObject({
      ...{ state: 'COMPLETED', success: true, basis: 'marker' },
    });
  });
});

describe('a job id that never came back', () => {
  const run = { jobId: undefined as unknown as string };

  test('is found by name and folder', () => {
    expect(judge({ run, queue: [queued('RUNNING')] })).toMatchObject({ state: 'RUNNING', jobId: '7' });
    expect(judge({ run, accounts: [accounted('COMPLETED')] })).toMatchObject({ state: 'COMPLETED', jobId: '7' });
    expect(judge({ run, markers: [began()], queue: [] })).toMatchObject({ state: 'UNKNOWN', jobId: '7' });
  });

  test('is not that of a namesake elsewhere, nor of an attempt before', () => {
    expect(judge({ run, queue: [queued('RUNNING', { workDir: '/else/where' })] }).jobId).toBeUndefined();
    const earlier = { ...run, attempt: 2, earlier: ['7'] };
    expect(judge({ run: earlier, queue: [queued('COMPLETED')], accounts: [accounted('COMPLETED')] })).toMatchObject({
      ...{ state: 'UNKNOWN', ended: false },
    });
  });

  // Not there yet is not "not submitted".
  test('and leaves no trace: undecided at first, then never made', () => {
    expect(judge({ run })).toMatchObject({ state: 'UNKNOWN' });
    expect(judge({ run: { ...run, intent: 500 } })).toMatchObject({ state: 'NOT_SUBMITTED' });
    expect(judge({ run: { ...run, intent: 500 }, queueTrouble: 'down' })).toMatchObject({ state: 'UNKNOWN' });
    expect(judge({ run: { attempt: 0 } })).toMatchObject({ state: 'NOT_SUBMITTED' });
  });
});
