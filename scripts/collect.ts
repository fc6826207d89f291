/** slurm-collect: results and logs of a job that has ended; without PROFILE, of every tracked one. */

import { collectedAllText, collectedText } from '../src/report/collected.ts';
import { verdictText } from '../src/report/verdict.ts';
import { collect, collectEnded } from '../src/run/collect.ts';
import { command } from './command.ts';

command('slurm-collect', async ({ variables, which, project, dryRun, force, style, typed }) => {
  if (variables.which() === undefined) {
    const all = await collectEnded(project(), { dryRun, force });
    const bad = all.failed.map(({ failure }) => failure.exit);
    const exit = bad[0] ?? (all.collected.some(({ verdict }) => !verdict.success) ? 1 : 0);
    return { exit, result: all, text: collectedAllText(all, style, typed) };
  }
  const about = which();
  const result = await collect(project(about), { ...about, dryRun, force });
  const ended = verdictText(result.id, result.verdict, style, typed);
  return { exit: result.verdict.success ? 0 : 1, result, text: `${ended}\n${collectedText(result, style, typed)}` };
});
