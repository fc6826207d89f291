/** The keys of an image's file, and what a right value of each looks like. */

import * as v from 'valibot';
import { parseReference } from './base.ts';
import { check, insidePath, isEnvName, type KeyRule, line, noSecrets, remotePath, words } from './keys.ts';

const file: KeyRule = { schema: v.pipe(insidePath, noSecrets) };

export const imageKeys: ReadonlyMap<string, KeyRule> = new Map<string, KeyRule>([
  // What it is a base of decides `parseBase`, which looks at the project's files too.
  ['BASE', { schema: remotePath }],
  ['REQUIREMENTS', file],
  ['SETUP', file],
  ['DOCKERFILE', file],
  ['RUNTIME', { schema: v.picklist(['enroot', 'apptainer']) }],
  ['BUILD_ON', { schema: v.picklist(['login', 'job']) }],
  [
    'ENV',
    words(
      v.pipe(
        // An image keeps one variable a line.
        line,
        check((word) => word.includes('='), 'not-name-value'),
        check((word) => isEnvName(word.slice(0, word.indexOf('='))), 'env-name'),
      ),
    ),
  ],
  [
    'TAG',
    {
      schema: v.pipe(
        line,
        check((tag) => tagOf('x', tag) !== undefined, 'bad-tag'),
      ),
    },
  ],
]);

/** Values of an image's `[env]`. */
export const imageEnvRule: KeyRule = { schema: line };

/**
 * What docker and podman call the image `name`: TAG is a tag, or a whole reference (`x:dev`, `host/x`, to which `latest`
 * is added). Undefined if they would refuse it.
 */
export function tagOf(name: string, tag = 'latest'): string | undefined {
  const whole = /[:/]/.test(tag) ? tag : `${repositoryOf(name)}:${tag}`;
  const reference = /[#@]/.test(whole) ? undefined : parseReference(whole);
  return reference && (reference.tag === undefined ? `${whole}:latest` : whole);
}

/** Repositories are lower-case, and have no two separators next to one another. */
function repositoryOf(name: string): string {
  const repository = name
    .toLowerCase()
    .replace(/[._-]{2,}/g, '-')
    .replace(/^[._-]+|[._-]+$/g, '');
  return repository || 'image';
}
