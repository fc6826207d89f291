/** slurm-resubmit: a new job in the same run directory. */

import { renderedText } from '../src/report/render.ts';
import { submittedText } from '../src/report/submitted.ts';
import { idOf } from '../src/run/find.ts';
import { exclusively } from '../src/run/record.ts';
import { render } from '../src/run/render.ts';
import { resubmit } from '../src/run/submit.ts';
import { command } from './command.ts';
import { jobNotices } from './notify.ts';

command('slurm-resubmit', async (context) => {
  const { which, project, dryRun, force, style, typed, terminal, root } = context;
  const about = which();
  const opened = project(about);
  const rendered = await render(opened, about);
  terminal.talk.tell({ type: 'profile', profile: rendered.profile, header: rendered.header });
  if (dryRun) return { result: { ...rendered, dryRun }, text: renderedText(rendered) };
  const notices = jobNotices(context, opened, about);
  const result = await exclusively(root, idOf(about), () => resubmit(opened, { ...about, force }));
  notices.submitted(result);
  return { result, text: submittedText(result, style, typed) };
});
