/** slurm-fetch: results and logs so far; nothing is removed. */

import { fetchedText } from '../src/report/collected.ts';
import { fetchResults } from '../src/run/fetch.ts';
import { command } from './command.ts';

command('slurm-fetch', async ({ which, project, dryRun, style }) => {
  const about = which();
  const result = await fetchResults(project(about), about, dryRun);
  return { result, text: fetchedText(result, style) };
});
