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
  values: TemplateValues;
  /** Names that are secrets: they are in the job's environment, and a template that asks for one is told so. */
  secrets?: readonly string[];
}

/**
 * The template's text with its values filled in, line ends LF. nunjucks' language with Jinja's slices and, on top, the
 * filter `sh`, which makes one shell word of a value (of a list, one of each). `{# … #}` is no comment. A name without
 * a value is an error except under `default`, in conditions, left of `or` and before `is`; a value that a shell would
 * act on is an error unless it comes through `sh`, `safe` or is shell text.
 * Throws Failure(2) with TemplateProblems.
 */
export async function renderTemplate({ text, file, values, secrets = [] }: RenderInput): Promise<string> {
  const source = text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  const lines = source.split('\n');
  const problems = new Map<string, TemplateProblem>();
  const report = (problem: TemplateProblem, line?: number) => {
    const placed = { ...problem, place: line === undefined ? { file } : { file, line } };
    problems.set(JSON.stringify(placed), placed);
  };
  const throwProblems = () => {
    const line = ({ place }: TemplateProblem) => place?.line ?? 0;
    const inOrder = [...problems.values()].sort((a, b) => line(a) - line(b));
    if (inOrder.length > 0) throw new Failure<TemplateProblem>(2, ...inOrder);
  };
  const looksLikeBraces = (line: number | undefined) => BRACES.test(lines[(line ?? 0) - 1] ?? '');

  for (const line of commentLines(source)) report({ kind: 'template-comment' }, line);

  const nunjucks = await loadNunjucks();
  const env = makeEnvironment(nunjucks);
  let template: ReturnType<typeof compile>;
  try {
    template = compile(nunjucks, env, source, file);
  } catch (error) {
    const line = error instanceof TemplateSyntaxError ? error.line : undefined;
    report({ kind: 'template-syntax', detail: (error as Error).message, raw: looksLikeBraces(line) }, line);
    throwProblems();
    throw error;
  }
  for (const { line, problem } of template.problems) report(withHints(problem, line), line);
  throwProblems();

  const filled: Record<string, string | object> = Object.create(null);
  for (const [name, value] of Object.entries(values)) {
    if (typeof value === 'string') filled[name] = value;
    // Empty shell text has to be false in a condition, as no object is.
    else if (value !== undefined) filled[name] = value.shellText && new nunjucks.runtime.SafeString(value.shellText);
  }
  const missing = new Set<string>();
  let failure: { detail: string; line: number } | undefined;
  try {
    const script = template.run(filled, {
      undefined: (name, line) => {
        // A missing X is not reported once more as X.name.
        const [root] = name.split(/[.[]/);
        if (!missing.has(`${line} ${root}`)) report(withoutValue(name, line), line);
        missing.add(`${line} ${name}`);
      },
      unsafe: (name, characters, line) => report({ kind: 'unsafe-value', name, characters }, line),
      failed: ({ message }, line) => {
        failure ??= { detail: message, line };
      },
    });
    throwProblems();
    return script;
  } catch (error) {
    if (error instanceof Failure) throw error;
    // What failed after a name was missing may have failed for that.
    throwProblems();
    report({ kind: 'template-failed', detail: failure?.detail ?? (error as Error).message }, failure?.line);
    throwProblems();
    throw error;
  }

  function withoutValue(name: string, line: number): TemplateProblem {
    if (secrets.includes(name)) return { kind: 'secret-variable', name };
    if (Object.hasOwn(values, name)) return { kind: 'unset-variable', name };
    const other = nearest(name, Object.keys(values));
    return { kind: 'undefined-variable', name, ...(other && { nearest: other }), raw: looksLikeBraces(line) };
  }

  function withHints(problem: TemplateProblem, line: number): TemplateProblem {
    if (problem.kind === 'template-syntax') return { ...problem, raw: looksLikeBraces(line) };
    if (problem.kind !== 'unknown-filter' && problem.kind !== 'unknown-test') return problem;
    const other = nearest(problem.name, Object.keys(problem.kind === 'unknown-filter' ? env.filters : env.tests));
    return { ...problem, ...(other && { nearest: other }) };
  }
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
