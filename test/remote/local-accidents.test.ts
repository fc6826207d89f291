/** What becomes of the embedded executor's jobs when its processes, its callers or the machine go away, and when there are thousands. */

import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Executor, KINDS, makeExecutor, processesOf, startGroup } from '../kit/executor.ts';
import { until } from '../kit/toy.ts';

/** Goes on when the file `go` is there; not for ever, should its test fail. */
const WAITS =
  'echo $$ >"pid.${SLURM_ARRAY_TASK_ID-}"; n=0; until [ -e go ] || [ $n -gt 900 ]; do n=$((n+1)); sleep 0.1; done';

let executor: Executor;
beforeEach(() => {
  executor = makeExecutor();
});
afterEach(() => executor.remove());

/** A script may be faster than the record of its beginning, by which it is found when its process is killed. */
const begun = (id: string, ...tasks: number[]) =>
  until(`tasks ${tasks} of ${id} run`, async () => {
    const running = (await executor.queue(id)).filter(({ state }) => state === 'RUNNING').map(({ task }) => task);
    return tasks.every((task) => running.includes(String(task)) && executor.has('run', `pid.${task}`));
  });
const quiet = () => until('nothing runs', () => processesOf(executor.folder).length === 0, 40);
const lanes = (id: string) =>
  readdirSync(join(executor.folder, 'jobs', id, 'lanes')).map((lane) => executor.pid(id, 'lanes', lane));

test.each(['SIGHUP', 'SIGKILL'] as const)('an array survives the end of whoever submitted it: %s', async (signal) => {
  const [option = '', text = '', ...rest] = executor.command(...executor.submission(WAITS, '--array=0-3%2'));
  // The shell that has submitted it stays, as one on a terminal does.
  const shell = startGroup(executor, [option, `${text}\nsleep 100`, ...rest]);
  await begun('1', 0, 1);
  const gone = once(shell, 'exit');
  process.kill(-(shell.pid as number), signal);
  await gone;
  executor.write('run/go', '');
  expect(await executor.ended('1')).toEqual(Array(4).fill('COMPLETED'));
  await quiet();
});

describe('killed without warning', () => {
  test('the process of the whole array: its tasks go on, and so do those that wait', async () => {
    const id = await executor.submit(WAITS, '--array=0-5%2');
    await begun(id, 0, 1);
    process.kill(executor.pid(id, 'executor'), 'SIGKILL');
    await until('it is gone', async () => !processesOf(executor.folder).includes(executor.pid(id, 'executor')));
    expect((await executor.states(id)).slice(0, 3)).toEqual(['RUNNING', 'RUNNING', 'PENDING']);
    executor.write('run/go', '');
    expect(await executor.ended(id)).toEqual(Array(6).fill('COMPLETED'));
    await quiet();
  });

  test('the process of one task: that task has failed like a node, nothing of it runs, and the others go on', async () => {
    const id = await executor.submit(WAITS, '--array=0-4%2');
    await begun(id, 0, 1);
    process.kill(executor.pid(id, 'tasks/1/executor'), 'SIGKILL');
    const states = await until('it is noticed', async () => {
      const all = await executor.states(id);
      return all[1] !== 'RUNNING' && all;
    });
    expect(states).toEqual(['RUNNING', 'NODE_FAIL', 'PENDING', 'PENDING', 'PENDING']);
    const pid = Number(executor.read('run/pid.1'));
    await until('its process is gone', () => !processesOf('script-1').includes(pid));
    executor.write('run/go', '');
    expect(await executor.ended(id)).toEqual(['COMPLETED', 'NODE_FAIL', 'COMPLETED', 'COMPLETED', 'COMPLETED']);
    await quiet();
  });

  test('all processes of tasks, one after another: others take their place, for a while', async () => {
    const id = await executor.submit(WAITS, '--array=0-5%1');
    for (const task of [0, 1, 2]) {
      await begun(id, task);
      process.kill(executor.pid(id, `tasks/${task}/executor`), 'SIGKILL');
    }
    expect(await executor.ended(id)).toEqual(Array(6).fill('NODE_FAIL'));
    await quiet();
  });

  test('everything at once, as when the machine goes down: nothing is alive for ever, nothing runs', async () => {
    const id = await executor.submit(WAITS, '--array=0-3%2', '--time=10:00');
    await begun(id, 0, 1);
    const held = await executor.submit(WAITS, '--array=0-1', '--hold');
    const single = await executor.submit(WAITS, '--hold');
    await until('all are there', () => [held, single].every((one) => executor.has('jobs', one, 'executor')));
    for (const pid of [executor.pid(id, 'executor'), ...lanes(id)]) process.kill(pid, 'SIGKILL');
    for (const one of [held, single]) process.kill(executor.pid(one, 'executor'), 'SIGKILL');
    expect(await executor.ended(id)).toEqual(Array(4).fill('NODE_FAIL'));
    expect((await executor.accounts(id)).map(({ started }) => started !== '')).toEqual([true, true, false, false]);
    expect(await executor.ended(held)).toEqual(['NODE_FAIL', 'NODE_FAIL']);
    expect(await executor.ended(single)).toEqual(['NODE_FAIL']);
    expect((await executor.call('scheduler_release', held)).code).toBe(1);
    await quiet();
  });

  test.each([[], ['--array=0-1']])('before it came to life: %j', async (...options) => {
    const id = await executor.submit('true', '--hold', ...options);
    await until('it is there', () => executor.has('jobs', id, 'executor'));
    process.kill(executor.pid(id, 'executor'), 'SIGKILL');
    // As it would be had nothing been started.
    await executor.call('rm', join(executor.folder, 'jobs', id, 'executor'));
    expect(new Set(await executor.states(id))).toEqual(new Set(['PENDING']));
    executor.write(`jobs/${id}/submit`, `${Math.floor(Date.now() / 1000) - 100} 2026-01-02T03:04:05\n`);
    expect(new Set(await executor.states(id))).toEqual(new Set(['NODE_FAIL']));
  });
});

