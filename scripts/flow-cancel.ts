/** slurm-flow-cancel: what of one flow is in the queue. */

import { cancelFlow } from '../src/flow/cancel.ts';
import { runOfFlow } from '../src/flow/which.ts';
import { flowCancelledText } from '../src/report/flow.ts';
import { command } from './command.ts';
import { whichFlow } from './flows.ts';

command('slurm-flow-cancel', async (context) => {
  const { project, dryRun, style, typed } = context;
  const which = whichFlow(context);
  const result = await cancelFlow(project(runOfFlow(which)), which, { dryRun });
  return { result, text: flowCancelledText(result, style, typed) };
});
