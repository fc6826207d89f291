/** slurm-sweep-status: how the cells of a sweep stand, and W&B's word on one of its own; with CELL= one of them and the end of its log. */

import { cellText } from '../src/report/sweep-cells.ts';
import { type Listing, sweepStatusText } from '../src/report/sweep-status.ts';
import { foreignText } from '../src/report/wandb.ts';
import { cellStatus, status } from '../src/sweep/status.ts';
import { foreignStatus } from '../src/sweep/wandb/status.ts';
import { isStarted } from '../src/sweep/which.ts';
import { command } from './command.ts';
import { projectOf, whichSweep } from './sweeps.ts';
import type { Variables } from './variables.ts';

command('slurm-sweep-status', async (context) => {
  const { root, variables, style, typed } = context;
  const which = whichSweep(variables);
  const cell = variables.text('CELL');
  if (which.sweepId !== undefined && cell === undefined && !isStarted(root, which)) {
    const result = await foreignStatus(root, which.sweepId);
    return { result, text: foreignText(result, style, typed) };
  }
  const project = projectOf(context, which);
  if (cell !== undefined) {
    const result = await cellStatus(project, which, cell, variables.number('LINES') ?? 20);
    return { result, text: result.cells.map((one) => cellText(one, one.logs, style)).join('\n\n') };
  }
  const listing = listingOf(variables);
  const result = await status(project, which);
  return { result, text: sweepStatusText(result, style, typed, listing) };
});

/** CELLS=1 lists all of them, CELLS=failed those that failed. Throws Failure(2) for anything else. */
function listingOf(variables: Variables): Listing {
  if (variables.text('CELLS') === 'failed') return 'failed';
  return variables.flag('CELLS') ? 'all' : 'some';
}