test('an array whose process comes at the very moment it is asked for is not given up for lost', async () => {
  for (const [file, text] of [
    ['array', '1 0 0 1 1 Resources 0:0:1'],
    ['executor.sh', ''],
    ['state', 'PENDING'],
  ]) {
    executor.write(`jobs/1/${file}`, `${text}\n`);
  }
  const comes = 'lives() { put "$base/1/executor" "$(identity "$$")"; return 1; }';
  const asked = await executor.call(
    'eval',
    `moment >"$base/1/submit"; ${comes}; settle_tasks "$base/1"; echo "$state"`,
  );
  expect(asked).toEqual({ code: 0, stdout: 'PENDING\n', stderr: '' });
  expect(executor.has('jobs/1/end')).toBe(false);
});

describe('what cannot be', () => {
  test.each(['5-3', '1-', 'a', '1,,2', '0-9:0', '0-5000000', '3%', '-1'])('an array of %j is refused', async (spec) => {
    const { code, stdout, stderr } = await executor.call(...executor.submission('true', `--array=${spec}`));
    expect([code, stdout, stderr]).toEqual([1, '', 'Invalid job array specification\n']);
    expect(await executor.queue()).toEqual([]);
  });

  test.each([
    '--begin=noon',
    ...[
      'singleton',
      'afterok',
      'afterok:',
      'afterok:01',
      'after:1+5',
      'aftercorr:1?afterok:1',
      'afterok:1,afterok:1?afterok:1',
    ].map((list) => `--dependency=${list}`),
    '--kill-on-invalid-dep=perhaps',
  ])('%s is refused', async (option) => {
    const { code, stdout, stderr } = await executor.call(...executor.submission('true', option));
    expect([code, stdout, stderr]).toEqual([1, '', `the embedded executor knows no ${option}\n`]);
  });

  test('tasks that cannot be started have failed', async () => {
    const folder = join(executor.folder, 'run/not/there');
    const id = await executor.submit('true', '--array=0-1', `--chdir=${folder}`);
    expect(await executor.ended(id)).toEqual(['FAILED', 'FAILED']);
    expect(executor.read('logs', `${id}_1.err`)).toContain(folder);
    const unlogged = await executor.submit('true', '--array=0-1', `--output=${folder}/%a`);
    expect(await executor.ended(unlogged)).toEqual(['FAILED', 'FAILED']);
    const single = await executor.submit('true', `--chdir=${folder}`);
    expect(await executor.ended(single)).toEqual(['FAILED']);
  });
});

describe('a job that is held', () => {
  test('is let go, once', async () => {
    const id = await executor.submit('true', '--hold');
    const [row] = await executor.queue(id);
    expect(row).toMatchObject({ state: 'PENDING', reason: 'JobHeldUser', elapsedSeconds: 0 });
    expect((await executor.call('scheduler_release', id)).code).toBe(0);
    expect(await executor.ended(id)).toEqual(['COMPLETED']);
    for (const other of [id, '99', `${id}_1`]) expect((await executor.call('scheduler_release', other)).code).toBe(1);
  });

  test.each([[], ['--array=0-2']])('is cancelled before it ever began: %j', async (...options) => {
    const id = await executor.submit(WAITS, '--hold', ...options);
    expect((await executor.call('scheduler_cancel', id)).code).toBe(0);
    expect(new Set(await executor.ended(id))).toEqual(new Set(['CANCELLED']));
    expect((await executor.call('scheduler_release', id)).code).toBe(1);
    await quiet();
    expect(readdirSync(join(executor.folder, 'run'))).toEqual([]);
  });

  test('has nothing left to wait for when its tasks were cancelled one by one', async () => {
    const id = await executor.submit(WAITS, '--hold', '--array=1,5');
    for (const task of [1, 5]) await executor.call('scheduler_cancel', `${id}_${task}`);
    expect(await executor.states(id)).toEqual(['CANCELLED', 'CANCELLED']);
    await quiet();
  });
});

