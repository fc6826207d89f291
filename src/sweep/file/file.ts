/** Reads a sweep: slurm/sweeps/NAME.yaml, a matrix of ours or a configuration of W&B's. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isName } from '../../conf/keys.ts';
import { nearest } from '../../conf/nearest.ts';
import { COMMAND_LINE, throwIfAny } from '../../conf/problem.ts';
import { listProfiles } from '../../conf/profile.ts';
import { readYaml, type YamlEntry, type YamlMapping } from '../../conf/yaml.ts';
import { asMapping, asText, entryOf, unknownKeys } from '../../conf/yaml-values.ts';
import { Failure } from '../../failure.ts';
import type { SweepProblem } from '../problem.ts';
import type { MatrixSweep, Sweep, WandbSweep } from '../types.ts';
import { splitArgs } from './args.ts';
import type { Problems } from './axes.ts';
import { gridSize } from './grid-size.ts';
import { expandMatrix } from './matrix.ts';

const FOLDER = 'slurm/sweeps';

const KEYS = ['profile', 'matrix', 'args', 'max_concurrent', 'max-parallel', 'max_runs', 'retry'];

/** The names of the sweeps of the project in `root`, sorted. */
export function listSweeps(root: string): string[] {
  const names = files(root).map((file) => file.replace(/\.ya?ml$/, ''));
  return [...new Set(names)].filter(isName).sort();
}

/** The sweep `name` of the project in `root`. Throws a Failure (2) with everything that is wrong. */
export function loadSweep(root: string, name: string): Sweep {
  const sweeps = listSweeps(root);
  if (name === '') throw new Failure<SweepProblem>(2, { kind: 'missing-sweep', sweeps });
  if (!isName(name)) throwIfAny([{ kind: 'bad-name', key: 'SWEEP', value: name, place: COMMAND_LINE }]);
  const [file = `${name}.yaml`, other] = files(root).filter((file) => [`${name}.yaml`, `${name}.yml`].includes(file));
  const path = `${FOLDER}/${file}`;
  if (other) throw new Failure<SweepProblem>(2, { kind: 'two-sweep-files', other, place: { file: path } });
  const yaml = readYaml(root, path);
  if (!yaml) {
    const hint = nearest(name, sweeps);
    const problem: SweepProblem = { kind: 'no-sweep', sweep: name, sweeps, place: { file: path } };
    throw new Failure<SweepProblem>(2, { ...problem, ...(hint && { nearest: hint }) });
  }
  throwIfAny(yaml.problems);

  const problems: Problems = [];
  const mapping = asMapping('the file', yaml.node!, problems);
  const sweep = mapping && readSweep(root, name, path, yaml.text, mapping, problems);
  throwIfAny(problems);
  return sweep!;
}

function readSweep(
  root: string,
  name: string,
  file: string,
  text: string,
  mapping: YamlMapping,
  problems: Problems,
): Sweep | undefined {
  const matrix = entryOf(mapping, 'matrix');
  const method = entryOf(mapping, 'method');
  if (matrix && method) {
    const later = [matrix.place, method.place].sort((a, b) => (b.line ?? 0) - (a.line ?? 0))[0]!;
    problems.push({ kind: 'sweep-of-no-kind', because: 'both', place: later });
  } else if (matrix) {
    return readMatrixSweep(root, name, file, mapping, matrix, problems);
  } else if (method) {
    return readWandbSweep(name, file, text, mapping, method, problems);
  } else {
    const slips = unknownKeys(mapping, ['matrix', 'method', ...KEYS]);
    const slip = slips.find((problem) => 'nearest' in problem && /^(?:matrix|method)$/.test(problem.nearest ?? ''));
    problems.push(slip ?? { kind: 'sweep-of-no-kind', because: 'neither', place: { file } });
  }
  return undefined;
}

