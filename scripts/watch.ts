/** slurm-watch: waits for the job, streaming its log. */

import { watchedText } from '../src/report/verdict.ts';
import { watch } from '../src/run/watch.ts';
import { command } from './command.ts';

command('slurm-watch', async ({ which, project, variables, style, typed }) => {
  const about = which();
  const lines = variables.number('LINES');
  const result = await watch(project(about), { ...about, ...(lines === undefined ? {} : { lines }) });
  return { exit: result.verdict.success ? 0 : 1, result, text: watchedText(result, style, typed) };
});
