/** What notifications say, and what programs read in them. */

import { describe, expect, test } from 'vitest';
import type { FlowStatus } from '../../src/flow/results.ts';
import { endedMessage, notSentText, runningMessage } from '../../src/report/notify.ts';
import { flowMessage } from '../../src/report/notify-flow.ts';
import { cellsFailedMessage, sweepEndedMessage, sweepStartedMessage } from '../../src/report/notify-sweep.ts';
import type { CellVerdict } from '../../src/run/parts.ts';
import type { Verdict } from '../../src/run/verdict.ts';
import type { SweepStatus } from '../../src/sweep/status.ts';

const where = { cluster: 'me@cluster', runDir: '/home/me/runs/train@t-20260102-030405' };
const failed: Verdict = {
  ...{ state: 'FAILED', ended: true, left: true, success: false, jobId: '12', exitCode: 127, elapsedSeconds: 190 },
  basis: 'accounting',
};

describe('a job', () => {
  test('that failed: how, what to do, and the end of its log', () => {
    const log = `${Array.from({ length: 30 }, (_, at) => `line ${at}`).join('\n')}\r\n\x1b[31mred\x1b[0m\x07${'x'.repeat(400)}\n\n`;
    const message = endedMessage('train@t', failed, where, log);
    expect(message).toMatchObject({ event: 'failed', title: 'train@t' });
    expect(message?.subject).toEqual({
      ...{ profile: 'train', tag: 't', state: 'FAILED', jobId: '12', exitCode: 127, elapsedSeconds: 190 },
      ...{ reason: 'exit code 127, a command was not found', cluster: 'me@cluster', run: 'train@t-20260102-030405' },
    });
    expect(message?.lines[0]).toBe('Job 12 FAILED after 00:03:10: exit code 127, a command was not found.');
    expect(message?.lines[1]).toMatch(/^Look for its name in the log/);
    const lines = message?.log?.split('\n') ?? [];
    expect([lines.length, lines[0], lines[13]]).toEqual([15, 'line 16', 'line 29']);
    expect(lines[14]).toMatch(/^red\\x07x{290,}…$/);
  });

  test('that did what it should: what it used, and no log', () => {
    const used = {
      state: 'COMPLETED',
      success: true,
      exitCode: 0,
      maxRss: '2048K',
      totalCpu: '00:01:00',
      cpus: 4,
    } as const;
    const message = endedMessage('train', { ...failed, ...used }, where, 'a log');
    expect(message).toMatchObject({ event: 'finished', title: 'train' });
    expect(message?.lines).toEqual([
      'Job 12 COMPLETED in 00:03:10.',
      'Used: 2M of memory, 00:01:00 of CPU time, 4 CPUs',
    ]);
    expect(message).not.toHaveProperty('log');
  });

  test('of which nobody can tell is not told of; one that waited long is when it runs', () => {
    expect(endedMessage('train', { ...failed, state: 'UNKNOWN', ended: false }, where, '')).toBeUndefined();
    expect(runningMessage('train', '12', 3700, where)).toMatchObject({
      event: 'started',
      lines: ['Job 12 runs, after 01:01:40 in the queue.'],
      subject: { state: 'RUNNING', jobId: '12' },
    });
  });
});

