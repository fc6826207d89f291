/** slurm-sweep-resume: runs again what failed of a sweep or is missing; sends agents to one that W&B has already. */

import { resumedText, startedText } from '../src/report/sweep.ts';
import { resume } from '../src/sweep/resume.ts';
import { adopt } from '../src/sweep/wandb/adopt.ts';
import { isStarted, startedRun } from '../src/sweep/which.ts';
import { command } from './command.ts';
import { sweepNotices } from './notify.ts';
import { projectOf, startOptions, whichSweep } from './sweeps.ts';

command('slurm-sweep-resume', async (context) => {
  const { root, variables, dryRun, force, style, typed } = context;
  const which = whichSweep(variables);
  const options = { ...startOptions(variables, dryRun), force };
  const { sweepId } = which;
  if (sweepId !== undefined && !isStarted(root, which)) {
    const notices = sweepNotices(context, context.project(), which.profile ?? '', true);
    const result = await adopt(notices.project, { ...which, sweepId }, options);
    notices.started(result);
    return { result, text: startedText(result, style, typed) };
  }
  const profile = startedRun(root, which).id.replace(/@.*/, '');
  const notices = sweepNotices(context, projectOf(context, which), profile, true);
  const result = await resume(notices.project, which, options);
  if (!dryRun) notices.started({ ...result, push: result });
  return { result: { ...result, dryRun }, text: resumedText(result, style, typed, dryRun) };
});
