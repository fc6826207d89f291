/** slurm-image-push over a real link: what arrives, what is sent again, and what becomes of a push that was cut off. */

import { createHash } from 'node:crypto';
import { appendFileSync, mkdtempSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ImageSetUp } from '../../src/image/setup.ts';
import { clusterUnavailable, ensureCluster, type Link, type TestCluster } from '../cluster/cluster.ts';
import { makeRootfs, makeSqsh, sqshHas, sqshRead } from '../kit/containers.ts';
import { makeToy, type Running, type Toy, until } from '../kit/toy.ts';
import { openStore, type Store } from './store.ts';

/** Bytes that do not compress, so that the link's count tells what was sent. */
const FILLER = 24;

const mega = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);

describe.skipIf(clusterUnavailable())('slurm-image-push', () => {
  let cluster: TestCluster;
  let link: Link;
  let store: Store;
  let toy: Toy;
  let remoteDir: string;
  let folder: string;

  beforeAll(async () => {
    cluster = await ensureCluster();
    link = await cluster.link();
    store = openStore();
    remoteDir = cluster.remoteDir();
    const env = cluster.env();
    toy = makeToy(`REMOTE_HOST=${link.host}\nREMOTE_DIR=${remoteDir}\n`, {
      ...env,
      ...store.env,
      PATH: `${store.bin}:${env.PATH}`,
    });
    const root = await makeRootfs({ megabytes: FILLER });
    await execa('mv', [root, join(toy.root, 'root')]);
    toy.write('code.txt', 'first\n');
    toy.write(
      'Dockerfile',
      `FROM scratch\nCOPY root /\nENV A="x y" PATH=/usr/bin:/bin\nCOPY code.txt /opt/\nWORKDIR /work\nENTRYPOINT ["/usr/bin/env"]\n`,
    );
    toy.write('slurm/images/built.conf', 'DOCKERFILE=Dockerfile\n');
    folder = mkdtempSync(join(tmpdir(), 'image-'));
  });
  afterAll(async () => {
    toy?.remove();
    store?.remove();
    await link?.close();
    rmSync(folder, { recursive: true, force: true });
    if (remoteDir) await cluster.asUser('srt-bash', `chmod -R u+rwX '${remoteDir}'; rm -rf '${remoteDir}'`);
  });

  const images = () => `${remoteDir}/slurm/images`;
  /** Bytes that went up. */
  async function sentBy(work: () => Promise<unknown>): Promise<number> {
    link.proxy.resetCounters();
    await work();
    return link.proxy.bytes().up;
  }
  async function done(target: string, variables: Record<string, string>) {
    const ended = await toy.json(target, variables);
    expect(ended.exit, `${ended.stdout}\n${ended.stderr}`).toBe(0);
    return ended.json;
  }
  /** Bytes of what has arrived for all images. */
  async function arrived(): Promise<number> {
    const { stdout } = await execa('find', [`${images()}/.incoming`, '-type', 'f', '-printf', '%s\\n'], {
      reject: false,
    });
    return stdout.split('\n').reduce((sum, size) => sum + Number(size), 0);
  }
  /** Freezes the link in the very moment in which so many bytes have gone up: a pause between two looks may be all it takes to send the rest. */
  async function frozenAt(bytes: number, pushing: Running): Promise<void> {
    let isOver = false;
    void pushing.then(() => {
      isOver = true;
    });
    while (link.proxy.bytes().up < bytes && !isOver) await new Promise(setImmediate);
    expect(isOver, 'the push was over before that').toBe(false);
    link.proxy.freeze();
  }
  /** The link breaks once half of it is over there, until the command gives up. */
  async function cutAtHalf(bytes: number, variables: Record<string, string>): Promise<void> {
    const before = await arrived();
    link.proxy.resetCounters();
    const pushing = toy.start('slurm-image-push', { ...variables, JSON: '1' });
    // What the link has taken in goes on arriving.
    await frozenAt(bytes / 2, pushing);
    await until('half of it', async () => (await arrived()) - before > 0.48 * bytes);
    await link.proxy.cut();
    const ended = JSON.parse((await pushing).stdout);
    await link.proxy.restore();
    expect(ended.exit, JSON.stringify(ended)).toBe(3);
  }
  const ofDisk = (path: string): Buffer => readFileSync(path);

  test('an image that was built here is one over there, as it was meant to run', async () => {
    await done('slurm-image-setup', { IMAGE: 'built' });
    const file = `${images()}/built.sqsh`;
    expect(await sqshRead(file, '/opt/code.txt')).toBe('first');
    expect((await sqshRead(file, '/etc/environment')).split('\n')).toEqual(
      expect.arrayContaining(['A=x y', 'PATH=/usr/bin:/bin']),
    );
    expect(await sqshRead(file, '/etc/rc')).toContain('exec /usr/bin/env "$@"');
    expect(await sqshHas(file, '/work')).toBe(true);
    expect(await sqshRead(file, '/etc/slurm-runner-image')).toMatch(/^[0-9a-f]{32}$/);
    const { stdout } = await execa('ls', ['-A', join(toy.root, 'slurm/jobs')]);
    expect(stdout).toBe('');
    const start = `enroot create -n sent '${file}' >/dev/null 2>&1; enroot start sent; enroot remove -f sent >/dev/null 2>&1`;
    expect((await cluster.asUser('srt-bash', start)).split('\n')).toContain('A=x y');
  });

  test('sent once more it is known to be there, and nothing is made', async () => {
    const sent = await sentBy(async () => {
      const json = await done('slurm-image-push', { IMAGE: 'built' });
      expect(json.built.outcome).toBe('current');
    });
    expect(sent).toBeLessThan(100_000);
  });

  test('of a changed one only the changed layer is sent', async () => {
    toy.write('code.txt', 'second\n');
    await done('slurm-image-build', { IMAGE: 'built' });
    const sent = await sentBy(() => done('slurm-image-push', { IMAGE: 'built' }));
    expect(sent).toBeLessThan(200_000);
    expect(await sqshRead(`${images()}/built.sqsh`, '/opt/code.txt')).toBe('second');
  });

  test('cut at half, the rest is what the next push sends', async () => {
    await execa('sh', ['-c', `head -c ${FILLER}M /dev/urandom >root/filler`], { cwd: toy.root });
    await done('slurm-image-build', { IMAGE: 'built' });
    const before = readlinkSync(`${images()}/built.sqsh`);
    await cutAtHalf(FILLER * 2 ** 20, { IMAGE: 'built' });
    expect(readlinkSync(`${images()}/built.sqsh`)).toBe(before);
    let bytes = 0;
    const rest = await sentBy(async () => {
      bytes = (await done('slurm-image-push', { IMAGE: 'built' })).bytes;
    });
    console.log(`image of ${mega(bytes)} MB cut at half: the next push sent ${mega(rest)} MB`);
    expect(rest).toBeLessThan(0.6 * bytes);
    const unpacked = join(folder, 'unpacked');
    await execa('unsquashfs', ['-quiet', '-no-progress', '-d', unpacked, `${images()}/built.sqsh`, 'filler']);
    expect(ofDisk(join(unpacked, 'filler')).equals(ofDisk(join(toy.root, 'root/filler')))).toBe(true);
  });

  test('a ready-made file arrives as it is, cut off or not, and its digest is known', async () => {
    await makeSqsh(join(toy.root, 'ready.sqsh'), { megabytes: FILLER });
    toy.write('slurm/images/ready.conf', 'BASE=ready.sqsh\n');
    const { size } = statSync(join(toy.root, 'ready.sqsh'));
    await cutAtHalf(size, { IMAGE: 'ready' });
    let json = await done('slurm-image-push', { DRY_RUN: '1', IMAGE: 'ready' });
    expect(json.from).toEqual({ file: 'ready.sqsh' });
    const rest = await sentBy(async () => {
      json = await done('slurm-image-push', { IMAGE: 'ready' });
    });
    console.log(`file of ${mega(size)} MB cut at half: the next push sent ${mega(rest)} MB`);
    expect(rest).toBeLessThan(0.6 * size);
    const bytes = ofDisk(join(toy.root, 'ready.sqsh'));
    expect(json.built.digest).toBe(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
    expect(ofDisk(`${images()}/ready.sqsh`).equals(bytes)).toBe(true);
    // Made again of the same, the file that jobs may have open is the one that was there.
    const { ino } = statSync(`${images()}/ready.sqsh`);
    expect((await done('slurm-image-push', { IMAGE: 'ready', FORCE: '1' })).built.outcome).toBe('built');
    expect(statSync(`${images()}/ready.sqsh`).ino).toBe(ino);
  });

  test('a file that changes while it is sent becomes no image', async () => {
    await makeSqsh(join(toy.root, 'moving.sqsh'), { megabytes: FILLER });
    toy.write('slurm/images/moving.conf', 'BASE=moving.sqsh\n');
    link.proxy.resetCounters();
    const pushing = toy.start('slurm-image-push', { IMAGE: 'moving', JSON: '1' });
    await frozenAt(2 ** 20, pushing);
    appendFileSync(join(toy.root, 'moving.sqsh'), 'more');
    await link.proxy.restore();
    const { stdout } = await pushing;
    expect(JSON.parse(stdout)).toMatchObject({
      exit: 2,
      problems: [{ kind: 'image-file-changed', path: 'moving.sqsh' }],
    });
    await cluster.asUser('srt-bash', `! [ -e '${images()}/moving.sqsh' ]`);
  });

  test('an image for another machine is refused before anything is sent', async () => {
    toy.write('Other', 'FROM scratch\nCOPY root/filler /\n');
    toy.write('slurm/images/other.conf', 'DOCKERFILE=Other\n');
    const words = ['build', '--quiet', '--platform', 'linux/s390x', '-f', 'Other', '-t', 'other:latest', '.'];
    await execa('podman', words, { cwd: toy.root, env: store.env });
    const sent = await sentBy(async () => {
      const { exit, json } = await toy.json('slurm-image-push', { IMAGE: 'other' });
      expect(exit).toBe(2);
      expect(json.problems).toMatchObject([{ kind: 'image-wrong-machine', architecture: 's390x' }]);
    });
    expect(sent).toBeLessThan(100_000);
  });

  test('an image of the store needs no build', async () => {
    toy.write('slurm/images/stored.conf', 'BASE=podman://localhost/built:latest\nENV=B=2\n');
    const json = await done('slurm-image-setup', { IMAGE: 'stored' });
    expect((json as unknown as ImageSetUp).push?.from).toEqual({
      engine: 'podman',
      reference: 'localhost/built:latest',
    });
    expect((await sqshRead(`${images()}/stored.sqsh`, '/etc/environment')).split('\n')).toContain('B=2');
  });

  test('what is under way from here is not begun twice', async () => {
    await execa('sh', ['-c', `head -c ${FILLER}M /dev/urandom >root/filler`], { cwd: toy.root });
    await done('slurm-image-build', { IMAGE: 'built' });
    link.proxy.resetCounters();
    const pushing = toy.start('slurm-image-push', { IMAGE: 'built', JSON: '1' });
    await frozenAt(2 ** 20, pushing);
    const second = await toy.json('slurm-image-push', { IMAGE: 'built' });
    await link.proxy.restore();
    expect(second.json.problems).toMatchObject([{ kind: 'image-being-sent', image: 'built' }]);
    expect(JSON.parse((await pushing).stdout).exit).toBe(0);
    expect(statSync(`${images()}/built.sqsh`).size).toBeGreaterThan(FILLER * 2 ** 20);
  });
});
