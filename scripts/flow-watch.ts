/** slurm-flow-watch: waits until all jobs of a flow have ended. */

import { watchFlow } from '../src/flow/watch.ts';
import { flowStatusText } from '../src/report/flow-status.ts';
import { command } from './command.ts';
import { exitOf, noParts, watchedFlow, whichFlow } from './flows.ts';

command('slurm-flow-watch', async (context) => {
  const { style, typed } = context;
  const which = whichFlow(context);
  noParts(context, 'ONLY');
  const { project, notices } = watchedFlow(context, which);
  const result = await watchFlow(project, which);
  notices.ended(result);
  return { exit: exitOf(result), result, text: flowStatusText(result, style, typed) };
});
