/** The verdict where a marker of the job is among the witnesses: when it is believed, and when it is of a life before. */

import { describe, expect, test } from 'vitest';
import { accounted, began, exit, judge, noted, queued, step } from './witnesses.ts';

describe('the marker', () => {
  test('ends the wait while the queue winds up, and is not the end for whoever removes', () => {
    for (const state of ['RUNNING', 'COMPLETING', 'STAGE_OUT', 'SIGNALING']) {
      const verdict = judge({ queue: [queued(state)], markers: [began(), exit(0)] });
      expect(verdict).toMatchObject({ state: 'COMPLETED', ended: true, left: false, success: true, basis: 'marker' });
    }
  });

  // Everybody has forgotten.
  test('is enough when nobody else knows', () => {
    const markers = [began(), exit(0)];
    expect(judge({ markers })).toMatchObject({ state: 'COMPLETED', success: true, left: true });
    expect(judge({ markers: [began(), exit(3)] })).toMatchObject({ state: 'FAILED', exitCode: 3, left: true });
    // …but not that the job has left a queue that does not answer.
    expect(judge({ markers, queueTrouble: 'timed out' })).toMatchObject({ ended: true, left: false });
  });

  test('of a signal, and nobody knows why: it failed, unless it may be only the queue that is silent', () => {
    const markers = [began(), noted('TERM', 0, 143)];
    expect(judge({ markers })).toMatchObject({ state: 'FAILED', signal: 'TERM', ended: true });
    expect(judge({ markers, queueTrouble: 'timed out' })).toMatchObject({ state: 'UNKNOWN', ended: false });
    expect(judge({ markers, accounts: [accounted('RUNNING')] })).toMatchObject({ state: 'UNKNOWN', ended: false });
  });

  test('of another job is none', () => {
    expect(judge({ markers: [exit(0, 0, { jobId: '6' })] })).toMatchObject({ state: 'UNKNOWN' });
  });

  test.each(['PENDING', 'REQUEUED', 'REQUEUE_HOLD', 'SPECIAL_EXIT', 'CONFIGURING', 'SUSPENDED'])(
    'of a life before: %s is not over',
    (state) => {
      expect(judge({ queue: [queued(state)], markers: [began(), exit(1)] })).toMatchObject({ state, ended: false });
    },
  );

  test('of a life before, where a begin or the controller knows of another', () => {
    const running = [queued('RUNNING')];
    expect(judge({ queue: running, markers: [began(1), exit(0, 0)] })).toMatchObject({ state: 'RUNNING', restarts: 1 });
    const jobs = [{ jobId: '7', restarts: 1, derived: { code: 0, signal: 0 } }];
    expect(judge({ queue: running, jobs, markers: [began(), exit(0)] })).toMatchObject({
      ...{ state: 'RUNNING', ended: false, restarts: 1 },
    });
    expect(judge({ markers: [began(1), exit(0, 0)] })).toMatchObject({ state: 'UNKNOWN', ended: false });
  });

  test('a requeued job is not blamed for a step of the life before', () => {
    const accounts = [accounted('COMPLETED', { derived: { code: 0, signal: 15 } }), step('0', 'COMPLETED')];
    const jobs = [{ jobId: '7', restarts: 1, derived: { code: 0, signal: 15 } }];
    expect(judge({ accounts, jobs, queue: [queued('COMPLETED')], markers: [began(1), exit(0, 1)] })).toMatchObject({
      ...{ state: 'COMPLETED', success: true, restarts: 1 },
    });
  });

  // srun ends with 0 under a node that fails.
  test('does not hide what accounting knows while the queue winds up', () => {
    const queue = [queued('COMPLETING')];
    const markers = [began(), exit(0)];
    expect(judge({ queue, markers, accounts: [accounted('OUT_OF_MEMORY')] })).toMatchObject({
      ...{ state: 'OUT_OF_MEMORY', ended: true, left: false, success: false },
    });
    for (const state of ['NODE_FAIL', 'PREEMPTED', 'BOOT_FAIL']) {
      // It may go back into the queue.
      expect(judge({ queue, markers, accounts: [accounted(state)] })).toMatchObject({
        ...{ state: 'COMPLETING', ended: false },
      });
    }
  });
});
