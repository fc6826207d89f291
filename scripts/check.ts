/** slurm-check: is everything in order, here and there. */

import { checkedText } from '../src/report/checked.ts';
import { check } from '../src/run/check.ts';
import { command } from './command.ts';

command('slurm-check', async ({ variables, project, style, typed }) => {
  const about = variables.which();
  const result = await check(project(), about);
  const unreachable = result.items.some(({ subject, verdict }) => subject === 'host' && verdict === 'bad');
  return { exit: result.ok ? 0 : unreachable ? 3 : 2, result, text: checkedText(result, style, typed) };
});
