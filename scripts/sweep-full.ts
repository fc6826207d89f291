/** slurm-sweep-full: start, watch, and collect, cells that have ended first. */

import { startedText, sweepCollectedText } from '../src/report/sweep.ts';
import { collectSweep } from '../src/sweep/collect.ts';
import { start } from '../src/sweep/start.ts';
import { watch } from '../src/sweep/watch.ts';
import { runOfSweep } from '../src/sweep/which.ts';
import { command } from './command.ts';
import { sweepNotices } from './notify.ts';
import { exitOf, startOptions, sweepFile, whichSweep } from './sweeps.ts';

command('slurm-sweep-full', async (context) => {
  const { root, variables, project, dryRun, style, typed, terminal } = context;
  const which = whichSweep(variables);
  const sweep = sweepFile(root, which);
  const notices = sweepNotices(context, project(), runOfSweep(root, which, sweep).profile, true);
  const { project: opened } = notices;
  const started = await start(opened, which, sweep, startOptions(variables, dryRun));
  if (dryRun) return { result: started, text: startedText(started, style, typed) };
  terminal.show(startedText(started, style, typed));
  notices.started(started);
  const run = { ...which, profile: started.push.profile.name };
  notices.ended(await watch(opened, run, { collect: true }));
  const collected = await collectSweep(opened, run, {});
  const result = { ...started, collect: collected };
  return { exit: exitOf(collected.status.counts), result, text: sweepCollectedText(collected, style, typed) };
});
