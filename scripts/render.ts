/** slurm-render: the job script as it would be submitted, or those of a flow's jobs. */

import { renderFlow } from '../src/flow/render.ts';
import { renderedJobOptionsText, renderedJobsText, renderedOptionsText, renderedText } from '../src/report/render.ts';
import { render } from '../src/run/render.ts';
import { type Context, command, type Outcome } from './command.ts';
import { namesIn, noParts, openFlow, whichFlow } from './flows.ts';

command('slurm-render', async (context) => {
  const { which, project, style, terminal, variables } = context;
  if (variables.text('PROFILE') === undefined && variables.text('FLOW') !== undefined) return jobsOfFlow(context);
  const about = which();
  const result = await render(project(about), about);
  // The script alone on standard output, so that it can go into a file.
  terminal.note(renderedOptionsText(result, style));
  return { result, text: renderedText(result) };
});

async function jobsOfFlow(context: Context): Promise<Outcome> {
  const { variables, style, terminal } = context;
  noParts(context);
  const flow = whichFlow(context);
  const { ready, project } = await openFlow(context, flow);
  const result = await renderFlow(project, flow, ready, namesIn(variables, 'ONLY'));
  const [one, ...more] = result.jobs;
  if (!one || more.length > 0) return { result, text: renderedJobsText(result.jobs, style) };
  terminal.note(renderedJobOptionsText(one, style));
  return { result, text: renderedText(one) };
}
