/** slurm-image-push: an image from this machine to the cluster. */

import { pushImage } from '../src/image/push.ts';
import { imagePushedText } from '../src/report/images-sent.ts';
import { command } from './command.ts';

command('slurm-image-push', async ({ variables, project, dryRun, force, style, typed }) => {
  const [image, about] = [variables.text('IMAGE'), variables.which()];
  const result = await pushImage(project(), { ...(image && { image }), ...(about && { about }), force, dryRun });
  return { result: { ...result, dryRun }, text: imagePushedText(result, style, typed) };
});
