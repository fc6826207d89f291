/** Archives as docker and its likes have written them over the years, laid out for the cluster. */

import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Failure } from '../../src/failure.ts';
import { layOut } from '../../src/image/oci-layout.ts';

const hex = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');

describe('an archive', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'archive-'));
    mkdirSync(join(folder, 'archive'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const put = (path: string, content: string | Buffer): void => {
    mkdirSync(dirname(join(folder, 'archive', path)), { recursive: true });
    writeFileSync(join(folder, 'archive', path), content);
  };
  const config = (layers: string[], more: object = {}): string =>
    JSON.stringify({
      architecture: 'amd64',
      rootfs: { type: 'layers', diff_ids: layers.map((layer) => `sha256:${hex(layer)}`) },
      ...more,
    });
  const manifest = (Config: string, Layers: string[], RepoTags: string[] | null = null): void =>
    put('manifest.json', JSON.stringify([{ Config, RepoTags, Layers }]));
  const read = (path: string): string => readFileSync(join(folder, 'out', path), 'utf8');
  const lay = () => {
    mkdirSync(join(folder, 'out'));
    return layOut(join(folder, 'archive'), join(folder, 'out'), 'x:latest');
  };

  /** Every digest in the layout is that of the file that bears it. */
  function isWhole(description: string): void {
    const { manifests } = JSON.parse(read(`${description}/index.json`));
    const blob = (digest: string): string => `${description}/blobs/sha256/${digest.replace('sha256:', '')}`;
    expect(`sha256:${hex(read(blob(manifests[0].digest)))}`).toBe(manifests[0].digest);
    const image = JSON.parse(read(blob(manifests[0].digest)));
    for (const { digest, size } of [image.config, ...image.layers]) {
      const data = readFileSync(join(folder, 'out', blob(digest)));
      expect(`sha256:${hex(data)}`).toBe(digest);
      expect(data.length).toBe(size);
    }
  }

  test('of docker before 25 and of podman: layers named in any way, one that occurs twice a link', async () => {
    put('config.json', config(['one', 'two', 'one']));
    put('a/layer.tar', 'one');
    put('b/layer.tar', 'two');
    mkdirSync(join(folder, 'archive/c'));
    symlinkSync('../a/layer.tar', join(folder, 'archive/c/layer.tar'));
    manifest('config.json', ['a/layer.tar', 'b/layer.tar', 'c/layer.tar'], ['x:latest']);
    const layout = await lay();
    expect(layout).toMatchObject({ id: hex(config(['one', 'two', 'one'])), architecture: 'amd64', bytes: 6 });
    expect(read(`${layout.description}/layers`)).toBe(
      ['one', 'two', 'one'].map((layer) => `blobs/sha256/${hex(layer)}\n`).join(''),
    );
    expect(layout.paths).toContain(`blobs/sha256/${hex('two')}`);
    expect(readlinkSync(join(folder, 'out', layout.description, 'blobs'))).toBe('../blobs');
    expect(layout.paths.every((path) => existsSync(join(folder, 'out', path)))).toBe(true);
    isWhole(layout.description);
  });

  test('of newer docker, with what the registry gave it', async () => {
    const packed = gzipSync('one');
    put(`blobs/sha256/${hex(config(['one', 'two']))}`, config(['one', 'two']));
    put(`blobs/sha256/${hex(packed)}`, packed);
    put(`blobs/sha256/${hex('two')}`, 'two');
    manifest(`blobs/sha256/${hex(config(['one', 'two']))}`, [
      `blobs/sha256/${hex(packed)}`,
      `blobs/sha256/${hex('two')}`,
    ]);
    const { description } = await lay();
    expect(read(`${description}/layers`)).toBe(`blobs/sha256/${hex(packed)}\nblobs/sha256/${hex('two')}\n`);
    isWhole(description);
  });

  test('is the same, times too, whenever it is laid out: rsync sends none of it again', async () => {
    put('config.json', config(['one']));
    put('l', 'one');
    manifest('config.json', ['l']);
    const { paths } = await lay();
    for (const path of paths) {
      const stats = lstatSync(join(folder, 'out', path));
      if (stats.isFile()) expect(stats.mtimeMs).toBe(1e12);
    }
  });

  test('keeps ENV, WORKDIR, ENTRYPOINT, CMD and VOLUME, whatever is in them', async () => {
    const about = {
      Env: ['PATH=/bin', 'A=x y', 'B=$HOME "q"', 'C=1\n2', 'no variable'],
      WorkingDir: "/it's here",
      Entrypoint: ['/entry', 'a b'],
      Cmd: ["it's"],
      Volumes: { '/data': {}, '/two words': {} },
    };
    put('config.json', config(['one'], { config: about }));
    put('l', 'one');
    manifest('config.json', ['l']);
    const { description } = await lay();
    expect(read(`${description}/environment`)).toBe('PATH=/bin\nA=x y\nB=$HOME "q"\nC=1 2\n');
    expect(read(`${description}/workdir`)).toBe("it's here");
    expect(read(`${description}/fstab`)).toBe('${ENROOT_ROOTFS}/data /data none x-create=dir,bind,rw,nosuid,nodev\n');
    const rc = read(`${description}/rc`);
    expect(rc).toContain("cd '/it'\\''s here' && unset OLDPWD || exit 1\n");
    expect(rc).toContain(`    exec /entry 'a b' "$@"\nelse\n    exec /entry 'a b' 'it'\\''s'\nfi\n`);
  });

  test('of an image with nothing to run begins a shell', async () => {
    put('config.json', config([], { config: { Env: null, Entrypoint: null, Cmd: null, WorkingDir: '' } }));
    manifest('config.json', []);
    const { description } = await lay();
    expect(read(`${description}/rc`)).toContain('else\n    exec /bin/sh\nfi\n');
    expect(read(`${description}/rc`)).toContain('\ncd / && ');
  });

  test.each([
    ['without a manifest', () => {}],
    ['that is no JSON', () => put('manifest.json', 'hello')],
    ['with no image', () => put('manifest.json', '[]')],
    ['without its configuration', () => manifest('config.json', [])],
    [
      'with a layer too few',
      () => {
        put('config.json', config(['one']));
        manifest('config.json', []);
      },
    ],
    [
      'that names a file outside',
      () => {
        writeFileSync(join(folder, 'outside'), 'one');
        put('config.json', config(['one']));
        manifest('config.json', ['../outside']);
      },
    ],
    [
      'with digests that are none',
      () => {
        put('config.json', JSON.stringify({ rootfs: { diff_ids: ['sha256:../../x'] } }));
        put('l', 'x');
        manifest('config.json', ['l']);
      },
    ],
  ])('%s is an error', async (_, make) => {
    make();
    const error = (await lay().catch((failure) => failure)) as Failure;
    expect(error.problems).toMatchObject([{ kind: 'image-bad-archive', reference: 'x:latest' }]);
    expect(existsSync(join(folder, 'outside')) ? readFileSync(join(folder, 'outside'), 'utf8') : 'one').toBe('one');
  });
});
