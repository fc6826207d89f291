/** A project on the real cluster whose jobs run in images: made as slurm-image-refresh leaves them, or put there by somebody. */

import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { ensureCluster, type TestCluster } from '../cluster/cluster.ts';
import { type ImageContents, makeSqsh } from './containers.ts';
import { type Ended, makeToy, type Toy, until } from './toy.ts';

export interface Contained {
  cluster: TestCluster;
  toy: Toy;
  remoteDir: string;
  asUser(command: string): Promise<string>;
  /** A .sqsh file of the user's at this path, below REMOTE_DIR if relative; gives its absolute path and its digest. */
  file(path: string, contents?: ImageContents): Promise<{ path: string; digest: string }>;
  /** An image of slurm/images with its file, its notes and its link, bearing `identity`; the one before stays. */
  managed(name: string, identity: string, contents?: ImageContents): Promise<{ path: string; digest: string }>;
  /** Writes the profile and runs it; gives its job id and run directory. */
  run(name: string, lines: string, more?: Record<string, string>): Promise<{ jobId: string; runDir: string }>;
  /** What watch says of a profile's job: as a person reads it. */
  watched(name: string): Promise<Omit<Ended, 'json'>>;
  /** Runs it to its end, and fails the test if that was no success. */
  full(name: string, lines: string): Promise<Ended>;
  /** Names of the run directories there are. */
  runs(): Promise<string>;
  remove(): Promise<void>;
}

export async function contained(conf = ''): Promise<Contained> {
  const cluster = await ensureCluster();
  const remoteDir = cluster.remoteDir();
  const here = mkdtempSync(join(cluster.home('srt-bash'), 'images-'));
  const asUser = (command: string) => cluster.asUser('srt-bash', command);
  await asUser(`mkdir -p '${remoteDir}/slurm/images' '${remoteDir}/runs'`);
  const toy = makeToy(
    `REMOTE_HOST=srt\nREMOTE_DIR=${remoteDir}\nPOLL_INTERVAL=2\nSBATCH_MEM=100M\nSBATCH_TIME=5\n${conf}`,
    cluster.env(),
  );

  const file: Contained['file'] = async (path, contents = {}) => {
    const made = join(here, 'made.sqsh');
    await makeSqsh(made, contents);
    const digest = `sha256:${createHash('sha256').update(readFileSync(made)).digest('hex')}`;
    const target = path.startsWith('/') ? path : `${remoteDir}/${path}`;
    await cluster.asRoot(`cp '${made}' '${target}' && chown srt-bash '${target}'`);
    rmSync(made);
    return { path: target, digest };
  };

  const managed: Contained['managed'] = async (name, identity, { files = {}, ...contents } = {}) => {
    toy.write(`slurm/images/${name}.conf`, 'BASE=docker://python:3.10-slim\n');
    const images = `${remoteDir}/slurm/images`;
    const whole = { ...contents, files: { '/etc/slurm-runner-image': `${identity}\n`, ...files } };
    const { path, digest } = await file(`slurm/images/.new`, whole);
    const own = `${name}-${digest.slice(7, 19)}.sqsh`;
    const { size, mtimeMs } = statSync(path);
    const info = `digest ${digest}\\nsize ${size}\\nmtime ${Math.floor(mtimeMs / 1000)}\\nrecipe -\\nidentity ${identity}\\nmade 0\\nbase -\\n`;
    await asUser(
      `cd '${images}' && mv .new ${own} && printf '${info}' >${own}.info && ln -sfn ${own} .link && mv -T .link ${name}.sqsh`,
    );
    return { path: `${images}/${own}`, digest };
  };

  const run: Contained['run'] = async (name, lines, more = {}) => {
    toy.profile(name, `${lines}\n`);
    const { exit, json, stderr } = await toy.json('slurm-run', { PROFILE: name, ...more });
    expect(exit, `${name}: ${stderr} ${JSON.stringify(json.problems)}`).toBe(0);
    return { jobId: json.submit.jobId, runDir: json.push.runDir };
  };

  return {
    ...{ cluster, toy, remoteDir, asUser, file, managed, run },
    watched: (name) => toy.make('slurm-watch', { PROFILE: name }),
    full: async (name, lines) => {
      toy.profile(name, `${lines}\n`);
      const ended = await toy.json('slurm-full', { PROFILE: name });
      expect(ended.exit, `${name}: ${ended.stderr} ${JSON.stringify(ended.json)}`).toBe(0);
      return ended;
    },
    runs: () => asUser(`ls '${remoteDir}/runs'`),
    remove: async () => {
      await asUser(`squeue -h -o '%A %Z' | grep -F '${remoteDir}/' | cut -d' ' -f1 | xargs -r scancel`);
      toy.remove();
      rmSync(here, { recursive: true, force: true });
    },
  };
}

/** Waits for a file of a run directory, and gives what is in it. */
export function left(one: Contained, runDir: string, name: string): Promise<string> {
  return until(
    `${name} in ${runDir}`,
    async () => (await one.asUser(`cat '${runDir}/${name}' 2>/dev/null || :`)) || false,
  );
}
