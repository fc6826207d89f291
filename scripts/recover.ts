/** slurm-recover: the state files rebuilt from the cluster, and what comes next. */

import { recoveredText } from '../src/report/recovered.ts';
import { idOf } from '../src/run/find.ts';
import { recover } from '../src/run/recover.ts';
import { command } from './command.ts';

command('slurm-recover', async ({ variables, project, dryRun, style, typed }) => {
  const about = variables.which();
  const result = await recover(project(about), { dryRun, ...(about ? { id: idOf(about) } : {}) });
  const text = recoveredText(result, style, typed, dryRun);
  return { exit: result.trouble === undefined ? 0 : 3, result: { ...result, dryRun }, text };
});
