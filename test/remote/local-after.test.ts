/** What jobs of the embedded executor wait for, by the shells and tools of several machines: what sbatch promises of --dependency. */

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Executor, KINDS, makeExecutor, processesOf } from '../kit/executor.ts';
import { until } from '../kit/toy.ts';

/** Runs until there is the file `FILE`, and ends with CODE; not for ever, should its test fail. */
const waits = (file: string, code: number | string = 0) =>
  `n=0; until [ -e ${file} ] || [ $n -gt 900 ]; do n=$((n+1)); sleep 0.1; done; exit ${code}`;

let executor: Executor;
afterEach(() => executor.remove());

const after = (list: string, ...options: string[]) => executor.submit('true', `--dependency=${list}`, ...options);
const rows = async (id: string) => (await executor.queue(id)).map(({ state, reason }) => `${state} ${reason}`);
const become = (id: string, ...wanted: string[]) =>
  until(`${id} is ${wanted}`, async () => String(await rows(id)) === String(wanted));
const running = (id: string) => until(`${id} runs`, async () => (await executor.states(id)).includes('RUNNING'));

const WAITING = 'PENDING Dependency';
const NEVER = 'PENDING DependencyNeverSatisfied';
const DROPPED = 'CANCELLED DependencyNeverSatisfied';
const DONE = 'COMPLETED None';

