/** Which flows a project has. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isName } from '../../conf/keys.ts';

export const FOLDER = 'slurm/flows';

/** The names of the flows of the project in `root`, sorted. */
export function listFlows(root: string): string[] {
  const names = flowFiles(root).map((file) => file.replace(/\.ya?ml$/, ''));
  return [...new Set(names)].filter(isName).sort();
}

export function flowFiles(root: string): string[] {
  try {
    return readdirSync(join(root, FOLDER)).filter((file) => /^[^.].*\.ya?ml$/.test(file));
  } catch {
    return [];
  }
}
