/** slurm-sweep-resume: runs again what failed of a sweep or is missing; sends agents to one that W&B has already. */

import { resumedText, startedText } from '../src/report/sweep.ts';
import { resume } from '../src/sweep/resume.ts';
import { adopt } from '../src/sweep/wandb/adopt.ts';
import { isStarted } from '../src/sweep/which.ts';
import { command } from './command.ts';
import { projectOf, startOptions, whichSweep } from './sweeps.ts';

command('slurm-sweep-resume', async (context) => {
  const { root, variables, dryRun, force, style, typed } = context;
  const which = whichSweep(variables);
  const options = { ...startOptions(variables, dryRun), force };
  const { sweepId } = which;
  if (sweepId !== undefined && !isStarted(root, which)) {
    const result = await adopt(context.project(), { ...which, sweepId }, options);
    return { result, text: startedText(result, style, typed) };
  }
  const result = await resume(projectOf(context, which), which, options);
  return { result: { ...result, dryRun }, text: resumedText(result, style, typed, dryRun) };
});
