/** How long a matrix job took, and with it the flow, while the scheduler has no time yet for the end of its last cell. */

import { expect, test } from 'vitest';
import type { StartedFlow } from '../../src/flow/started.ts';
import { statusOf } from '../../src/flow/status.ts';
import { partVerdicts } from '../../src/run/parts.ts';
import type { AccountRow, Marker, QueueRow, RunRecord, Snapshot } from '../../src/scheduler/types.ts';
import { accounted, began, exit, NAME, queued } from '../run/witnesses.ts';

const started: StartedFlow = {
  ...{ name: 'f', title: 'f', file: 'slurm/flows/f.yaml', digest: '' },
  jobs: [
    { name: 'm', dependsOn: [], cells: ['0-a', '1-b'] },
    { name: 'z', dependsOn: [] },
  ],
};

const at = (second: number): string => `2026-01-02T03:04:${String(second).padStart(2, '0')}`;
const ran = (seconds: number, more: Partial<AccountRow> = {}): AccountRow =>
  accounted('COMPLETED', { started: at(0), ended: at(seconds), elapsedSeconds: seconds, ...more });
const cell = (task: string) => ({ id: `7_${task}`, task });
const of = (task: string): Marker[] => [began(0, { task, count: 2 }), exit(0, 0, { task })];

/** Cell 0 took 12 s and the other job 20; of cell 1 is known what its marker says, and this. */
function status(known: { accounts?: AccountRow[]; queue?: QueueRow[] }) {
  const other = { jobId: '8' };
  const part = { offset: 0, tasks: '' };
  const record = {
    ...{ dir: `/scratch/me/runs/${NAME}`, there: true, removing: false, pushed: true, attempt: 2, collected: false },
    markers: [...of('0'), ...of('1'), began(0, other), exit(0, 0, other)],
    flow: {
      version: '',
      parts: [
        { ...part, attempt: 1, job: 'm', jobId: '7', tasks: '0-1' },
        { ...part, attempt: 2, job: 'z', jobId: '8' },
      ],
    },
  } satisfies RunRecord;
  const { accounts = [], queue = [] } = known;
  const done = [ran(12, cell('0')), ran(20, { ...other, id: '8', name: `z.${NAME}` })];
  const snapshot: Snapshot = { runs: new Map(), queue, accounts: [...done, ...accounts], jobs: [], now: 1010 };
  const run = { id: 'flow@f', runDir: record.dir } as Parameters<typeof statusOf>[0];
  const { jobs, ...all } = statusOf(run, { started, record, snapshot, verdicts: partVerdicts(record, snapshot) });
  const { verdict } = jobs[0] ?? {};
  return { ...all, standing: jobs[0]?.standing, elapsed: verdict?.elapsedSeconds, endedAt: verdict?.endedAt };
}

const going = { started: at(0), ended: 'Unknown', ...cell('1') };

test('a cell that the queue still shows has run for as long as it shows', () => {
  const queue = [queued('RUNNING', { ...cell('1'), started: at(0), elapsedSeconds: 38 })];
  expect(status({ queue, accounts: [accounted('RUNNING', { ...going, elapsedSeconds: 30 })] })).toMatchObject({
    ...{ standing: 'done', elapsed: 38, endedAt: undefined },
    ...{ elapsedSeconds: 38, criticalPath: ['m'] },
  });
});

test('and once there is a time of its end, that is the end of all', () => {
  expect(status({ accounts: [ran(39, cell('1'))] })).toMatchObject({
    elapsed: 39,
    endedAt: at(39),
    elapsedSeconds: 39,
  });
});

test('of one that nobody remembers but its marker the time is not that of another', () => {
  expect(status({})).toMatchObject({ standing: 'done', elapsed: undefined, endedAt: undefined });
});
