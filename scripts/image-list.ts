/** slurm-image-list: the images on the cluster and what uses them. */

import { listImagesThere } from '../src/image/list.ts';
import { imageListText } from '../src/report/images.ts';
import { command } from './command.ts';

command('slurm-image-list', async ({ variables, project, style, typed }) => {
  const result = await listImagesThere(project(), variables.text('IMAGE'));
  return { result, text: imageListText(result, style, typed) };
});
