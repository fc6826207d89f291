/** slurm-image-clean: lists, then removes, versions of images that nothing uses. */

import { cleanImages } from '../src/image/clean.ts';
import { imagesCleanedText } from '../src/report/images.ts';
import { command } from './command.ts';

command('slurm-image-clean', async ({ variables, project, dryRun, force, style }) => {
  const image = variables.text('IMAGE');
  const result = await cleanImages(project(), { ...(image && { image }), force, dryRun });
  return { result, text: imagesCleanedText(result, style) };
});
