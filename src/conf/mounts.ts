/** Reads the words of CONTAINER_MOUNTS: `SRC:DST[:ro|rw]`, `SRC` alone, or `~` for the home. */

import { posix } from 'node:path';
import type { ValueFault } from './problem.ts';
import type { Mount } from './types.ts';

/** Where the default template mounts the run directory and the data folder. */
const TAKEN = new Set(['/workspace', '/workspace/data']);

/**
 * One word as a mount, `home` for `~` alone, or why it is neither. The source is absolute or begins with `~/`; where
 * only that is written it is the target too.
 */
export function parseMount(word: string): Mount | 'home' | { fault: ValueFault } {
  if (/^~\/?$/.test(word)) return 'home';
  const [source = '', target = source, access = 'rw', ...more] = word.split(':');
  if (source === '' || more.length > 0 || !/^r[ow]$/.test(access) || /^(?:r[ow])?$/.test(target)) {
    return { fault: 'mount-form' };
  }
  if (!/^(?:\/|~(?:\/|$))/.test(source)) return { fault: 'mount-relative' };
  if (target !== source && !target.startsWith('/')) return { fault: 'mount-target' };
  const inside = tidy(target);
  if (TAKEN.has(inside)) return { fault: 'mount-taken' };
  return { source: tidy(source), target: inside, readOnly: access === 'ro' };
}

/** Pyxis 0.24 hands enroot a list in which a blank ends the path (`man fstab`). */
export function fitsPyxis(word: string): boolean {
  return !/\s/.test(word);
}

function tidy(path: string): string {
  return posix.normalize(path).replace(/(?<=.)\/$/, '');
}
