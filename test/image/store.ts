/** A store of podman's and buildah's own for a test, in a folder, and what they need to work on any machine of ours. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Store {
  /** For whatever calls an engine. */
  env: Record<string, string>;
  /** A folder for links or scripts, which come first on its PATH. */
  bin: string;
  remove(): void;
}

/** vfs and chroot need nothing of the kernel. `names` is the PATH, where it is not to be everything there is. */
export function openStore(path = process.env.PATH ?? ''): Store {
  const folder = mkdtempSync(join(tmpdir(), 'store-'));
  const conf = join(folder, 'storage.conf');
  writeFileSync(
    conf,
    `[storage]\ndriver = "vfs"\ngraphroot = "${join(folder, 'graph')}"\nrunroot = "${join(folder, 'run')}"\n`,
  );
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  return {
    env: { CONTAINERS_STORAGE_CONF: conf, STORAGE_DRIVER: 'vfs', BUILDAH_ISOLATION: 'chroot', PATH: `${bin}:${path}` },
    bin,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
