/** slurm-image-refresh: an image made on the cluster from its recipe. */

import { refresh } from '../src/image/refresh.ts';
import { refreshedText } from '../src/report/images.ts';
import { command } from './command.ts';

command('slurm-image-refresh', async ({ variables, project, dryRun, force, style, typed }) => {
  const [image, about] = [variables.text('IMAGE'), variables.which()];
  const result = await refresh(project(), { ...(image && { image }), ...(about && { about }), force, dryRun });
  return { result: { ...result, dryRun }, text: refreshedText(result, style, typed) };
});
