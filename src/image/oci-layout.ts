/** A saved docker archive laid out anew: every file under its digest, so that what the cluster has need not be sent again. */

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readFile, realpath, rename, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import * as v from 'valibot';
import { Failure } from '../failure.ts';
import { CONFIG_SCHEMA, runtimeFiles } from './image-config.ts';
import type { ImageProblem } from './problem.ts';

export interface Layout {
  /** sha256 of the image's configuration, which names all its layers; hexadecimal. */
  id: string;
  /** The folder that describes the image, relative to that of the layout, and all files and links to be sent. */
  description: string;
  paths: string[];
  /** As Go spells it: `amd64`. */
  architecture: string;
  /** Of all of it. */
  bytes: number;
}

/** manifest.json of a docker archive (`docker save`, its "image specification" v1.2). */
const MANIFEST = v.array(
  v.looseObject({
    Config: v.string(),
    Layers: v.array(v.string()),
    RepoTags: v.optional(v.nullable(v.array(v.string()))),
  }),
);

/**
 * The time that all files get (seconds): rsync takes a file of the same name, size and time for the same, and a file that was
 * cut off has another.
 */
const TIME = 1_000_000_000;

/**
 * Lays the archive that was unpacked in `archive` out in `into`, an existing folder of the same file system: `blobs/sha256/…`,
 * shared by all images of that folder over there, and the image's description, a layout of the OCI image specification with
 * what unpack.sh reads beside it. Throws Failure(2) for an archive that is none.
 */
export async function layOut(archive: string, into: string, reference: string): Promise<Layout> {
  const broken = (detail: string): Failure<ImageProblem> =>
    new Failure(2, { kind: 'image-bad-archive', reference, detail });
  const place = await realpath(archive);
  /** A file of the archive. */
  const find = async (name: string): Promise<string> => {
    const file = await realpath(join(place, name)).catch(() => '');
    if (relative(place, file).startsWith('..') || file === '') throw broken(`there is no ${name} in it`);
    return file;
  };
  const read = async <T>(name: string, schema: v.GenericSchema<unknown, T>): Promise<{ value: T; text: Buffer }> => {
    const text = await readFile(await find(name));
    const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), text.toString());
    if (!parsed.success) throw broken(`${name}: ${v.summarize(parsed.issues)}`);
    return { value: parsed.output, text };
  };

  const { value: entries } = await read('manifest.json', MANIFEST);
  const entry = entries.find(({ RepoTags }) => RepoTags?.some((tag) => tag === reference)) ?? entries[0];
  if (!entry) throw broken('manifest.json names no image');
  const { value: config, text } = await read(entry.Config, CONFIG_SCHEMA);
  const id = createHash('sha256').update(text).digest('hex');
  const digests = config.rootfs.diff_ids;
  if (digests.length !== entry.Layers.length)
    throw broken('its configuration has not the layers that manifest.json has');

  await mkdir(join(into, 'blobs/sha256'), { recursive: true });
  // All of them before any is moved: one may be a link to another.
  const found = await Promise.all(entry.Layers.map(find));
  const moved = new Map<string, Descriptor>();
  for (const [at, file] of found.entries()) {
    if (!moved.has(file)) moved.set(file, await takeLayer(file, relative(place, file), digests[at] as string, into));
  }
  const layers = found.map((file) => moved.get(file) as Descriptor);
  const put = async (path: string, content: string | Buffer): Promise<string> => {
    await writeFile(join(into, path), content, { mode: 0o600 });
    await utimes(join(into, path), TIME, TIME);
    return path;
  };
  await put(blobPath(id), text);
  const described = {
    mediaType: 'application/vnd.oci.image.config.v1+json',
    digest: `sha256:${id}`,
    size: text.length,
  };
  const manifest = JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST_TYPE, config: described, layers });
  const digest = createHash('sha256').update(manifest).digest('hex');
  await put(blobPath(digest), manifest);

  const description = id.slice(0, 12);
  await mkdir(join(into, description), { mode: 0o700 });
  await symlink('../blobs', join(into, description, 'blobs'));
  const index = { mediaType: MANIFEST_TYPE, digest: `sha256:${digest}`, size: Buffer.byteLength(manifest) };
  const files: Record<string, string> = {
    'oci-layout': JSON.stringify({ imageLayoutVersion: '1.0.0' }),
    'index.json': JSON.stringify({ schemaVersion: 2, manifests: [index] }),
    layers: layers.map((layer) => `${blobPath(layer.digest.slice('sha256:'.length))}\n`).join(''),
    ...runtimeFiles(config, id),
  };
  const paths = [join(description, 'blobs'), blobPath(id), blobPath(digest)];
  for (const [name, content] of Object.entries(files)) paths.push(await put(join(description, name), content));
  const blobs = [...new Set(layers.map((layer) => blobPath(layer.digest.slice('sha256:'.length))))];
  const bytes = [...moved.values()].reduce((sum, layer) => sum + layer.size, 0);
  return { id, description, paths: [...blobs, ...paths], architecture: config.architecture, bytes };
}

interface Descriptor {
  mediaType: string;
  digest: string;
  /** Bytes. */
  size: number;
}

const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';

const blobPath = (hex: string): string => `blobs/sha256/${hex}`;

/**
 * Moves a layer to where its digest says. That of a plain one is in the image's configuration (its diff_id); newer docker
 * keeps what the registry gave it, often compressed, and names such files by their digests.
 */
async function takeLayer(file: string, name: string, diffId: string, into: string): Promise<Descriptor> {
  const kind = await compression(file);
  const named = /(?:^|\/)blobs\/sha256\/([0-9a-f]{64})$/.exec(name.split(sep).join('/'))?.[1];
  const hex = named ?? (kind === '' ? diffId.replace(/^sha256:/, '') : await sha256(file));
  const target = join(into, blobPath(hex));
  await rename(file, target);
  await utimes(target, TIME, TIME);
  const mediaType = `application/vnd.oci.image.layer.v1.tar${kind}`;
  return { mediaType, digest: `sha256:${hex}`, size: (await stat(target)).size };
}

/** By the first bytes: a tar archive begins with a name. */
async function compression(file: string): Promise<'' | '+gzip' | '+zstd'> {
  const handle = await open(file);
  const { buffer } = await handle.read(Buffer.alloc(4), 0, 4, 0).finally(() => handle.close());
  if (buffer.subarray(0, 2).toString('hex') === '1f8b') return '+gzip';
  return buffer.toString('hex') === '28b52ffd' ? '+zstd' : '';
}

/** In hexadecimal. */
export async function sha256(file: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash, { signal });
  return hash.digest('hex');
}
