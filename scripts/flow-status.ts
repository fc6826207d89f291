/** slurm-flow-status: how each job of a flow stands; with ONLY= the ends of their logs, too (LINES=n). */

import { runOfFlow } from '../src/flow/id.ts';
import { status } from '../src/flow/status.ts';
import { flowStatusText } from '../src/report/flow-status.ts';
import { command } from './command.ts';
import { namesIn, noParts, whichFlow } from './flows.ts';

command('slurm-flow-status', async (context) => {
  const { project, variables, style, typed } = context;
  const which = whichFlow(context);
  noParts(context);
  const jobs = namesIn(variables, 'ONLY');
  const asked = jobs && { jobs, lines: variables.number('LINES') ?? 20 };
  const result = await status(project(runOfFlow(which)), which, asked);
  return { result, text: flowStatusText(result, style, typed) };
});
