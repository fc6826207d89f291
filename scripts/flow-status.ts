/** slurm-flow-status: how each job of a flow stands. */

import { status } from '../src/flow/status.ts';
import { runOfFlow } from '../src/flow/which.ts';
import { flowStatusText } from '../src/report/flow-status.ts';
import { command } from './command.ts';
import { whichFlow } from './flows.ts';

command('slurm-flow-status', async (context) => {
  const { project, style, typed } = context;
  const which = whichFlow(context);
  const result = await status(project(runOfFlow(which)), which);
  return { result, text: flowStatusText(result, style, typed) };
});
