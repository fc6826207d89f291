/** Names of runs: PROFILE[@TAG]-YYYYMMDD-HHMMSS[-n]. */

import { basename, dirname } from 'node:path/posix';

/** The name a run of `id` begun at `when` (local time) asks for; the cluster adds -n if it is taken. */
export function runName(id: string, when: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${when.getFullYear()}${two(when.getMonth() + 1)}${two(when.getDate())}`;
  return `${id}-${day}-${two(when.getHours())}${two(when.getMinutes())}${two(when.getSeconds())}`;
}

/** The profile (and tag) in a run's name; undefined if it is not one of ours. */
export function idOfRun(name: string): string | undefined {
  return /^(.+)-\d{8}-\d{6}(?:-\d+)?$/.exec(name)?.[1];
}

/** The order in which runs were made: by time, then by number. */
export function byAge(a: string, b: string): number {
  const key = (dir: string): string => {
    const [, day, count] = /-(\d{8}-\d{6})(?:-(\d+))?$/.exec(dir) ?? [];
    return `${day ?? ''}-${(count ?? '1').padStart(6, '0')}`;
  };
  return key(a) < key(b) ? -1 : 1;
}

export const nameOfRun = (runDir: string): string => basename(runDir);

/** REMOTE_DIR of a run directory. */
export const remoteDirOf = (runDir: string): string => dirname(dirname(runDir));
