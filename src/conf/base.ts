/** What an image begins with, read from BASE or a Dockerfile's FROM and spelled as each tool wants it. */

import { closeSync, openSync, readSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { ValueFault } from './problem.ts';
import type { Base, ImageRuntime } from './types.ts';

/** `pyxis` is enroot's spelling without `docker://`. */
export type Spelling = ImageRuntime | 'pyxis';

type RegistryImage = Extract<Base, { kind: 'registry' }>;

// Docker's own rules for names (distribution/reference, grammar of `reference`).
const REGISTRY = /^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?$/;
const IMAGE = /^[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
const DOCKER_HUB = new Set(['docker.io', 'index.docker.io', 'registry-1.docker.io']);

/**
 * `text` as a base, or why it is none. A relative path is one of the project in `root`, where it also counts as a
 * definition file if it begins as one; an absolute one, or `~/…`, is the cluster's.
 */
export function parseBase(text: string, root: string): { base: Base } | { fault: ValueFault } {
  const [, scheme = '', rest = ''] = /^([a-z-]+):\/\/(.*)$/s.exec(text) ?? [];
  if (text.includes('$')) return { fault: 'dollar' };
  if (/[\x00-\x1f\x7f]/.test(text)) return { fault: 'control-character' };
  if (/\s/.test(text)) return { fault: 'blank' };
  if (scheme === '') return isPath(text, root) ? parsePath(text, root) : orFault(parseReference(text));
  if (scheme === 'docker') return orFault(parseReference(rest));
  if (scheme === 'dockerd' || scheme === 'podman') {
    const isName = parseReference(rest) !== undefined;
    return orFault(
      isName ? { kind: 'engine', engine: scheme === 'podman' ? 'podman' : 'docker', image: rest } : undefined,
    );
  }
  const isApptainers = /^(?:library|oras|shub)$/.test(scheme) && rest !== '';
  return orFault(isApptainers ? { kind: 'uri', uri: text } : undefined);
}

/**
 * An image of a registry in docker's spelling or in enroot's: `[USER@][REGISTRY/ or #]IMAGE[:TAG][@sha256:…]`. Before a
 * slash only what has a `.` or a `:`, or is `localhost`, is a registry. Undefined if it is none of that.
 */
export function parseReference(text: string): RegistryImage | undefined {
  const [, left = text, digest] = /^(.*)@(sha256:.*)$/s.exec(text) ?? [];
  const mark = left.indexOf('#');
  const at = left.lastIndexOf('@', mark < 0 ? undefined : mark);
  const user = at < 0 ? undefined : left.slice(0, at);
  const name = left.slice(at + 1);
  const split = mark < 0 ? splitDocker(name) : splitAt(name, '#');
  const colon = split.image.lastIndexOf(':');
  const image = colon < 0 ? split.image : split.image.slice(0, colon);
  const tag = colon < 0 ? undefined : split.image.slice(colon + 1);
  if (user !== undefined && !/^[\w.!~*'()%;:&=+,-]+(?:@[\w.-]+)?$/.test(user)) return undefined;
  if (split.registry !== undefined && !REGISTRY.test(split.registry)) return undefined;
  if (!IMAGE.test(image) || (tag !== undefined && !TAG.test(tag))) return undefined;
  if (digest !== undefined && !DIGEST.test(digest)) return undefined;
  const isHub = split.registry === undefined || DOCKER_HUB.has(split.registry);
  return {
    kind: 'registry',
    ...(user !== undefined && { user }),
    ...(!isHub && { registry: split.registry }),
    image,
    ...(tag !== undefined && { tag }),
    ...(digest !== undefined && { digest }),
  };
}

/** `base` in words of `tool`; what is no image of a registry is spelled in one way alone. */
export function spellBase(base: Base, tool: Spelling): string {
  switch (base.kind) {
    case 'registry':
      return `${tool === 'pyxis' ? '' : 'docker://'}${spellReference(base, tool === 'apptainer' ? '/' : '#')}`;
    case 'engine':
      return `${base.engine === 'podman' ? 'podman' : 'dockerd'}://${base.image}`;
    case 'uri':
      return base.uri;
    default:
      return base.path;
  }
}

/** What makes an image of this base if RUNTIME does not say. */
export function runtimeOf(base: Base | undefined): ImageRuntime {
  return base && isApptainers(base) ? 'apptainer' : 'enroot';
}

/** Whether enroot can do nothing with it. */
export function isApptainers(base: Base): boolean {
  return base.kind === 'definition' || base.kind === 'uri' || (base.kind === 'file' && base.path.endsWith('.sif'));
}

/** apptainer has no place for a user's name, and takes a tag or a digest but not both; enroot ignores such a tag. */
function spellReference({ user, registry, image, tag, digest }: RegistryImage, separator: '/' | '#'): string {
  const who = user !== undefined && separator === '#' ? `${user}@` : '';
  const where = registry === undefined ? '' : registry + separator;
  const which = digest ? `@${digest}` : tag ? `:${tag}` : '';
  return who + where + image + which;
}

function splitDocker(name: string): { registry?: string; image: string } {
  const { registry = '', image } = splitAt(name, '/');
  return registry === 'localhost' || /[.:]/.test(registry) ? { registry, image } : { image: name };
}

function splitAt(name: string, separator: string): { registry?: string; image: string } {
  const at = name.indexOf(separator);
  return at < 0 ? { image: name } : { registry: name.slice(0, at), image: name.slice(at + 1) };
}

function isPath(text: string, root: string): boolean {
  if (/^(?:\/|~|\.{1,2}\/)/.test(text)) return true;
  return !/[#@]/.test(text) && (/\.(?:sqsh|sif|def)$/.test(text) || isDefinition(join(root, text)));
}

function parsePath(text: string, root: string): { base: Base } | { fault: ValueFault } {
  const isFile = /\.(?:sqsh|sif)$/.test(text);
  if (/^(?:\/|~\/)/.test(text)) {
    if (isFile) return { base: { kind: 'file', where: 'there', path: text } };
    return { fault: text.endsWith('.def') ? 'definition-there' : 'bad-base' };
  }
  const path = posix.normalize(text);
  if (text.startsWith('~')) return { fault: 'bad-base' };
  if (/^\.\.(?:\/|$)/.test(path)) return { fault: 'path-outside' };
  if (isFile) return { base: { kind: 'file', where: 'here', path } };
  const isDef = text.endsWith('.def') || isDefinition(join(root, path));
  return isDef ? { base: { kind: 'definition', path } } : { fault: 'bad-base' };
}

const orFault = (base: Base | undefined): { base: Base } | { fault: ValueFault } =>
  base ? { base } : { fault: 'bad-base' };

/** apptainer's definition files begin with a header, before which only comments may stand. */
function isDefinition(path: string): boolean {
  return /^(?:\s*(?:#[^\n]*)?\n)*\s*Bootstrap\s*:/i.test(beginning(path));
}

function beginning(path: string): string {
  try {
    const file = openSync(path, 'r');
    try {
      const bytes = Buffer.alloc(4096);
      return bytes.toString('utf8', 0, readSync(file, bytes));
    } finally {
      closeSync(file);
    }
  } catch {
    return '';
  }
}
