/** slurm-image-setup: build and push. */

import { setUpImage } from '../src/image/setup.ts';
import { imageBuiltText, imageSetUpText } from '../src/report/images-sent.ts';
import { command } from './command.ts';

command('slurm-image-setup', async ({ variables, project, dryRun, force, style, typed, terminal }) => {
  const [image, about] = [variables.text('IMAGE'), variables.which()];
  const options = { ...(image && { image }), ...(about && { about }), force, dryRun };
  const result = await setUpImage(project(), options, (built) => terminal.show(imageBuiltText(built, style, typed)));
  return { result: { ...result, dryRun }, text: imageSetUpText(result, style, typed) };
});
