/** slurm-sweep-cancel: what of one sweep is in the queue; with CELL= only those. */

import { sweepCancelledText } from '../src/report/sweep.ts';
import { cancelSweep } from '../src/sweep/cancel.ts';
import { command } from './command.ts';
import { projectOf, whichSweep } from './sweeps.ts';

command('slurm-sweep-cancel', async (context) => {
  const { variables, dryRun, style } = context;
  const which = whichSweep(variables);
  const cell = variables.text('CELL');
  const result = await cancelSweep(projectOf(context, which), which, { dryRun, ...(cell ? { cell } : {}) });
  return { result, text: sweepCancelledText(result, style) };
});
