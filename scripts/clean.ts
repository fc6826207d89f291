/** slurm-clean: run directories that nobody needs, listed and then removed. */

import { cleanedText } from '../src/report/cleaned.ts';
import { clean } from '../src/run/clean.ts';
import { idOf } from '../src/run/find.ts';
import { command } from './command.ts';

command('slurm-clean', async ({ variables, project, dryRun, force, style, typed }) => {
  const about = variables.which();
  const jobId = variables.text('JOB_ID');
  const named = { ...(about ? { id: idOf(about) } : {}), ...(jobId ? { jobId } : {}) };
  const result = await clean(project(about), { ...named, dryRun, force });
  return { exit: result.failed.length > 0 ? 4 : 0, result, text: cleanedText(result, style, typed) };
});
