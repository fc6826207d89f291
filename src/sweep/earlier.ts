/** The results of an earlier run of a sweep, moved aside before those of another come to the same folder: cells of two runs are not mixed. */

import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { TrackedRun } from '../run/find.ts';
import { nameOfRun } from '../run/names.ts';

/** Where the earlier ones lie by now, relative to the project; undefined where there are none. The table there tells whose they are. */
export function setAside(root: string, { id, runDir }: TrackedRun): string | undefined {
  const folder = `results/${id.split('@')[1]}`;
  const earlier = runOfTable(join(root, folder, 'cells.json'));
  if (earlier === undefined || earlier === runDir) return undefined;
  const when = /\d{8}-\d{6}(-\d+)?$/.exec(nameOfRun(earlier))?.[0] ?? 'earlier';
  for (let count = 1; ; count++) {
    const aside = `${folder}.${when}${count === 1 ? '' : `.${count}`}`;
    if (existsSync(join(root, aside))) continue;
    renameSync(join(root, folder), join(root, aside));
    return aside;
  }
}

function runOfTable(path: string): string | undefined {
  try {
    const { runDir } = JSON.parse(readFileSync(path, 'utf8')) as { runDir?: unknown };
    return typeof runDir === 'string' ? runDir : undefined;
  } catch {
    return undefined;
  }
}
