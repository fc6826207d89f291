/** slurm-recover: the state files rebuilt from the cluster, and what comes next. */

import { recoveredText } from '../src/report/recovered.ts';
import { idOf } from '../src/run/find.ts';
import { type Recovered, recover } from '../src/run/recover.ts';
import { listSweeps } from '../src/sweep/file.ts';
import { command } from './command.ts';

command('slurm-recover', async ({ root, variables, project, dryRun, style, typed }) => {
  const about = variables.which();
  const found = await recover(project(about), { dryRun, ...(about ? { id: idOf(about) } : {}) });
  const result = { ...found, recovered: found.recovered.map((one) => withSweep(root, one)) };
  const text = recoveredText(result, style, typed, dryRun);
  return { exit: result.trouble === undefined ? 0 : 3, result: { ...result, dryRun }, text };
});

/** Of a push that was cut short nobody over there knows that it was a sweep's. */
function withSweep(root: string, one: Recovered): Recovered {
  const [, tag = ''] = one.id.split('@');
  const isSweep = one.next === 'push' && listSweeps(root).some((name) => tag === name || tag.startsWith(`${name}.`));
  return isSweep ? { ...one, sweep: tag } : one;
}
