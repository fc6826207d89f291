/** Reads `args:` of a flow's file: names that its texts may have in them, and that make's command line may set. */

import { clusterKeys, controlVariables, profileKeyNames } from '../../conf/keys.ts';
import { nearest } from '../../conf/nearest.ts';
import { COMMAND_LINE } from '../../conf/problem.ts';
import type { YamlEntry, YamlText } from '../../conf/yaml.ts';
import { asMapping } from '../../conf/yaml-values.ts';
import { openText } from './fill.ts';
import type { FlowFileProblem, Problems } from './problem.ts';

const KEYS: ReadonlySet<string> = new Set([...profileKeyNames, ...clusterKeys.keys()]);

/** The arguments, those that are made of others filled in. */
export async function readArgs(
  entry: YamlEntry | undefined,
  commandLine: ReadonlyMap<string, string>,
  problems: Problems,
): Promise<Map<string, string>> {
  const mapping = entry && entry.value.kind !== 'nothing' ? asMapping(entry.key, entry.value, problems) : undefined;
  const written = new Map<string, YamlEntry & { value: YamlText }>();
  const values = new Map<string, string>();
  for (const arg of mapping?.entries ?? []) {
    const { key: name, value, place } = arg;
    const why = refusal(name);
    const given = commandLine.get(name);
    if (why) problems.push({ kind: 'flow-arg-name', name, why, place });
    else if (given !== undefined) values.set(name, given);
    else if (value.kind !== 'text') problems.push({ kind: 'flow-arg-value', name, found: value.kind, place });
    else if (/^\s*python:/i.test(value.text)) problems.push({ kind: 'flow-python', name, place: value.place });
    else written.set(name, { ...arg, value });
  }
  const names = (mapping?.entries ?? []).map(({ key }) => key);
  problems.push(...slips(names, commandLine));
  // Names without a value are known all the same: what is wrong with them has been said.
  const known = Object.fromEntries(names.map((name) => [name, '']));

  const resolve = async (name: string, above: readonly string[]): Promise<void> => {
    const arg = written.get(name);
    if (!arg || values.has(name)) return;
    if (above.includes(name)) {
      const circle = [...above.slice(above.indexOf(name)), name];
      problems.push({ kind: 'flow-arg-circle', names: circle, place: written.get(circle[0]!)!.place });
      values.set(name, '');
      return;
    }
    const rendering = await openText(arg.value, { layers: [] }, problems);
    for (const other of rendering.names) await resolve(other, [...above, name]);
    if (!values.has(name)) values.set(name, rendering(Object.fromEntries(values), known));
  };
  for (const name of written.keys()) await resolve(name, []);
  return new Map(names.flatMap((name) => (values.has(name) ? [[name, values.get(name)!]] : [])));
}

function refusal(name: string): Extract<FlowFileProblem, { kind: 'flow-arg-name' }>['why'] | undefined {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return 'form';
  if (name === 'deps') return 'deps';
  if (KEYS.has(name)) return 'key';
  return controlVariables.has(name) ? 'command-line' : undefined;
}

/** Variables of the command line that are nearly arguments: make would pass over them without a word. */
function slips(names: readonly string[], commandLine: ReadonlyMap<string, string>): Problems {
  return [...commandLine.keys()].flatMap((variable): Problems => {
    if (names.includes(variable) || KEYS.has(variable) || controlVariables.has(variable)) return [];
    const hint = nearest(variable, names);
    return hint ? [{ kind: 'unknown-variable', variable, nearest: hint, place: COMMAND_LINE }] : [];
  });
}
