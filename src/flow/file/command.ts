/** Reads what a job of a flow runs, for each cell of its matrix. */

import type { YamlEntry, YamlText } from '../../conf/yaml.ts';
import { asText } from '../../conf/yaml-values.ts';
import { quote } from '../../host/quote.ts';
import type { Cell } from '../../sweep/types.ts';
import type { TemplateProblem } from '../../template/problem.ts';
import type { TemplateValues } from '../../template/shell-text.ts';
import type { FlowJob } from '../types.ts';
import { openText, type Scope } from './fill.ts';
import type { Problems } from './problem.ts';
import { type Settings, setting } from './settings.ts';

/**
 * `command:`, as written. A list is words, which reach the program as they are; a text is shell text, in which a value has to be quoted
 * (`sh`) if a shell would act on it. In a job with a matrix the names of its `cells` are there as well.
 */
export async function readCommand(
  { key, value, place }: YamlEntry,
  cells: readonly Cell[],
  scope: Scope,
  problems: Problems,
): Promise<{ settings: Settings } & Pick<FlowJob, 'commands'>> {
  const settings: Settings = new Map();
  const isText = (node: YamlEntry['value']): node is YamlText => asText(key, node, problems) !== undefined;
  const isList = value.kind === 'list';
  const words = isList ? value.items : [value];
  if (!words.every(isText)) return { settings };
  if (words.every(({ text }) => text.trim() === '')) {
    problems.push({ kind: 'yaml-no-value', key, place });
    return { settings };
  }

  const names = [...new Set(cells.flatMap((cell) => Object.keys(cell.values)))];
  const unset = Object.fromEntries(names.map((name) => [name, undefined]));
  let current: Cell | undefined;
  // A parameter without a value is told with the cell that lacks it.
  const explain = (problem: TemplateProblem) =>
    problem.kind === 'unset-variable' && current !== undefined && names.includes(problem.name)
      ? { ...problem, cell: current.name }
      : (scope.explain?.(problem) ?? problem);
  const texts = await Promise.all(words.map((word) => openText(word, { ...scope, explain }, problems, !isList)));
  const render = (cell?: Cell): string => {
    current = cell;
    const values: TemplateValues = { ...unset, ...cell?.values };
    const said = texts.map((text) => text(values));
    return isList ? said.map(quote).join(' ') : said[0]!;
  };
  const changes = texts.some((text) => names.some((name) => text.names.has(name)));
  const commands = changes ? cells.map(render) : [render(cells[0])];
  settings.set('COMMAND', setting(commands[0]!, value.place));
  return { settings, ...(changes && { commands }) };
}
