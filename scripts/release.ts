/** slurm-release: lets a held job go, one explicit job or array task, a profile's, a sweep's arrays, or a flow's jobs. */

import { runOfFlow } from '../src/flow/id.ts';
import { releaseFlow } from '../src/flow/release.ts';
import { flowReleasedText, releasedText, sweepReleasedText } from '../src/report/released.ts';
import { release } from '../src/run/release.ts';
import { releaseSweep } from '../src/sweep/release.ts';
import { command } from './command.ts';
import { whichFlow } from './flows.ts';
import { projectOf, whichSweep } from './sweeps.ts';

command('slurm-release', async (context) => {
  const { variables, which, project, dryRun, style, typed } = context;
  const jobId = variables.text('JOB_ID');
  if (jobId === undefined && (variables.text('SWEEP') || variables.text('SWEEP_ID'))) {
    const sweep = whichSweep(variables);
    const result = await releaseSweep(projectOf(context, sweep), sweep, dryRun);
    return { result, text: sweepReleasedText(result, style, typed) };
  }
  if (jobId === undefined && variables.text('FLOW')) {
    const flow = whichFlow(context);
    const result = await releaseFlow(project(runOfFlow(flow)), flow, dryRun);
    return { result, text: flowReleasedText(result, style, typed) };
  }
  const about = jobId === undefined ? which() : variables.which();
  const result = await release(project(about), jobId === undefined ? which() : { jobId }, dryRun);
  return { result, text: releasedText(result, style, typed) };
});
