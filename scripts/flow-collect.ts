/** slurm-flow-collect: results and logs of a flow whose jobs have ended come home. */

import { collectFlow } from '../src/flow/collect.ts';
import { runOfFlow } from '../src/flow/id.ts';
import { flowCollectedText } from '../src/report/flow.ts';
import { command } from './command.ts';
import { exitOf, noParts, whichFlow } from './flows.ts';

command('slurm-flow-collect', async (context) => {
  const { project, dryRun, force, style, typed } = context;
  const which = whichFlow(context);
  noParts(context, 'ONLY');
  const result = await collectFlow(project(runOfFlow(which)), which, { dryRun, force });
  return { exit: exitOf(result.status), result, text: flowCollectedText(result, style, typed) };
});
