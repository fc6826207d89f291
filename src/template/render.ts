/** Renders a template into a job script, or says everything that is wrong with it. */

import { nearest } from '../conf/nearest.ts';
import { Failure } from '../failure.ts';
import { compile, makeEnvironment } from './engine.ts';
import { loadNunjucks } from './nunjucks.ts';
import { TemplateSyntaxError } from './parse.ts';
import type { TemplateProblem } from './problem.ts';
import type { TemplateValues } from './shell-text.ts';

export interface RenderInput {
  text: string;
  /** The template's file as problems name it, relative to the project's root. */
  file: string;
  /** Names that are secrets: they are in the job's environment, and a template that asks for one is told so. */
  secrets?: readonly string[];
  /** What the values have besides what anybody wrote down for this project: a slip is one of these only if of nothing else. */
  around?: Readonly<Record<string, string>>;
  /** The line of the file on which `text` begins; 1 without. */
  firstLine?: number;
  /** What comes out is quoted as a whole: no value can act in it. */
  quoted?: boolean;
}

/**
 * A template, to be rendered again and again with values in layers, of which the first that has a name counts, with a value or without
 * one. Throws Failure(2) with TemplateProblems.
 */
export interface Rendering {
  (...layers: readonly TemplateValues[]): string;
  /** What it asks its values for. */
  readonly names: ReadonlySet<string>;
}

/** `compileTemplate`, rendered once. */
export async function renderTemplate({ values, ...input }: RenderInput & { values: TemplateValues }): Promise<string> {
  return (await compileTemplate(input))(values);
}

/**
 * The template's text with values filled in, line ends LF. nunjucks' language with Jinja's slices and, on top, the
 * filter `sh`, which makes one shell word of a value (of a list, one of each). `{# … #}` is no comment. A name without
 * a value is an error except under `default`, in conditions, left of `or` and before `is`; a value that a shell would
 * act on is an error unless it comes through `sh`, `safe` or is shell text.
 * Throws Failure(2) with TemplateProblems.
 */
