/** The verdict on constructed snapshots: every state of Slurm, and the combinations of witnesses that have misled other tools. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { verdictOf } from '../../src/run/verdict.ts';
import { parseState } from '../../src/scheduler/states.ts';
import type { AccountRow, JobRow, Marker, QueueRow, RunRecord, Snapshot } from '../../src/scheduler/types.ts';

const NAME = 'p-20260102-030405';
const DIR = `/scratch/me/runs/${NAME}`;

const queued = (state: string, more: Partial<QueueRow> = {}): QueueRow => ({
  ...{ id: '7', jobId: '7', state, reason: 'None', elapsedSeconds: 10, limit: '1:00:00', nodes: '1', nodeList: 'n1' },
  ...{ partition: 'main', submitted: '', started: '', workDir: DIR, name: `pre-${NAME}`, ...more },
});

const accounted = (state: string, more: Partial<AccountRow> = {}): AccountRow => ({
  ...{ id: '7', jobId: '7', state, exitCode: 0, signal: 0, derived: { code: 0, signal: 0 }, submitted: '' },
  ...{ started: '', ended: '', elapsedSeconds: 10, maxRss: '', totalCpu: '', reqMem: '', cpus: 1, limit: '' },
  ...{ nodeList: 'n1', workDir: DIR, name: `pre-${NAME}`, ...more },
});

const step = (name: string, state: string, more: Partial<AccountRow> = {}): AccountRow =>
  accounted(state, { id: `7.${name}`, step: name, name: 'python', ...more });

const began = (life = 0, more: Partial<Marker> = {}): Marker => ({ kind: 'begin', jobId: '7', life, ...more });
const exit = (code: number, life = 0, more: Partial<Marker> = {}): Marker => ({
  ...{ kind: 'end', jobId: '7', life, how: 'exit', code, ...more },
});
const noted = (signal: string, life = 0, code?: number): Marker => ({
  ...{ kind: 'end', jobId: '7', life, how: 'signal', signal, ...(code === undefined ? {} : { code }) },
});

interface Case {
  run?: Partial<RunRecord>;
  queue?: QueueRow[];
  accounts?: AccountRow[];
  markers?: Marker[];
  jobs?: JobRow[];
  queueTrouble?: string;
  accountTrouble?: string;
}

function judge({ run = {}, queue = [], accounts = [], markers = [], jobs = [], ...trouble }: Case) {
  const base = {
    dir: DIR,
    there: true,
    removing: false,
    pushed: true,
    attempt: 1,
    jobId: '7',
    intent: 1000,
    collected: false,
    markers,
  };
  const record: RunRecord = { ...base, ...run };
  if ('jobId' in run && run.jobId === undefined) delete record.jobId;
  const snapshot: Snapshot = { runs: new Map([[DIR, record]]), queue, accounts, jobs, now: 1010, ...trouble };
  return verdictOf(record, snapshot);
}

// squeue(1), sacct(1): "JOB STATE CODES", 20.11 to 26.05.
const ENDED = [
  ...['BOOT_FAIL', 'CANCELLED', 'DEADLINE', 'FAILED', 'LAUNCH_FAILED', 'NODE_FAIL', 'OUT_OF_MEMORY', 'PREEMPTED'],
  ...['RECONFIG_FAIL', 'REVOKED', 'TIMEOUT'],
];
const LIVE = [
  ...['COMPLETING', 'CONFIGURING', 'EXPEDITING', 'PENDING', 'POWER_UP_NODE', 'REQUEUED', 'REQUEUE_FED', 'REQUEUE_HOLD'],
  ...['RESIZING', 'RESV_DEL_HOLD', 'RUNNING', 'SIGNALING', 'SPECIAL_EXIT', 'STAGE_OUT', 'STOPPED', 'SUSPENDED'],
];

describe('every state', () => {
  // Pitfall 5.
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
    // Pitfall 3: gone from the queue, accounting behind.
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

  // Pitfalls 6 and 20: what a script went on after.
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

describe('the marker', () => {
  test('ends the wait while the queue winds up, and is not the end for whoever removes', () => {
    for (const state of ['RUNNING', 'COMPLETING', 'STAGE_OUT', 'SIGNALING']) {
      const verdict = judge({ queue: [queued(state)], markers: [began(), exit(0)] });
      expect(verdict).toMatchObject({ state: 'COMPLETED', ended: true, left: false, success: true, basis: 'marker' });
    }
  });

  // Pitfall 11: everybody has forgotten.
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

  // Pitfall 7.
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

describe('silence', () => {
  test('nobody knows: UNKNOWN', () => {
    expect(judge({})).toMatchObject({ state: 'UNKNOWN', ended: false, left: false, success: false, jobId: '7' });
    expect(judge({ queueTrouble: 'down', accountTrouble: 'down' })).toMatchObject({ state: 'UNKNOWN', ended: false });
  });

  test('accounting alone, while the queue does not answer: the end, but not that it has left', () => {
    const queueTrouble = 'slurm_load_jobs error: Unable to contact slurm controller';
    expect(judge({ accounts: [accounted('COMPLETED')], queueTrouble })).toMatchObject({ ended: true, left: false });
    // Pitfall 7: after these it may have been requeued meanwhile.
    expect(judge({ accounts: [accounted('NODE_FAIL')], queueTrouble })).toMatchObject({
      ...{ state: 'UNKNOWN', ended: false },
    });
  });

  test('the queue wins over an accounting that is ahead or behind', () => {
    expect(judge({ queue: [queued('PENDING')], accounts: [accounted('PREEMPTED')] })).toMatchObject({
      ...{ state: 'PENDING', ended: false },
    });
    expect(judge({ queue: [queued('TIMEOUT')], accounts: [accounted('RUNNING')] })).toMatchObject({
      ...{ state: 'TIMEOUT', ended: true, left: true },
    });
  });
});

// Pitfall 4.
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

// Pitfall 8.
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

// Pitfalls 1 to 8 and 11, in combinations nobody thought of.
describe('whatever the witnesses say', () => {
  const state = fc.constantFrom(...ENDED, ...LIVE, 'COMPLETED', 'COMPLETED', 'CANCELLED by 1001', 'NOVEL');
  const code = fc.constantFrom(0, 0, 1, 127, 137, 255);
  const life = fc.constantFrom(0, 0, 1, 2);
  const pair = fc.record({ code, signal: fc.constantFrom(0, 0, 9, 125) });
  const name = fc.constantFrom(`pre-${NAME}`, `pre-${NAME}`, NAME, 'other-20160102-030405', 'allocation');
  const jobId = fc.constantFrom('7', '7', '7', '8');
  const task = fc.constantFrom(undefined, undefined, '0', '1');
  const ids = fc.record({ jobId, task }).map((id) => ({
    ...{ jobId: id.jobId, id: id.task === undefined ? id.jobId : `${id.jobId}_${id.task}` },
    ...(id.task === undefined ? {} : { task: id.task }),
  }));
  const queue = fc.array(
    fc.tuple(state, name, ids).map(([s, n, id]) => queued(s, { name: n, ...id })),
    { maxLength: 3 },
  );
  const accounts = fc.array(
    fc
      .tuple(state, name, ids, pair, pair, fc.constantFrom(undefined, undefined, '0', 'batch', 'extern'))
      .map(([s, n, id, { code: exitCode, signal }, derived, st]) =>
        accounted(s, { name: n, ...id, exitCode, signal, derived, ...(st === undefined ? {} : { step: st }) }),
      ),
    { maxLength: 4 },
  );
  const markers = fc.array(
    fc.tuple(fc.constantFrom('begin', 'exit', 'noted'), life, code, ids).map(([kind, l, c, id]): Marker => {
      const whose = { jobId: id.jobId, ...('task' in id ? { task: id.task } : {}) } as Partial<Marker>;
      if (kind === 'begin') return began(l, whose);
      return kind === 'exit' ? exit(c, l, whose) : { ...noted('TERM', l, c), ...whose };
    }),
    { maxLength: 4 },
  );
  const jobs = fc.array(
    fc.tuple(jobId, life, pair).map(([id, restarts, derived]): JobRow => ({ jobId: id, restarts, derived })),
    { maxLength: 2 },
  );
  const witnesses = fc.record({
    queue,
    accounts,
    markers,
    jobs,
    queueTrouble: fc.constantFrom(undefined, undefined, 'timed out'),
  });
  const ours = (row: { jobId: string; name: string }) => row.jobId === '7' && row.name.endsWith(NAME);
  const over = (printed: string) => [...ENDED, 'COMPLETED'].includes(parseState(printed));

  test('an end, a success and silence mean what they say', () => {
    let [ends, successes, silent] = [0, 0, 0];
    fc.assert(
      fc.property(witnesses, (all) => {
        // Where the queue does not answer there are no rows of it.
        const told = all.queueTrouble === undefined ? all : { ...all, queue: [] };
        const verdict = judge(told as Case);
        const natural = told.markers.some((marker) => marker.jobId === '7' && marker.how === 'exit');
        const recorded = told.accounts.some(
          (row) => row.step === undefined && over(row.state) && (ours(row) || row.name === 'allocation'),
        );
        const seen = told.queue.some((row) => ours(row) && over(row.state));
        const signalled = told.markers.some((marker) => marker.jobId === '7' && marker.how === 'signal');
        if (verdict.ended) {
          ends += 1;
          expect(natural || recorded || seen || signalled).toBe(true);
        }
        if (told.queueTrouble !== undefined) {
          silent += 1;
          // Whatever else is known, nobody can say that it has left; and a noted signal alone is no end.
          expect(verdict.left).toBe(false);
          if (!natural && !recorded) expect([verdict.ended, verdict.state]).toEqual([false, 'UNKNOWN']);
        }
        if (verdict.left) expect(verdict.ended).toBe(true);
        if (verdict.state === 'UNKNOWN')
          expect([verdict.ended, verdict.left, verdict.success]).toEqual([false, false, false]);
        if (verdict.success) {
          successes += 1;
          expect(verdict).toMatchObject({ state: 'COMPLETED', ended: true });
          // A noted signal does not matter then: the job was told something, and ended well.
          expect([verdict.exitCode ?? 0, verdict.stepCode ?? 0]).toEqual([0, 0]);
          expect(verdict.signal ?? 'TERM').toBe('TERM');
        }
        // A row of ours that is alive, and no marker: it lives.
        const alive = told.queue.filter((row) => ours(row) && LIVE.includes(parseState(row.state)));
        if (alive.length === told.queue.length && alive.length > 0 && !natural) expect(verdict.ended).toBe(false);
      }),
      { numRuns: 5000 },
    );
    console.log(`verdicts: 5000 snapshots, ${ends} ends, ${successes} successes, ${silent} with a silent queue`);
  });
});
