/** Records of the programs over there, read field by field: odd names shift nothing, and lines that are none are passed over. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { accountRow, marker, queueRow, SEPARATOR, snapshot } from '../../src/scheduler/rows.ts';

const QUEUE = {
  ...{ id: '7', jobId: '7', state: 'RUNNING', reason: 'None', elapsedSeconds: 10, limit: '1:00:00', nodes: '1' },
  ...{ nodeList: 'n1', partition: 'main', submitted: '2026-01-02T03:04:05', started: 'N/A' },
  ...{ workDir: '/r/runs/p-20260102-030405', name: 'p-20260102-030405' },
};
const queueFields = (row: Partial<typeof QUEUE> & { task?: string } = {}): string[] => {
  const { id, jobId, task = 'N/A', elapsedSeconds, ...rest } = { ...QUEUE, ...row };
  const [state, reason, ...others] = Object.values(rest);
  return [id, jobId, task, state ?? '', reason ?? '', `0:${elapsedSeconds}`, ...others];
};
const accountFields = (changes: Record<number, string> = {}): string[] => {
  const fields = ['7', '7', 'COMPLETED', '0:0', '0:0', '2026-01-02T03:04:05', '2026-01-02T03:04:06', 'Unknown'];
  fields.push('10', '', '00:01.5', '50M', '2', '01:00:00', 'n1', '/r/runs/p-20260102-030405', 'p-20260102-030405');
  return fields.map((field, index) => changes[index] ?? field);
};
const line = (...fields: string[]): string => `${fields.join(SEPARATOR)}\n`;

/** What a person may call a job or a folder: anything but a newline and our separator, which record() and squeue keep out. */
const text = fc
  .string({ unit: 'grapheme', maxLength: 30 })
  .filter((value) => !/[\x00-\x1f\x7f]/.test(value))
  .map((value) => `${value}|`);

describe('a row of the queue', () => {
  test('reads every field', () => expect(queueRow(queueFields())).toEqual(QUEUE));

  // `|` in a job's name shifts columns.
  test('of any name and folder', () => {
    fc.assert(
      fc.property(text, text, text, (name, workDir, reason) => {
        const row = { name, workDir, reason };
        expect(snapshot(line('queue', ...queueFields(row))).queue).toEqual([{ ...QUEUE, ...row }]);
      }),
    );
  });

  test('may have empty fields', () => {
    expect(queueRow(queueFields({ nodeList: '', reason: '', name: '' }))).toMatchObject({ nodeList: '', name: '' });
  });

  test.each([
    ['0:00', 0],
    ['59:01', 3541],
    ['1:00:00', 3600],
    ['2-03:04:05', 183_845],
    ['INVALID', 0],
  ])('of a job that ran for %s', (elapsed, elapsedSeconds) => {
    const fields = queueFields();
    fields[5] = elapsed;
    expect(queueRow(fields)).toEqual({ ...QUEUE, elapsedSeconds });
  });

  test.each([
    ['7_4', '4', '4'],
    ['7_[0-99%4]', '0-99%4', undefined],
    ['7_[1,3,5...]', '1,3,5...', undefined],
    ['7', 'N/A', undefined],
    ['7+1', 'N/A', undefined],
  ])('of %s', (id, printed, task) => {
    const row = queueRow(queueFields({ id, task: printed }));
    expect(row).toMatchObject({ id, jobId: '7' });
    expect(row?.task).toBe(task);
  });

  test('is nothing else', () => {
    // Of a federation squeue prints `CLUSTER: name` and a blank line between.
    for (const other of ['CLUSTER: lab', '', 'slurm_load_jobs error: Socket timed out']) {
      expect(queueRow(other.split(SEPARATOR))).toBeUndefined();
    }
    // A name with a newline or a separator in it.
    expect(queueRow(queueFields().slice(0, 13))).toBeUndefined();
    expect(queueRow([...queueFields(), 'tail'])).toBeUndefined();
    expect(queueRow(queueFields({ id: 'JOBID' }))).toBeUndefined();
  });
});