// It is all waiting: each other shell would add half a minute.
describe.each(KINDS.filter(({ kind }) => kind.startsWith('dash')))('with $kind', (kind) => {
  beforeEach(() => {
    executor = makeExecutor(kind);
  });

  test('each kind, while its job is held, runs, and has ended well or not', async () => {
    const good = await executor.submit(waits('go'), '--hold');
    const bad = await executor.submit(waits('go', 3));
    await running(bad);
    const ids: Record<string, string> = {};
    for (const name of ['after', 'afterany', 'afterok', 'afternotok', 'aftercorr']) {
      for (const job of [good, bad]) ids[`${name} ${job}`] = await after(`${name}:${job}`);
    }
    const of = (name: string) =>
      Promise.all([good, bad].map((job) => rows(ids[`${name} ${job}`] as string).then(String)));
    await become(ids[`after ${bad}`] as string, DONE);
    for (const name of ['afterany', 'afterok', 'afternotok', 'aftercorr'])
      expect(await of(name)).toEqual([WAITING, WAITING]);
    expect(await of('after')).toEqual([WAITING, DONE]);
    await executor.call('scheduler_release', good);
    await become(ids[`after ${good}`] as string, DONE);
    expect(await rows(good)).toEqual(['RUNNING None']);
    executor.write('run/go', '');
    await become(ids[`afterok ${bad}`] as string, NEVER);
    await become(ids[`afternotok ${good}`] as string, NEVER);
    for (const name of ['afterany', 'afterok', 'aftercorr']) await become(ids[`${name} ${good}`] as string, DONE);
    for (const name of ['afterany', 'afternotok']) await become(ids[`${name} ${bad}`] as string, DONE);
    await become(ids[`aftercorr ${bad}`] as string, NEVER);
  });

  test('what can never be ends, where that was asked for, and so does what needs it', async () => {
    const [bad, good] = [await executor.submit('exit 1'), await executor.submit('true')];
    const kill = '--kill-on-invalid-dep=yes';
    const first = await after(`afterok:${good}:${bad}`, kill);
    const second = await after(`afterok:${first}`, kill, '--array=0-1');
    const third = await after(`afternotok:${second}`, kill);
    const [stays, held] = [await after(`afterok:${second}`), await after(`afterok:${second}`, kill, '--hold')];
    const behind = await after(`afterany:${stays}`);
    expect(await executor.ended(third)).toEqual(['COMPLETED']);
    expect(await rows(first)).toEqual([DROPPED]);
    expect(await rows(second)).toEqual([DROPPED, DROPPED]);
    await become(stays, NEVER);
    expect([await rows(held), await rows(behind)]).toEqual([['PENDING JobHeldUser'], [WAITING]]);
    const [account] = await executor.accounts(first);
    expect(account).toMatchObject({ state: 'CANCELLED', exitCode: 0, started: '' });
    expect((await executor.call('scheduler_release_all', held, first, '999', behind)).code).toBe(0);
    await become(held, DROPPED);
    expect((await executor.call('scheduler_cancel', stays)).code).toBe(0);
    await become(behind, DONE);
  });

  test('all of several, and any of several', async () => {
    const [bad, slow] = [await executor.submit('exit 1'), await executor.submit(waits('go'))];
    const all = await after(`afterany:${bad},after:${slow},afterok:${slow}`);
    const any = await after(`afterok:${bad}:${slow}?afternotok:${bad}`);
    const one = await after(`afterok:${bad}?afterok:${slow}`);
    const none = await after(`afterok:${bad}?afternotok:${slow}`);
    await become(any, DONE);
    expect([await rows(all), await rows(one), await rows(none)]).toEqual([[WAITING], [WAITING], [WAITING]]);
    executor.write('run/go', '');
    for (const id of [all, one]) await become(id, DONE);
    await become(none, NEVER);
  });

  test('an array as a whole, and its tasks', async () => {
    const id = await executor.submit(waits('go.$SLURM_ARRAY_TASK_ID', '$SLURM_ARRAY_TASK_ID'), '--array=0-1%1');
    const whole = Object.fromEntries(
      await Promise.all(
        ['after', 'afterany', 'afterok', 'afternotok', 'aftercorr'].map(async (name) => [
          name,
          await after(`${name}:${id}`),
        ]),
      ),
    );
    const [good, bad, begun] = [
      await after(`afterok:${id}_0`),
      await after(`afterok:${id}_1`),
      await after(`after:${id}_1`),
    ];
    await running(id);
    executor.write('run/go.0', '');
    for (const other of [good, whole.after, begun]) await become(other, DONE);
    const open = [whole.afterany, whole.afterok, whole.afternotok, whole.aftercorr, bad];
    for (const other of open) expect(await rows(other)).toEqual([WAITING]);
    executor.write('run/go.1', '');
    for (const other of [whole.afterany, whole.afternotok]) await become(other, DONE);
    for (const other of [whole.afterok, whole.aftercorr, bad]) await become(other, NEVER);
    const fine = await executor.submit('true', '--array=5,7');
    expect(await executor.ended(await after(`afterok:${fine}`))).toEqual(['COMPLETED']);
    expect(await executor.ended(await after(`afterok:${fine}_7,afternotok:${id}_1`, '--array=1'))).toEqual([
      'COMPLETED',
    ]);
  });

  test('each task its partner in another array, no more of them at a time than may', async () => {
    const id = await executor.submit(waits('go.$SLURM_ARRAY_TASK_ID', '$((SLURM_ARRAY_TASK_ID % 2))'), '--array=0-4%5');
    const third = await after(`aftercorr:${id},afterany:${id}`, '--array=0-1', '--kill-on-invalid-dep=yes');
    const pairs = await executor.submit(waits('on'), '--array=0-5%2', `--dependency=aftercorr:${id}`);
    // It has none.
    await become(pairs, ...Array(5).fill(WAITING), NEVER);
    for (const task of [0, 2, 1]) executor.write(`run/go.${task}`, '');
    await become(pairs, 'RUNNING None', NEVER, 'RUNNING None', WAITING, WAITING, NEVER);
    executor.write('run/go.4', '');
    const two = ['RUNNING None', NEVER, 'RUNNING None', WAITING, 'PENDING JobArrayTaskLimit', NEVER];
    await become(pairs, ...two);
    expect(await rows(third)).toEqual([WAITING, WAITING]);
    for (const file of ['run/on', 'run/go.3']) executor.write(file, '');
    await become(pairs, DONE, NEVER, DONE, NEVER, DONE, NEVER);
    expect(await executor.ended(third)).toEqual(['COMPLETED', 'CANCELLED']);
    expect((await rows(third))[1]).toBe(DROPPED);
    expect((await executor.call('scheduler_cancel', pairs)).code).toBe(0);
    expect((await executor.ended(pairs)).filter((state) => state === 'CANCELLED')).toHaveLength(3);
  });
});

