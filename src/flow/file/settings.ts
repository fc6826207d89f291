/** What a job of a flow says itself, as keys of a profile: which keys there are, resources, lists of paths. */

import { checkEnv, checkSettings } from '../../conf/check.ts';
import type { ConfProblem } from '../../conf/problem.ts';
import type { Setting } from '../../conf/types.ts';
import type { YamlMapping, YamlNode, YamlText } from '../../conf/yaml.ts';
import { asMapping, asText, entryOf, unknownKeys } from '../../conf/yaml-values.ts';
import type { Place } from '../../failure.ts';
import { quote } from '../../host/quote.ts';
import { ELSEWHERE, type FlowFileProblem, type Problems } from './problem.ts';

/** The keys of `resources:`, which may stand on the job itself as well. */
export const RESOURCES: ReadonlyMap<string, string> = new Map([
  ['nodes', 'SBATCH_NODES'],
  ['gpus_per_node', 'SBATCH_GPUS_PER_NODE'],
  ['ntasks_per_node', 'SBATCH_NTASKS_PER_NODE'],
  ['cpus_per_task', 'SBATCH_CPUS'],
  ['memory_per_node', 'SBATCH_MEM'],
  ['time_limit', 'SBATCH_TIME'],
  ['nodelist', 'SBATCH_NODELIST'],
  ['partition', 'PARTITION'],
]);

export const ENVIRONMENT = new Map([
  ['conda', 'CONDA'],
  ['venv', 'VENV'],
]);
export const CONTAINER = new Map([
  ['image', 'CONTAINER'],
  ['runtime', 'CONTAINER_RUNTIME'],
  ['mounts', 'CONTAINER_MOUNTS'],
  ['workdir', 'CONTAINER_WORKDIR'],
]);
/** Lists of paths, which a flow has for all of its jobs. */
const PATHS = new Map([
  ['code_files', 'CODE_FILES'],
  ['results_pull', 'RESULTS_PULL'],
  ['data_files', 'DATA_FILES'],
]);
export const PATH_KEYS = [...PATHS.keys()];

/** What the file calls a key of a profile. */
export const SPELLINGS: ReadonlyMap<string, string> = new Map(
  [...RESOURCES, ...ENVIRONMENT, ...CONTAINER, ...PATHS]
    .map(([spelling, key]) => [key, spelling] as const)
    .concat([
      ['SCRIPT', 'script_path'],
      ['COMMAND', 'command'],
      ['TEMPLATE', 'template'],
    ]),
);

export type Settings = Map<string, Setting>;

export const setting = (value: string, place: Place): Setting => ({ value, layer: 'profile', place });

/** Of `mapping` the entries that stand for keys of a profile; what has no value says nothing. */
export function take(mapping: YamlMapping, keys: ReadonlyMap<string, string>, problems: Problems): Settings {
  const settings: Settings = new Map();
  for (const { key, value } of mapping.entries) {
    const name = keys.get(key);
    if (name === undefined || value.kind === 'nothing') continue;
    const isList = value.kind === 'list' && (key === 'mounts' || PATHS.has(key));
    const found = isList ? listed(key, value.items, value.place, problems) : asSetting(key, value, problems);
    if (found) settings.set(name, found);
  }
  return settings;
}

export function asSetting(key: string, node: YamlNode, problems: Problems): Setting | undefined {
  const text = asText(key, node, problems);
  return text === undefined ? undefined : setting(text, node.place);
}

/** A list as one value, a quoted word an item, that knows on which line each begins. */
function listed(key: string, items: readonly YamlNode[], place: Place, problems: Problems): Setting {
  const words = items.filter((item): item is YamlText => asText(key, item, problems) !== undefined);
  const first = words[0]?.place ?? place;
  const breaks: number[] = [];
  let value = '';
  let line = first.line ?? 0;
  for (const word of words) {
    if (value !== '') value += ' ';
    for (; line < (word.place.line ?? 0); line++) breaks.push(value.length);
    value += quote(word.text);
  }
  return { ...setting(value, first), ...(breaks.length > 0 && { breaks }) };
}

