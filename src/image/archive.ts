/** An image of docker's, podman's or buildah's store as a folder to be sent; what was half sent is kept for the next try. */

import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type EngineName, saveInto } from './engine.ts';
import { type Layout, layOut } from './oci-layout.ts';

/** What is ready to be sent from a folder, noted in this file of it: of which image, and the layout. */
const READY = 'ready.json';

/**
 * Saves the image `reference`, whose id is `imageId`, laid out in `folder`; if it is there from an earlier try, nothing is
 * done. Throws Failure(2) with the engine's words.
 */
export async function prepareArchive(
  engine: EngineName,
  reference: string,
  imageId: string,
  folder: string,
): Promise<Layout> {
  const before = await readReady(folder, imageId);
  if (before) return before;
  await rm(folder, { recursive: true, force: true });
  const archive = join(folder, 'archive');
  await mkdir(archive, { recursive: true, mode: 0o700 });
  await saveInto(engine, reference, archive);
  const layout = await layOut(archive, folder, reference);
  await rm(archive, { recursive: true });
  await writeFile(join(folder, READY), JSON.stringify({ imageId, layout }), { mode: 0o600 });
  return layout;
}

/** Written last, after the rest is whole. */
async function readReady(folder: string, imageId: string): Promise<Layout | undefined> {
  try {
    const ready: { imageId: string; layout: Layout } = JSON.parse(await readFile(join(folder, READY), 'utf8'));
    const whole = ready.layout.paths.every((path) => existsSync(join(folder, path)));
    return ready.imageId === imageId && whole ? ready.layout : undefined;
  } catch {
    return undefined;
  }
}
