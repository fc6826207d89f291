/** slurm-run: push and submit. */

import { plannedText } from '../src/report/pushed.ts';
import { submittedText } from '../src/report/submitted.ts';
import { run } from '../src/run/lifecycle.ts';
import { command } from './command.ts';

command('slurm-run', async ({ which, project, dryRun, style, typed }) => {
  const result = await run(project(), which(), dryRun);
  const text = result.submit ? submittedText(result.submit, style, typed) : plannedText(result, style, typed);
  return { result: { ...result, dryRun }, text };
});
