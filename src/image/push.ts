/** image-push: an image from this machine to the cluster, without a registry and without docker there. */

import { existsSync, mkdirSync, realpathSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { loadImage } from '../conf/image.ts';
import type { Image } from '../conf/types.ts';
import { Failure } from '../failure.ts';
import { tryLock } from '../host/lock.ts';
import type { Upload } from '../host/types.ts';
import type { WhichRun } from '../run/find.ts';
import { jobsFolder, type Project } from '../run/project.ts';
import { builtFile } from './apptainer.ts';
import { prepareArchive } from './archive.ts';
import { machineOf, madeBy } from './build.ts';
import { ENGINES, findEngine, imageId, nameIn } from './engine.ts';
import { sha256 } from './oci-layout.ts';
import type { ImageProblem } from './problem.ts';
import { type Recipe, recipeOf } from './recipe.ts';
import { jobOptions } from './refresh.ts';
import { type Built, buildThere } from './worker.ts';

export interface ImagePushOptions {
  /** The image's name; undefined for the only one there is. */
  image?: string;
  /** With BUILD_ON=job: the profile whose partition the job gets. */
  about?: WhichRun;
  /** Made into an image over there even if nothing has changed. */
  force?: boolean;
  dryRun?: boolean;
}

export interface ImagePushed {
  image: Image;
  /** What is sent: an image of an engine's store, or a file relative to the project's root. */
  from: { engine: string; reference: string } | { file: string };
  /** Bytes of it, and those that went over the link, where rsync says so; undefined with DRY_RUN. */
  bytes?: number;
  sent?: number;
  /** The image over there. */
  built?: Built;
}

/** What has been sent: what the worker over there begins with. */
interface Sent {
  recipe: Recipe;
  bytes: number;
  sent?: number;
  /** Takes away what is kept here for another try. */
  clear(): void;
}

/**
 * Sends the image and has it made into a file over there, as a refresh would. Throws Failure(2) if there is nothing to send,
 * Failure(3) if the link breaks: what has arrived stays, and the next call sends the rest.
 */
export async function pushImage(project: Project, options: ImagePushOptions): Promise<ImagePushed> {
  const { root, cluster, commandLine } = project;
  const image = loadImage(root, options.image, cluster, commandLine);
  const sbatch = image.buildOn === 'job' ? jobOptions(project, options.about) : [];
  const release = lockOf(root, image);
  try {
    const from = await sourceOf(root, image);
    if (options.dryRun)
      return { image, from: 'file' in from ? from : { engine: from.engine, reference: from.reference } };
    await project.host.connect();
    const { recipe, clear, ...amounts } =
      'file' in from ? await sendFile(project, image, from.file) : await sendArchive(project, image, from);
    const built = await buildThere(project, image, recipe, { force: options.force === true, sbatch });
    clear();
    return {
      image,
      from: 'file' in from ? from : { engine: from.engine, reference: from.reference },
      ...amounts,
      built,
    };
  } finally {
    release();
  }
}

type Source = { file: string } | { engine: (typeof ENGINES)[number]; reference: string; id: string };

/** What there is to send. Throws Failure(2) if it has not been built. */
async function sourceOf(root: string, image: Image): Promise<Source> {
  const { base } = image;
  const missing = (what: string): Failure<ImageProblem> =>
    new Failure(2, { kind: 'image-not-built', image: image.name, what });
  if (image.dockerfile === undefined && base?.kind === 'file' && base.where === 'here') return { file: base.path };
  const stored = image.dockerfile === undefined && base?.kind === 'engine' ? base : undefined;
  if (!stored && madeBy(image) === 'apptainer') {
    const file = builtFile(image);
    if (!existsSync(join(root, file))) throw missing(file);
    return { file };
  }
  const engine = await findEngine(stored ? [stored.engine] : ENGINES);
  const reference = stored?.image ?? nameIn(engine, image.tag);
  const id = await imageId(engine, reference);
  if (id === undefined) throw missing(stored?.image ?? image.tag);
  return { engine, reference, id };
}

async function sendArchive(
  project: Project,
  image: Image,
  { engine, reference, id }: Exclude<Source, { file: string }>,
): Promise<Sent> {
  const folder = join(jobsFolder(project.root), `.outgoing-image-${image.name}`);
  const layout = await prepareArchive(engine, reference, id, folder);
  const { paths, description } = layout;
  const { place, sent } = await send(project, image, machineOf(layout.architecture), { from: folder, paths });
  const made = recipeOf(project.root, finished(image), `archive ${place}/${description}`, layout.id);
  const clear = (): void => rmSync(folder, { recursive: true, force: true });
  return { recipe: made, bytes: layout.bytes, ...(sent !== undefined && { sent }), clear };
}

/** A ready-made file. Its sum is taken while it is under way, so that nobody has to read it again over there. */
async function sendFile(project: Project, image: Image, file: string): Promise<Sent> {
  // A link would be sent as one.
  const path = realpathSync(join(project.root, file));
  const before = statSync(path);
  const giveUp = new AbortController();
  const summing = sha256(path, giveUp.signal);
  summing.catch(() => {}); // awaited below
  const files = { from: dirname(path), paths: [basename(path)], compressed: true };
  const { place, sent } = await send(project, image, '', files).catch((error) => {
    giveUp.abort();
    throw error;
  });
  const digest = await summing;
  const after = statSync(path);
  if (after.mtimeMs !== before.mtimeMs || after.size !== before.size || after.ino !== before.ino) {
    throw new Failure<ImageProblem>(2, { kind: 'image-file-changed', path: file });
  }
  const made = recipeOf(project.root, finished(image), `incoming ${place}/${basename(path)}`, digest);
  const recipe = { ...made, files: { ...made.files, sent: digest } };
  return { recipe, bytes: before.size, ...(sent !== undefined && { sent }), clear: () => {} };
}

/** One transfer; gives the folder over there. Half a file stays there, and is completed the next time. */
async function send(
  project: Project,
  image: Image,
  machine: string,
  files: Pick<Upload, 'from' | 'paths' | 'compressed'>,
): Promise<{ place: string; sent?: number }> {
  const { host, cluster, talk } = project;
  let isOpen = false;
  const { report, sent, refused } = await host.upload({
    ...{ ...files, filesOnly: true, checksum: false, partial: true },
    program: { files: ['lib', 'image-receive'], args: [cluster.remoteDir, image.name, machine, ...files.paths] },
    onProgress: (progress) => {
      // What comes next over there can begin at once then.
      if (!isOpen) host.openAhead();
      isOpen = true;
      talk.tell({ type: 'progress', what: 'image', progress: { ...progress, total: files.paths.length } });
    },
  });
  if (refused) {
    const about = { image: image.name, architecture: machine, machine: refused.detail };
    throw new Failure<ImageProblem>(2, { kind: 'image-wrong-machine', ...about });
  }
  return { place: report.at(-1) ?? '', ...(sent !== undefined && { sent }) };
}

/** What remains to be done over there: in one that was built here requirements and set-up are, and ENV if we wrote the recipe. */
function finished(image: Image): Image {
  const { base, dockerfile } = image;
  if (dockerfile === undefined && (base?.kind === 'file' || base?.kind === 'engine')) return image;
  const { requirements: _, setup: __, ...rest } = image;
  const isIn = dockerfile === undefined && base?.kind !== 'definition';
  return isIn ? { ...rest, env: {} } : rest;
}

/** One push of an image at a time from here: they share a folder. */
function lockOf(root: string, image: Image): () => void {
  mkdirSync(jobsFolder(root), { recursive: true });
  const lock = tryLock(join(jobsFolder(root), `.image-${image.name}.lock`));
  if (typeof lock === 'function') return lock;
  throw new Failure<ImageProblem>(2, { kind: 'image-being-sent', image: image.name, pid: lock });
}
