/** Reads one job of a flow's file, its templates filled in. */

import { nearest } from '../../conf/nearest.ts';
import { listProfiles } from '../../conf/profile.ts';
import type { YamlEntry, YamlMapping } from '../../conf/yaml.ts';
import { asText, entryOf } from '../../conf/yaml-values.ts';
import { expandMatrix } from '../../sweep/file/matrix.ts';
import type { TemplateProblem } from '../../template/problem.ts';
import type { FlowJob } from '../types.ts';
import { readCommand } from './command.ts';
import { readEnvironment } from './environment.ts';
import { fill, type Scope } from './fill.ts';
import type { Outline } from './outline.ts';
import type { Problems } from './problem.ts';
import { otherKeys, RESOURCES, readResources, type Settings, setting } from './settings.ts';

const RETRY_DELAY_SECONDS = 60;

const KEYS = [
  ...['name', 'command', 'script_path', 'path', 'profile', 'depends_on', 'resources', ...RESOURCES.keys()],
  ...['environment', 'exports', 'retry', 'retry_delay', 'matrix', 'max_concurrent', 'template'],
];

/** The job, and the values that it exports. */
export async function readJob(
  root: string,
  { name, place, mapping, dependsOn, exports }: Outline,
  scope: Scope,
  problems: Problems,
): Promise<{ job: FlowJob; exported: Map<string, string> }> {
  problems.push(...otherKeys(mapping, KEYS, 'job'));
  const axes = entryOf(mapping, 'matrix');
  const matrix = axes && { ...axes, value: await fill(axes.value, scope, problems) };
  const found: Parameters<typeof expandMatrix>[1] = [];
  const cells = matrix ? expandMatrix(matrix, found) : [];
  problems.push(...found);
  const shared = withoutParameters(
    scope,
    cells.flatMap((cell) => Object.keys(cell.values)),
  );
  const filled = await fill(mapping, shared, problems, ['name', 'depends_on', 'matrix', 'command']);

  const settings = new Map([...readResources(filled, problems), ...readTemplate(filled, problems)]);
  const environment = readEnvironment(filled, problems);
  const profile = readProfile(root, entryOf(filled, 'profile'), problems);
  const { said, commands, ...run } = await readRun(filled, matrix && cells, scope, problems);
  for (const [key, found] of [...environment.settings, ...run.settings]) settings.set(key, found);
  // A template of the user's own may know by itself what to run.
  if (!said && !settings.has('TEMPLATE') && !entryOf(filled, 'profile'))
    problems.push({ kind: 'flow-job-runs-nothing', job: name, place });

  const maxConcurrent = count(filled, 'max_concurrent', 1, problems);
  if (maxConcurrent !== undefined && !matrix) {
    const at = entryOf(filled, 'max_concurrent')!.place;
    problems.push({ kind: 'flow-without-matrix', key: 'max_concurrent', place: at });
  }
  const given = entryOf(filled, 'exports')?.value;
  const texts = given?.kind === 'mapping' ? given.entries : [];
  const exported = new Map(
    texts.flatMap(({ key, value }) => (exports.has(key) && value.kind === 'text' ? [[key, value.text]] : [])),
  );
  return {
    job: {
      ...{ name, place, dependsOn, settings, env: environment.env, cells },
      ...(profile !== undefined && { profile }),
      retry: count(filled, 'retry', 0, problems) ?? 0,
      retryDelay: count(filled, 'retry_delay', 0, problems) ?? RETRY_DELAY_SECONDS,
      ...(maxConcurrent !== undefined && { maxConcurrent }),
      ...(commands && { commands }),
    },
    exported,
  };
}

/** What all cells share can't have in it what differs from cell to cell, nor an argument that a parameter replaces. */
function withoutParameters({ layers, explain }: Scope, names: readonly string[]): Scope {
  const taken = Object.fromEntries(names.map((name) => [name, undefined]));
  return {
    layers: [taken, ...layers],
    explain: (problem: TemplateProblem) =>
      problem.kind === 'unset-variable' && Object.hasOwn(taken, problem.name)
        ? { kind: 'flow-parameter-here', name: problem.name, ...(problem.place && { place: problem.place }) }
        : (explain?.(problem) ?? problem),
  };
}

/** `command:`, or a script by either of its two keys. */
async function readRun(
  job: YamlMapping,
  cells: FlowJob['cells'] | undefined,
  scope: Scope,
  problems: Problems,
): Promise<{ said: boolean; settings: Settings } & Pick<FlowJob, 'commands'>> {
  const given = ['command', 'script_path', 'path']
    .flatMap((key) => entryOf(job, key) ?? [])
    .filter(({ value }) => value.kind !== 'nothing')
    .sort((a, b) => (a.place.line ?? 0) - (b.place.line ?? 0));
  const [first, second] = given;
  if (second) {
    const { key, place } = second;
    problems.push({ kind: 'flow-runs-twice', key, other: first!.key, firstLine: first!.place.line ?? 0, place });
  }
  const said = first !== undefined;
  // Of a matrix that is wrong nobody knows the names.
  if (cells?.length === 0) return { said, settings: new Map() };
  if (first?.key === 'command') return { said, ...(await readCommand(first, cells ?? [], scope, problems)) };
  const script = first && asText(first.key, first.value, problems);
  return { said, settings: new Map(script === undefined ? [] : [['SCRIPT', setting(script, first!.value.place)]]) };
}

function readTemplate(job: YamlMapping, problems: Problems): Settings {
  const entry = entryOf(job, 'template');
  const text = entry && entry.value.kind !== 'nothing' ? asText(entry.key, entry.value, problems) : undefined;
  return new Map(text === undefined ? [] : [['TEMPLATE', setting(text, entry!.value.place)]]);
}

function readProfile(root: string, entry: YamlEntry | undefined, problems: Problems): string | undefined {
  const profile = entry && asText(entry.key, entry.value, problems);
  if (profile === undefined) return undefined;
  const profiles = listProfiles(root);
  if (!profiles.includes(profile)) {
    const hint = nearest(profile, profiles);
    const { place } = entry!.value;
    problems.push({ kind: 'no-flow-profile', profile, profiles, place, ...(hint && { nearest: hint }) });
  }
  return profile;
}

/** A whole number, `least` or more. */
function count(job: YamlMapping, key: string, least: number, problems: Problems): number | undefined {
  const entry = entryOf(job, key);
  const value = entry && asText(key, entry.value, problems);
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value) && Number(value) >= least) return Number(value);
  problems.push({ kind: 'not-a-count', key, value, least, place: entry!.value.place });
  return undefined;
}
