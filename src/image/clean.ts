/** image-clean: lists and then removes versions of images that nothing uses, and what broken-off builds left. */

import { Failure } from '../failure.ts';
import type { Project } from '../run/project.ts';
import { SEPARATOR } from '../scheduler/rows.ts';
import { type ImageList, type ImageVersion, listImagesThere } from './list.ts';
import type { ImageProblem } from './problem.ts';

export interface ImageCleanOptions {
  /** Only this image's. */
  image?: string;
  /** Also versions that only runs use which have ended, and everything that is kept to be quicker the next time. */
  force?: boolean;
  dryRun?: boolean;
}

export interface ImageCleanItem {
  /** Below REMOTE_DIR/slurm/images. */
  path: string;
  /** Bytes; undefined for a build's folder. */
  size?: number;
  why: 'replaced' | 'broken-off' | 'cache';
}

export interface ImageCleanResult {
  folder: string;
  removed: ImageCleanItem[];
  kept: { path: string; why: 'alive' | 'used' | 'building' | 'changed-meanwhile'; detail?: string }[];
  dryRun?: boolean;
}

/** Throws Failure(4) when the question is answered with no. */
export async function cleanImages(project: Project, options: ImageCleanOptions): Promise<ImageCleanResult> {
  const list = await listImagesThere(project, options.image);
  const { items, kept } = choose(list, options);
  const result = { folder: list.folder, kept };
  if (items.length === 0 || options.dryRun) {
    return { ...result, removed: items, ...(options.dryRun && { dryRun: true }) };
  }
  if (!(await project.talk.ask({ type: 'remove-images', items }))) {
    throw new Failure<ImageProblem>(4, { kind: 'images-declined', count: items.length });
  }
  // The answer may have taken its time: what has come to use them meanwhile counts.
  const now = choose(await listImagesThere(project, options.image), options);
  const paths = items.map(({ path }) => path).filter((path) => now.items.some((item) => item.path === path));
  const answer = await project.host.run({
    files: ['lib', 'build', 'image-clean'],
    args: [project.cluster.remoteDir, now.ended.join(' '), ...paths],
  });
  if (answer.code !== 0) throw new Failure<ImageProblem>(3, { kind: 'images-unknown', detail: answer.stderr.trim() });
  const removed: ImageCleanItem[] = [];
  for (const line of answer.stdout.split('\n')) {
    const [word, path = '', detail = ''] = line.split(SEPARATOR);
    const item = items.find((one) => one.path === path);
    if (word === 'removed' && item) removed.push(item);
    if (word === 'kept') kept.push({ path, why: 'changed-meanwhile', detail });
  }
  return { ...result, removed };
}

function choose(
  list: ImageList,
  { image, force = false }: ImageCleanOptions,
): { items: ImageCleanItem[]; kept: ImageCleanResult['kept']; ended: string[] } {
  const items: ImageCleanItem[] = [];
  const kept: ImageCleanResult['kept'] = [];
  const old = list.versions.filter(({ current, state }) => !current && state !== 'foreign');
  const isUnderWay = ({ state }: ImageList['builds'][number]) => state === 'alive' || state === 'unknown';
  const building = new Set(list.builds.filter(isUnderWay).map(({ name }) => name));
  for (const { name, file, size, runs } of old) {
    // The one that is being made may turn out to be this very file.
    if (building.has(name)) kept.push({ path: file, why: 'building' });
    else if (runs.some(({ alive }) => alive)) kept.push({ path: file, why: 'alive' });
    else if (runs.length > 0 && !force) kept.push({ path: file, why: 'used' });
    else items.push({ path: file, size, why: 'replaced' });
  }
  for (const { name, number, state } of list.builds) {
    if (state === 'dead') items.push({ path: `.builds/${name}/${number}`, why: 'broken-off' });
    else if (building.has(name)) kept.push({ path: `.builds/${name}/${number}`, why: 'building' });
  }
  for (const { path, size, recent } of list.caches) {
    // A build may be reading it, a push filling it.
    if (recent || building.size > 0 || !(force || isUnused(path, list.versions))) continue;
    if (image === undefined || path === `.incoming/${image}`) items.push({ path, size, why: 'cache' });
  }
  const ended = old.flatMap(({ runs }) => runs.filter(({ alive }) => !alive).map(({ run }) => run));
  return { items, kept, ended: force ? ended : [] };
}

/** A base that no current image was made from; what was sent of an image that is gone. */
function isUnused(path: string, versions: readonly ImageVersion[]): boolean {
  const current = versions.filter((version) => version.current);
  const [, folder, name = ''] = /^\.(bases|incoming)\/(.+)$/.exec(path) ?? [];
  if (folder === 'incoming') return !current.some((version) => version.name === name);
  const digest = name.replace(/\.(sqsh|sif)$/, '');
  return !current.some(({ base = '' }) => base.replaceAll(':', '').includes(digest));
}
