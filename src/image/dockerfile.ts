/** The Dockerfile of an image that has none: from its base, its requirements, its set-up and its variables. */

import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { requirementFiles } from '../conf/requirements.ts';
import type { Base, Image } from '../conf/types.ts';

/** Where requirements and set-up lie in the folder that the build sees, and inside while it goes on. */
const PLACE = 'slurm-runner';

/** As pip is found in the images there are; its variables keep it from complaining of root and of a distribution's own Python. */
const PIP = [
  'for pip in "python3 -m pip" "python -m pip" pip3 pip ""; do $pip --version >/dev/null 2>&1 && [ -n "$pip" ] && break; done',
  'if [ -z "$pip" ]; then echo "there is no pip in the base image" >&2; exit 69; fi',
  'export PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore PIP_BREAK_SYSTEM_PACKAGES=1',
];

/** Each step has a layer of its own, so that engines make anew only those from the first that changed, and pushes send those. */
export function dockerfileOf(image: Image & { base: Base }): string {
  const { base, requirements, setup, env } = image;
  const names = Object.entries(env);
  const lines = [`FROM ${engineSpelling(base)}`, 'USER root'];
  if (names.length > 0) lines.push(`ENV ${names.map(([name, value]) => `${name}=${quoted(value)}`).join(' ')}`);
  if (requirements !== undefined) {
    const install = `cd /tmp/${PLACE} && $pip install -r ${inShell(requirements)}`;
    lines.push(
      `COPY ${PLACE}/requirements/ /tmp/${PLACE}/`,
      `RUN ${[...PIP, install].join('; ')} && rm -rf /tmp/${PLACE}`,
    );
  }
  if (setup !== undefined) {
    const script = `/tmp/${PLACE}/setup`;
    // By its own `#!`; one without is the shell's.
    lines.push(`COPY ${PLACE}/setup ${script}`, `RUN chmod +x ${script} && ${script} && rm -rf /tmp/${PLACE}`);
  }
  return lines.map((line) => `${line}\n`).join('');
}

/** Writes it, and what it copies, into an existing empty folder; gives its path. */
export function writeContext(root: string, image: Image & { base: Base }, folder: string): string {
  const put = (path: string, to: string): void => {
    mkdirSync(dirname(join(folder, PLACE, to)), { recursive: true });
    copyFileSync(join(root, path), join(folder, PLACE, to));
  };
  const { requirements, setup } = image;
  if (requirements !== undefined)
    for (const path of requirementFiles(root, requirements)) put(path, `requirements/${path}`);
  if (setup !== undefined) put(setup, 'setup');
  const dockerfile = join(folder, 'Dockerfile');
  writeFileSync(dockerfile, dockerfileOf(image));
  return dockerfile;
}

/** A base as docker, podman and buildah all know it: podman takes no name without its registry from just anywhere. */
function engineSpelling(base: Base): string {
  if (base.kind === 'engine') return base.image;
  if (base.kind !== 'registry') return base.kind === 'uri' ? base.uri : base.path;
  const { registry = 'docker.io', image, tag, digest } = base;
  const name = registry === 'docker.io' && !image.includes('/') ? `library/${image}` : image;
  return `${registry}/${name}${digest ? `@${digest}` : tag ? `:${tag}` : ''}`;
}

/** A value of ENV: a Dockerfile expands `$` and takes a backslash for an escape. */
function quoted(value: string): string {
  return `"${value.replace(/[\\"$]/g, '\\$&')}"`;
}

/** A word for the shell of RUN, where a Dockerfile itself expands nothing but joins lines. */
function inShell(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
