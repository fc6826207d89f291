/** slurm-watch: waits for the job, streaming its log. */

import { watchedText } from '../src/report/verdict.ts';
import { watch } from '../src/run/watch.ts';
import { command } from './command.ts';
import { jobNotices } from './notify.ts';

command('slurm-watch', async (context) => {
  const { which, project, variables, style, typed } = context;
  const about = which();
  const lines = variables.number('LINES');
  const notices = jobNotices(context, project(about), about);
  const result = await watch(notices.project, { ...about, ...(lines === undefined ? {} : { lines }) });
  return { exit: result.verdict.success ? 0 : 1, result, text: watchedText(result, style, typed) };
});
