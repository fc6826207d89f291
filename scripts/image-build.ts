/** slurm-image-build: an image made on this machine. */

import { buildHere } from '../src/image/build.ts';
import { imageBuiltText } from '../src/report/images-sent.ts';
import { command } from './command.ts';

command('slurm-image-build', async ({ variables, project, dryRun, style, typed }) => {
  const result = await buildHere(project(), variables.text('IMAGE'), dryRun);
  return { result: { ...result, dryRun }, text: imageBuiltText(result, style, typed, dryRun) };
});
