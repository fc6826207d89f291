/** nunjucks with the manners a job script needs: names are checked, values can't become code, and bash is left alone. */

import { quote } from '../host/quote.ts';
import { describe, type Findings, inspect } from './inspect.ts';
import type { Environment, Frame, Node, Nunjucks, RootFunction } from './nunjucks.ts';
import { parse } from './parse.ts';

/** What the engine came upon while a template ran; lines count from 1. */
export interface Reports {
  undefined(name: string, line: number): void;
  /** `of` has no such member; without `member` it was printed itself. */
  member(of: string, member: string | undefined, members: string[], line: number): void;
  unsafe(name: string, characters: string, line: number): void;
  failed(error: Error, line: number): void;
}

export interface Template {
  problems: Findings['problems'];
  /** What it asks its values for: of hundreds it mostly needs a few. */
  names: ReadonlySet<string>;
  /** Runs the template with text and shell text (`safe`) under the names. */
  run(values: Record<string, string | object>, reports: Reports): string;
}

// What the shell acts on, and line ends: a value with none of these is data wherever it stands.
const ACTIVE = /[`$\\"';&|<>()\n\r\0]/g;

export function makeEnvironment({ Environment, runtime }: Nunjucks): Environment {
  const env = new Environment([], {});
  const { filters } = env;
  filters.sh = (value) => new runtime.SafeString(Array.isArray(value) ? value.map(word).join(' ') : word(value));
  // These escape for HTML and would mark the outcome as fit to print.
  for (const name of ['escape', 'e', 'forceescape']) {
    const html = filters[name]!;
    filters[name] = (value) => String(html(value));
  }
  return env;
}

function word(value: unknown): string {
  return quote(value === undefined || value === null ? '' : String(value));
}

/** Parses and compiles. Throws TemplateSyntaxError; a template with problems must not be run. */
export function compile(nunjucks: Nunjucks, env: Environment, text: string, file: string): Template {
  // Jinja's slices need patches of nunjucks itself; all between here and `uninstall` happens in one go.
  const uninstall = nunjucks.installJinjaCompat();
  const jinjaLookup = nunjucks.runtime.memberLookup;
  try {
    const root = parse(nunjucks, text);
    const findings = inspect(root, env);
    const { problems, names: printed } = findings;
    if (problems.length > 0) return { problems, names: new Set(), run: () => '' };
    const { obj, names } = generate(nunjucks, root, findings, file);
    // Made once, for thousands of cells may be rendered with it; one run is over before the next begins.
    let current: Reports | undefined;
    const runtime = makeRuntime(nunjucks, env, jinjaLookup, printed, () => current!);
    const main: RootFunction = (env, context, frame, _, done) => obj.root(env, context, frame, runtime, done);
    const template = new nunjucks.Template({ type: 'code', obj: { ...obj, root: main } }, env, file);
    return {
      ...{ problems, names },
      run(values, reports) {
        current = reports;
        return template.render(values);
      },
    };
  } finally {
    uninstall();
  }
}

/** JavaScript from the tree, by nunjucks' compiler with a few of its methods replaced for this one template. */
function generate(
  nunjucks: Nunjucks,
  root: Node,
  { lenient, printed }: Findings,
  file: string,
): { obj: { root: RootFunction }; names: Set<string> } {
  const names = new Set<string>();
  const compiler = new nunjucks.compiler.Compiler(file, true);
  const { compileSymbol, compileLiteral, compileCapture } = compiler;
  compiler.compileSymbol = function (node, frame) {
    if (frame.lookup(String(node.value))) return compileSymbol.call(this, node, frame);
    const strict = !lenient.has(node);
    names.add(String(node.value));
    this._emit(
      `runtime.contextOrFrameLookup(context,frame,${JSON.stringify(node.value)},${node.lineno + 1},${strict})`,
    );
  };
  compiler.compileLookupVal = function (node, frame) {
    const of = JSON.stringify(describe(node.target) ?? '…');
    this._emit(`runtime.lookup(${node.lineno + 1},${!lenient.has(node)},${of},`);
    this.compile(node.target as Node, frame);
    this._emit(',');
    this.compile(node.val as Node, frame);
    this._emit(')');
  };
  compiler.compileLiteral = function (node, frame) {
    if (!printed.has(node)) return compileLiteral.call(this, node, frame);
    this._emit('runtime.asWritten(');
    compileLiteral.call(this, node, frame);
    this._emit(')');
  };
  // What `{% set x %}…{% endset %}` holds was checked piece by piece when it was put together.
  compiler.compileCapture = function (node, frame) {
    this._emit('runtime.asWritten(');
    compileCapture.call(this, node, frame);
    this._emit(')');
  };
  // nunjucks keeps the line for calls alone; filters, tests and `in` fail as well.
  for (const method of ['compileFilter', 'compileIs', 'compileIn'] as const) {
    const plain = compiler[method];
    compiler[method] = function (node, frame) {
      this._emit(`(lineno=${node.lineno},colno=${node.colno},`);
      plain.call(this, node, frame);
      this._emit(')');
    };
  }
  compiler.compile(root);
  // As nunjucks itself does it: a template is code of the project's own.
  return { obj: new Function(compiler.getCode())() as { root: RootFunction }, names };
}

function makeRuntime(
  nunjucks: Nunjucks,
  env: Environment,
  jinjaLookup: (...args: unknown[]) => unknown,
  names: Findings['names'],
  reports: () => Reports,
) {
  const { SafeString } = nunjucks.runtime;
  const asWritten = (text: string) => (text === '' ? text : new SafeString(text));
  const constants: Record<string, unknown> = { True: true, False: false, None: null };
  const isText = (value: unknown): boolean => typeof value === 'string' || value instanceof SafeString;

  return {
    ...nunjucks.runtime,
    asWritten,

    contextOrFrameLookup(context: { ctx: object }, frame: Frame, name: string, line: number, strict: boolean): unknown {
      const local = frame.lookup(name);
      if (local !== undefined) return local;
      // Own properties only: every object has a `constructor`.
      for (const scope of [context.ctx, env.globals, constants]) {
        if (Object.hasOwn(scope, name)) return (scope as Record<string, unknown>)[name];
      }
      if (!strict) return undefined;
      reports().undefined(name, line);
      // Goes on, so that further mistakes are found in the same go.
      return new SafeString('');
    },

    /** Everything that is printed comes through here, with the place of its `{{`. */
    ensureDefined(value: unknown, lineno: number, colno: number): unknown {
      const name = names.get(`${lineno}:${colno}`) ?? '…';
      if (value === undefined || value === null) reports().undefined(name, lineno + 1);
      else if (value instanceof Map) reports().member(name, undefined, [...value.keys()], lineno + 1);
      else if (!(value instanceof SafeString)) {
        const active = new Set(String(value).match(ACTIVE));
        if (active.size > 0) reports().unsafe(name, [...active].join(''), lineno + 1);
      }
      return value;
    },
    suppressValue: (value: unknown) => value ?? '',

    lookup(line: number, strict: boolean, of: string, ...args: unknown[]): unknown {
      const [object, key] = args;
      if (!(object instanceof Map)) return this.memberLookup(...args);
      if (object.has(key) || !strict) return object.get(key);
      reports().member(of, String(key), [...object.keys()], line);
      return new SafeString('');
    },

    memberLookup(...args: unknown[]): unknown {
      const [object, key] = args;
      const items = isText(object) ? Array.from(String(object)) : object;
      if (args.length === 4) {
        const part = Array.isArray(items) ? slice(items, args.slice(1)) : [];
        return Array.isArray(object) ? part : part.join('');
      }
      if (Array.isArray(items) && typeof key === 'number' && key < 0) return items.at(key);
      return jinjaLookup(...args);
    },

    inOperator: (key: unknown, container: unknown) =>
      nunjucks.runtime.inOperator(key, container instanceof SafeString ? String(container) : container),

    handleError(error: Error, lineno: number, colno: number): Error {
      reports().failed(error, lineno + 1);
      return nunjucks.runtime.handleError(error, lineno, colno);
    },
  };
}

/** Python's `items[start:stop:step]`. */
function slice(items: unknown[], bounds: unknown[]): unknown[] {
  const [start, stop, step] = bounds.map((bound) =>
    bound === null || bound === undefined ? undefined : Number(bound),
  );
  if (step !== undefined && step < 0) {
    const from = start === undefined ? undefined : start < 0 ? start + items.length : start;
    const to = stop === undefined ? undefined : stop < 0 ? stop + items.length : stop;
    return items
      .slice(to === undefined ? 0 : Math.max(to + 1, 0), from === undefined ? undefined : from + 1)
      .reverse()
      .filter((_, index) => index % -step === 0);
  }
  return items.slice(start, stop).filter((_, index) => index % (step || 1) === 0);
}
