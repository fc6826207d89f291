/** The verdict on an array: one for all of its tasks, whoever witnesses each. */

import { describe, expect, test } from 'vitest';
import { accounted, began, exit, judge, queued } from './witnesses.ts';

describe('arrays', () => {
  const task = (n: number) => ({ id: `7_${n}`, task: String(n) });

  test('live while one task is, bad when one task is', () => {
    const two = (one: string, other: string) => judge({ queue: [queued(one, task(0)), queued(other, task(1))] });
    expect(two('COMPLETED', 'RUNNING')).toMatchObject({ state: 'RUNNING', ended: false, left: false, success: false });
    expect(two('FAILED', 'PENDING')).toMatchObject({ state: 'PENDING', ended: false });
    expect(two('COMPLETED', 'TIMEOUT')).toMatchObject({
      ...{ state: 'TIMEOUT', ended: true, left: true, success: false, jobId: '7' },
      tasks: { COMPLETED: 1, TIMEOUT: 1 },
    });
    expect(two('COMPLETED', 'COMPLETED')).toMatchObject({ state: 'COMPLETED', success: true, tasks: { COMPLETED: 2 } });
  });

  test('tasks may have different witnesses', () => {
    const verdict = judge({
      queue: [queued('RUNNING', task(2))],
      accounts: [accounted('COMPLETED', task(0))],
      markers: [exit(0, 0, { task: '1' })],
    });
    expect(verdict).toMatchObject({ state: 'RUNNING', tasks: { COMPLETED: 2, RUNNING: 1 } });
  });

  test('tasks that never began are not forgotten', () => {
    const markers = [0, 1].flatMap((n) => [began(0, { task: `${n}`, count: 4 }), exit(0, 0, { task: `${n}` })]);
    const queueTrouble = 'timed out';
    expect(judge({ markers, queueTrouble })).toMatchObject({ state: 'UNKNOWN', ended: false, success: false });
    // Slurm keeps no trace of one that was cancelled by itself.
    expect(judge({ markers })).toMatchObject({ state: 'CANCELLED', ended: true, success: false });
    const waiting = [2, 3].map((n) => queued('PENDING', task(n)));
    expect(judge({ markers, queue: waiting })).toMatchObject({ state: 'PENDING', ended: false });
    // sacct has one row for all of them.
    const accounts = [0, 1].map((n) => accounted('COMPLETED', task(n)));
    const rest = accounted('CANCELLED by 5', { id: '7_[2-3]' });
    expect(judge({ markers, accounts: [...accounts, rest] })).toMatchObject({
      ...{ state: 'CANCELLED', ended: true, success: false },
    });
  });

  test('a row of the queue that stands for the tasks to come is alive', () => {
    const waiting = queued('PENDING', { id: '7_[1-9%2]' });
    const verdict = judge({ queue: [waiting], markers: [began(0, { task: '0' }), exit(0, 0, { task: '0' })] });
    expect(verdict).toMatchObject({ state: 'PENDING', ended: false, success: false });
    expect(judge({ queue: [waiting], accounts: [accounted('COMPLETED', task(0))] })).toMatchObject({
      ...{ state: 'PENDING', ended: false },
    });
  });

  test('one that was cancelled as a whole', () => {
    expect(judge({ accounts: [accounted('CANCELLED by 5', { id: '7_[0-29]' })] })).toMatchObject({
      ...{ state: 'CANCELLED', ended: true },
    });
  });
});
