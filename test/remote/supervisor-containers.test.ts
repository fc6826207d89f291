/** What the supervisor makes of a job whose tasks were to show that they ran in their container. */

import { afterAll, describe, expect, test } from 'vitest';
import { batch, removeBatches, SHELLS } from './batch.ts';

afterAll(removeBatches);

describe.each(SHELLS.map((shell) => [shell.join(' '), shell] as const))(
  'run by %s, a job in a container',
  (_, shell) => {
    const inside = '.slurm-runner/inside-7-0';
    /** A script that ends with 0, and of whose tasks these have left word, each knowing of so many. */
    const words = (tasks: Record<string, string>, code = 0) =>
      batch(
        shell,
        [
          `mkdir ${inside}`,
          ...Object.entries(tasks).map(([task, count]) => `echo ${count} >${inside}/${task}`),
          `exit ${code}`,
        ].join('\n'),
      );

    test('every task has left word: its end is its own', async () => {
      for (const job of [words({ 0: '1' }), words({ 0: '3', 1: '3', 2: '3' })]) {
        expect(await job.life()).toMatchObject({ code: 0, stderr: '' });
        expect(job.marker('end')).toBe('7 0 exit 0');
      }
    });

    test('none has, though all ended well', async () => {
      const job = words({});
      expect(await job.life()).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('nothing ran in the container'),
      });
      expect(job.marker('end')).toBe('7 0 exit 1');
    });

    test('one has not', async () => {
      const job = words({ 0: '2' });
      const { code, stderr } = await job.life();
      expect([code, stderr]).toEqual([1, expect.stringContaining('only 1 of 2 tasks ran in their container')]);
      expect(job.marker('end')).toBe('7 0 exit 1');
    });

    test('what failed by itself keeps its code, and is told nothing more', async () => {
      const job = words({}, 78);
      expect(await job.life()).toMatchObject({ code: 78, stderr: '' });
      expect(job.marker('end')).toBe('7 0 exit 78');
    });

    test('the word of another node may come late', async () => {
      const job = batch(shell, `mkdir ${inside}; echo 2 >${inside}/0; (sleep 1.5; echo 2 >${inside}/1) & exit 0`);
      expect(await job.life({ SLURM_JOB_NUM_NODES: '2' })).toMatchObject({ code: 0, stderr: '' });
    });

    test('a requeued life has to show it anew', async () => {
      const again = `mkdir -p .slurm-runner/inside-7-\${SLURM_RESTART_COUNT:-0}`;
      const job = batch(shell, `${again}; [ -n "$SLURM_RESTART_COUNT" ] || echo 1 >${inside}/0; exit 0`);
      expect((await job.life()).code).toBe(0);
      expect((await job.life({ SLURM_RESTART_COUNT: '1' })).code).toBe(1);
    });

    test('an array task is asked for its own', async () => {
      const job = batch(shell, 'mkdir .slurm-runner/inside-$SLURM_JOB_ID-0; exit 0');
      const task = { SLURM_JOB_ID: '104', SLURM_ARRAY_JOB_ID: '7', SLURM_ARRAY_TASK_ID: '4' };
      expect((await job.life(task)).code).toBe(1);
      expect(job.marker('end.4')).toBe('7 0 exit 1');
    });
  },
);
