/** What CONTAINER means: an image of the project, a file on the cluster, or an image of a registry. */

import { posix } from 'node:path';
import { imageOfPath } from './ancestor.ts';
import { isApptainers, parseBase, spellBase } from './base.ts';
import { listImages, noImage, runtimeOfImage } from './image.ts';
import { isName } from './keys.ts';
import type { LocalFiles } from './local-paths.ts';
import type { ConfProblem, ValueFault } from './problem.ts';
import type { Cluster, Container, ContainerRuntime, ImageRuntime, Setting } from './types.ts';

type ClusterPart = Pick<Cluster, 'settings' | 'remoteDir'>;

export interface Resolved {
  runtime: ContainerRuntime;
  /** Undefined with the runtime `none`, and where there is a problem. */
  container?: Container;
  problems: ConfProblem[];
}

/** Without a place. */
type Found = Container | { kind: ValueFault; key: string; value: string } | Extract<ConfProblem, { kind: 'no-image' }>;

/**
 * CONTAINER under CONTAINER_RUNTIME, or, with that undefined, under the runtime that it needs. A bare word is the name of
 * an image; what begins with `/`, `~/` or `./` or ends in `.sqsh` or `.sif` is a file; all else is a registry's. With
 * `localFiles` `any` the image may be gone: its file on the cluster need not be.
 */
export function resolveContainer(
  root: string,
  cluster: ClusterPart,
  { value, place }: Setting,
  asked: ContainerRuntime | undefined,
  localFiles: LocalFiles,
): Resolved {
  if (asked === 'none') return { runtime: 'none', problems: [] };
  const found =
    imageIn(root, cluster, value, localFiles === 'any' ? (asked ?? 'pyxis') : undefined) ??
    fileIn(value) ??
    registryIn(root, value, asked);
  const runtime = asked ?? (isContainer(found) && needsApptainer(found) ? 'apptainer' : 'pyxis');
  if (!isContainer(found)) return { runtime, problems: [{ ...found, place }] };
  if (runtime === 'pyxis' && needsApptainer(found)) {
    return { runtime, problems: [{ kind: 'wrong-runtime', key: 'CONTAINER', value, runtime, place }] };
  }
  return { runtime, container: found, problems: [] };
}

/** By its name or by its path under REMOTE_DIR. One that is not here is a problem, unless `otherwise` has its runtime. */
function imageIn(
  root: string,
  cluster: ClusterPart,
  value: string,
  otherwise: ContainerRuntime | undefined,
): Found | undefined {
  const isBare = isName(value) && !value.includes('.');
  const path = pathUnder(cluster.remoteDir, value);
  const byPath = path === undefined ? undefined : imageOfPath(path);
  if (byPath && path === pathOf(byPath.name, byPath.runtime)) {
    const isThat = runtimeOfImage(root, byPath.name, cluster) === byPath.runtime;
    return isThat ? { kind: 'image', ...byPath, path } : undefined;
  }
  if (!isBare && !(isName(value) && listImages(root, cluster).includes(value))) return undefined;
  const missing = otherwise && (otherwise === 'apptainer' ? 'apptainer' : 'enroot');
  const runtime = runtimeOfImage(root, value, cluster) ?? missing;
  if (!runtime) return noImage(root, value, cluster, 'CONTAINER');
  return { kind: 'image', name: value, runtime, path: pathOf(value, runtime) };
}

function fileIn(value: string): Found | undefined {
  const isPath = /^(?:\/|~\/|\.{1,2}\/)/.test(value) || (/\.(?:sqsh|sif)$/.test(value) && !/[:#@]/.test(value));
  if (!isPath) return undefined;
  if (value.endsWith('.def')) return fault('container-definition', value);
  return { kind: 'file', path: /^[/~]/.test(value) ? value : posix.normalize(value) };
}

function registryIn(root: string, value: string, asked: ContainerRuntime | undefined): Found {
  const parsed = parseBase(value, root);
  if ('fault' in parsed) return fault(parsed.fault === 'blank' ? 'blank' : 'bad-container', value);
  const { base } = parsed;
  if (base.kind === 'engine') return fault('container-here', value);
  if (base.kind === 'definition') return fault('container-definition', value);
  return { kind: 'uri', uri: spellBase(base, asked === 'apptainer' || isApptainers(base) ? 'apptainer' : 'pyxis') };
}

const fault = (kind: ValueFault, value: string): Found => ({ kind, key: 'CONTAINER', value });

function isContainer(found: Found): found is Container {
  return found.kind === 'image' || found.kind === 'file' || found.kind === 'uri';
}

function needsApptainer(container: Container): boolean {
  switch (container.kind) {
    case 'image':
      return container.runtime === 'apptainer';
    case 'file':
      return container.path.endsWith('.sif');
    case 'uri':
      return /^(?:library|oras|shub):/.test(container.uri);
  }
}

/** A path relative to REMOTE_DIR; undefined if it is none. */
function pathUnder(remoteDir: string, value: string): string | undefined {
  if (value.startsWith(`${remoteDir}/`)) return posix.normalize(value.slice(remoteDir.length + 1));
  return /^[/~]/.test(value) ? undefined : posix.normalize(value);
}

function pathOf(name: string, runtime: ImageRuntime): string {
  return `slurm/images/${name}.${runtime === 'enroot' ? 'sqsh' : 'sif'}`;
}
