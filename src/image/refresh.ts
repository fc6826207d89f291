/** image-refresh: an image made on the cluster from its recipe, with nothing needed here. */

import { spellBase } from '../conf/base.ts';
import { loadImage } from '../conf/image.ts';
import { defaultOptions, loadProfile } from '../conf/profile.ts';
import type { Image, SbatchOption } from '../conf/types.ts';
import { Failure } from '../failure.ts';
import type { WhichRun } from '../run/find.ts';
import type { Project } from '../run/project.ts';
import type { ImageProblem } from './problem.ts';
import { recipeOf } from './recipe.ts';
import { type Built, buildThere } from './worker.ts';

export interface RefreshOptions {
  /** The image's name; undefined for the only one there is. */
  image?: string;
  /** With BUILD_ON=job: the profile whose partition the job gets, else cluster.conf's. */
  about?: WhichRun;
  force?: boolean;
  dryRun?: boolean;
}

export interface RefreshResult {
  image: Image;
  /** Undefined with DRY_RUN. */
  built?: Built;
}

/** Throws Failure(2) for an image that cannot be made over there, Failure(1) with why one could not be made. */
export async function refresh(project: Project, options: RefreshOptions): Promise<RefreshResult> {
  const { root, cluster, commandLine } = project;
  const image = loadImage(root, options.image, cluster, commandLine);
  const recipe = recipeOf(root, image, baseLine(image));
  const sbatch = image.buildOn === 'job' ? jobOptions(project, options.about) : [];
  if (options.dryRun) return { image };
  const dialling = project.host.connect();
  await dialling;
  return { image, built: await buildThere(project, image, recipe, { force: options.force === true, sbatch }) };
}

/** What a build over there begins with, where that needs nothing from here. */
function baseLine(image: Image): string {
  const { base, name } = image;
  const place = image.settings.get('BASE')?.place;
  const impossible = (because: Extract<ImageProblem, { kind: 'image-not-there' }>['because']): Failure<ImageProblem> =>
    new Failure(2, { kind: 'image-not-there', image: name, because, ...(place && { place }) });
  // What a Dockerfile does beyond its FROM only docker or its likes can do.
  const isDockerfiles = image.dockerfile !== undefined && image.requirements === undefined && image.setup === undefined;
  if (base === undefined || isDockerfiles) throw impossible('dockerfile');
  switch (base.kind) {
    case 'registry':
    case 'uri':
      return `registry ${spellBase(base, image.runtime)}`;
    case 'file':
      if (base.where === 'here') throw impossible('local-file');
      return `file ${base.path}`;
    case 'engine':
      throw impossible('engine');
    case 'definition':
      throw impossible('local-file');
  }
}

export function jobOptions(project: Project, about: WhichRun | undefined): readonly SbatchOption[] {
  const { root, cluster, commandLine } = project;
  if (about === undefined) return defaultOptions(cluster, commandLine);
  return loadProfile(root, about.profile, about.tag, cluster, commandLine, 'any').sbatch;
}