describe('many', () => {
  test('tasks are listed fast, those that wait and those that have ended', async () => {
    const id = await executor.submit('true', '--array=0-9999', '--hold');
    const seconds: Record<string, number> = {};
    // Of the processor: by the clock it depends on what else runs here.
    const timed = async (what: string, command: string): Promise<void> => {
      const { stderr } = await executor.call('eval', `${command} >/dev/null; times >&2`);
      const times = [...stderr.matchAll(/(\d+)m([\d.]+)s/g)].map(
        ([, minutes, rest]) => 60 * Number(minutes) + Number(rest),
      );
      expect(times, stderr).toHaveLength(4);
      seconds[what] = times.reduce((sum, one) => sum + one);
    };
    const waiting = await executor.queue(id);
    expect(waiting).toHaveLength(10_000);
    expect(waiting.every(({ reason }) => reason === 'JobHeldUser')).toBe(true);
    await timed('10,000 waiting', 'scheduler_queue');
    await timed('cancelling them', `scheduler_cancel ${id}`);
    const over = await executor.accounts(id);
    expect(over.map(({ task }) => Number(task))).toEqual(Array.from({ length: 10_000 }, (_, task) => task));
    expect(over.every(({ state }) => state === 'CANCELLED')).toBe(true);
    await timed('10,000 ended', `scheduler_accounting 60 -X -j ${id}`);
    console.log(`executor, seconds: ${JSON.stringify(seconds)}`);
    // Ten processes or so, a tenth of a second; were it one for each row, it would be a hundred times as much.
    expect(seconds['10,000 waiting']).toBeLessThan(2);
    expect(seconds['10,000 ended']).toBeLessThan(2);
  });

  test('tasks that run one after another are all accounted for', async () => {
    const id = await executor.submit('[ $((SLURM_ARRAY_TASK_ID % 50)) != 7 ]', '--array=1-300%6');
    const states = await executor.ended(id);
    expect(states.map((state) => state === 'FAILED')).toEqual(states.map((_, place) => (place + 1) % 50 === 7));
    await quiet();
    expect(readdirSync(join(executor.folder, 'jobs', id, 'tasks'))).toEqual([]);
  });

  test.each(KINDS)('tasks that end at the same moment are each noted, with $kind', async (kind) => {
    await executor.remove();
    executor = makeExecutor(kind);
    const ends = 'n=0; while [ "$n" -lt 300 ]; do n=$((n+1)); (note_end "$base" "$n" DONE 0 "- -" "- -") & done; wait';
    expect((await executor.call('eval', ends)).stderr).toBe('');
    const noted = executor.read('jobs/ended').split('\n').filter(Boolean);
    expect(noted.map((line) => line.split(' ').length)).toEqual(Array(300).fill(8));
  });

  test('submissions at the same moment have numbers of their own, tasks too', async () => {
    const say = 'echo "$SLURM_JOB_ID" >"id.$SLURM_JOB_ID.$SLURM_ARRAY_JOB_ID"';
    const ids = await Promise.all(
      [...Array(12).keys()].map((n) => executor.submit(say, ...(n % 2 ? ['--array=0-4'] : []))),
    );
    expect(new Set(ids).size).toBe(12);
    for (const id of ids) await executor.ended(id);
    const own = readdirSync(join(executor.folder, 'run')).map((name) => name.split('.')[1]);
    expect(own).toHaveLength(6 + 6 * 5);
    expect(new Set(own).size).toBe(own.length);
  });

  test('a submission that was killed while it took a number holds nobody up', async () => {
    executor.write('jobs/lock', '999999999 1');
    expect(await executor.submit('true')).toBe('1');
    // Killed before it had said who it is.
    executor.write('jobs/lock', '');
    expect(await executor.submit('true')).toBe('2');
    expect(executor.has('jobs/lock')).toBe(false);
    expect(await executor.ended('2')).toEqual(['COMPLETED']);
  });
});
