/** slurm-gpus: the GPUs that an allocation has. */

import { gpus } from '../src/interactive/gpus.ts';
import { gpusText } from '../src/report/interactive.ts';
import { command } from './command.ts';

command('slurm-gpus', async ({ variables, project, dryRun, style, onInterrupt }) => {
  const about = variables.which();
  const result = await gpus(project(), { ...(about && { about }), dryRun, onInterrupt });
  return { exit: result.interrupted ? 130 : 0, result, text: gpusText(result, style) };
});