export async function compileTemplate(input: RenderInput): Promise<Rendering> {
  const { text, file, secrets = [], around = {}, firstLine = 1, quoted = false } = input;
  const source = text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  const lines = source.split('\n');
  const looksLikeBraces = (line: number | undefined) => BRACES.test(lines[(line ?? 0) - 1] ?? '');
  const found = collector(file, firstLine);

  for (const line of commentLines(source)) found.report({ kind: 'template-comment' }, line);

  const nunjucks = await loadNunjucks();
  let made: ReturnType<typeof compiled>;
  try {
    made = compiled(nunjucks, source, file);
  } catch (error) {
    const line = error instanceof TemplateSyntaxError ? error.line : undefined;
    found.report({ kind: 'template-syntax', detail: (error as Error).message, raw: looksLikeBraces(line) }, line);
    found.throwAny();
    throw error;
  }
  const { env, template } = made;
  for (const { line, problem } of template.problems) found.report(withHints(problem, line), line);
  found.throwAny();

  const render = (...layers: readonly TemplateValues[]): string => {
    const { report, throwAny } = collector(file, firstLine);
    const filled: Record<string, string | object> = Object.create(null);
    for (const name of template.names) {
      const value = layers.find((layer) => Object.hasOwn(layer, name))?.[name];
      if (typeof value === 'string' || value instanceof Map) filled[name] = value;
      // Empty shell text has to be false in a condition, as no object is.
      else if (value !== undefined && 'shellText' in value)
        filled[name] = value.shellText && new nunjucks.runtime.SafeString(value.shellText);
    }
    const missing = new Set<string>();
    let failure: { detail: string; line: number } | undefined;
    try {
      const script = template.run(filled, {
        undefined: (name, line) => {
          // A missing X is not reported once more as X.name.
          const [root] = name.split(/[.[]/);
          if (!missing.has(`${line} ${root}`)) report(withoutValue(layers, name, line), line);
          missing.add(`${line} ${name}`);
        },
        member: (of, member, members, line) => {
          const other = member === undefined ? undefined : nearest(member, members);
          report(
            { kind: 'no-such-member', of, members, ...(member && { member }), ...(other && { nearest: other }) },
            line,
          );
          missing.add(`${line} ${of.split(/[.[]/)[0]}`);
        },
        unsafe: (name, characters, line) => {
          if (!quoted) report({ kind: 'unsafe-value', name, characters }, line);
        },
        failed: ({ message }, line) => {
          failure ??= { detail: message, line };
        },
      });
      throwAny();
      return script;
    } catch (error) {
      if (error instanceof Failure) throw error;
      // What failed after a name was missing may have failed for that.
      throwAny();
      report({ kind: 'template-failed', detail: failure?.detail ?? (error as Error).message }, failure?.line);
      throwAny();
      throw error;
    }
  };
  return Object.assign(render, { names: template.names });

  function withoutValue(layers: readonly TemplateValues[], name: string, line: number): TemplateProblem {
    if (secrets.includes(name)) return { kind: 'secret-variable', name };
    if (layers.some((layer) => Object.hasOwn(layer, name))) return { kind: 'unset-variable', name };
    const names = [...new Set(layers.toReversed().flatMap((layer) => Object.keys(layer)))];
    const written = names.filter((one) => !Object.hasOwn(around, one));
    const other = nearest(name, written) ?? nearest(name, names);
    return { kind: 'undefined-variable', name, ...(other && { nearest: other }), raw: looksLikeBraces(line) };
  }

  function withHints(problem: TemplateProblem, line: number): TemplateProblem {
    if (problem.kind === 'template-syntax') return { ...problem, raw: looksLikeBraces(line) };
    if (problem.kind !== 'unknown-filter' && problem.kind !== 'unknown-test') return problem;
    const other = nearest(problem.name, Object.keys(problem.kind === 'unknown-filter' ? env.filters : env.tests));
    return { ...problem, ...(other && { nearest: other }) };
  }
}

/** Hundreds of jobs may be made of one template. */
const known = new Map<string, { env: ReturnType<typeof makeEnvironment>; template: ReturnType<typeof compile> }>();

function compiled(nunjucks: Awaited<ReturnType<typeof loadNunjucks>>, source: string, file: string) {
  const key = `${file}\n${source}`;
  const before = known.get(key);
  if (before) return before;
  const env = makeEnvironment(nunjucks);
  const made = { env, template: compile(nunjucks, env, source, file) };
  known.set(key, made);
  return made;
}

/** Problems of one file, each once, thrown in the order of its lines, which they count from `firstLine`. */
function collector(file: string, firstLine: number) {
  const problems = new Map<string, TemplateProblem>();
  return {
    report(problem: TemplateProblem, line?: number): void {
      const placed = { ...problem, place: line === undefined ? { file } : { file, line: line + firstLine - 1 } };
      problems.set(JSON.stringify(placed), placed);
    },
    throwAny(): void {
      const line = ({ place }: TemplateProblem) => place?.line ?? 0;
      const inOrder = [...problems.values()].sort((a, b) => line(a) - line(b));
      if (inOrder.length > 0) throw new Failure<TemplateProblem>(2, ...inOrder);
    },
  };
}

// awk's and printf's braces, jq's, an f-string's, a format like `{%d}`; our own names are in capitals.
const BRACES = /\b(?:[gm]?awk|printf|jq)\b|\bf["']|\{\{[^\s\w-]|\{\{[a-z\d]|\{%[^\s-]/;

/** Lines with `{# … #}` outside `{% raw %}`: rendered as they are, they would be a command to bash, or end the #SBATCH lines. */
function commentLines(source: string): number[] {
  const withoutRaw = source.replace(/\{%-?\s*(raw|verbatim)\s*-?%\}[\s\S]*?\{%-?\s*end\1\s*-?%\}/g, (raw) =>
    raw.replace(/[^\n]/g, ''),
  );
  return withoutRaw
    .split('\n')
    .flatMap((text, index) => (/(?<!\$)\{#.*#\}|^\s*\{#-?\s*$/.test(text) ? [index + 1] : []));
}
