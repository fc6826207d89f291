/** slurm-sweep-start: a sweep's code is pushed once, its cells are submitted as job arrays. */

import { startedText } from '../src/report/sweep.ts';
import { start } from '../src/sweep/start.ts';
import { runOfSweep } from '../src/sweep/which.ts';
import { command } from './command.ts';
import { sweepNotices } from './notify.ts';
import { startOptions, sweepFile, whichSweep } from './sweeps.ts';

command('slurm-sweep-start', async (context) => {
  const { root, variables, project, dryRun, style, typed } = context;
  const which = whichSweep(variables);
  const sweep = sweepFile(root, which);
  const notices = sweepNotices(context, project(), runOfSweep(root, which, sweep).profile, true);
  const result = await start(notices.project, which, sweep, startOptions(variables, dryRun));
  notices.started(result);
  return { result, text: startedText(result, style, typed) };
});
