/** What an image is made of, as the files of a build's folder: the base, and the script that finishes it from inside. */

import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { requirementFiles } from '../conf/requirements.ts';
import type { Image } from '../conf/types.ts';
import { quote } from '../host/quote.ts';

export interface Recipe {
  /** sha256 of everything but the base's own digest, which the cluster knows: the same recipe need not be built again. */
  digest: string;
  /** Files for the build's folder, by name. */
  files: Record<string, string>;
}

/** Where the file with an image's identity lies inside it. */
const IDENTITY_FILE = '/etc/slurm-runner-image';

/**
 * `base` is the line that says what it begins with (`registry URI`, `file PATH`, `incoming FILE`, `archive DIR`,
 * paths on the cluster); `contents` stands for what lies there where the line does not tell, such as
 * the digests of layers.
 */
export function recipeOf(root: string, image: Image, base: string, contents = ''): Recipe {
  const requirements = image.requirements === undefined ? [] : requirementFiles(root, image.requirements);
  const texts = requirements.map((path) => [path, readFileSync(join(root, path), 'utf8')] as const);
  const setup = image.setup === undefined ? '' : readFileSync(join(root, image.setup), 'utf8');
  const parts = [image.runtime, contents || base, texts, setup, image.env];
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  const identity = randomBytes(16).toString('hex');
  const additions = texts.length > 0 || setup !== '' || Object.keys(image.env).length > 0;
  return {
    digest,
    files: {
      base,
      recipe: digest,
      identity,
      ...(additions && { additions: 'yes' }),
      'finish.sh': finishScript(image, texts, setup, identity),
      'sections.def': definitionSections(image),
    },
  };
}

/**
 * Runs as root inside the new image. enroot has no way to bring files in that leaves no trace, so they come in the script;
 * each is written below /tmp and taken away at the end. pip's own variables keep it from complaining of root, of a
 * distribution that manages its Python (PEP 668), and from leaving a cache in the image.
 */
function finishScript(
  image: Image,
  requirements: readonly (readonly [path: string, text: string])[],
  setup: string,
  identity: string,
): string {
  const put = (path: string, text: string): string[] => [
    `mkdir -p "$(dirname ${quote(path)})" && printf '%s' ${quote(text)} >${quote(path)} || exit 73`,
  ];
  const lines = [
    `work=/tmp/slurm-runner-$$ && mkdir -p "$work" && cd "$work" || exit 73`,
    // A container's own /tmp is not kept, but not every runtime gives it one.
    `trap 'cd / && rm -rf "$work"' EXIT`,
  ];
  if (requirements.length > 0) {
    const [first] = requirements as [readonly [string, string]];
    lines.push(
      ...requirements.flatMap(([path, text]) => put(path, text)),
      'export PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore PIP_BREAK_SYSTEM_PACKAGES=1',
      'for pip in "python3 -m pip" "python -m pip" pip3 pip ""; do',
      '  if [ -n "$pip" ] && $pip --version >/dev/null 2>&1; then break; fi',
      'done',
      `if [ -z "$pip" ]; then echo ${quote(`there is no pip in the base image to install ${first[0]} with`)} >&2; exit 69; fi`,
      `echo ${quote(`== pip install -r ${first[0]}`)}`,
      `$pip install -r ${quote(first[0])} </dev/null || exit`,
    );
  }
  if (setup !== '') {
    lines.push(
      ...put('setup', setup),
      `echo ${quote(`== ${image.setup}`)}`,
      // By its own `#!`; a script without one is the shell's.
      ...(setup.startsWith('#!')
        ? ['chmod +x setup && ./setup </dev/null || exit']
        : ['sh ./setup </dev/null || exit']),
    );
  }
  // apptainer's has its own place for them (sections.def).
  const names = Object.keys(image.env);
  if (names.length > 0) {
    const assignments = Object.entries(image.env).map(([name, value]) => `${name}=${value}\n`);
    lines.push(
      'if ! [ -d /.singularity.d ]; then',
      '  touch /etc/environment || exit 73',
      `  { grep -vE ${quote(`^(${names.join('|')})=`)} /etc/environment; printf '%s' ${quote(assignments.join(''))}; } >environment`,
      '  cat environment >/etc/environment || exit 73',
      'fi',
    );
  }
  lines.push(`printf '%s\\n' ${identity} >${IDENTITY_FILE} || exit 73`);
  return lines.join('\n');
}

/** What follows `Bootstrap:` and `From:` in the definition file that apptainer gets. */
function definitionSections(image: Image): string {
  const exports = Object.entries(image.env).map(([name, value]) => `  export ${name}=${quote(value)}`);
  return [
    '',
    '%files',
    '  finish.sh /slurm-runner-finish.sh',
    '%post',
    '  /bin/sh /slurm-runner-finish.sh || exit',
    '  rm /slurm-runner-finish.sh',
    ...(exports.length > 0 ? ['%environment', ...exports] : []),
    '',
  ].join('\n');
}
