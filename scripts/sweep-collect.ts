/** slurm-sweep-collect: cells that have ended come home, with a table of all. */

import { sweepCollectedText } from '../src/report/sweep.ts';
import { collectSweep } from '../src/sweep/collect.ts';
import { command } from './command.ts';
import { exitOf, projectOf, whichSweep } from './sweeps.ts';

command('slurm-sweep-collect', async (context) => {
  const { variables, dryRun, force, style, typed } = context;
  const which = whichSweep(variables);
  const result = await collectSweep(projectOf(context, which), which, { dryRun, force });
  return { exit: exitOf(result.status.counts), result, text: sweepCollectedText(result, style, typed) };
});
