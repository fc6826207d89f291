/** slurm-push: a fresh run directory with the code. */

import { pushedText } from '../src/report/pushed.ts';
import { prepared } from '../src/run/prepare.ts';
import { push } from '../src/run/push.ts';
import { command } from './command.ts';

command('slurm-push', async ({ which, project, dryRun, style, typed }) => {
  const about = which();
  const opened = project();
  const result = await prepared(opened, about, dryRun, (ready) => push(opened, ready, dryRun));
  return { result: { ...result, dryRun }, text: pushedText(result, style, typed, dryRun) };
});
