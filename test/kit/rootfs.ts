/** Small container images of the tests' own, made of what this machine has: as a root folder, and as squashfs. */

import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';

/** What an image says of itself, and what it has besides busybox, a fake pip and bash. */
export interface ImageContents {
  env?: Record<string, string>;
  workdir?: string;
  entrypoint?: string[];
  cmd?: string[];
  /** By absolute path; a text that begins with `#!` is executable. */
  files?: Record<string, string>;
  /** Without it a script that asks for bash fails inside. */
  bash?: boolean;
  /** So many MB that do not compress. */
  megabytes?: number;
}

/** A root of a few MB in a folder of its own, out of this machine's busybox-static and bash; remove it with `rm -r`. */
export async function makeRootfs({ files = {}, bash = true, megabytes = 0 }: ImageContents = {}): Promise<string> {
  const root = mkdtempSync(join(tmpdir(), 'rootfs-'));
  chmodSync(root, 0o755);
  for (const folder of ['bin', 'etc', 'proc', 'sys', 'dev', 'tmp', 'run', 'root', 'usr/bin', 'usr/sbin', 'sbin', 'var'])
    mkdirSync(join(root, folder), { recursive: true });
  await execa('cp', ['/bin/busybox', join(root, 'bin/busybox')]);
  await execa('chroot', [root, '/bin/busybox', '--install', '-s']);
  await execa('ln', ['-s', '/run', join(root, 'var/run')]);
  await execa('cp', [join(import.meta.dirname, 'image/pip'), join(root, 'usr/bin/pip')]);
  if (bash) {
    const libraries = (await execa('ldd', ['/bin/bash'])).stdout.match(/\/\S+(?= \()/g) ?? [];
    await execa('cp', ['-L', '--parents', '/bin/bash', ...libraries, root]);
  }
  const all = { '/etc/passwd': 'root:x:0:0:root:/root:/bin/sh\n', '/etc/group': 'root:x:0:\n', ...files };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text, { mode: text.startsWith('#!') ? 0o755 : 0o644 });
  }
  if (megabytes > 0) await execa('sh', ['-c', `head -c ${megabytes}M /dev/urandom > ${root}/filler`]);
  return root;
}

/** Makes a root, and removes it after use. */
export async function withRootfs<T>(contents: ImageContents, use: (root: string) => Promise<T>): Promise<T> {
  const root = await makeRootfs(contents);
  try {
    return await use(root);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** An image file as `enroot import` would leave it. */
export function makeSqsh(path: string, contents: ImageContents = {}): Promise<void> {
  const { env = {}, workdir = '/', entrypoint = [], cmd = ['/bin/sh'] } = contents;
  const words = (list: string[]) => list.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  return withRootfs(contents, async (root) => {
    const variables = Object.entries({ PATH: '/usr/bin:/bin:/usr/sbin:/sbin', ...env });
    writeFileSync(join(root, 'etc/environment'), variables.map(([name, value]) => `${name}=${value}\n`).join(''));
    mkdirSync(join(root, workdir), { recursive: true });
    const start = `mkdir -p "${workdir}" 2> /dev/null\ncd "${workdir}" && unset OLDPWD || exit 1\n`;
    const local = 'if [ -s /etc/rc.local ]; then\n    . /etc/rc.local\nfi\n';
    const run = `if [ $# -gt 0 ]; then\n    exec ${words(entrypoint)} "$@"\nelse\n    exec ${words([...entrypoint, ...cmd])}\nfi\n`;
    writeFileSync(join(root, 'etc/rc'), start + local + run);
    await execa('mksquashfs', [root, path, '-all-root', '-no-progress', '-comp', 'lzo', '-noD', '-noappend']);
    chmodSync(path, 0o644);
  });
}

/** Whether the image has that absolute path. */
export async function sqshHas(image: string, path: string): Promise<boolean> {
  const { stdout } = await execa('unsquashfs', ['-lc', '-d', '', image]);
  return stdout.split('\n').includes(path);
}

/** What a file of the image says. */
export async function sqshRead(image: string, path: string): Promise<string> {
  return (await execa('unsquashfs', ['-cat', image, path.replace(/^\//, '')])).stdout;
}
