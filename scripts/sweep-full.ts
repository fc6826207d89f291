/** slurm-sweep-full: start, watch, and collect, cells that have ended first. */

import { startedText, sweepCollectedText } from '../src/report/sweep.ts';
import { collectSweep } from '../src/sweep/collect.ts';
import { start } from '../src/sweep/start.ts';
import { watch } from '../src/sweep/watch.ts';
import { command } from './command.ts';
import { exitOf, startOptions, sweepFile, whichSweep } from './sweeps.ts';

command('slurm-sweep-full', async ({ root, variables, project, dryRun, style, typed, terminal }) => {
  const which = whichSweep(variables);
  const opened = project();
  const started = await start(opened, which, sweepFile(root, which), startOptions(variables, dryRun));
  if (dryRun) return { result: started, text: startedText(started, style, typed) };
  terminal.show(startedText(started, style, typed));
  const run = { ...which, profile: started.push.profile.name };
  await watch(opened, run, { collect: true });
  const collected = await collectSweep(opened, run, {});
  const result = { ...started, collect: collected };
  return { exit: exitOf(collected.status.counts), result, text: sweepCollectedText(collected, style, typed) };
});
