/** Layers made by hand, and unpacked by an ordinary user, as over there. */

import { chmodSync, existsSync, mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { remoteText } from '../../src/host/program.ts';

export interface Unpacked {
  code: number;
  stderr: string;
}

export interface Layers {
  /** The folder of it all; others may write here. */
  folder: string;
  /** Where it is unpacked. */
  root: string;
  /** The next layer: what shell text leaves in an empty folder. `pack` is the end of tar's command line. */
  add(script: string, pack?: string): Promise<void>;
  /** With another awk, where one is named by its path. */
  unpack(awk?: string): Promise<Unpacked>;
  /** `MODE PATH[ -> TARGET]` of all that was unpacked but the root, sorted; of a link and what can be read by all only the rest. */
  tree(): Promise<string[]>;
  remove(): Promise<void>;
}

export function openLayers(): Layers {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'layers-')));
  chmodSync(folder, 0o777);
  const root = join(folder, 'root');
  const names: string[] = [];
  return {
    ...{ folder, root },
    add: async (script, pack = '-cf "$OUT" .') => {
      const name = `${names.length + 1}.layer`;
      const place = join(folder, `made-${names.length + 1}`);
      mkdirSync(place);
      const env = { OUT: join(folder, name), FOLDER: folder };
      // As root it also makes what no ordinary user may.
      await execa('sh', ['-ec', `umask 022\n${script}\ntar --format=pax --sort=name ${pack}`], { cwd: place, env });
      names.push(name);
      writeFileSync(join(folder, 'layers'), names.map((one) => `${one}\n`).join(''));
    },
    unpack: async (awk) => {
      const bin = join(folder, 'bin');
      mkdirSync(bin, { recursive: true });
      if (awk) writeFileSync(join(bin, 'awk'), `#!/bin/sh\nexec ${awk} "$@"\n`, { mode: 0o755 });
      const program = `${remoteText('unpack-plan')}\n${remoteText('unpack')}\nunpack "$1" "$2"`;
      const words = [...ordinary(), 'sh', '-c', program, 'unpack', folder, root];
      const env = { PATH: `${bin}:${process.env.PATH}` };
      const { exitCode = -1, stderr } = await execa(words[0] as string, words.slice(1), { reject: false, env });
      return { code: exitCode, stderr };
    },
    tree: () => treeOf(root),
    remove: async () => {
      if (existsSync(root)) await execa('chmod', ['-R', 'u+rwX', root]);
      await execa('rm', ['-rf', folder]);
    },
  };
}

/** What makes a command an ordinary user's, for whom modes count. */
function ordinary(): string[] {
  return process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [];
}

/** As Layers.tree, of any folder. */
export async function treeOf(root: string): Promise<string[]> {
  const words = [
    '.',
    '-mindepth',
    '1',
    '(',
    '-type',
    'l',
    '-printf',
    '%y %P -> %l\\0',
    '-o',
    '-printf',
    '%y%m %P\\0',
    ')',
  ];
  const { stdout } = await execa('find', words, { cwd: root });
  return stdout.split('\0').filter(Boolean).sort();
}
