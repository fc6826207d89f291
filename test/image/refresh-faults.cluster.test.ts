/** Accidents while an image is made: killed at every step, twice at once, the link cut, the disk full; the old image is whole all the while. */

import { describe, expect, test } from 'vitest';
import type { ImageCleanResult } from '../../src/image/clean.ts';
import { clusterUnavailable, type Link } from '../cluster/cluster.ts';
import { sqshHas } from '../kit/containers.ts';
import { imageProject } from '../kit/images.ts';
import { type Ended, until } from '../kit/toy.ts';

describe.skipIf(clusterUnavailable())('accidents while an image is made', () => {
  let link: Link;
  const project = imageProject('SETUP=setup.sh\n', {
    // Reached through a link, as homes and scratch folders often are.
    remoteDir: async (cluster) => {
      const [real, path] = [cluster.remoteDir(), cluster.remoteDir()];
      await cluster.asUser('srt-bash', `mkdir '${real}' && ln -s '${real}' '${path}'`);
      return path;
    },
    host: async (cluster) => {
      link = await cluster.link();
      return link.host;
    },
  });
  const { asUser, refresh } = project;

  const start = (variables: Record<string, string> = {}, group = false) => {
    const running = project.toy.start('slurm-image-refresh', { FORCE: '1', JSON: '1', ...variables }, group);
    let text = '';
    running.stderr?.on('data', (chunk) => {
      text += chunk;
    });
    return {
      running,
      /** Resolves once it has said something like that on standard error. */
      says: (what: RegExp) => until(`${what}`, () => what.test(text)),
      end: async (): Promise<Ended['json']> => JSON.parse((await running).stdout),
    };
  };
  /** The process that makes it, by what the build's folder says. */
  const owner = () => asUser(`cd '${project.images}/.builds/my' && cat "$(ls | sort -n | tail -n 1)/owner"`);
  const worker = async () => (await owner()).split(' ')[2] as string;

  test('the first one', async () => {
    const { exit, json } = await refresh();
    expect(exit, JSON.stringify(json.problems)).toBe(0);
  });

  // At `import` the layers come in, at `squash` a file is written whose superblock is still missing, at `create` half a root is there.
  test.for(
    (['import', 'squash', 'create'] as const).flatMap((point) => [
      [point, 'with all that it started', '-'] as const,
      [point, 'alone', ''] as const,
    ]),
  )(
    'killed at %s, %s: the image stays, the next call clears up and makes it',
    async ([point, , group], { annotate }) => {
      const before = await project.current();
      await project.registry.push('team/base:v1', { files: { [`/at-${point}${group}`]: 'yes' } });
      const held = project.hold(point);
      const running = start();
      await held.reached();
      await asUser(`kill -s KILL -- ${group}${await worker()}`);
      const lost = await running.end();
      expect(lost).toMatchObject({ exit: 1, problems: [{ kind: 'image-lost' }] });
      await annotate(lost.problems[0].message.split('\n')[0] as string);
      expect(await project.current()).toBe(before);
      await asUser(`unsquashfs -s '${project.images}/${before}' >/dev/null`);
      // What was not killed is still at it while the next one begins.
      const builds = () => asUser(`ls '${project.images}/.builds/my'`);
      const broken = await builds();
      const next = start();
      await until('another build', async () => (await builds()) !== broken);
      held.release();
      const made = await next.end();
      expect(made.exit, JSON.stringify(made.problems)).toBe(0);
      expect(await sqshHas(made.built.file, `/at-${point}${group}`)).toBe(true);
      expect(await project.leftovers()).toBe('');
    },
  );

  test('asked to end, or cancelled: it clears up by itself', async () => {
    const before = await project.current();
    for (const how of ['login', 'job']) {
      const held = project.hold('create');
      const running = start({ BUILD_ON: how });
      await held.reached();
      if (how === 'login') await asUser(`kill -TERM ${await worker()}`);
      else await asUser(`scancel ${(await owner()).split(' ')[1]}`);
      const result = await running.end();
      expect(result.exit).toBe(1);
      expect(['image-cancelled', 'image-lost']).toContain(result.problems[0].kind);
      held.release();
      expect(await project.current()).toBe(before);
    }
  });

  test('twice at once, of one recipe: made once, and both have it', async () => {
    const held = project.hold('create');
    const first = start();
    await held.reached();
    const second = start();
    await second.says(/being made already/);
    held.release();
    const [one, two] = [await first.end(), await second.end()];
    expect(one.exit, JSON.stringify(one.problems)).toBe(0);
    expect(two.exit, JSON.stringify(two.problems)).toBe(0);
    expect(await asUser(`sha256sum <"$(readlink -f '${project.images}/my.sqsh')"`)).toBe(
      `${two.built.digest.slice(7)}  -`,
    );
    expect(await project.leftovers()).toBe('');
  });

  test('another recipe while one is made: after it', async () => {
    const held = project.hold('create');
    const first = start();
    await held.reached();
    project.toy.write('setup.sh', '#!/bin/sh\necho second >/which\n');
    const second = start();
    await second.says(/another recipe/);
    held.release();
    expect((await first.end()).exit).toBe(0);
    const two = await second.end();
    expect(two.exit, JSON.stringify(two.problems)).toBe(0);
    expect(await sqshHas(two.built.file, '/which')).toBe(true);
    expect(await project.current()).toBe(two.built.file.split('/').pop());
  });

  test('the link is cut: it goes on over there, and is followed again', async () => {
    const held = project.hold('create');
    const running = start();
    await held.reached();
    await link.proxy.cut();
    await running.says(/connection is lost/);
    held.release();
    await link.proxy.restore();
    const result = await running.end();
    expect(result.exit, JSON.stringify(result.problems)).toBe(0);
  });

  test('the command here is killed: the next one finds the build that goes on', async () => {
    const held = project.hold('create');
    const running = start({}, true);
    await held.reached();
    process.kill(-(running.running.pid as number), 'SIGKILL');
    const next = start();
    await next.says(/being made already/);
    held.release();
    const result = await next.end();
    expect(result.exit, JSON.stringify(result.problems)).toBe(0);
    expect(await project.leftovers()).toBe('');
  });

  test('a run pushed while the image is exported gets the whole old one, one pushed after that the new one', async () => {
    const { toy } = project;
    const before = await project.current();
    toy.profile('c', 'CONTAINER=my\nCOMMAND=true\n');
    const held = project.hold('squash');
    const running = start();
    await held.reached();
    const old = await toy.json('slurm-push', { PROFILE: 'c', TAG: 'old' });
    expect(old.exit, JSON.stringify(old.json.problems)).toBe(0);
    held.release();
    const made = await running.end();
    expect(made.exit, JSON.stringify(made.problems)).toBe(0);
    const fresh = await toy.json('slurm-push', { PROFILE: 'c', TAG: 'new' });
    const pinned = (run: Ended) => asUser(`readlink '${run.json.runDir}/.slurm-runner/image' | sed 's|.*/||'`);
    expect(await pinned(old)).toBe(before);
    expect(await pinned(fresh)).toBe(made.built.file.split('/').pop());

    // The old one stays as long as that run directory uses it.
    const list = (await toy.json('slurm-image-list')).json.versions.find(({ file }) => file === before);
    expect(list).toMatchObject({ current: false, state: 'whole', runs: [{ alive: true }] });
    const clean = async () => (await toy.json('slurm-image-clean', { YES: '1' })).json as unknown as ImageCleanResult;
    const kept = await clean();
    expect(kept.kept).toContainEqual({ path: before, why: 'alive' });
    expect(await asUser(`ls '${project.images}'`)).toContain(before);
    const gone = await toy.json('slurm-clean', { PROFILE: 'c', TAG: 'old', FORCE: '1', YES: '1' });
    expect(gone.exit, JSON.stringify(gone.json.problems)).toBe(0);
    const removed = await clean();
    expect(removed.removed.map(({ path }) => path)).toContain(before);
    expect(await asUser(`ls '${project.images}'`)).not.toContain(before);
  });
});
