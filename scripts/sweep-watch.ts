/** slurm-sweep-watch: waits until the cells that were asked for have ended, showing how far it has come. */

import { sweepStatusText } from '../src/report/sweep-status.ts';
import { watch } from '../src/sweep/watch.ts';
import { command } from './command.ts';
import { exitOf, projectOf, whichSweep } from './sweeps.ts';

command('slurm-sweep-watch', async (context) => {
  const { variables, style, typed } = context;
  const which = whichSweep(variables);
  const result = await watch(projectOf(context, which), which);
  return { exit: exitOf(result.counts), result, text: sweepStatusText(result, style, typed) };
});