describe('with one shell', () => {
  beforeEach(() => {
    executor = makeExecutor();
  });

  test.each([
    'afterok:9',
    'afternotok:1,afternotok:9',
    'aftercorr:9',
    'afterok:1_0',
    'afterok:2_1?afterok:1',
    'afterok:3',
  ])('%s is refused where there is no such job', async (list) => {
    await executor.submit('true');
    await executor.submit('true', '--array=0-4:2');
    const { code, stdout, stderr } = await executor.call(...executor.submission('true', `--dependency=${list}`));
    expect([code, stdout, stderr]).toEqual([1, '', 'Batch job submission failed: Job dependency problem\n']);
    expect(executor.has('jobs/3')).toBe(false);
  });

  test('one that nobody knows has begun and ended', async () => {
    expect(await executor.ended(await after('after:9,afterany:9:8_3'))).toEqual(['COMPLETED']);
  });

  test('one whose process was killed has failed, for those too that wait for it', async () => {
    const id = await executor.submit(waits('go'));
    await running(id);
    const [not, ok] = [await after(`afternotok:${id}`), await after(`afterok:${id}`, '--kill-on-invalid-dep=yes')];
    process.kill(executor.pid(id, 'executor'), 'SIGKILL');
    await become(not, DONE);
    await become(ok, DROPPED);
    const waiting = await after(`afterok:${not}`, '--hold');
    await until('it is there', () => executor.has('jobs', waiting, 'executor'));
    process.kill(executor.pid(waiting, 'executor'), 'SIGKILL');
    expect(await executor.ended(waiting)).toEqual(['NODE_FAIL']);
  });

  test('of partners whose process was killed nothing is waited for any more', async () => {
    const id = await executor.submit(waits('go'), '--array=0-1', '--hold');
    const pairs = await after(`aftercorr:${id}`, '--array=0-1', '--kill-on-invalid-dep=yes');
    await become(pairs, WAITING, WAITING);
    await until('it is there', () => executor.has('jobs', id, 'executor'));
    process.kill(executor.pid(id, 'executor'), 'SIGKILL');
    expect(await executor.ended(id)).toEqual(['NODE_FAIL', 'NODE_FAIL']);
    expect(await executor.ended(pairs)).toEqual(['CANCELLED', 'CANCELLED']);
  });

  test('many are let go and cancelled together', async () => {
    const held = await Promise.all(
      Array.from({ length: 6 }, (_, n) => executor.submit(waits('go'), '--hold', ...(n % 2 ? ['--array=0-1'] : []))),
    );
    const behind = await after(`afterany:${held.join(':')}`, '--hold');
    expect(await executor.call('scheduler_release_all', ...held)).toEqual({ code: 0, stdout: '', stderr: '' });
    for (const id of held) await running(id);
    const { code, stderr } = await executor.call('scheduler_cancel', ...held.slice(1), behind, '999');
    expect([code, stderr]).toEqual([0, '']);
    for (const id of [...held.slice(1), behind])
      expect(new Set(await executor.ended(id))).toEqual(new Set(['CANCELLED']));
    expect(await executor.states(held[0] as string)).toEqual(['RUNNING']);
    executor.write('run/go', '');
    expect(await executor.ended(held[0] as string)).toEqual(['COMPLETED']);
    await until('nothing runs', () => processesOf(executor.folder).length === 0, 40);
  });
});
