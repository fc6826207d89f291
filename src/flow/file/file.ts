/** Reads a flow: slurm/flows/NAME.yaml, a graph of jobs in srunx's form. */

import { isName } from '../../conf/keys.ts';
import { nearest } from '../../conf/nearest.ts';
import { COMMAND_LINE, throwIfAny } from '../../conf/problem.ts';
import { readYaml, type YamlMapping } from '../../conf/yaml.ts';
import { asMapping, asText, entryOf } from '../../conf/yaml-values.ts';
import { Failure } from '../../failure.ts';
import { parentsFirst } from '../graph.ts';
import type { FlowProblem } from '../problem.ts';
import type { Flow, FlowJob } from '../types.ts';
import { readArgs } from './args.ts';
import { checkCorresponding } from './corresponding.ts';
import { openDependencies } from './deps.ts';
import { fill, type Scope } from './fill.ts';
import { checkGraph } from './graph.ts';
import { readJob } from './job.ts';
import { FOLDER, flowFiles, listFlows } from './list.ts';
import { type Outline, readOutlines } from './outline.ts';
import type { Problems } from './problem.ts';
import { otherKeys, PATH_KEYS, readPaths, wrongValues } from './settings.ts';

// default_project is srunx's own way to tell where the code is.
const KEYS = ['name', 'description', 'args', 'jobs', ...PATH_KEYS, 'default_project'];

/** The flow `name` of the project in `root`. Throws a Failure (2) with everything that is wrong with its file. */
export async function loadFlow(root: string, name: string, commandLine: ReadonlyMap<string, string>): Promise<Flow> {
  const flows = listFlows(root);
  if (name === '') throw new Failure<FlowProblem>(2, { kind: 'missing-flow', flows });
  if (!isName(name)) throwIfAny([{ kind: 'bad-name', key: 'FLOW', value: name, place: COMMAND_LINE }]);
  const [file = `${name}.yaml`, other] = flowFiles(root).filter((file) =>
    [`${name}.yaml`, `${name}.yml`].includes(file),
  );
  const path = `${FOLDER}/${file}`;
  if (other) throwIfAny<Problems[number]>([{ kind: 'two-flow-files', other, place: { file: path } }]);
  const yaml = readYaml(root, path);
  if (!yaml) {
    const hint = nearest(name, flows);
    const problem: FlowProblem = { kind: 'no-flow', flow: name, flows, place: { file: path } };
    throw new Failure<FlowProblem>(2, { ...problem, ...(hint && { nearest: hint }) });
  }
  throwIfAny(yaml.problems);

  const problems: Problems = [];
  const mapping = asMapping('the file', yaml.node!, problems);
  const flow = mapping && (await readFlow(root, name, path, mapping, commandLine, problems));
  // Where nothing else is wrong they are told of with what else is wrong with the jobs as profiles.
  if (flow && problems.length > 0) {
    problems.push(...wrongValues(flow.defaults, new Map()));
    problems.push(...flow.jobs.flatMap(({ settings, env }) => wrongValues(settings, env)));
  }
  // What cells or jobs share is wrong once.
  throwIfAny([...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()]);
  return flow!;
}

/** Make's command line without the arguments of the flow: what is left is the toolkit's, or nobody's. */
export function withoutArgs(commandLine: ReadonlyMap<string, string>, { args }: Flow): Map<string, string> {
  return new Map([...commandLine].filter(([variable]) => !args.has(variable)));
}

async function readFlow(
  root: string,
  name: string,
  file: string,
  mapping: YamlMapping,
  commandLine: ReadonlyMap<string, string>,
  problems: Problems,
): Promise<Flow> {
  problems.push(...otherKeys(mapping, KEYS, 'file'));
  const args = await readArgs(entryOf(mapping, 'args'), commandLine, problems);
  const top: Scope = { layers: [Object.fromEntries(args)] };
  const title = entryOf(mapping, 'name');
  const jobs = entryOf(mapping, 'jobs');
  if (!jobs) problems.push({ kind: 'flow-without-jobs', place: { file } });
  const outlines = jobs ? readOutlines(jobs, problems) : [];
  problems.push(...checkGraph(outlines));
  const filled = await fill(
    mapping,
    top,
    problems,
    KEYS.filter((key) => !PATH_KEYS.includes(key)),
  );
  const read = await readJobs(root, outlines, top, problems);
  problems.push(...checkCorresponding(read));
  return {
    ...{ name, title: (title && asText('name', title.value, problems)) || name, file },
    ...{ args, defaults: readPaths(filled, problems), jobs: read },
  };
}

/** The jobs in the order of the file; their texts are filled in with every parent's before its children's. */
async function readJobs(
  root: string,
  outlines: readonly Outline[],
  { layers }: Scope,
  problems: Problems,
): Promise<FlowJob[]> {
  const dependencies = openDependencies(outlines);
  const read = new Map<string, FlowJob>();
  for (const outline of parentsFirst(outlines)) {
    const { values, explain } = dependencies.of(outline);
    const { job, exported } = await readJob(root, outline, { layers: [values, ...layers], explain }, problems);
    dependencies.exported(outline, exported);
    read.set(outline.name, job);
  }
  return outlines.map(({ name }) => read.get(name)!);
}
