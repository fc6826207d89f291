/** Fills in the templates of a flow's texts. */

import type { YamlNode, YamlText } from '../../conf/yaml.ts';
import { Failure } from '../../failure.ts';
import type { TemplateProblem } from '../../template/problem.ts';
import { compileTemplate, type Rendering } from '../../template/render.ts';
import type { TemplateValues } from '../../template/shell-text.ts';
import type { FlowFileProblem, Problems } from './problem.ts';

/** What the texts of a job may name. */
export interface Scope {
  /** The first that has a name counts. */
  layers: readonly TemplateValues[];
  /** A template's problem in the words of flows. */
  explain?(problem: TemplateProblem): FlowFileProblem | TemplateProblem;
}

/**
 * A text, to be filled in again and again; where it can't be, `problems` has why, and it stays as it is. In `shell` text a value that
 * a shell would act on is a problem unless it is quoted.
 */
export async function openText(
  { text, place, block }: YamlText,
  scope: Scope,
  problems: Problems,
  shell = false,
): Promise<Rendering> {
  const asWritten = Object.assign(() => text, { names: new Set<string>() });
  // nunjucks takes its time to load.
  if (!/\{\{|\{%/.test(text)) return asWritten;
  const firstLine = (place.line ?? 1) + (block ? 1 : 0);
  const caught = (error: unknown): string => {
    if (!(error instanceof Failure)) throw error;
    const found = error.problems as readonly TemplateProblem[];
    problems.push(...found.map((problem) => scope.explain?.(problem) ?? problem));
    return text;
  };
  let rendering: Rendering;
  try {
    rendering = await compileTemplate({ text, file: place.file, firstLine, quoted: !shell });
  } catch (error) {
    caught(error);
    return asWritten;
  }
  const render = (...layers: readonly TemplateValues[]): string => {
    try {
      return rendering(...layers, ...scope.layers);
    } catch (error) {
      return caught(error);
    }
  };
  return Object.assign(render, { names: rendering.names });
}

/** `node` with all texts in it filled in, keys excepted and what stands under the keys `without` in it. */
export async function fill<N extends YamlNode>(
  node: N,
  scope: Scope,
  problems: Problems,
  without: readonly string[] = [],
): Promise<N> {
  if (node.kind === 'text') return { ...node, text: (await openText(node, scope, problems))() };
  if (node.kind === 'list') {
    const items: YamlNode[] = [];
    for (const item of node.items) items.push(await fill(item, scope, problems));
    return { ...node, items };
  }
  if (node.kind !== 'mapping') return node;
  const entries = [];
  for (const entry of node.entries) {
    const value = without.includes(entry.key) ? entry.value : await fill(entry.value, scope, problems);
    entries.push({ ...entry, value });
  }
  return { ...node, entries };
}
