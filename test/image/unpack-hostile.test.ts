/** unpack.sh on layers that want to get out of the image. */

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Layers, openLayers } from './layers.ts';

describe.skipIf(process.platform !== 'linux')('a layer that leads outside', () => {
  let layers: Layers;
  let outside: string;
  beforeEach(() => {
    layers = openLayers();
    outside = join(layers.folder, 'outside');
    mkdirSync(outside, { mode: 0o777 });
    writeFileSync(join(outside, 'precious'), 'precious\n', { mode: 0o666 });
  });
  afterEach(() => layers.remove());

  /** Nothing of it was written, not even what was harmless. */
  async function refused(word: RegExp): Promise<void> {
    const { code, stderr } = await layers.unpack();
    expect(stderr).toMatch(word);
    expect(code).toBe(65);
    expect(existsSync(layers.root) ? readdirSync(layers.root) : []).toEqual([]);
    untouched();
  }
  function untouched(): void {
    expect(readdirSync(outside)).toEqual(['precious']);
    expect(readFileSync(join(outside, 'precious'), 'utf8')).toBe('precious\n');
  }
  /** A layer with this one member, as it stands. */
  const member = (path: string) =>
    layers.add(`mkdir -p "$(dirname ${path})"; echo evil >${path}`, `-cf "$OUT" --no-recursion ${path}`);

  test.each([
    ['an absolute link', 'ln -s "$FOLDER/outside" a', 'a/precious'],
    ['one that climbs', 'mkdir d; ln -s ../../outside d/a', 'd/a/precious'],
    ['a link to such a link', 'ln -s b a; ln -s "$FOLDER/outside" b', 'a/precious'],
    ['a folder below it', 'mkdir d; ln -s "$FOLDER" d/a', 'd/a/outside/precious'],
    ['links that never end', 'ln -s b a; ln -s a b', 'a/precious'],
    ['a hard link to a symbolic one', 'ln -s "$FOLDER/outside" b; ln b a', 'a/precious'],
  ])('by %s', async (_, script, path) => {
    await layers.add(script);
    await member(path);
    await refused(/symbolic link that leads outside/);
  });

  test('by links of two layers', async () => {
    await layers.add('mkdir d; ln -s "$FOLDER/outside" d/real');
    await layers.add('ln -s d/real a');
    await member('a/precious');
    await refused(/symbolic link that leads outside/);
  });

  test('by a link that stands where a folder was removed and came again', async () => {
    await layers.add('mkdir -p a b; ln -s ../b a/l');
    await layers.add('touch .wh.a');
    await layers.add('mkdir -p a/l; ln -s "$FOLDER/outside" a/l/evil', '-cf "$OUT" --no-recursion a/l/evil a/l');
    await member('a/l/evil/precious');
    await refused(/symbolic link that leads outside/);
  });

  test('by a hard link to a file there', async () => {
    await layers.add('ln -s "$FOLDER/outside" a');
    // The file itself has another name; what the link says of it stays.
    const pack = `-cf "$OUT" --no-recursion --transform='flags=rH;s,^a/,z/,' a/precious b`;
    await layers.add('mkdir a; echo x >a/precious; ln a/precious b', pack);
    await refused(/link to a file outside the image/);
  });

  test('by its names', async () => {
    await layers.add('mkdir d; echo evil >d/up', '-cf "$OUT" --transform=s,d/up,d/../../outside/precious, -P d/up');
    await refused(/leads outside/);
  });

  test.each(['.wh.', '.wh...', '.wh..'])('by the whiteout %s', async (name) => {
    await layers.add('mkdir d; echo 1 >d/f');
    await layers.add(`mkdir d; touch 'd/${name}'`);
    await refused(/hides a file without a name/);
  });

  test('by a whiteout through a link hides nothing there', async () => {
    await layers.add('ln -s "$FOLDER/outside" a; ln -s "$FOLDER/outside" b');
    await layers.add(
      'mkdir a b; touch a/.wh.precious b/.wh..wh..opq',
      '-cf "$OUT" --no-recursion a/.wh.precious b/.wh..wh..opq',
    );
    expect((await layers.unpack()).code).toBe(0);
    untouched();
  });

  test('within one layer, where tar itself sees to it', async () => {
    await layers.add(
      'ln -s "$FOLDER/outside" a; mkdir x; echo evil >x/precious',
      '-cf "$OUT" --transform=s,^x/,a/, --no-recursion a x/precious',
    );
    await layers.unpack();
    untouched();
  });

  test('whose absolute names are meant from its own root', async () => {
    await layers.add('echo mine >file', '-cf "$OUT" -P --transform=s,^file,/etc/file, file');
    expect((await layers.unpack()).code).toBe(0);
    expect(await layers.tree()).toEqual(['d755 etc', 'f644 etc/file']);
  });

  test('but a link to the outside that nothing goes through is none of our business', async () => {
    await layers.add('mkdir var; ln -s /run var/run; ln -s ../../../etc/x up');
    await layers.add('mkdir -p var/run/own');
    expect((await layers.unpack()).code).toBe(0);
    expect(await layers.tree()).toContain('d755 var/run/own');
  });
});
