/** slurm-run: push and submit. */

import { plannedText } from '../src/report/pushed.ts';
import { submittedText } from '../src/report/submitted.ts';
import { run } from '../src/run/lifecycle.ts';
import { command } from './command.ts';
import { jobNotices } from './notify.ts';

command('slurm-run', async (context) => {
  const { which, project, dryRun, style, typed } = context;
  const notices = jobNotices(context, project(), which());
  const result = await run(notices.project, which(), dryRun);
  if (result.submit) notices.submitted(result.submit);
  const text = result.submit ? submittedText(result.submit, style, typed) : plannedText(result, style, typed);
  return { result: { ...result, dryRun }, text };
});
