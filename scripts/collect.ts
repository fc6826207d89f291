/** slurm-collect: results and logs of a job that has ended; without PROFILE, of every tracked one. */

import { collectedAllText, collectedText } from '../src/report/collected.ts';
import { sweepCollectedText } from '../src/report/sweep.ts';
import { verdictText } from '../src/report/verdict.ts';
import { collect, collectEnded } from '../src/run/collect.ts';
import { idOf, trackedHere } from '../src/run/find.ts';
import { isSweepRun } from '../src/run/record.ts';
import { type CollectSweepResult, collectSweep } from '../src/sweep/collect.ts';
import { command } from './command.ts';
import { exitOf } from './sweeps.ts';

command('slurm-collect', async ({ root, variables, which, project, dryRun, force, style, typed }) => {
  const options = { dryRun, force };
  if (variables.which() === undefined) {
    const opened = project();
    const all = await collectEnded(opened, options);
    const sweeps: CollectSweepResult[] = [];
    // A sweep is not one job: what of it has ended is brought.
    for (const { id } of trackedHere(opened).filter((one) => isSweepRun(root, one.id))) {
      sweeps.push(await collectSweep(opened, ofRun(id), options));
    }
    const bad = all.failed.map(({ failure }) => failure.exit);
    const failed = all.collected.some(({ verdict }) => !verdict.success);
    const exit = bad[0] ?? (failed || sweeps.some(({ status }) => exitOf(status.counts) === 1) ? 1 : 0);
    const texts = sweeps.map((one) =>
      sweepCollectedText(one, style, { ...typed, profile: one.id.split('@')[0] ?? '' }),
    );
    const { collected, waiting, failed: kept } = all;
    const jobs = collected.length + waiting.length + kept.length > 0 || sweeps.length === 0;
    const text = [...(jobs ? [collectedAllText(all, style, typed)] : []), ...texts].join('\n\n');
    return { exit, result: { ...all, sweeps }, text };
  }
  const about = which();
  const opened = project(about);
  if (isSweepRun(root, idOf(about))) {
    const result = await collectSweep(opened, ofRun(idOf(about)), options);
    return { exit: exitOf(result.status.counts), result, text: sweepCollectedText(result, style, typed) };
  }
  const result = await collect(opened, { ...about, ...options });
  const ended = verdictText(result.id, result.verdict, style, typed);
  return { exit: result.verdict.success ? 0 : 1, result, text: `${ended}\n${collectedText(result, style, typed)}` };
});

/** The sweep whose run is tracked under that id. */
function ofRun(id: string): { profile: string; name: string } {
  const [profile = '', name = ''] = id.split('@');
  return { profile, name };
}
