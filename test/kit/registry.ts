/** A registry of the tests' own, Debian's docker-registry, and Docker images to put there. */

import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { execa } from 'execa';
import type { TestCluster } from '../cluster/cluster.ts';
import { onQuietPort } from '../cluster/proxy.ts';
import { type ImageContents, withRootfs } from './rootfs.ts';
import { until } from './toy.ts';

export interface Registry {
  /** `127.0.0.1:PORT`, to be written before `#` or `/`; without TLS. */
  address: string;
  /** Puts an image there; gives its digest, `sha256:…`. `name` is such as `team/base:v1`. */
  push(name: string, contents?: ImageContents): Promise<string>;
  stop(): Promise<void>;
}

/** Asked for by a registry with `login: true`. */
export const REGISTRY_LOGIN = { user: 'alice', password: 'secret' };
/** The password through bcrypt, the one form it reads. */
const HTPASSWD = 'alice:$2y$05$slurmrunnertestsaltsuOK4niloNbxytpI3saOBdeb7/MpP4KS/C\n';

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await onQuietPort(async (one) => {
    server.listen(one, '127.0.0.1');
    await once(server, 'listening');
    return one;
  });
  server.close();
  await once(server, 'close');
  return port;
}

/** Debian's docker-registry on a port of the loopback, with a login or without; what it keeps goes with the cluster at the latest. */
export async function startRegistry(cluster: TestCluster, { login = false } = {}): Promise<Registry> {
  const address = `127.0.0.1:${await freePort()}`;
  const folder = mkdtempSync(join(cluster.dir, 'run/registry-'));
  const users = join(folder, 'users');
  writeFileSync(users, HTPASSWD);
  const auth = login ? `auth: {htpasswd: {realm: tests, path: ${users}}}\n` : '';
  const storage = `storage: {filesystem: {rootdirectory: ${folder}}, delete: {enabled: true}}`;
  const configuration = `version: 0.1\nlog: {level: error, accesslog: {disabled: true}}\n${storage}\nhttp: {addr: '${address}'}\n${auth}`;
  writeFileSync(join(folder, 'config.yml'), configuration);
  const child = spawn('docker-registry', ['serve', join(folder, 'config.yml')], { stdio: 'ignore' });
  process.once('exit', () => child.kill());
  const headers: Record<string, string> = login
    ? { authorization: `Basic ${Buffer.from(`${REGISTRY_LOGIN.user}:${REGISTRY_LOGIN.password}`).toString('base64')}` }
    : {};
  const answers = () =>
    fetch(`http://${address}/v2/`, { headers }).then(
      (answer) => answer.ok,
      () => false,
    );
  await until('the registry', answers);
  return {
    address,
    push: (name, contents = {}) =>
      withRootfs(contents, (root) => push(`http://${address}/v2`, headers, name, root, contents)),
    stop: async () => {
      await ended(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function ended(child: ChildProcess): Promise<unknown> {
  const end = new Promise((resolve) => child.once('exit', resolve));
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  child.kill();
  return end;
}

/** One layer, its configuration and a manifest in Docker's own form, as `podman push --format v2s2` sends them. */
async function push(
  url: string,
  headers: Record<string, string>,
  name: string,
  root: string,
  contents: ImageContents,
): Promise<string> {
  const [repository, tag = 'latest'] = name.split(':');
  const base = `${url}/${repository}`;
  const tar = join(root, '..', `${root.split('/').pop()}.tar`);
  await execa('tar', ['-C', root, '--numeric-owner', '--owner=0', '--group=0', '-cf', tar, '.']);
  const plain = sha256(readFileSync(tar));
  await execa('gzip', ['-1n', tar]);
  const layer = readFileSync(`${tar}.gz`);
  rmSync(`${tar}.gz`);
  const env = Object.entries({ PATH: '/usr/bin:/bin:/usr/sbin:/sbin', ...contents.env }).map((pair) => pair.join('='));
  const { workdir = '', entrypoint = null, cmd = ['/bin/sh'] } = contents;
  const config = Buffer.from(
    JSON.stringify({
      architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
      os: 'linux',
      config: { Env: env, WorkingDir: workdir, Entrypoint: entrypoint, Cmd: cmd },
      rootfs: { type: 'layers', diff_ids: [plain] },
      history: [{ created_by: 'the tests' }],
    }),
  );
  const send = async (method: string, target: string, body?: Buffer, type = 'application/octet-stream') => {
    const answer = await fetch(target, { method, body, headers: { ...headers, 'content-type': type } });
    if (!answer.ok) throw new Error(`${method} ${target}: ${answer.status} ${await answer.text()}`);
    return answer;
  };
  for (const blob of [layer, config]) {
    const place = (await send('POST', `${base}/blobs/uploads/`)).headers.get('location') ?? '';
    const target = new URL(place, base);
    target.searchParams.set('digest', sha256(blob));
    await send('PUT', target.href, blob);
  }
  const type = 'application/vnd.docker.distribution.manifest.v2+json';
  const entry = (kind: string, blob: Buffer) => ({
    mediaType: `application/vnd.docker.${kind}`,
    size: blob.length,
    digest: sha256(blob),
  });
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: type,
      config: entry('container.image.v1+json', config),
      layers: [entry('image.rootfs.diff.tar.gzip', layer)],
    }),
  );
  await send('PUT', `${base}/manifests/${tag}`, manifest, type);
  return sha256(manifest);
}

function sha256(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
