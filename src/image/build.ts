/** image-build: an image made on this machine, by docker, podman, buildah or apptainer. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadImage } from '../conf/image.ts';
import type { Base, Image } from '../conf/types.ts';
import { Failure } from '../failure.ts';
import type { Project } from '../run/project.ts';
import { buildFile, builtFile, findApptainer } from './apptainer.ts';
import { dockerfileOf, writeContext } from './dockerfile.ts';
import { buildWith, ENGINES, type EngineName, findEngine, imageId, nameIn, type OnOutput } from './engine.ts';
import type { ImageProblem } from './problem.ts';

export interface HereBuilt {
  image: Image;
  /** What made it, or would. */
  program: string;
  /** In an engine's store: its name there and its id, the sha256 of its configuration. */
  tag?: string;
  id?: string;
  platform?: string;
  /** The cluster was out of reach, so that the platform is what most clusters are. */
  guessed?: boolean;
  /** The Dockerfile that was written, where the project has none. */
  dockerfile?: string;
  /** An image file, relative to the project's root. */
  file?: string;
}

/** Which of the two kinds of program makes it here. Throws Failure(2) for an image that is not made but taken as it is. */
export function madeBy(image: Image): 'engine' | 'apptainer' {
  const { base, dockerfile } = image;
  const nothing = (because: 'here' | 'there' | 'engine' | 'nothing'): Failure<ImageProblem> =>
    new Failure(2, { kind: 'image-not-buildable', image: image.name, because });
  if (dockerfile !== undefined) return 'engine';
  if (base === undefined) throw nothing('nothing');
  if (base.kind === 'file') throw nothing(base.where);
  if (base.kind === 'engine') throw nothing('engine');
  return image.runtime === 'apptainer' ? 'apptainer' : 'engine';
}

/** Builds the image `name` (undefined: the only one). Throws Failure(2) for what is missing, Failure(1) for a build that failed. */
export async function buildHere(project: Project, name: string | undefined, dryRun = false): Promise<HereBuilt> {
  const { root, cluster, commandLine, talk } = project;
  const image = loadImage(root, name, cluster, commandLine);
  let said = '';
  const onOutput: OnOutput = (stdio, data) => {
    said = (said + data.toString()).slice(-KEPT);
    talk.tell({ type: 'log', name: stdio, data });
  };
  const check = (program: string, code: number): void => {
    if (code === 0) return;
    const problem = { kind: 'image-build-failed', image: image.name, program, code, detail: said } as const;
    throw new Failure<ImageProblem>(1, problem);
  };
  if (madeBy(image) === 'apptainer') {
    const program = await findApptainer(image);
    const result = { image, program, file: builtFile(image) };
    if (!dryRun) check(program, await buildFile(root, image as Image & { base: Base }, program, onOutput));
    return result;
  }
  const engine = await findEngine(ENGINES);
  const { platform, guessed } = dryRun ? { platform: undefined, guessed: false } : await platformThere(project);
  const written = image.dockerfile === undefined ? { dockerfile: dockerfileOf(image as Image & { base: Base }) } : {};
  const result = { image, program: engine, tag: image.tag, ...written, ...(platform && { platform }), guessed };
  if (platform === undefined) return result;
  check(engine, await buildInto(engine, project, image, platform, onOutput));
  const id = await imageId(engine, nameIn(engine, image.tag));
  // A builder that keeps what it makes to itself.
  if (id === undefined)
    throw new Failure<ImageProblem>(1, { kind: 'image-not-built', image: image.name, what: image.tag });
  return { ...result, id };
}

/** Characters of a build's output that are kept to be told with its failure. */
const KEPT = 5000;

async function buildInto(
  engine: EngineName,
  { root }: Project,
  image: Image,
  platform: string,
  onOutput: OnOutput,
): Promise<number> {
  const { dockerfile } = image;
  const tag = nameIn(engine, image.tag);
  if (dockerfile !== undefined) {
    const build = { context: root, dockerfile: join(root, dockerfile), tag, platform };
    return buildWith(engine, build, onOutput);
  }
  const context = mkdtempSync(join(tmpdir(), 'sr-'));
  const clear = (): void => rmSync(context, { recursive: true, force: true });
  process.once('exit', clear);
  try {
    const written = writeContext(root, image as Image & { base: Base }, context);
    return await buildWith(engine, { context, dockerfile: written, tag, platform }, onOutput);
  } finally {
    process.off('exit', clear);
    clear();
  }
}

/** `uname -m` and Go's names for the same machines. */
const MACHINES: Readonly<Record<string, string>> = {
  x86_64: 'amd64',
  aarch64: 'arm64',
  ppc64le: 'ppc64le',
  s390x: 's390x',
  riscv64: 'riscv64',
};

/** The machine that an image of that architecture is for, in uname's words; empty where that is not known. */
export function machineOf(architecture: string): string {
  return Object.keys(MACHINES).find((machine) => MACHINES[machine] === architecture) ?? '';
}

async function platformThere({ host }: Project): Promise<{ platform: string; guessed: boolean }> {
  try {
    const machine = (await host.run({ files: ['machine'], args: [] })).stdout.trim();
    return { platform: `linux/${MACHINES[machine] ?? 'amd64'}`, guessed: MACHINES[machine] === undefined };
  } catch (error) {
    if (!(error instanceof Failure) || error.exit !== 3) throw error;
    return { platform: 'linux/amd64', guessed: true };
  }
}
