/** unpack.sh: what layers leave of one another. */

import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { quote } from '../../src/host/quote.ts';
import { type Layers, openLayers } from './layers.ts';

// Its tar is GNU's, and setpriv makes root an ordinary user.
const awks = ['/usr/bin/gawk', '/usr/bin/mawk', '/usr/bin/busybox awk'].filter((awk) => existsSync(awk.split(' ')[0]!));

describe.skipIf(process.platform !== 'linux')('layers', () => {
  let layers: Layers;
  beforeEach(() => {
    layers = openLayers();
  });
  afterEach(() => layers.remove());

  const unpacked = async (awk?: string): Promise<string[]> => {
    expect(await layers.unpack(awk)).toEqual({ code: 0, stderr: '' });
    return layers.tree();
  };

  test.each(awks)('hide, replace and add to one another, by %s', async (awk) => {
    await layers.add(`
      mkdir -p dir/sub keep swap; echo 1 >dir/sub/f; echo old >keep/old; mkdir keep/deep; ln -s / keep/link
      echo gone >gone; ln -s dir/sub linked; echo file >file; ln file hard; echo in >swap/in; ln -s keep link`);
    await layers.add(`
      mkdir dir keep linked file; touch dir/.wh.sub keep/.wh..wh..opq .wh.gone .wh..wh.plnk
      echo new >keep/new; echo in >file/in; echo now >swap; echo through >linked/own`);
    await layers.add(`mkdir -p dir/sub link; rmdir link; echo again >dir/sub/g; echo three >gone`);
    expect(await unpacked(awk)).toEqual(
      [
        ...['d755 dir', 'd755 dir/sub', 'f644 dir/sub/g', 'd755 file', 'f644 file/in', 'f644 gone', 'f644 hard'],
        ...['d755 keep', 'f644 keep/new', 'l link -> keep', 'd755 linked', 'f644 linked/own', 'f644 swap'],
      ].sort(),
    );
    expect(readFileSync(join(layers.root, 'swap'), 'utf8')).toBe('now\n');
    expect(readFileSync(join(layers.root, 'gone'), 'utf8')).toBe('three\n');
  });

  test('go through a link that stays inside', async () => {
    await layers.add('mkdir -p usr/lib/deep; ln -s usr/lib lib; echo 1 >usr/lib/one; ln -s ../lib usr/again');
    await layers.add(
      'mkdir lib; echo 2 >lib/two; touch lib/.wh.one; echo x',
      '--no-recursion -cf "$OUT" lib/two lib/.wh.one',
    );
    await layers.add('mkdir -p usr/again; echo 3 >usr/again/three', '--no-recursion -cf "$OUT" usr/again/three');
    expect(await unpacked()).toEqual([
      ...['d755 usr', 'd755 usr/lib', 'd755 usr/lib/deep', 'f644 usr/lib/three', 'f644 usr/lib/two'],
      ...['l lib -> usr/lib', 'l usr/again -> ../lib'],
    ]);
  });

  test('whose folders and files nobody may read or write can be added to, packed and removed', async () => {
    await layers.add(`
      mkdir -p shut/in; echo s >shut/in/s; echo secret >shadow; cp /bin/true suid
      chmod 0 shadow; chmod 4755 suid; chmod 555 shut/in; chmod 0 shut`);
    await layers.add(
      'mkdir -p shut/in; echo new >shut/in/new; chmod 500 shut/in; chmod 0 shut; touch shut/in/.wh.s || :',
    );
    expect(await unpacked()).toEqual([
      ...['d700 shut', 'd700 shut/in', 'f400 shadow', 'f4755 suid', 'f644 shut/in/new'],
    ]);
  });

  test('with names that are hard to write down', async () => {
    const names = [
      ' a',
      'a ',
      'q"uo\\te',
      'tab\tin',
      'ü é',
      '-rf',
      '*',
      '$(x)',
      'new\nline',
      'a -> b',
      '\\0101',
      "it's",
    ];
    const touch = (folder: string, prefix: string): string =>
      `mkdir ${folder}; touch ${names.map((name) => quote(`${folder}/${prefix}${name}`)).join(' ')}`;
    await layers.add(`${touch('hidden', '')}; ${touch('kept', '')}`);
    await layers.add(touch('hidden', '.wh.'));
    const left = await unpacked();
    expect(left).toEqual(['d755 hidden', 'd755 kept', ...names.map((name) => `f644 kept/${name}`)].sort());
  });

  test('compressed ones, too', async () => {
    await layers.add('echo 1 >plain; echo old >swap');
    await layers.add('echo 2 >gz; touch .wh.plain', '-czf "$OUT" .');
    await layers.add('echo 3 >zst; echo new >swap', '--zstd -cf "$OUT" .');
    expect(await unpacked()).toEqual(['f644 gz', 'f644 swap', 'f644 zst']);
    expect(readFileSync(join(layers.root, 'swap'), 'utf8')).toBe('new\n');
  });

  test.skipIf(process.getuid?.() !== 0)('with device nodes, which no ordinary user can make', async () => {
    await layers.add('mkdir dev; mknod dev/null c 1 3; mknod "blank disk" b 7 0; mkfifo pipe; echo x >dev/file');
    expect(await unpacked()).toEqual(['d755 dev', 'f644 dev/file', 'p644 pipe']);
  });

  test('a damaged one is an error', async () => {
    await layers.add('head -c 100000 /dev/urandom >big; gzip -9 big', '-cf - . | head -c 50000 >"$OUT"');
    const { code } = await layers.unpack();
    expect(code).not.toBe(0);
  });

  test('what the image says of running it goes where enroot looks for it, whatever was there', async () => {
    await layers.add(`
      mkdir etc; echo OLD=1 >etc/environment; ln -s "$FOLDER/outside" etc/rc; mkdir etc/fstab; echo x >"$FOLDER/outside"
      ln -s "$FOLDER" away
      echo NEW=1 >"$FOLDER/environment"; echo 'exec x' >"$FOLDER/rc"; : >"$FOLDER/rc.local"; : >"$FOLDER/fstab"; printf opt/work >"$FOLDER/workdir"`);
    const left = await unpacked();
    expect(left).toContain('d755 opt/work');
    expect(readFileSync(join(layers.root, 'etc/environment'), 'utf8')).toBe('NEW=1\n');
    expect(readFileSync(join(layers.root, 'etc/rc'), 'utf8')).toBe('exec x\n');
    expect(readFileSync(join(layers.folder, 'outside'), 'utf8')).toBe('x\n');
    expect(statSync(join(layers.root, 'etc/fstab')).isFile()).toBe(true);
  });
});
