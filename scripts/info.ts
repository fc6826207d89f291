/** slurm-info: partitions, nodes, and what is free on them. */

import { info } from '../src/interactive/info.ts';
import { infoText } from '../src/report/info.ts';
import { command } from './command.ts';

command('slurm-info', async ({ variables, project, style }) => {
  const partition = variables.text('PARTITION');
  const result = await info(project(), partition);
  return { result, text: infoText(result, style, partition !== undefined) };
});
