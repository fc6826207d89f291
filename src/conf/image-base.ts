/** What an image begins with: its BASE, or the FROM of its Dockerfile. */

import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { parseBase, parseReference } from './base.ts';
import { lastFrom } from './dockerfile.ts';
import type { ConfProblem } from './problem.ts';
import { checkFile } from './requirements.ts';
import type { Base, Setting } from './types.ts';

/** With neither, and with `FROM scratch`, there is no base and nothing wrong. */
export function findBase(root: string, settings: ReadonlyMap<string, Setting>): { base?: Base; problem?: ConfProblem } {
  const base = settings.get('BASE');
  if (base) {
    const parsed = parseBase(base.value, root);
    if ('base' in parsed) return parsed;
    return { problem: { kind: parsed.fault, key: 'BASE', value: base.value, place: base.place } };
  }
  const dockerfile = settings.get('DOCKERFILE');
  return dockerfile ? baseOfDockerfile(root, posix.normalize(dockerfile.value)) : {};
}

/** A base that has to lie in the project and does not. */
export function checkBaseFile(root: string, base: Base, setting: Setting): ConfProblem | undefined {
  const isHere = base.kind === 'definition' || (base.kind === 'file' && base.where === 'here');
  return isHere ? checkFile(root, 'BASE', base.path, setting.place) : undefined;
}

function baseOfDockerfile(root: string, file: string): { base?: Base; problem?: ConfProblem } {
  // One that is not there is said to be missing elsewhere.
  const text = readText(join(root, file));
  if (text === undefined) return {};
  const from = lastFrom(text);
  if (!from) return { problem: { kind: 'no-from', place: { file } } };
  const { image, line } = from;
  if (image === 'scratch') return {};
  const base = image === undefined ? undefined : parseReference(image);
  return base ? { base } : { problem: { kind: 'unknown-from', from: from.text, place: { file, line } } };
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
