/** slurm-full: push, submit, watch and collect. */

import { collectedText } from '../src/report/collected.ts';
import { plannedText } from '../src/report/pushed.ts';
import { submittedText } from '../src/report/submitted.ts';
import { verdictText, watchedText } from '../src/report/verdict.ts';
import { full } from '../src/run/lifecycle.ts';
import { command } from './command.ts';
import { jobNotices } from './notify.ts';

command('slurm-full', async (context) => {
  const { which, project, dryRun, style, typed, terminal } = context;
  const about = which();
  const notices = jobNotices(context, project(), about);
  const show = (submitted: Parameters<typeof submittedText>[0]) => {
    terminal.show(submittedText(submitted, style, typed));
    notices.submitted(submitted);
  };
  const result = await full(notices.project, about, dryRun, show);
  const { watch, collect } = result;
  if (!watch) return { result: { ...result, dryRun }, text: plannedText(result, style, typed) };
  if (!collect) return { exit: 1, result, text: watchedText(watch, style, typed) };
  const ended = verdictText(watch.id, collect.verdict, style, typed);
  return { exit: collect.verdict.success ? 0 : 1, result, text: `${ended}\n${collectedText(collect, style, typed)}` };
});