/** CODE_FILES, RESULTS_PULL and DATA_FILES of the file as a whole. */
export const readPaths = (mapping: YamlMapping, problems: Problems): Settings => take(mapping, PATHS, problems);

/** From `resources:` and from the job itself. */
export function readResources(job: YamlMapping, problems: Problems): Settings {
  const inside = block(job, 'resources', [...RESOURCES.keys()], problems);
  const settings = take(job, RESOURCES, problems);
  for (const [key, found] of inside ? take(inside, RESOURCES, problems) : []) {
    const twice = settings.get(key)?.place.line;
    const spelling = SPELLINGS.get(key)!;
    if (twice !== undefined)
      problems.push({ kind: 'yaml-repeated-key', key: spelling, firstLine: twice, place: found.place });
    else settings.set(key, found);
  }
  const memory = settings.get('SBATCH_MEM');
  if (memory) settings.set('SBATCH_MEM', { ...memory, value: inSlurms(memory.value) });
  const gpus = settings.get('SBATCH_GPUS_PER_NODE');
  if (gpus) {
    // None is what Slurm gives without the option; a profile's own number for the job as a whole is not meant any more.
    settings.set('SBATCH_GPUS', { ...gpus, value: '' });
    if (/^0+$/.test(gpus.value)) settings.set('SBATCH_GPUS_PER_NODE', { ...gpus, value: '' });
  }
  return settings;
}

/** `16GB` and `16 GiB` are `16G`: all of them mean powers of two to Slurm. */
function inSlurms(memory: string): string {
  const [, number, unit] = /^\s*(\d+)\s*([kmgt])i?b?\s*$/i.exec(memory) ?? [];
  return number === undefined ? memory : `${number}${unit!.toUpperCase()}`;
}

/** A mapping under `key`, with these keys in it; one that is empty says nothing. `where` it may have keys of srunx besides. */
export function block(
  of: YamlMapping,
  key: string,
  keys: readonly string[],
  problems: Problems,
  where?: keyof typeof ELSEWHERE,
): YamlMapping | undefined {
  const entry = entryOf(of, key);
  if (!entry || entry.value.kind === 'nothing') return undefined;
  const mapping = asMapping(key, entry.value, problems);
  if (mapping) problems.push(...otherKeys(mapping, keys, where));
  return mapping;
}

/** What is wrong with keys that are none of `keys`: those of srunx are known and never offered, and ask for what they would not get. */
export function otherKeys(mapping: YamlMapping, keys: readonly string[], where?: keyof typeof ELSEWHERE): Problems {
  const foreign = where ? ELSEWHERE[where] : [];
  const entries = mapping.entries.filter(({ key }) => !foreign.some((other) => other === key));
  return [
    ...unknownKeys({ ...mapping, entries }, keys),
    ...foreign.flatMap((key): FlowFileProblem[] => {
      const entry = entryOf(mapping, key);
      const says = entry && entry.value.kind !== 'nothing' && !(entry.value.kind === 'text' && isNo(entry.value.text));
      return says ? [{ kind: 'flow-elsewhere', key, place: entry.place }] : [];
    }),
  ];
}

/** What no value of these can be, as far as they could be filled in. */
export function wrongValues(settings: ReadonlyMap<string, Setting>, env: ReadonlyMap<string, Setting>): Problems {
  const filled = (from: ReadonlyMap<string, Setting>) =>
    new Map([...from].filter(([, { value }]) => !/\{\{|\{%/.test(value)));
  return [...checkSettings(filled(settings), 'profile'), ...checkEnv(filled(env))].map(spelt);
}

/** The problem with the key that stands in the file. */
export function spelt(problem: ConfProblem): ConfProblem {
  const spelling = 'key' in problem && SPELLINGS.get(problem.key);
  return spelling ? ({ ...problem, key: spelling } as ConfProblem) : problem;
}

export const isNo = (text: string) => /^(?:|0|no|false|off)$/i.test(text);
