/** A mock of W&B's sweeps and runs: what its servers keep, take, refuse and tell of them. */

import { randomBytes } from 'node:crypto';
import { parse } from 'yaml';
import type { Resolved } from './wandb-graphql.ts';
import { Refused } from './wandb-schema.ts';

export interface MockRun {
  /** Its id; `displayName` is the one that people see. */
  name: string;
  displayName: string;
  state: string;
  summary: Record<string, unknown>;
}

export interface MockSweep {
  id: string;
  entity: string;
  project: string;
  /** As it was sent. */
  config: string;
  description: string | null;
  displayName: string | null;
  state: string;
  runs: MockRun[];
}

/** All that the servers know. */
export interface MockWorld {
  /** Whom the key stands for; undefined for nobody. */
  entity: string | undefined;
  /** Who else may be written to, and who is there but may not. */
  teams: string[];
  strangers: string[];
  sweeps: MockSweep[];
}

/** What questions may be about. */
export function rootOf(world: MockWorld): Resolved {
  const inProject = (entity: unknown, project: unknown) =>
    world.sweeps.filter((sweep) => sweep.entity === (entity ?? world.entity) && sweep.project === project);
  const teams = { edges: world.teams.map((name) => ({ node: { name } })) };
  return {
    viewer: world.entity === undefined ? null : { id: 'u1', entity: world.entity, username: world.entity, teams },
    project: ({ name, entityName }: Record<string, unknown>) => {
      if (!name) throw new Refused('name required for project query');
      const sweeps = inProject(entityName, name);
      if (sweeps.length === 0) return null;
      const runs = ({ filters, order, first }: Record<string, unknown>) =>
        matching(sweeps, String(filters ?? '{}'), order).slice(0, Number(first ?? 50));
      return {
        name,
        entity: { name: sweeps[0]?.entity },
        sweep: ({ sweepName }: Record<string, unknown>) => {
          const sweep = sweeps.find(({ id }) => id === sweepName);
          return sweep && shownSweep(sweep);
        },
        runCount: ({ filters }: Record<string, unknown>) => matching(sweeps, String(filters ?? '{}')).length,
        runs: (args: Record<string, unknown>) => ({
          edges: runs(args).map((run) => ({ node: { ...run, summaryMetrics: JSON.stringify(run.summary) } })),
        }),
      };
    },
    upsertSweep: ({ input }: Record<string, unknown>) => upsert(world, input as Record<string, string | null>),
  };
}

function upsert(
  world: MockWorld,
  { config, description = null, entityName, projectName }: Record<string, string | null>,
): Resolved {
  const entity = entityName ?? world.entity;
  if (!entity || world.strangers.includes(entity)) throw new Refused('permission denied', 403);
  if (entity !== world.entity && !world.teams.includes(entity))
    throw new Refused(`entity ${entity} not found during upsertSweep`, 404);
  if (!projectName) throw new Refused('project name is required');
  const warnings = configWarnings(config ?? '');
  const id = randomBytes(6).toString('base64url').replace(/[-_]/g, 'a').toLowerCase();
  const made = { id, entity, project: projectName, config: config ?? '', description, displayName: null };
  const sweep: MockSweep = { ...made, state: 'PENDING', runs: [] };
  world.sweeps.push(sweep);
  return { sweep: shownSweep(sweep), configValidationWarnings: warnings };
}

const shownSweep = (sweep: MockSweep): Resolved => ({
  ...{ ...sweep, id: `U3dlZXA6${sweep.id}`, name: sweep.id, runCount: sweep.runs.length },
  runCountExpected: expected(sweep.config),
  project: { name: sweep.project, entity: { name: sweep.entity } },
});

export interface Config {
  method?: string;
  parameters?: Record<string, Record<string, unknown>>;
  metric?: { name?: string };
}

/** What the server finds odd; throws what it refuses. */
function configWarnings(config: string): string[] {
  const invalid = (why: string) => new Refused(`Invalid sweep config: ${why}`);
  let read: Config;
  try {
    read = parse(config);
  } catch {
    throw invalid('could not be parsed as YAML');
  }
  if (!read?.method) throw invalid('Sweep config must contain method section');
  if (!['grid', 'random', 'bayes'].includes(read.method)) throw invalid(`unknown method ${read.method}`);
  if (!read.parameters) throw invalid('Sweep config must contain parameters section');
  for (const [name, parameter] of Object.entries(read.parameters)) {
    const shapes = [['value'], ['values'], ['min', 'max'], ['mu', 'sigma'], ['parameters']];
    const right = shapes.some((keys) =>
      keys.every((key) => parameter && typeof parameter === 'object' && key in parameter),
    );
    if (!right) throw invalid(`invalid hyperparameter configuration: ${name}`);
  }
  const odd = Object.keys(read).filter((key) => !KNOWN.includes(key));
  return odd.map((key) => `additional property ${key} is not allowed`);
}

const KNOWN = [
  'program',
  'method',
  'parameters',
  'metric',
  'name',
  'description',
  'entity',
  'project',
  'command',
  'run_cap',
  'early_terminate',
];

/** Of a grid, as many runs as it has points. */
export function expected(config: string): number | null {
  const { method, parameters = {} } = parse(config) as Config;
  const sizes = Object.values(parameters).map(({ values }) => (Array.isArray(values) ? values.length : 1));
  return method === 'grid' ? sizes.reduce((product, size) => product * size, 1) : null;
}

/** The runs of the sweeps by a filter in MongoDB's words, those of them that the client uses. */
function matching(sweeps: readonly MockSweep[], filters: string, order?: unknown): MockRun[] {
  const conditions = (JSON.parse(filters).$and ?? []) as Record<string, unknown>[];
  const holds = (sweep: MockSweep, run: MockRun) =>
    conditions.every((condition) =>
      Object.entries(condition).every(([key, wanted]) => {
        if (key === 'sweep') return sweep.id === wanted;
        if (key === 'state') return run.state === wanted;
        const metric = /^summary_metrics\.(.+)$/.exec(key)?.[1];
        if (metric && JSON.stringify(wanted) === '{"$ne":null}') return run.summary[metric] != null;
        throw new Refused(`invalid filter ${key}`);
      }),
    );
  const found = sweeps.flatMap((sweep) => sweep.runs.filter((run) => holds(sweep, run)));
  if (!order) return found;
  const [, sign, metric = ''] = /^([+-])summary_metrics\.(.+)$/.exec(String(order)) ?? [];
  if (!sign) throw new Refused(`invalid order ${order}`);
  // Texts such as "NaN" come before all numbers.
  const rank = ({ summary }: MockRun) =>
    typeof summary[metric] === 'number' ? Number(summary[metric]) * (sign === '-' ? -1 : 1) : -Infinity;
  return found.sort((one, other) => (rank(one) < rank(other) ? -1 : 1));
}
