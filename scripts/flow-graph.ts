/** slurm-flow-graph: the graph as Mermaid draws it, coloured by how its jobs stand if it was started. */

import { loadFlow } from '../src/flow/file/file.ts';
import { runOfFlow } from '../src/flow/id.ts';
import { status } from '../src/flow/status.ts';
import { flowRun } from '../src/flow/which.ts';
import { flowGraphText } from '../src/report/flow-graph.ts';
import { command } from './command.ts';
import { whichFlow } from './flows.ts';

command('slurm-flow-graph', async (context) => {
  const { root, project, variables } = context;
  const which = whichFlow(context);
  const jobs = flowRun(root, which)
    ? (await status(project(runOfFlow(which)), which)).jobs
    : (await loadFlow(root, which.name, variables.all)).jobs;
  // Of one that was never started the file says it all.
  const mermaid = flowGraphText(jobs);
  const graph = jobs.map(({ name, dependsOn }) => ({
    name,
    dependsOn: dependsOn.map(({ kind, job }) => ({ kind, job })),
  }));
  return { result: { jobs: graph, mermaid }, text: mermaid };
});
