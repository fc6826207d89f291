/** Job arrays of the embedded executor, by the shells and tools of several machines: what sbatch, squeue, sacct and scancel promise of them. */

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Executor, KINDS, makeExecutor, processesOf } from '../kit/executor.ts';
import { until } from '../kit/toy.ts';

/** Notes when it begins and ends; does not end before so many have begun. */
const notesOf = (together: number) => `echo "begin $SLURM_ARRAY_TASK_ID" >>notes
n=0; until [ "$(grep -c begin notes)" -ge ${together} ] || [ $n -gt 900 ]; do n=$((n+1)); sleep 0.1; done
sleep 0.1; echo "end $SLURM_ARRAY_TASK_ID" >>notes`;
const WAITS =
  'echo $$ >"pid.$SLURM_ARRAY_TASK_ID"; n=0; until [ -e go ] || [ $n -gt 900 ]; do n=$((n+1)); sleep 0.1; done';

let executor: Executor;
afterEach(() => executor.remove());

/** A script may be faster than the record of its beginning. */
const begun = (id: string, ...tasks: number[]) =>
  until(`tasks ${tasks} of ${id} run`, async () => {
    const running = (await executor.queue(id)).filter(({ state }) => state === 'RUNNING').map(({ task }) => task);
    return tasks.every((task) => running.includes(String(task)) && executor.has('run', `pid.${task}`));
  });

/** Of the notes: the order in which tasks began, and the largest number that ran at once. */
function notes(): { order: number[]; most: number } {
  const order: number[] = [];
  let [running, most] = [0, 0];
  for (const line of executor.read('run/notes').trim().split('\n')) {
    const [what, task] = line.split(' ');
    running += what === 'begin' ? 1 : -1;
    most = Math.max(most, running);
    if (what === 'begin') order.push(Number(task));
  }
  return { order, most };
}

