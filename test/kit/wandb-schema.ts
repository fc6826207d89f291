/**
 * A mock of W&B's GraphQL schema: as much of it as W&B's own client uses for sweeps, and a check that refuses what the server
 * would refuse: an unknown field or argument, a wrong type, a variable that nobody declared or used.
 */

/** What a field gives: a scalar without `of`, else an object of that type; `args` by name with their types. */
interface Field {
  of?: string;
  args?: Readonly<Record<string, string>>;
}

/** Names and types as in the questions of W&B's client: its files `*.graphql` and `internal_api.py`. */
const SCHEMA: Readonly<Record<string, Readonly<Record<string, Field>>>> = {
  Query: {
    viewer: { of: 'User' },
    project: { of: 'Project', args: { name: 'String', entityName: 'String' } },
  },
  Mutation: { upsertSweep: { of: 'UpsertSweepPayload', args: { input: 'UpsertSweepInput!' } } },
  User: { id: {}, entity: {}, username: {}, email: {}, flags: {}, teams: { of: 'EntityConnection' } },
  EntityConnection: { edges: { of: 'EntityEdge' } },
  EntityEdge: { node: { of: 'Entity' } },
  UpsertSweepPayload: { sweep: { of: 'Sweep' }, configValidationWarnings: {} },
  Entity: { id: {}, name: {} },
  Project: {
    ...{ id: {}, name: {}, entityName: {}, entity: { of: 'Entity' } },
    runCount: { args: { filters: 'JSONString' } },
    runs: { of: 'RunConnection', args: { filters: 'JSONString', after: 'String', first: 'Int', order: 'String' } },
    sweep: { of: 'Sweep', args: { sweepName: 'String!' } },
  },
  Sweep: {
    ...{ id: {}, name: {}, displayName: {}, method: {}, state: {}, description: {}, bestLoss: {}, config: {} },
    ...{ createdAt: {}, updatedAt: {}, runCount: {}, runCountExpected: {}, project: { of: 'Project' } },
  },
  RunConnection: { edges: { of: 'RunEdge' }, pageInfo: { of: 'PageInfo' }, totalCount: {} },
  RunEdge: { node: { of: 'Run' }, cursor: {} },
  PageInfo: { endCursor: {}, hasNextPage: {} },
  Run: { id: {}, name: {}, displayName: {}, sweepName: {}, state: {}, config: {}, summaryMetrics: {}, createdAt: {} },
};

const INPUTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  UpsertSweepInput: {
    ...{ id: 'ID', config: 'String', description: 'String', entityName: 'String', projectName: 'String' },
    ...{ controller: 'JSONString', scheduler: 'JSONString', launchScheduler: 'JSONString', state: 'String' },
    ...{ priorRunsFilters: 'JSONString', displayName: 'String', templateVariableValues: 'JSONString' },
  },
};

/** What the server says of a question that it does not take, and with which HTTP status. */
export class Refused extends Error {
  readonly status: number;

  constructor(message: string, status = 400) {
    super(message);
    this.status = status;
  }
}

export type Value = { variable: string } | { literal: unknown } | { object: Readonly<Record<string, Value>> };

export interface Selection {
  alias: string;
  name: string;
  args: Readonly<Record<string, Value>>;
  fields: Selection[];
}

export interface Operation {
  kind: 'query' | 'mutation';
  variables: Readonly<Record<string, string>>;
  fields: Selection[];
}

/** Throws Refused. */
export function check({ kind, variables, fields }: Operation): void {
  const unused = new Set(Object.keys(variables));
  const given = (value: Value, wanted: string, where: string): void => {
    const bare = wanted.replace('!', '');
    if ('variable' in value) {
      const declared = variables[value.variable];
      if (declared === undefined) throw new Refused(`Variable "$${value.variable}" is not defined by operation.`);
      unused.delete(value.variable);
      if (declared.replace('!', '') !== bare || (wanted.endsWith('!') && !declared.endsWith('!')))
        throw new Refused(
          `Variable "$${value.variable}" of type "${declared}" used in position expecting type "${wanted}".`,
        );
    } else if ('object' in value) {
      for (const [key, inner] of Object.entries(value.object)) {
        const type = INPUTS[bare]?.[key];
        if (type === undefined) throw new Refused(`Argument "${where}": In field "${key}": Unknown field.`);
        given(inner, type, key);
      }
    } else if (bare === 'Int' ? !Number.isInteger(value.literal) : typeof value.literal !== 'string')
      throw new Refused(`Argument "${where}" has invalid value ${JSON.stringify(value.literal)}.`);
  };
  const walk = (selected: readonly Selection[], type: string): void => {
    const aliases = new Set<string>();
    for (const { alias, name, args, fields } of selected) {
      const field = SCHEMA[type]?.[name];
      if (!field) throw new Refused(`Cannot query field "${name}" on type "${type}".`);
      if (aliases.has(alias)) throw new Refused(`Fields "${alias}" conflict.`);
      aliases.add(alias);
      for (const [arg, value] of Object.entries(args)) {
        const wanted = field.args?.[arg];
        if (wanted === undefined) throw new Refused(`Unknown argument "${arg}" on field "${name}" of type "${type}".`);
        given(value, wanted, arg);
      }
      for (const [arg, wanted] of Object.entries(field.args ?? {}))
        if (wanted.endsWith('!') && !(arg in args))
          throw new Refused(`Field "${name}" argument "${arg}" of type "${wanted}" is required but not provided.`);
      if (field.of ? fields.length === 0 : fields.length > 0)
        throw new Refused(
          `Field "${name}" of type "${field.of ?? 'scalar'}" must ${field.of ? '' : 'not '}have a sub selection.`,
        );
      if (field.of) walk(fields, field.of);
    }
  };
  walk(fields, kind === 'query' ? 'Query' : 'Mutation');
  for (const variable of unused) throw new Refused(`Variable "$${variable}" is never used.`);
}
