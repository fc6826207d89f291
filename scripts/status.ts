/** slurm-status: the queue over there and what is tracked here. */

import { listProfiles } from '../src/conf/profile.ts';
import { statusText } from '../src/report/status.ts';
import { status } from '../src/run/status.ts';
import { command } from './command.ts';

command('slurm-status', async ({ root, project, style, typed }) => {
  const result = await status(project());
  return {
    exit: result.trouble === undefined ? 0 : 3,
    result,
    text: statusText(result, style, typed, listProfiles(root)),
  };
});
