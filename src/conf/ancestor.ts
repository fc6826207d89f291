/** The one image of a project without slurm/images/*.conf: its requirements-slurm.txt and its Dockerfile. */

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { confNames } from './cluster.ts';
import { readConf } from './conf-file.ts';
import { isName } from './keys.ts';
import type { Cluster, ImageRuntime, Setting } from './types.ts';

const REQUIREMENTS = 'requirements-slurm.txt';
const DOCKERFILE = 'Dockerfile';
const DEFAULT_BASE = 'docker://python:3.10-slim';

/**
 * The image of the project in `root`, with what its file would say, or undefined if it has neither of the two. It is
 * named as the file that cluster.conf, the profiles or the templates expect under slurm/images, or, where none does or
 * they disagree, as the project's folder.
 */
export function ancestorImage(
  root: string,
  cluster: Pick<Cluster, 'settings'>,
): { name: string; settings: Map<string, Setting> } | undefined {
  const [requirements, dockerfile] = [REQUIREMENTS, DOCKERFILE].map((file) => isFile(join(root, file)));
  if (!requirements && !dockerfile) return undefined;
  const { name, runtime } = expected(root, cluster) ?? { name: nameOfFolder(basename(root)) };
  const says: [key: string, value: string, file: string][] = [
    ...(requirements ? [['REQUIREMENTS', REQUIREMENTS, REQUIREMENTS] as [string, string, string]] : []),
    dockerfile ? ['DOCKERFILE', DOCKERFILE, DOCKERFILE] : ['BASE', DEFAULT_BASE, REQUIREMENTS],
    ...(runtime === 'apptainer' ? [['RUNTIME', runtime, REQUIREMENTS] as [string, string, string]] : []),
  ];
  return {
    name,
    settings: new Map(says.map(([key, value, file]) => [key, { value, layer: 'image', place: { file } }])),
  };
}

/** NAME of a path that ends in slurm/images/NAME.sqsh or .sif, and what such a file is. */
export function imageOfPath(path: string): { name: string; runtime: ImageRuntime } | undefined {
  const [, name = '', extension] = /(?:^|\/)slurm\/images\/([^/]+)\.(sqsh|sif)$/.exec(path) ?? [];
  return isName(name) ? { name, runtime: extension === 'sif' ? 'apptainer' : 'enroot' } : undefined;
}

function expected(
  root: string,
  cluster: Pick<Cluster, 'settings'>,
): { name: string; runtime?: ImageRuntime } | undefined {
  const ofCluster = imageOfPath(cluster.settings.get('CONTAINER')?.value ?? '');
  return ofCluster ?? agreed(inProfiles(root)) ?? agreed(inTemplates(root));
}

function agreed(paths: readonly string[]): { name: string; runtime: ImageRuntime } | undefined {
  const images = paths.map(imageOfPath).filter((image) => image !== undefined);
  const isOne = images.every(({ name, runtime }) => name === images[0]!.name && runtime === images[0]!.runtime);
  return isOne ? images[0] : undefined;
}

function inProfiles(root: string): string[] {
  return confNames(join(root, 'slurm/profiles')).map((name) => {
    const conf = readConf(root, `slurm/profiles/${name}.conf`, ['env']);
    return conf?.sections.get('')?.get('CONTAINER')?.value ?? '';
  });
}

/** A template may name the image by itself: `--container-image={{REMOTE_DIR}}/slurm/images/x.sqsh`. */
function inTemplates(root: string): string[] {
  const folder = join(root, 'slurm/templates');
  return templatesIn(folder).flatMap((file) =>
    Array.from(readFileSync(join(folder, file), 'latin1').matchAll(/slurm\/images\/[\w.-]+\.(?:sqsh|sif)\b/g), String),
  );
}

function templatesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((file) => file.endsWith('.sbatch') && isFile(join(folder, file)));
  } catch {
    return [];
  }
}

function nameOfFolder(folder: string): string {
  const name = folder
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^A-Za-z0-9._-]+/g, '-');
  return name.replace(/^[.-]+|[.-]+$/g, '') || 'image';
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
