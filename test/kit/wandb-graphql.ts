/** A mock of W&B's GraphQL: reads questions as the server does, and answers those that its schema allows. */

import { check, type Operation, Refused, type Selection, type Value } from './wandb-schema.ts';

/** Reads one operation and checks it against the schema. Throws Refused. */
export function readOperation(text: string): Operation {
  const tokens = [...text.matchAll(/"(?:\\.|[^"\\])*"|\.\.\.|[A-Za-z_]\w*|-?\d+(?:\.\d+)?|[^\s,\w]/g)].map(
    ([word]) => word,
  );
  let at = 0;
  const peek = () => tokens[at] ?? '';
  const take = (wanted?: string) => {
    const token = peek();
    if (token === '' || (wanted !== undefined && token !== wanted))
      throw new Refused(`Syntax Error: Expected ${wanted ?? 'a token'}, found ${token || '<EOF>'}.`);
    at += 1;
    return token;
  };
  const name = () => {
    if (!/^[A-Za-z_]/.test(peek())) throw new Refused(`Syntax Error: Expected Name, found ${peek() || '<EOF>'}.`);
    return take();
  };
  const members = <T>(open: string, close: string, one: () => T): Record<string, T> => {
    const found: Record<string, T> = {};
    take(open);
    while (peek() !== close) {
      const key = name();
      take(':');
      found[key] = one();
    }
    take(close);
    return found;
  };
  const value = (): Value => {
    if (peek() === '$') {
      take('$');
      return { variable: name() };
    }
    if (peek() === '{') return { object: members('{', '}', value) };
    const token = take();
    return { literal: /^(["\d-]|(true|false|null)$)/.test(token) ? JSON.parse(token) : token };
  };
  const type = () => name() + (peek() === '!' ? take('!') : '');
  const selections = (): Selection[] => {
    const fields: Selection[] = [];
    take('{');
    while (peek() !== '}') {
      const first = name();
      const field = peek() === ':' ? take(':') && name() : first;
      const args = peek() === '(' ? members('(', ')', value) : {};
      fields.push({ alias: first, name: field, args, fields: peek() === '{' ? selections() : [] });
    }
    take('}');
    if (fields.length === 0) throw new Refused('Syntax Error: Expected Name, found }.');
    return fields;
  };

  const kind = take();
  if (kind !== 'query' && kind !== 'mutation') throw new Refused(`Syntax Error: Unexpected ${kind}.`);
  name();
  const variables: Record<string, string> = {};
  if (peek() === '(') {
    take('(');
    while (peek() !== ')') {
      take('$');
      const variable = name();
      take(':');
      variables[variable] = type();
    }
    take(')');
  }
  const operation: Operation = { kind, variables, fields: selections() };
  if (peek() !== '') throw new Refused(`Syntax Error: Unexpected ${peek()}.`);
  check(operation);
  return operation;
}

/** What the world is made of: by field its value, or what gives it for its arguments. */
export type Resolved = { [field: string]: unknown | ((args: Record<string, unknown>) => unknown) };

/** Answers an operation from `root`. Throws Refused for variables that do not fit. */
export function answer({ variables, fields }: Operation, given: Record<string, unknown>, root: Resolved): unknown {
  for (const [name, type] of Object.entries(variables)) {
    const value = given[name] ?? null;
    const right =
      value === null ? !type.endsWith('!') : /^Int/.test(type) ? Number.isInteger(value) : typeof value === 'string';
    if (!right) throw new Refused(`Variable "${name}" has invalid value ${JSON.stringify(value)}.`);
  }
  const valueGiven = (value: Value): unknown => {
    if ('variable' in value) return given[value.variable] ?? null;
    if ('literal' in value) return value.literal;
    return Object.fromEntries(Object.entries(value.object).map(([key, inner]) => [key, valueGiven(inner)]));
  };
  const select = (selected: readonly Selection[], from: unknown): unknown => {
    if (from === null || from === undefined) return null;
    if (Array.isArray(from)) return from.map((item) => select(selected, item));
    if (selected.length === 0) return from;
    const taken = selected.map(({ alias, name, args, fields: inner }) => {
      const value = (from as Resolved)[name];
      const arguments_ = Object.fromEntries(Object.entries(args).map(([key, arg]) => [key, valueGiven(arg)]));
      return [alias, select(inner, typeof value === 'function' ? value(arguments_) : value)];
    });
    return Object.fromEntries(taken);
  };
  return select(fields, root);
}
