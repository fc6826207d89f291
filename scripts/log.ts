/** slurm-log: the end of both logs; FOLLOW=1 stays until the job has ended. */

import { logText } from '../src/report/log.ts';
import { watchedText } from '../src/report/verdict.ts';
import { log } from '../src/run/log.ts';
import { watch } from '../src/run/watch.ts';
import { command } from './command.ts';

/** Lines of each log without LINES. */
const LINES = 50;

command('slurm-log', async ({ which, project, variables, style, typed }) => {
  const about = which();
  const lines = variables.number('LINES') ?? LINES;
  if (variables.flag('FOLLOW')) {
    const result = await watch(project(about), { ...about, lines });
    return { result, text: watchedText(result, style, typed) };
  }
  const result = await log(project(about), about, lines);
  return { result, text: logText(result, style) };
});