describe.each(KINDS)('with $kind', (kind) => {
  beforeEach(() => {
    executor = makeExecutor(kind);
  });

  test('every task has its environment, a job id and logs of its own', async () => {
    const say =
      'env | grep ^SLURM_ARRAY | sort; echo "$SLURM_JOB_ID $SLURM_JOB_ID" >"id.$SLURM_ARRAY_TASK_ID"; echo e >&2; exit $((SLURM_ARRAY_TASK_ID % 2))';
    const id = await executor.submit(say, '--array=3-9:3,20%2', '--cpus-per-task=3', '--time=1:00');
    expect(await executor.ended(id)).toEqual(['FAILED', 'COMPLETED', 'FAILED', 'COMPLETED']);
    const common = `SLURM_ARRAY_JOB_ID=${id}\nSLURM_ARRAY_TASK_COUNT=4\n`;
    for (const task of [3, 6, 9, 20]) {
      const rest = `SLURM_ARRAY_TASK_ID=${task}\nSLURM_ARRAY_TASK_MAX=20\nSLURM_ARRAY_TASK_MIN=3\nSLURM_ARRAY_TASK_STEP=1\n`;
      expect(executor.read(`logs/${id}_${task}.out`)).toBe(common + rest);
      expect(executor.read(`logs/${id}_${task}.err`)).toBe('e\n');
    }
    expect(new Set([3, 6, 9, 20].map((task) => executor.read(`run/id.${task}`))).size).toBe(4);
    const accounts = await executor.accounts(id);
    expect(accounts.map((row) => [row.id, row.task, row.state, row.exitCode, row.limit, row.cpus, row.name])).toEqual([
      ...[3, 6, 9, 20].map((task) => [
        ...[`${id}_${task}`, String(task), task % 2 ? 'FAILED' : 'COMPLETED', task % 2, '1:00', 3, 'n'],
      ]),
    ]);
    expect(accounts[0]?.ended).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
    expect(Math.abs(Date.parse(accounts[0]?.started as string) - Date.now())).toBeLessThan(60_000);
  });

  test('no more tasks than it says run at once, in order', async () => {
    await executor.ended(await executor.submit(notesOf(1), '--array=0-4%1'));
    expect(notes()).toEqual({ order: [0, 1, 2, 3, 4], most: 1 });
    executor.write('run/notes', '');
    await executor.ended(await executor.submit(notesOf(3), '--array=0-11%3'));
    expect(notes().most).toBe(3);
  });

  test('all tasks are there at once, with why they wait', async () => {
    const id = await executor.submit(WAITS, '--array=0-3%1');
    await begun(id, 0);
    const rows = await executor.queue(id);
    expect(rows.map((row) => [row.id, row.jobId, row.task, row.state, row.reason])).toEqual([
      [`${id}_0`, id, '0', 'RUNNING', 'None'],
      ...[1, 2, 3].map((task) => [`${id}_${task}`, id, String(task), 'PENDING', 'JobArrayTaskLimit']),
    ]);
    expect(rows[1]).toMatchObject({ limit: 'UNLIMITED', started: '', nodeList: '', partition: 'local', name: 'n' });
    expect(rows[1]?.workDir).toBe(`${executor.folder}/run`);
    expect((await executor.accounts(id)).map(({ state }) => state)).toEqual(['RUNNING', ...Array(3).fill('PENDING')]);
  });

  test('cancelled: one that waits, one that runs, all', async () => {
    const id = await executor.submit(WAITS, '--array=0-5%2');
    await begun(id, 0, 1);
    for (const task of [3, 0]) {
      expect(await executor.call('scheduler_cancel', `${id}_${task}`)).toEqual({ code: 0, stdout: '', stderr: '' });
    }
    await begun(id, 2);
    expect(await executor.states(id)).toEqual(['CANCELLED', 'RUNNING', 'RUNNING', 'CANCELLED', 'PENDING', 'PENDING']);
    expect((await executor.call('scheduler_cancel', id)).code).toBe(0);
    expect(await executor.ended(id)).toEqual(Array(6).fill('CANCELLED'));
    const rows = await executor.accounts(id);
    expect(rows.map(({ started }) => started !== '')).toEqual([true, true, true, false, false, false]);
    expect(rows[0]).toMatchObject({ exitCode: 143, signal: 15 });
    for (const task of [3, 4, 5]) expect(executor.has('run', `pid.${task}`)).toBe(false);
    await until('nothing runs', () => processesOf(executor.folder).length === 0, 40);
  });

  test('what it waits for, and that it is held', async () => {
    const first = await executor.submit(WAITS, '--array=0-1%2');
    const second = await executor.submit('true', '--array=0-1', `--dependency=afterany:${first}`, '--hold');
    const third = await executor.submit('true', `--dependency=afterany:${first}:${second},afterany:999`);
    await begun(first, 0, 1);
    const reasons = async () => (await executor.queue()).map(({ jobId, reason }) => `${jobId} ${reason}`);
    const both = [`${second} JobHeldUser`, `${second} JobHeldUser`];
    expect((await reasons()).sort()).toEqual([`${first} None`, `${first} None`, ...both, `${third} Dependency`].sort());
    expect(await executor.call('scheduler_release', second)).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(await reasons()).toContain(`${second} Dependency`);
    const again = await executor.call('scheduler_release', second);
    expect([again.code, again.stdout]).toEqual([1, '']);
    executor.write('run/go', '');
    expect(await executor.ended(third)).toEqual(['COMPLETED']);
    expect(await executor.states(second)).toEqual(['COMPLETED', 'COMPLETED']);
    const [[before], [after]] = [await executor.accounts(first), await executor.accounts(third)];
    expect((before?.ended as string) <= (after?.started as string)).toBe(true);
  });

  test('a time limit is of each task', async () => {
    const id = await executor.submit(
      '[ "$SLURM_ARRAY_TASK_ID" = 1 ] && sleep 100; sleep 2.1',
      '--array=0-2%1',
      '--time=0:04',
    );
    expect(await executor.ended(id)).toEqual(['COMPLETED', 'TIMEOUT', 'COMPLETED']);
    await until('nothing runs', () => processesOf(executor.folder).length === 0, 40);
  });
});