describe('a sweep', () => {
  const cell = (number: number) => ({
    cell: `00${number}-a`,
    verdict: { ...failed, cell: number, task: number, tries: 1, begun: true } satisfies CellVerdict,
  });

  test('that starts, whose cells fail, that ends', () => {
    const started = sweepStartedMessage('grid', 'train@grid', { cells: 12, jobIds: ['7', '8'] }, where);
    expect(started).toMatchObject({
      ...{ event: 'started', title: 'Sweep grid', subject: { sweep: 'grid', profile: 'train', counts: { total: 12 } } },
      lines: ['12 cells were submitted to me@cluster as jobs 7, 8.'],
    });
    const many = Array.from({ length: 25 }, (_, at) => cell(at));
    const { lines, subject } = cellsFailedMessage('grid', 'train@grid', many, where, 'oops\n');
    expect([lines.length, lines[0], lines.at(-1)]).toEqual([22, '25 cells failed:', '… and 5 more']);
    expect(lines[1]).toMatch(/^000-a: FAILED/);
    expect(subject).toMatchObject({ sweep: 'grid', counts: { failed: 25 }, exitCode: 127 });
  });

  test('at its end has counts, and what failed since the last message', () => {
    const counts = {
      ...{ total: 12, done: 10, failed: 1, cancelled: 1 },
      running: 0,
      pending: 0,
      unknown: 0,
      notSubmitted: 0,
    };
    const status = {
      id: 'train@grid',
      runDir: where.runDir,
      sweep: { name: 'grid' },
      counts,
    } as unknown as SweepStatus;
    expect(sweepEndedMessage(status, [cell(3)], 'here')).toMatchObject({
      ...{ event: 'failed', subject: { state: 'FAILED', counts } },
      lines: [
        'Ended: 10 done, 1 failed, 1 cancelled.',
        'Failed since the last message:',
        expect.stringMatching(/^003-a: FAILED/),
      ],
    });
    const good = { ...status, counts: { ...counts, done: 12, failed: 0, cancelled: 0 } };
    expect(sweepEndedMessage(good, [], 'here')).toMatchObject({ event: 'finished', lines: ['Finished: 12 done.'] });
  });
});

describe('a flow', () => {
  const zero = { done: 0, failed: 0, stopped: 0, cancelled: 0, skipped: 0, running: 0, pending: 0, waiting: 0 };
  const status = {
    ...{ id: 'flow@ml', runDir: '/r/runs/flow@ml-20260102-030405', unfinished: [], elapsedSeconds: 200 },
    flow: { name: 'ml', title: 'ml_pipeline', file: 'slurm/flows/ml.yaml' },
    jobs: [
      { name: 'train', dependsOn: [], standing: 'failed', verdict: failed },
      { name: 'evaluate', dependsOn: [], standing: 'stopped', because: ['train'] },
    ],
    counts: { ...zero, held: 0, unknown: 0, 'not-submitted': 0, failed: 1, stopped: 1 },
    criticalPath: ['train'],
  } as unknown as FlowStatus;

  test('one of its jobs failed: which ones never run for that, and its log', () => {
    expect(flowMessage(status, { type: 'job-failed', job: 'train', log: 'oops\n' }, 'here')).toMatchObject({
      ...{ event: 'failed', title: 'Flow ml', log: 'oops', subject: { flow: 'ml', job: 'train', exitCode: 127 } },
      lines: [
        'train: Job 12 FAILED after 00:03:10: exit code 127, a command was not found.',
        'For want of it never run: evaluate.',
      ],
    });
  });

  test('all of it has ended: a table; nothing is said before that', () => {
    const message = flowMessage(status, { type: 'ended' }, 'here');
    expect(message).toMatchObject({
      event: 'failed',
      lines: ['Ended after 00:03:20: 1 failed, 1 stopped.', 'Critical path: train'],
    });
    expect(message?.table?.split('\n').map((row) => row.split(/ +/))).toEqual([
      ['train', 'failed', '12', '00:03:10'],
      ['evaluate', 'stopped', '-', '-'],
    ]);
    const alive = { ...status, counts: { ...status.counts, running: 1 } };
    expect(flowMessage(alive, { type: 'ended' }, 'here')).toBeUndefined();
  });
});

test('what did not arrive is one line, whatever a server says', () => {
  const trouble = { name: 'SLACK_WEBHOOK_URL', messages: 1 } as const;
  expect(notSentText({ ...trouble, why: 'late' })).toBe(
    'A notification to SLACK_WEBHOOK_URL could not be sent: the command had ended before.',
  );
  expect(notSentText({ ...trouble, why: 'status', status: 500, words: '<html>\n\x1b[2J' })).not.toMatch(/[\n\x1b]/);
});
