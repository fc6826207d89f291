/** slurm-collect: results and logs of a job that has ended; without PROFILE, of every tracked one. */

import { collectedAllText, collectedText } from '../src/report/collected.ts';
import { verdictText } from '../src/report/verdict.ts';
import { type CollectOptions, collect, collectEnded } from '../src/run/collect.ts';
import type { Project } from '../src/run/project.ts';
import { keepTable } from '../src/sweep/collect.ts';
import { command } from './command.ts';

/** Of a sweep's run the table of its cells, too. */
const tableOf =
  (project: Project): CollectOptions['onHome'] =>
  (known, snapshot) =>
    keepTable(project, known, snapshot);

command('slurm-collect', async ({ variables, which, project, dryRun, force, style, typed }) => {
  if (variables.which() === undefined) {
    const opened = project();
    const all = await collectEnded(opened, { dryRun, force, onHome: tableOf(opened) });
    const bad = all.failed.map(({ failure }) => failure.exit);
    const exit = bad[0] ?? (all.collected.some(({ verdict }) => !verdict.success) ? 1 : 0);
    return { exit, result: all, text: collectedAllText(all, style, typed) };
  }
  const about = which();
  const opened = project(about);
  const result = await collect(opened, { ...about, dryRun, force, onHome: tableOf(opened) });
  const ended = verdictText(result.id, result.verdict, style, typed);
  return { exit: result.verdict.success ? 0 : 1, result, text: `${ended}\n${collectedText(result, style, typed)}` };
});
