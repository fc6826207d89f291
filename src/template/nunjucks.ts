/** The inner parts of nunjucks 3 that its type declarations leave out, loaded only by commands that render. */

/** A node of the syntax tree; lines and columns count from 0. */
export interface Node {
  readonly typename: string;
  readonly fields: readonly string[];
  readonly lineno: number;
  readonly colno: number;
  readonly [field: string]: unknown;
}

interface Token {
  type: string;
  value: unknown;
  lineno: number;
}

/** What compiled templates call; a template gets the one it is run with, so ours needs no change to nunjucks' own. */
export interface Runtime {
  SafeString: new (text: string) => object;
  memberLookup(...args: unknown[]): unknown;
  inOperator(key: unknown, container: unknown): unknown;
  handleError(error: Error, lineno: number, colno: number): Error;
  [name: string]: unknown;
}

export interface Frame {
  lookup(name: string): unknown;
}

export type RootFunction = (env: Environment, context: object, frame: Frame, runtime: Runtime, done: unknown) => void;

type CompileMethod = (this: Compiler, node: Node, frame: Frame) => void;

/** Each `compileX` emits the JavaScript for a node of type X. */
export interface Compiler {
  compileSymbol: CompileMethod;
  compileLookupVal: CompileMethod;
  compileLiteral: CompileMethod;
  compileCapture: CompileMethod;
  compileFilter: CompileMethod;
  compileIs: CompileMethod;
  compileIn: CompileMethod;
  compile(node: Node, frame?: Frame): void;
  getCode(): string;
  _emit(code: string): void;
}

export interface Environment {
  filters: Record<string, (...args: unknown[]) => unknown>;
  tests: Record<string, unknown>;
  globals: Record<string, unknown>;
}

export interface Nunjucks {
  Environment: new (loaders: [], options: object) => Environment;
  Template: new (
    code: { type: 'code'; obj: { root: RootFunction } },
    env: Environment,
    path: string,
  ) => { render(context: object): string };
  lexer: { lex(text: string, options: object): { nextToken(): Token | null } };
  parser: { Parser: new (tokens: object) => { parseAsRoot(): Node } };
  compiler: { Compiler: new (name: string, throwOnUndefined: boolean) => Compiler };
  runtime: Runtime;
  /** Patches parser and compiler for all users of nunjucks, and gives the function that takes it back. */
  installJinjaCompat(): () => void;
}

/** nunjucks takes 25 ms to load. */
export async function loadNunjucks(): Promise<Nunjucks> {
  const { default: nunjucks } = await import('nunjucks');
  return nunjucks as unknown as Nunjucks;
}