describe('a row of accounting', () => {
  test('reads every field', () => {
    expect(accountRow(accountFields({ 3: '3:0', 4: '0:9', 9: '1234K' }))).toEqual({
      ...{ id: '7', jobId: '7', state: 'COMPLETED', exitCode: 3, signal: 0, derived: { code: 0, signal: 9 } },
      ...{ submitted: '2026-01-02T03:04:05', started: '2026-01-02T03:04:06', ended: 'Unknown', elapsedSeconds: 10 },
      ...{ maxRss: '1234K', totalCpu: '00:01.5', reqMem: '50M', cpus: 2, limit: '01:00:00', nodeList: 'n1' },
      ...{ workDir: QUEUE.workDir, name: QUEUE.name },
    });
  });

  test.each([
    ['7', undefined, undefined],
    ['7.batch', undefined, 'batch'],
    ['7.0', undefined, '0'],
    ['7_3', '3', undefined],
    ['7_3.extern', '3', 'extern'],
    ['7_[0-99%4]', undefined, undefined],
    ['7+1.0', undefined, '0'],
  ])('of %s', (id, task, step) => {
    const row = accountRow(accountFields({ 0: id }));
    expect(row).toMatchObject({ id, jobId: '7' });
    expect([row?.task, row?.step]).toEqual([task, step]);
  });

  test('of any name and folder', () => {
    fc.assert(
      fc.property(text, text, (name, workDir) => {
        const output = line('account', ...accountFields({ 15: workDir, 16: name }));
        expect(snapshot(output).accounts).toMatchObject([{ name, workDir }]);
      }),
    );
  });

  test('is nothing else', () => {
    for (const id of ['', 'JobID', 'x7', '7 8']) expect(accountRow(accountFields({ 0: id }))).toBeUndefined();
    expect(accountRow(accountFields().slice(1))).toBeUndefined();
    expect(accountRow([...accountFields(), ''])).toBeUndefined();
  });

  test('may be half empty', () => {
    expect(accountRow(accountFields({ 3: '', 4: '', 8: '', 12: '' }))).toMatchObject({
      ...{ exitCode: 0, signal: 0, derived: { code: 0, signal: 0 }, elapsedSeconds: 0, cpus: 0 },
    });
  });
});

describe('a marker', () => {
  test.each([
    ['begin', '7 0 1771939860 node07', { kind: 'begin', jobId: '7', life: 0 }],
    ['begin', '7 2 1771939860 node[1-3]', { kind: 'begin', jobId: '7', life: 2 }],
    ['begin.4', '7 0 1771939860 n1 30', { kind: 'begin', task: '4', jobId: '7', life: 0, count: 30 }],
    ['end', '7 0 exit 255', { kind: 'end', jobId: '7', life: 0, how: 'exit', code: 255 }],
    ['end.4', '7 1 exit 0', { kind: 'end', task: '4', jobId: '7', life: 1, how: 'exit', code: 0 }],
    ['end', '7 0 signal TERM', { kind: 'end', jobId: '7', life: 0, how: 'signal', signal: 'TERM' }],
    ['end', '7 0 signal TERM 143', { kind: 'end', jobId: '7', life: 0, how: 'signal', signal: 'TERM', code: 143 }],
  ])('%s: %s', (file, content, expected) => expect(marker(file, content)).toEqual(expected));

  test.each([
    ['end', ''],
    ['end', '7'],
    ['end', '7 0'],
    ['end', '7 0 exit'],
    ['end', '7 0 exit zero'],
    ['end', '7 x exit 0'],
    ['end', 'x 0 exit 0'],
    ['end', '7 0 gone 0'],
    ['end', '7 0 signal'],
    ['ending', '7 0 exit 0'],
    ['job_id', '7 0 exit 0'],
  ])('is not %s: %j', (file, content) => expect(marker(file, content)).toBeUndefined());
});

