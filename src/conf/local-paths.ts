/** Whether the files that a profile names are here, and which ones may have been meant if not. */

import { accessSync, constants, existsSync, lstatSync, readdirSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { placeAt } from './conf-file.ts';
import { nearest } from './nearest.ts';
import type { ConfProblem } from './problem.ts';
import type { Profile, Setting } from './types.ts';
import { splitWords } from './words.ts';

/**
 * What loading checks besides the text: `present`, that the files it names are here; `any` for what follows a run that
 * was already sent (watch, log, fetch, collect, …), which must go on when a script was renamed since.
 */
export type LocalFiles = 'present' | 'any';

/** Whether a pattern of CODE_FILES may be a glob, if no file has that very name. */
export function mayBeGlob(pattern: string): boolean {
  return /[*?[{(]/.test(pattern);
}

/** SCRIPT stands on the cluster and is not sent: absolute, or through the `data` link. */
export function isRemoteScript(script: string): boolean {
  return posix.isAbsolute(script) || /^data\//.test(posix.normalize(script));
}

/** The words of a list with the place of each. */
export function listed(setting: Setting | undefined): { text: string; place: Setting['place'] }[] {
  if (!setting) return [];
  return splitWords(setting.value).words.map(({ text, offset }) => ({ text, place: placeAt(setting, offset) }));
}

/**
 * What SCRIPT, CODE_FILES, DATA_FILES and TEMPLATE name and is not here. Globs of CODE_FILES are left to
 * `expandCodeFiles`, which reads folders anyway.
 */
export function checkLocalFiles(root: string, profile: Profile): ConfProblem[] {
  const paths = ['CODE_FILES', 'DATA_FILES'].flatMap((key) =>
    listed(profile.settings.get(key))
      .filter(({ text }) => !exists(join(root, text)) && !(key === 'CODE_FILES' && mayBeGlob(text)))
      .map(({ text, place }) => noSuchFile(root, key, text, place)),
  );
  return [...checkScript(root, profile), ...paths, ...checkTemplate(root, profile)];
}

/** The problem that nothing is found at `path`, relative to `root`, with the nearest path that is there. */
export function noSuchFile(
  root: string,
  key: string,
  path: string,
  place: Setting['place'],
): Extract<ConfProblem, { kind: 'no-such-file' }> {
  const hint = nearestPath(root, path);
  return { kind: 'no-such-file', key, path, place, ...(hint && { nearest: hint }) };
}

/**
 * The user's own template, as a path relative to `root`: TEMPLATE is the name of one in slurm/templates or a path, and
 * without it `default` counts. Undefined if there is none.
 */
export function ownTemplate(root: string, template = 'default'): string | undefined {
  const named = [`slurm/templates/${template}.sbatch`, `slurm/templates/${template}`];
  // A folder of the project called `default` is no template.
  return [...named, ...(template === 'default' ? [] : [template])].find((path) => isFile(join(root, path)));
}

function checkScript(root: string, { script, settings, template }: Profile): ConfProblem[] {
  const place = settings.get('SCRIPT')?.place;
  if (script === undefined || !place || isRemoteScript(script)) return [];
  const path = join(root, script);
  if (!exists(path)) return [noSuchFile(root, 'SCRIPT', script, place)];
  // A link that leads nowhere is `expandCodeFiles`' to explain.
  const leads = existsSync(path);
  if (leads && !isFile(path)) return [{ kind: 'not-a-file', key: 'SCRIPT', path: script, place }];
  if (leads && !/\.(py|sh)$/.test(script) && !isExecutable(path) && !ownTemplate(root, template)) {
    return [{ kind: 'not-executable', path: script, place }];
  }
  return [];
}

function checkTemplate(root: string, { template, settings }: Profile): ConfProblem[] {
  if (template === undefined || template === 'default' || ownTemplate(root, template)) return [];
  const templates = entries(join(root, 'slurm/templates'))
    .filter((file) => file.endsWith('.sbatch'))
    .map((file) => file.slice(0, -'.sbatch'.length));
  const hint = nearest(template, templates);
  const place = settings.get('TEMPLATE')?.place;
  return [{ kind: 'no-template', template, templates, ...(place && { place }), ...(hint && { nearest: hint }) }];
}

/** Follows `path` from `root` down, taking the nearest name where one is missing; undefined if there is none. */
function nearestPath(root: string, path: string): string | undefined {
  const parts = posix.normalize(path).replace(/\/$/, '').split('/');
  let found = '';
  let changed = false;
  for (const [at, part] of parts.entries()) {
    if (mayBeGlob(part)) return changed ? join(found, ...parts.slice(at)) : undefined;
    let next = part;
    if (!exists(join(root, found, part))) {
      const near = nearest(part, entries(join(root, found)));
      if (near === undefined) return undefined;
      next = near;
      changed = true;
    }
    found = join(found, next);
  }
  return changed ? found : undefined;
}

/** A link counts as there even if its target is not. */
function exists(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