function readMatrixSweep(
  root: string,
  name: string,
  file: string,
  mapping: YamlMapping,
  matrix: YamlEntry,
  problems: Problems,
): MatrixSweep {
  problems.push(...unknownKeys(mapping, KEYS));
  const [ours, githubs] = [entryOf(mapping, 'max_concurrent'), entryOf(mapping, 'max-parallel')];
  if (ours && githubs) {
    const firstLine = ours.place.line ?? 0;
    problems.push({ kind: 'yaml-repeated-key', key: 'max-parallel (max_concurrent)', firstLine, place: githubs.place });
  }
  const profile = readProfile(root, entryOf(mapping, 'profile'), problems);
  const maxConcurrent = count(ours ?? githubs, 1, problems);
  const maxRuns = count(entryOf(mapping, 'max_runs'), 1, problems);
  const retry = count(entryOf(mapping, 'retry'), 0, problems);
  return {
    ...{ kind: 'matrix', name, file },
    ...(profile !== undefined && { profile }),
    ...(maxConcurrent !== undefined && { maxConcurrent }),
    ...(maxRuns !== undefined && { maxRuns }),
    ...(retry !== undefined && { retry }),
    ...readArgs(entryOf(mapping, 'args'), problems),
    cells: expandMatrix(matrix, problems),
  };
}

/** Only what must be right for us; the rest is for W&B to judge. */
function readWandbSweep(
  name: string,
  file: string,
  config: string,
  mapping: YamlMapping,
  method: YamlEntry,
  problems: Problems,
): WandbSweep {
  const text = (key: string, of = mapping) => {
    const value = entryOf(of, key)?.value;
    return value?.kind === 'text' ? { [key]: value.text } : {};
  };
  const metric = entryOf(mapping, 'metric')?.value;
  const metricName = metric?.kind === 'mapping' ? entryOf(metric, 'name')?.value : undefined;
  const said = asText('method', method.value, problems) ?? '';
  const runCap = count(entryOf(mapping, 'run_cap'), 1, problems);
  const size = said === 'grid' ? gridSize(mapping) : undefined;
  return {
    ...{ kind: 'wandb', name, file, config, method: said },
    ...{ ...text('program'), ...text('project'), ...text('entity') },
    ...(metric?.kind === 'mapping' &&
      metricName?.kind === 'text' && { metric: { name: metricName.text, ...text('goal', metric) } }),
    ...(runCap !== undefined && { runCap }),
    ...(size !== undefined && { gridSize: size }),
  };
}

function readProfile(root: string, entry: YamlEntry | undefined, problems: Problems): string | undefined {
  const profile = entry && asText(entry.key, entry.value, problems);
  if (!entry || profile === undefined) return undefined;
  const profiles = listProfiles(root);
  if (!profiles.includes(profile)) {
    const hint = nearest(profile, profiles);
    const { place } = entry.value;
    problems.push({ kind: 'no-sweep-profile', profile, profiles, place, ...(hint && { nearest: hint }) });
  }
  return profile;
}

function readArgs(entry: YamlEntry | undefined, problems: Problems): Pick<MatrixSweep, 'args' | 'argsLine'> {
  const text = entry && asText(entry.key, entry.value, problems);
  if (!entry || text === undefined) return { args: [] };
  const { words, open } = splitArgs(text);
  if (open) problems.push({ kind: 'open-quote', key: entry.key, quote: open.quote, place: entry.value.place });
  const { line } = entry.value.place;
  return { args: words, ...(line !== undefined && { argsLine: line }) };
}

/** A whole number, `least` or more. */
function count(entry: YamlEntry | undefined, least: number, problems: Problems): number | undefined {
  const value = entry && asText(entry.key, entry.value, problems);
  if (!entry || value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value) && Number(value) >= least) return Number(value);
  problems.push({ kind: 'not-a-count', key: entry.key, value, least, place: entry.value.place });
  return undefined;
}

function files(root: string): string[] {
  try {
    return readdirSync(join(root, FOLDER)).filter((file) => /^[^.].*\.ya?ml$/.test(file));
  } catch {
    return [];
  }
}
