/** slurm-flow: a graph of jobs, handed to the scheduler as a whole; with FROM=, ONLY= or RESUME=1 part of it again. */

import { start } from '../src/flow/start.ts';
import { startedFlowText } from '../src/report/flow.ts';
import { command } from './command.ts';
import { openFlow, partAsked, whichFlow } from './flows.ts';
import { flowNotices } from './notify-flow.ts';

command('slurm-flow', async (context) => {
  const { variables, dryRun, force, style, typed } = context;
  const [which, asked] = [whichFlow(context), partAsked(variables)];
  const { ready, project } = await openFlow(context, which, asked);
  const notices = flowNotices(context, project, ready.union.secrets, true);
  const result = await start(project, which, ready, { asked, dryRun, force, asBegun: () => openFlow(context, which) });
  notices.started(result);
  return { result, text: startedFlowText(result, style, typed) };
});
