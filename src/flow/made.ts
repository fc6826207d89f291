/** Which files of the project are what a flow brought home before: as code of its next run they would pass for what that has made. */

import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Profile } from '../conf/types.ts';
import { jobsFolder } from '../run/project.ts';
import { writeWhole } from '../run/record.ts';

const fileOf = (id: string): string => `${id}.made.json`;

/** Notes paths relative to the project's root as they are now; losing the file costs no more than that they are sent along. */
export function rememberMade(root: string, id: string, paths: readonly string[]): void {
  if (paths.length === 0) return;
  const now = paths.flatMap((path) => {
    const mark = markOf(root, path);
    return mark === undefined ? [] : [[path, mark] as const];
  });
  writeWhole(root, fileOf(id), JSON.stringify({ ...noted(root, id), ...Object.fromEntries(now) }));
}

/**
 * Those that are still as they came, in the order of their names: where nobody says what the code is, and the whole project is sent, they
 * are left out. What anybody names is sent.
 */
export function madeBefore(root: string, id: string, profiles: readonly Profile[]): string[] {
  const named = profiles.flatMap(({ codeFiles, script }) => [...codeFiles, ...(script ? [script] : [])]);
  const folders = named.map((name) => name.replace(/\/+$/, '')).filter((name) => name !== '.');
  const isNamed = (path: string) => folders.some((name) => path === name || path.startsWith(`${name}/`));
  const made = Object.entries(noted(root, id)).filter(([path, mark]) => !isNamed(path) && markOf(root, path) === mark);
  return made.map(([path]) => path).sort();
}

function noted(root: string, id: string): Record<string, string> {
  try {
    const known = JSON.parse(readFileSync(join(jobsFolder(root), fileOf(id)), 'utf8')) as Record<string, string>;
    return typeof known === 'object' && known !== null && !Array.isArray(known) ? known : {};
  } catch {
    return {};
  }
}

/** Its size and its time: somebody who writes it anew makes it his own. */
function markOf(root: string, path: string): string | undefined {
  const stats = lstatSync(join(root, path), { throwIfNoEntry: false });
  return stats && `${stats.size} ${Math.floor(stats.mtimeMs / 1000)}`;
}
