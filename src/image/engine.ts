/** Speaks for docker, podman and buildah: which of them is here and answers, builds, and images in their store. */

import { Failure } from '../failure.ts';
import type { ImageProblem } from './problem.ts';

export type EngineName = 'docker' | 'podman' | 'buildah';

/** In the order in which they are tried. */
export const ENGINES: readonly EngineName[] = ['docker', 'podman', 'buildah'];

/** What each answers only if it can work: docker's client may be here without a daemon, podman's and buildah's storage be broken. */
const QUESTION: Readonly<Record<EngineName, readonly string[]>> = {
  docker: ['version', '--format', '{{.Server.Version}}'],
  podman: ['info', '--format', '{{.Version.Version}}'],
  buildah: ['info', '--format', '{{.host.arch}}'],
};

/** Milliseconds that an engine may take to answer; docker's client waits long for a daemon that hangs. */
const PATIENCE = 20_000;

/** The first of `names` that is here and answers. Throws Failure(2) with what each said if there is none. */
export async function findEngine(names: readonly EngineName[] = ENGINES): Promise<EngineName> {
  const silent: { name: string; detail: string }[] = [];
  for (const name of names) {
    const { code, stderr, missing } = await ask([name, ...QUESTION[name]], PATIENCE);
    if (code === 0) return name;
    silent.push({ name, detail: missing ? '' : stderr.trim() || `it ended with ${code}` });
  }
  throw new Failure<ImageProblem>(2, { kind: 'image-no-engine', engines: silent });
}

/**
 * What an image that is tagged so is called in the engine's store. podman and buildah put `localhost/` before a bare name
 * themselves, but not if it is also that of a kind of place (`oci:latest`, `dir:latest`; containers-transports(5)).
 */
export function nameIn(engine: EngineName, tag: string): string {
  return engine === 'docker' || tag.includes('/') ? tag : `localhost/${tag}`;
}

export interface Build {
  /** The folder that the Dockerfile's COPY is relative to; absolute, as is `dockerfile`. */
  context: string;
  dockerfile: string;
  tag: string;
  /** `linux/amd64`. */
  platform: string;
}

/** Builds an image into the engine's store; its words go to `onOutput` as they come. Gives its exit code. */
export async function buildWith(engine: EngineName, build: Build, onOutput: OnOutput): Promise<number> {
  return stream([engine, ...buildWords(build)], build.context, onOutput);
}

/** The command's words, all three know them. `bud` is buildah's old name for it, which every version takes. */
export function buildWords({ context, dockerfile, tag, platform }: Build): string[] {
  return ['build', '--platform', platform, '--file', dockerfile, '--tag', tag, context];
}

/** The id of an image in the engine's store, the sha256 of its configuration in hexadecimal; undefined if there is none. */
export async function imageId(engine: EngineName, reference: string): Promise<string | undefined> {
  const words = {
    docker: ['image', 'inspect', '--format', '{{.Id}}', reference],
    podman: ['image', 'inspect', '--format', '{{.Id}}', reference],
    buildah: ['inspect', '--type', 'image', '--format', '{{.FromImageID}}', reference],
  }[engine];
  const { code, stdout } = await ask([engine, ...words], PATIENCE);
  return code === 0 ? stdout.trim().replace(/^sha256:/, '') : undefined;
}

/** Puts an image, laid out as a docker archive, into `folder`, which exists. Throws Failure(2) with the engine's words. */
export async function saveInto(engine: EngineName, reference: string, folder: string): Promise<void> {
  const words = {
    docker: ['save', reference],
    podman: ['save', '--quiet', '--format', 'docker-archive', reference],
    buildah: ['push', '--quiet', reference, 'docker-archive:/dev/stdout'],
  }[engine];
  // By a shell's pipe: a stream of Node's is a socket, which buildah cannot open as /dev/stdout.
  const { code, stderr } = await ask(['sh', '-c', SAVE, 'save', folder, engine, ...words]);
  if (code !== 0) throw new Failure<ImageProblem>(2, { kind: 'image-save-failed', engine, reference, detail: stderr });
}

const SAVE = `folder=$1; shift
{ "$@" || echo "$?" >"$folder/failed"; } | tar -xf - -C "$folder" && [ ! -e "$folder/failed" ]`;

export type OnOutput = (name: 'out' | 'err', data: Buffer) => void;

/** Runs a command that talks while it works; gives its exit code, 127 where there is no such program. */
export async function stream(words: readonly string[], cwd: string, onOutput: OnOutput): Promise<number> {
  const { execa } = await import('execa');
  const [file, ...args] = words as [string, ...string[]];
  const child = execa(file, args, { cwd, stdin: 'ignore', reject: false, buffer: false });
  child.stdout.on('data', (data: Buffer) => onOutput('out', data));
  child.stderr.on('data', (data: Buffer) => onOutput('err', data));
  const { exitCode, code } = await child;
  return exitCode ?? (code === 'ENOENT' ? 127 : 1);
}

/** Runs a command to its end. `timeout` in milliseconds, 0 for none. */
export async function ask(words: readonly string[], timeout = 0) {
  const { execa } = await import('execa');
  const [file, ...args] = words as [string, ...string[]];
  const result = await execa(file, args, { stdin: 'ignore', reject: false, timeout });
  const code = result.exitCode ?? 1;
  const stderr = result.timedOut ? `no answer within ${timeout / 1000} s` : result.stderr;
  return { code, stdout: result.stdout, stderr, missing: result.code === 'ENOENT' };
}