describe('a snapshot', () => {
  test('holds all of an answer', () => {
    const answer = snapshot(
      [
        line('dir', '/r'),
        line('run', '/r/runs/a b-20260102-030405', 'pushed', '2', '7', '1000', 'collected', ''),
        line('marker', '/r/runs/a b-20260102-030405', 'begin', '7 0 1001 n1'),
        line('marker', '/r/runs/a b-20260102-030405', 'end', 'half a li'),
        line('marker', '/elsewhere', 'end', '7 0 exit 0'),
        line('run', '/r/runs/c-20260102-030405', 'incomplete', '0', '', '', '', ''),
        line('run', '/r/runs/d-20260102-030405', 'pushed', '3', '', '1002', '', '5 6 '),
        line('run', '/r/runs/e-20260102-030405', 'gone'),
        line('run', '/r/runs/f-20260102-030405', 'removing', '1', '7', '1000', '', ''),
        line('now', '1010'),
        'CLUSTER: lab\n\n',
        line('queue', ...queueFields()),
        line('account', ...accountFields()),
        line('job', '7', '-', '1', '0:9'),
        line('job', '7', '3', '0', '2:0'),
        line('trouble', 'queue', 'Socket timed out'),
        line('trouble', 'accounting', 'not enabled'),
      ].join(''),
    );
    const [first, second, third, fourth, fifth] = [...answer.runs.values()];
    expect(answer).toMatchObject({ remoteDir: '/r', now: 1010, queueTrouble: 'Socket timed out' });
    expect(answer.accountTrouble).toBe('not enabled');
    expect([answer.queue.length, answer.accounts.length]).toEqual([1, 1]);
    expect(answer.jobs).toEqual([
      { jobId: '7', restarts: 1, derived: { code: 0, signal: 9 } },
      { jobId: '7', task: '3', restarts: 0, derived: { code: 2, signal: 0 } },
    ]);
    expect(first).toEqual({
      ...{
        dir: '/r/runs/a b-20260102-030405',
        there: true,
        removing: false,
        pushed: true,
        attempt: 2,
        jobId: '7',
        intent: 1000,
      },
      ...{ collected: true, markers: [{ kind: 'begin', jobId: '7', life: 0 }] },
    });
    expect(second).toMatchObject({ there: true, removing: false, pushed: false, attempt: 0, collected: false });
    expect(third).toMatchObject({ attempt: 3, earlier: ['5', '6'] });
    expect(third?.jobId).toBeUndefined();
    expect(fourth).toMatchObject({ there: false, removing: false, pushed: false, attempt: 0 });
    expect(fifth).toMatchObject({ there: true, removing: true, pushed: false });
  });

  test('leaves out what a row or a marker has in common with the one before', () => {
    const answer = snapshot(
      [
        line('run', '/r/runs/a@s-20260102-030405', 'pushed', '1', '7', '1000', '', ''),
        line('marker', '', 'end.2', '7 0 exit 3'),
        line('queue', ...queueFields({ id: '7_0', jobId: '7', task: '0' })),
        line('queue', '7_1', '7', '1'),
        line('queue', '7_2', '7', '2'),
      ].join(''),
    );
    const [run] = answer.runs.values();
    expect(run?.markers).toEqual([{ kind: 'end', jobId: '7', life: 0, task: '2', how: 'exit', code: 3 }]);
    const rest = { ...QUEUE, jobId: '7' };
    expect(answer.queue).toEqual(['0', '1', '2'].map((task) => ({ ...rest, id: `7_${task}`, task })));
  });

  test('of a job id that cannot be one', () => {
    const { runs } = snapshot(line('run', '/r/runs/p', 'pushed', '1', 'Submitted', '1000', '', ''));
    expect(runs.get('/r/runs/p')?.jobId).toBeUndefined();
  });

  test('of noise is empty', () => {
    fc.assert(
      fc.property(fc.string(), (noise) => {
        const { queue, accounts } = snapshot(noise);
        expect([queue, accounts]).toEqual([[], []]);
      }),
    );
  });
});
