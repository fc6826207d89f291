/** How the embedded executor ends a job's processes: asked first, and given time to put things in order. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { remoteText } from '../../src/host/program.ts';
import { until } from '../kit/toy.ts';
import { batch, removeBatches, SHELLS } from './batch.ts';

afterAll(removeBatches);

test.each(SHELLS.map((shell) => ({ shell })))(
  'by $shell: what takes its time after TERM is left it',
  async ({ shell }) => {
    const { run } = batch(shell, '');
    const script = `trap 'sleep 0.7; : >saved; exit 3' TERM; : >ready; while :; do sleep 0.1; done`;
    const job = spawn('sh', ['-c', script], { cwd: run, detached: true, stdio: 'ignore' });
    const ended = once(job, 'exit');
    await until('the job', () => existsSync(join(run, 'ready')));
    const [file = '', ...args] = [...shell, '-c', `${remoteText('process')}\nend_group ${job.pid}`];
    spawn(file, args, { stdio: 'ignore' });
    expect(await ended).toEqual([3, null]);
    expect(existsSync(join(run, 'saved'))).toBe(true);
  },
);
