/** slurm-collect: results and logs of a job that has ended; without PROFILE, of every tracked one. */

import { Failure } from '../src/failure.ts';
import { collectFlow } from '../src/flow/collect.ts';
import type { WhichFlow } from '../src/flow/id.ts';
import type { CollectFlowResult } from '../src/flow/results.ts';
import { collectedAllText, collectedText } from '../src/report/collected.ts';
import { flowCollectedText } from '../src/report/flow.ts';
import { sweepCollectedText } from '../src/report/sweep.ts';
import { verdictText } from '../src/report/verdict.ts';
import { collect, collectEnded } from '../src/run/collect.ts';
import { idOf, trackedHere } from '../src/run/find.ts';
import { isFlowRun, isSweepRun } from '../src/run/record.ts';
import { type CollectSweepResult, collectSweep } from '../src/sweep/collect.ts';
import { command } from './command.ts';
import { exitOf as exitOfFlow } from './flows.ts';
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
    const flows: CollectFlowResult[] = [];
    for (const { id } of trackedHere(opened).filter((one) => isFlowRun(root, one.id))) {
      // One that is under way is no failure: it is left alone.
      const collected = await collectFlow(opened, flowOf(id), { ...options, once: !force }).catch((error) => {
        if (!(error instanceof Failure) || error.exit === 3) throw error;
        if (error.problems.some(({ kind }) => kind !== 'flow-alive')) all.failed.push({ id, failure: error });
      });
      if (collected && !collected.already) flows.push(collected);
    }
    const bad = all.failed.map(({ failure }) => failure.exit);
    const failed =
      all.collected.some(({ verdict }) => !verdict.success) ||
      sweeps.some(({ status }) => exitOf(status.counts) === 1) ||
      flows.some(({ status }) => exitOfFlow(status) === 1);
    const exit = bad[0] ?? (failed ? 1 : 0);
    const texts = sweeps.map((one) =>
      sweepCollectedText(one, style, { ...typed, profile: one.id.split('@')[0] ?? '' }),
    );
    const { collected, waiting, failed: kept } = all;
    texts.push(...flows.map((one) => flowCollectedText(one, style, typed)));
    const jobs = collected.length + waiting.length + kept.length > 0 || texts.length === 0;
    const text = [...(jobs ? [collectedAllText(all, style, typed)] : []), ...texts].join('\n\n');
    return { exit, result: { ...all, sweeps, flows }, text };
  }
  // Of a flow it is slurm-flow-collect by another name.
  const about = variables.text('PROFILE') === undefined ? (variables.which() ?? which()) : which();
  const opened = project(about);
  if (isFlowRun(root, idOf(about))) {
    const result = await collectFlow(opened, flowOf(idOf(about)), options);
    return { exit: exitOfFlow(result.status), result, text: flowCollectedText(result, style, typed) };
  }
  if (isSweepRun(root, idOf(about))) {
    const result = await collectSweep(opened, ofRun(idOf(about)), options);
    return { exit: exitOf(result.status.counts), result, text: sweepCollectedText(result, style, typed) };
  }
  const result = await collect(opened, { ...about, ...options });
  const ended = verdictText(result.id, result.verdict, style, typed);
  return { exit: result.verdict.success ? 0 : 1, result, text: `${ended}\n${collectedText(result, style, typed)}` };
});

/** The flow whose run is tracked under that id; a TAG is part of its name then. */
function flowOf(id: string): WhichFlow {
  return { name: id.split('@')[1] ?? id };
}

/** The sweep whose run is tracked under that id. */
function ofRun(id: string): { profile: string; name: string } {
  const [profile = '', name = ''] = id.split('@');
  return { profile, name };
}
