/** slurm-recover: the state files rebuilt from the cluster, and what comes next. */

import { startedFlow } from '../src/flow/started.ts';
import { recoveredText } from '../src/report/recovered.ts';
import { idOf, type WhichRun } from '../src/run/find.ts';
import { type Recovered, recover } from '../src/run/recover.ts';
import { listSweeps } from '../src/sweep/file/file.ts';
import { startedSweep } from '../src/sweep/started.ts';
import { runOfSweep, trackedIds, type WhichSweep } from '../src/sweep/which.ts';
import { command } from './command.ts';
import { sweepFile, whichSweep } from './sweeps.ts';

command('slurm-recover', async ({ root, variables, project, dryRun, style, typed }) => {
  const sweep = variables.text('SWEEP') ?? variables.text('SWEEP_ID');
  const about = sweep === undefined ? variables.which() : ofSweep(root, whichSweep(variables));
  const opened = project(about);
  const found = await recover(opened, { dryRun, ...(about ? { id: idOf(about) } : {}) });
  // What a sweep was when it began is remembered here again, too.
  for (const { sweep: folder, id, runDir, action } of dryRun ? [] : found.recovered) {
    if (folder !== undefined && action !== 'forgotten') await startedSweep(opened, { id, runDir, notes: {} });
  }
  for (const { flow, id, runDir, action } of dryRun ? [] : found.recovered) {
    if (flow !== undefined && action !== 'forgotten') await startedFlow(opened, { id, runDir, notes: {} });
  }
  const result = { ...found, recovered: found.recovered.map((one) => withSweep(root, one)) };
  const text = recoveredText(result, style, typed, dryRun);
  return { exit: result.trouble === undefined ? 0 : 3, result: { ...result, dryRun }, text };
});

/** The run of a sweep, tracked here or, by its file, to be found over there. */
function ofSweep(root: string, which: WhichSweep): WhichRun {
  const [tracked] = trackedIds(root, which);
  if (tracked === undefined) return runOfSweep(root, which, sweepFile(root, which));
  const [profile = '', tag] = tracked.split('@');
  return { profile, ...(tag === undefined ? {} : { tag }) };
}

/** Of a push that was cut short nobody over there knows that it was a sweep's. */
function withSweep(root: string, one: Recovered): Recovered {
  const [, tag = ''] = one.id.split('@');
  const isSweep = one.next === 'push' && listSweeps(root).some((name) => tag === name || tag.startsWith(`${name}.`));
  return isSweep ? { ...one, sweep: tag } : one;
}
