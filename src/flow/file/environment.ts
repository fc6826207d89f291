/** Reads `environment:` of a flow's job: where its command finds its programs, and in which container. */

import type { YamlEntry, YamlMapping } from '../../conf/yaml.ts';
import { asMapping, entryOf } from '../../conf/yaml-values.ts';
import type { Problems } from './problem.ts';
import { asSetting, block, CONTAINER, ENVIRONMENT, isNo, type Settings, setting, take } from './settings.ts';

/** `environment:`, and the variables in it. */
export function readEnvironment(job: YamlMapping, problems: Problems): { settings: Settings; env: Settings } {
  const settings: Settings = new Map();
  const env: Settings = new Map();
  const mapping = block(job, 'environment', [...ENVIRONMENT.keys(), 'container', 'env_vars'], problems);
  if (!mapping) return { settings, env };
  for (const [key, found] of take(mapping, ENVIRONMENT, problems)) settings.set(key, found);
  const [conda, venv] = [settings.get('CONDA'), settings.get('VENV')];
  if (conda?.value && venv?.value) {
    const [first, second] = [conda.place, venv.place].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
    problems.push({ kind: 'flow-conda-and-venv', firstLine: first!.line ?? 0, place: second! });
  }
  // Over its profile's: what that activates besides would be found first.
  for (const [said, other] of [
    ['CONDA', 'VENV'],
    ['VENV', 'CONDA'],
  ] as const) {
    const found = settings.get(said);
    if (found?.value && !settings.has(other)) settings.set(other, { ...found, value: '' });
  }
  const container = entryOf(mapping, 'container');
  readVariables(entryOf(mapping, 'env_vars'), env, problems);
  if (container?.value.kind === 'text') settings.set('CONTAINER', setting(container.value.text, container.value.place));
  else if (container) {
    const keys = [...CONTAINER.keys(), 'env', 'nv', 'cleanenv'];
    const inside = block(mapping, 'container', keys, problems, 'container');
    for (const [key, found] of inside ? readContainer(inside, env, problems) : []) settings.set(key, found);
  }
  return { settings, env };
}

function readContainer(mapping: YamlMapping, env: Settings, problems: Problems): Settings {
  const settings = take(mapping, CONTAINER, problems);
  const runtime = settings.get('CONTAINER_RUNTIME');
  if (runtime?.value === 'singularity') settings.set('CONTAINER_RUNTIME', { ...runtime, value: 'apptainer' });
  readVariables(entryOf(mapping, 'env'), env, problems);
  for (const { key, value, place } of mapping.entries) {
    const said = value.kind === 'text' ? value.text : '';
    if ((key === 'nv' || key === 'cleanenv') && said !== '' && isNo(said))
      problems.push({ kind: 'flow-always-on', key, place });
  }
  return settings;
}

function readVariables(entry: YamlEntry | undefined, env: Settings, problems: Problems): void {
  if (!entry || entry.value.kind === 'nothing') return;
  for (const { key, value, place } of asMapping(entry.key, entry.value, problems)?.entries ?? []) {
    const firstLine = env.get(key)?.place.line;
    const found = asSetting(key, value, problems);
    if (firstLine !== undefined) problems.push({ kind: 'yaml-repeated-key', key, firstLine, place });
    else if (found) env.set(key, found);
  }
}
