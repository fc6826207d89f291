/** W&B's sweeps through its public GraphQL server, by the questions that W&B's own client asks: creating one, and how one stands. */

import { Failure } from '../../failure.ts';
import { configToSend, type SweepGoal, sweepGoal } from './config.ts';
import { asRecord, readRecord } from './json.ts';
import type { WandbProblem } from './problem.ts';
import { ask, badKey, type Pace } from './request.ts';
import { sweepUrl, type WandbSettings } from './settings.ts';

/** Of a run, as W&B has them. A run that ended well is `finished`; one that went silent is `crashed`. */
export const RUN_STATES = [
  ...(['running', 'pending', 'finished', 'failed', 'crashed', 'killed', 'preempting', 'preempted'] as const),
];
export type RunState = (typeof RUN_STATES)[number];

export interface CreatedSweep {
  sweepId: string;
  entity: string;
  project: string;
  /** Of its web page. */
  url: string;
  /** What the server finds odd about the configuration; it took it all the same. */
  warnings: string[];
}

export interface SweepInfo {
  /** PENDING, RUNNING, PAUSED, FINISHED or CANCELED. */
  state: string;
  displayName?: string;
  /** As its configuration says. */
  method?: string;
  program?: string;
  /** Only those that there are. */
  runs: Partial<Record<RunState, number>>;
  runCount: number;
  /** How many there will be at the most: of a grid, or of a sweep with `run_cap`. */
  expected?: number;
  metric?: { name: string; goal: 'minimize' | 'maximize' };
  best?: { value: number; run: string };
  url: string;
}

/** The entity that the key stands for: mostly its user, otherwise the team that the user chose. Throws a Failure (2, 3). */
export async function defaultEntity(settings: WandbSettings, pace?: Pace): Promise<string> {
  const { viewer } = await ask(settings, { text: 'query Viewer { viewer { entity username } }' }, pace);
  // Whoever has not logged in may ask, and is told that there is nobody.
  if (!viewer) throw new Failure<WandbProblem>(2, badKey(settings, ''));
  const { entity, username } = asRecord(viewer);
  if (typeof entity === 'string' && entity) return entity;
  if (typeof username === 'string' && username) return username;
  const { host } = new URL(settings.baseUrl);
  throw new Failure<WandbProblem>(2, { kind: 'wandb-no-default-entity', host });
}

/** The same settings with an entity in them: the key's default if none is given. Throws a Failure (2, 3). */
export async function withEntity(settings: WandbSettings, pace?: Pace): Promise<WandbSettings & { entity: string }> {
  return { ...settings, entity: settings.entity ?? (await defaultEntity(settings, pace)) };
}

const UPSERT_SWEEP = `
  mutation UpsertSweep($config: String, $description: String, $entityName: String, $projectName: String) {
    upsertSweep(input: {
      config: $config, description: $description, entityName: $entityName, projectName: $projectName
    }) {
      sweep { name project { name entity { name } } }
      configValidationWarnings
    }
  }`;

/**
 * Creates a sweep of a configuration in YAML. The project is made if there is none of that name. Throws a Failure: 2 for what
 * the server refuses, 3 where it cannot be reached; never is the request sent a second time once the first may have arrived.
 */
export async function createSweep(settings: WandbSettings, configText: string, pace?: Pace): Promise<CreatedSweep> {
  const config = configToSend(configText);
  const known = await withEntity(settings, pace);
  const { entity: entityName, project: projectName } = known;
  const { host } = new URL(settings.baseUrl);
  const unknown = (detail: string): WandbProblem => ({
    ...{ kind: 'wandb-unknown-outcome', host, page: sweepUrl(known), detail },
  });
  const { description } = sweepGoal(configText);
  const variables = { config, description, entityName, projectName };
  const data = await ask(known, { text: UPSERT_SWEEP, variables, unknown }, pace);
  const { sweep, configValidationWarnings } = asRecord(data.upsertSweep);
  const { name, project } = asRecord(sweep);
  if (typeof name !== 'string' || !name) throw new Failure(3, unknown('there is no id of a sweep in the answer'));
  const made = {
    entity: text(asRecord(asRecord(project).entity).name) ?? entityName,
    project: text(asRecord(project).name) ?? projectName,
  };
  const warnings = Array.isArray(configValidationWarnings) ? configValidationWarnings.map(String) : [];
  return { sweepId: name, ...made, url: sweepUrl({ ...known, ...made }, name), warnings };
}

