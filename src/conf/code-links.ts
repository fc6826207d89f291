/** Tells symbolic links that will work in a run directory from those that won't. */

import { readlinkSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { Place } from '../failure.ts';
import type { CodeFile } from './code-files.ts';
import type { ConfProblem } from './problem.ts';

/** As many as Linux follows before it gives up (ELOOP). */
const MOST_LINKS = 40;

/**
 * What is wrong with the links among `files`, which are sent as they are: a target has to be relative and either sent
 * too or under `data/`, which is a link of the run directory. `places` has where each path was asked for.
 */
export function checkLinks(
  root: string,
  files: readonly CodeFile[],
  places: ReadonlyMap<string, Place>,
): ConfProblem[] {
  const targets = new Map(
    files.filter(({ kind }) => kind === 'link').map(({ path }) => [path, readlinkSync(join(root, path))]),
  );
  if (targets.size === 0) return [];
  const sent = new Set(files.flatMap(({ path }) => [path, ...foldersAbove(path)]));
  return Array.from(targets, ([path, target]): ConfProblem[] => {
    const fault = faultOf(path, targets, sent);
    const place = places.get(path);
    return fault ? [{ kind: fault, path, target, ...(place && { place }) }] : [];
  }).flat();
}

function faultOf(
  link: string,
  targets: ReadonlyMap<string, string>,
  sent: ReadonlySet<string>,
): 'link-outside' | 'link-not-sent' | undefined {
  let path = link;
  for (let step = 0; step < MOST_LINKS; step++) {
    // The way may lead through other links that are sent: follow them as the cluster would.
    const through = [...foldersAbove(path).reverse(), path].find((part) => targets.has(part));
    if (through === undefined) {
      return path === '.' || sent.has(path) || /^data(\/|$)/.test(path) ? undefined : 'link-not-sent';
    }
    const target = targets.get(through)!;
    if (posix.isAbsolute(target)) return 'link-outside';
    const rest = path.slice(through.length);
    path = posix.normalize(posix.join(posix.dirname(through), target) + rest).replace(/\/$/, '');
    if (path === '..' || path.startsWith('../')) return 'link-outside';
  }
  return 'link-not-sent';
}

/** The folders that `path` lies in, the deepest first. */
function foldersAbove(path: string): string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, at) => parts.slice(0, parts.length - 1 - at).join('/'));
}
