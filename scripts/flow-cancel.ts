/** slurm-flow-cancel: what of one flow is in the queue; with ONLY= those jobs of it. */

import { cancelFlow } from '../src/flow/cancel.ts';
import { runOfFlow } from '../src/flow/id.ts';
import { flowCancelledText } from '../src/report/flow.ts';
import { command } from './command.ts';
import { namesIn, noParts, whichFlow } from './flows.ts';

command('slurm-flow-cancel', async (context) => {
  const { project, variables, dryRun, style, typed } = context;
  const which = whichFlow(context);
  noParts(context);
  const only = namesIn(variables, 'ONLY');
  const result = await cancelFlow(project(runOfFlow(which)), which, { dryRun, ...(only && { only }) });
  return { result, text: flowCancelledText(result, style, typed) };
});
