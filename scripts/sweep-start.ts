/** slurm-sweep-start: a sweep's code is pushed once, its cells are submitted as job arrays. */

import { startedText } from '../src/report/sweep.ts';
import { start } from '../src/sweep/start.ts';
import { command } from './command.ts';
import { startOptions, sweepFile, whichSweep } from './sweeps.ts';

command('slurm-sweep-start', async ({ root, variables, project, dryRun, style, typed }) => {
  const which = whichSweep(variables);
  const sweep = sweepFile(root, which);
  const result = await start(project(), which, sweep, startOptions(variables, dryRun));
  return { result, text: startedText(result, style, typed) };
});
