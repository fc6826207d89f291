/** slurm-render: the job script as it would be submitted. */

import { renderedOptionsText, renderedText } from '../src/report/render.ts';
import { render } from '../src/run/render.ts';
import { command } from './command.ts';

command('slurm-render', async ({ which, project, style, terminal }) => {
  const about = which();
  const result = await render(project(about), about);
  // The script alone on standard output, so that it can go into a file.
  terminal.note(renderedOptionsText(result, style));
  return { result, text: renderedText(result) };
});
