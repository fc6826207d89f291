/** slurm-cancel: one explicit job or array task. */

import { cancelledText } from '../src/report/cancelled.ts';
import { cancel } from '../src/run/cancel.ts';
import { command } from './command.ts';

command('slurm-cancel', async ({ variables, project, dryRun, style, typed }) => {
  const result = await cancel(project(variables.which()), variables.text('JOB_ID') ?? '', dryRun);
  return { result, text: cancelledText(result, style, typed) };
});
