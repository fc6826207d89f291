/** What tests of containers need: images, a registry, a command's outcome, and the knobs of the enroot and Pyxis stand-ins. */

import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestCluster, User } from '../cluster/cluster.ts';
import { until } from './toy.ts';

export { REGISTRY_LOGIN, type Registry, startRegistry } from './registry.ts';
export { type ImageContents, makeRootfs, makeSqsh, sqshHas, sqshRead } from './rootfs.ts';

/**
 * What a test may change in how the stand-ins behave, for everybody on the cluster:
 * `no-runtime-dir` the login has no XDG_RUNTIME_DIR; `without.NAME` enroot does not find that program; `fuse` it may mount
 * image files; `docker-hub` the text is the address of what answers in Docker Hub's place; `hold.import`, `hold.squash`,
 * `hold.create` it stops before the layers, with a full-sized output that has no superblock yet, with a part of the root;
 * `no-pyxis-here` the plugin is missing where jobs are submitted, `no-pyxis-on-nodes` (or `….n2`) on the nodes, where
 * `no-pyxis-runtime` (or `….n2`) takes its runtime folder away.
 */
export type Knob =
  | 'no-runtime-dir'
  | 'docker-hub'
  | 'fuse'
  | 'no-pyxis-here'
  | `no-pyxis-on-nodes${'' | `.${string}`}`
  | `no-pyxis-runtime${'' | `.${string}`}`
  | `without.${string}`
  | `hold.${Hold}`;

/** Where enroot can be held. */
export type Hold = 'import' | 'squash' | 'create';

/** Turns a knob; gives what turns it back. */
export function turn(cluster: TestCluster, knob: Knob, text = ''): () => void {
  const file = join(cluster.dir, 'site/knobs', knob);
  writeFileSync(file, text);
  return () => {
    rmSync(file, { force: true });
    // Left by one that was killed while it was held.
    rmSync(file.replace('/hold.', '/at.'), { force: true });
  };
}

/** Resolves once enroot stands where `hold.WHERE` holds it. */
export async function held(cluster: TestCluster, where: Hold): Promise<void> {
  await until(`enroot at ${where}`, () => existsSync(join(cluster.dir, 'site/knobs', `at.${where}`)));
}

/** Runs a command as that user, past ssh; gives its exit code and all that it said, stdout and stderr together. */
export async function tried(
  cluster: TestCluster,
  command: string,
  user: User = 'srt-bash',
): Promise<{ exit: number; text: string }> {
  const said = await cluster.asUser(user, `( ${command}\n) 2>&1 </dev/null; printf '\n%s' $?`);
  const end = said.lastIndexOf('\n');
  return { exit: Number(said.slice(end + 1)), text: said.slice(0, end).trimEnd() };
}
