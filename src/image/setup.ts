/** image-setup: build here, then push; the first image of a project in one go. */

import { loadImage } from '../conf/image.ts';
import type { Project } from '../run/project.ts';
import { buildHere, type HereBuilt } from './build.ts';
import { type ImagePushed, type ImagePushOptions, pushImage } from './push.ts';

export interface ImageSetUp {
  /** Undefined where there was nothing to build: a ready-made file, or an image of an engine's store. */
  build?: HereBuilt;
  /** Undefined with DRY_RUN before anything was built. */
  push?: ImagePushed;
}

/** Errors as those of the two. */
export async function setUpImage(
  project: Project,
  options: ImagePushOptions,
  onBuilt: (built: HereBuilt) => void,
): Promise<ImageSetUp> {
  const { root, cluster, commandLine } = project;
  const { base, dockerfile } = loadImage(root, options.image, cluster, commandLine);
  const isThere =
    dockerfile === undefined && (base?.kind === 'engine' || (base?.kind === 'file' && base.where === 'here'));
  if (isThere) return { push: await pushImage(project, options) };
  const build = await buildHere(project, options.image, options.dryRun);
  if (options.dryRun) return { build };
  onBuilt(build);
  return { build, push: await pushImage(project, options) };
}
