/** slurm-flow-full: a flow is submitted, watched until all its jobs have ended, and collected. */

import { collectFlow } from '../src/flow/collect.ts';
import { start } from '../src/flow/start.ts';
import { watchFlow } from '../src/flow/watch.ts';
import { flowCollectedText, startedFlowText } from '../src/report/flow.ts';
import { flowStatusText } from '../src/report/flow-status.ts';
import { command } from './command.ts';
import { exitOf, openFlow, partAsked, whichFlow } from './flows.ts';
import { flowNotices } from './notify-flow.ts';

command('slurm-flow-full', async (context) => {
  const { variables, dryRun, force, style, typed, terminal } = context;
  const [which, asked] = [whichFlow(context), partAsked(variables)];
  const opened = await openFlow(context, which, asked);
  const notices = flowNotices(context, opened.project, opened.ready.union.secrets, true);
  const { project } = notices;
  const started = await start(project, which, opened.ready, {
    ...{ asked, dryRun, force },
    asBegun: () => openFlow(context, which),
  });
  if (dryRun) return { result: started, text: startedFlowText(started, style, typed) };
  terminal.show(startedFlowText(started, style, typed));
  notices.started(started);
  const ended = await watchFlow(project, which);
  notices.ended(ended);
  if (ended.counts.unknown > 0)
    return { exit: 1, result: { ...started, status: ended }, text: flowStatusText(ended, style, typed) };
  const collect = await collectFlow(project, which, {});
  return {
    exit: exitOf(collect.status),
    result: { ...started, status: collect.status, collect },
    text: flowCollectedText(collect, style, typed),
  };
});
