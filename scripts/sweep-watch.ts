/** slurm-sweep-watch: waits until the cells that were asked for have ended, showing how far it has come. */

import { sweepStatusText } from '../src/report/sweep-status.ts';
import { keptHere } from '../src/sweep/started.ts';
import { watch } from '../src/sweep/watch.ts';
import { startedRun } from '../src/sweep/which.ts';
import { command } from './command.ts';
import { sweepNotices } from './notify.ts';
import { exitOf, projectOf, whichSweep } from './sweeps.ts';

command('slurm-sweep-watch', async (context) => {
  const { variables, style, typed } = context;
  const which = whichSweep(variables);
  const run = startedRun(context.root, which);
  const notices = sweepNotices(context, projectOf(context, which), run.id.replace(/@.*/, ''), false);
  notices.about(keptHere(context.root, run.id)?.name ?? run.id.replace(/.*@/, ''), run);
  const result = await watch(notices.project, which);
  notices.ended(result);
  return { exit: exitOf(result.counts), result, text: sweepStatusText(result, style, typed) };
});
