/** slurm-history: past jobs, and what they used. */

import { historyText } from '../src/report/lists.ts';
import { idOf } from '../src/run/find.ts';
import { history } from '../src/run/history.ts';
import { command } from './command.ts';

command('slurm-history', async ({ root, variables, style }) => {
  const about = variables.which();
  const all = history(root, about && idOf(about));
  const lines = variables.number('LINES');
  const entries = lines === undefined ? all : all.slice(-lines);
  return { result: { entries }, text: historyText(entries, style) };
});