/** One question for all: each state's runs are counted by the server, however many they are. */
const SWEEP_INFO = `
  query SweepInfo(
    $entity: String, $project: String, $sweep: String!, $all: JSONString
    ${RUN_STATES.map((state) => `$${state}: JSONString`).join(' ')}
  ) {
    project(name: $project, entityName: $entity) {
      sweep(sweepName: $sweep) { name displayName state config runCountExpected }
      all: runCount(filters: $all)
      ${RUN_STATES.map((state) => `${state}: runCount(filters: $${state})`).join('\n      ')}
    }
  }`;

const BEST_RUNS = `
  query BestRuns($entity: String, $project: String, $filters: JSONString, $order: String, $first: Int) {
    project(name: $project, entityName: $entity) {
      runs(filters: $filters, order: $order, first: $first) {
        edges { node { name displayName summaryMetrics } }
      }
    }
  }`;

/** How a sweep stands, by two questions. Throws a Failure: 2 if there is no such sweep, project or entity, 3 without an answer. */
export async function sweepInfo(settings: WandbSettings, sweepId: string, pace?: Pace): Promise<SweepInfo> {
  const known = await withEntity(settings, pace);
  const { entity, project } = known;
  const filter = (...more: object[]) => JSON.stringify({ $and: [{ sweep: sweepId }, ...more] });
  const states = RUN_STATES.map((state) => [state, filter({ state })]);
  const variables = { entity, project, sweep: sweepId, all: filter(), ...Object.fromEntries(states) };
  const data = await ask(known, { text: SWEEP_INFO, variables }, pace);
  const { host } = new URL(settings.baseUrl);
  const found = asRecord(data.project);
  if (!data.project)
    throw new Failure<WandbProblem>(2, { kind: 'wandb-no-project', host, entity, project, detail: '' });
  if (!found.sweep) throw new Failure<WandbProblem>(2, { kind: 'wandb-no-sweep', host, entity, project, sweepId });
  const sweep = asRecord(found.sweep);
  const goal = sweepGoal(text(sweep.config) ?? '');
  const counts = RUN_STATES.map((state) => [state, count(found[state])] as const);
  const best = await bestRun(known, goal.metric, filter, pace);
  const expected = count(sweep.runCountExpected) || goal.runCap;
  const displayName = text(sweep.displayName) ?? goal.name;
  return {
    state: text(sweep.state)?.toUpperCase() ?? '',
    ...(displayName && { displayName }),
    ...(goal.method && { method: goal.method }),
    ...(goal.program && { program: goal.program }),
    runs: Object.fromEntries(counts.filter(([, runs]) => runs > 0)),
    runCount: count(found.all),
    ...(expected && { expected }),
    ...(goal.metric && { metric: goal.metric }),
    ...(best && { best }),
    url: sweepUrl(known, sweepId),
  };
}

/** The server puts them in order; the first whose value is a number is it: a diverged run's may be "NaN". */
async function bestRun(
  settings: WandbSettings,
  metric: SweepGoal['metric'],
  filter: (...more: object[]) => string,
  pace: Pace | undefined,
): Promise<SweepInfo['best']> {
  if (!metric) return undefined;
  const key = `summary_metrics.${metric.name}`;
  const order = `${metric.goal === 'maximize' ? '-' : '+'}${key}`;
  const { entity, project } = settings;
  const variables = { entity, project, filters: filter({ [key]: { $ne: null } }), order, first: 10 };
  const data = await ask(settings, { text: BEST_RUNS, variables }, pace);
  const { edges } = asRecord(asRecord(data.project).runs);
  for (const edge of Array.isArray(edges) ? edges : []) {
    const { name, displayName, summaryMetrics } = asRecord(asRecord(edge).node);
    const value = metricOf(summaryMetrics, metric.name);
    if (value !== undefined) return { value, run: text(displayName) ?? text(name) ?? '' };
  }
  return undefined;
}

/** `loss`, `eval/loss`, or through objects: `loss.min`. */
function metricOf(summary: unknown, name: string): number | undefined {
  const metrics = readRecord(text(summary) ?? '') ?? {};
  const nested = name.split('.').reduce<unknown>((value, part) => asRecord(value)[part], metrics);
  return [metrics[name], nested].find((value): value is number => typeof value === 'number');
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
const count = (value: unknown): number => (typeof value === 'number' ? value : 0);
