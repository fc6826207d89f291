/** The manifest of a run: what was sent, from where, and how the profile stood. */

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, readlink, stat } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import type { CodeFile } from '../conf/code-files.ts';
import type { Cluster, Profile } from '../conf/types.ts';
import { VERSION } from '../version.ts';
import type { Given } from './given.ts';

export interface Manifest {
  tool: string;
  profile: string;
  tag?: string;
  cluster: string;
  host: string;
  remoteDir: string;
  /** ISO 8601, by the laptop's clock. */
  created: string;
  user: string;
  laptop: string;
  git?: { commit: string; dirty: boolean; diff?: string };
  /** Every key as used, with `[env]` under its names. */
  settings: Record<string, string>;
  env: Record<string, string>;
  /** Those of the settings that make's command line gave. */
  given: Given;
  /** The image of a registry that the jobs run in. Of image files push.sh adds path and digest, under their links' names. */
  image?: { uri: string } | { path: string; digest?: string };
  [link: `image-${string}`]: { path: string; digest?: string };
  /** sha256 of each file sent, in hexadecimal; of a link `-> TARGET`. */
  files: Record<string, string>;
}

/** A diff longer than this many characters is cut: it would be slower to send than the code. */
const LONGEST_DIFF = 500_000;

export async function describe(
  root: string,
  profile: Profile,
  cluster: Cluster,
  files: readonly CodeFile[],
  given: Given,
): Promise<Manifest> {
  const [git, sums] = await Promise.all([gitState(root), checksums(root, files)]);
  return {
    tool: `slurm-runner ${VERSION}`,
    profile: profile.name,
    ...(profile.tag ? { tag: profile.tag } : {}),
    cluster: cluster.name,
    host: cluster.host,
    remoteDir: cluster.remoteDir,
    created: new Date().toISOString(),
    user: userInfo().username,
    laptop: hostname(),
    ...(git ? { git } : {}),
    settings: Object.fromEntries([...profile.settings].map(([key, setting]) => [key, setting.value])),
    env: { ...profile.env },
    given,
    ...(profile.runsIn?.kind === 'uri' ? { image: { uri: profile.runsIn.uri } } : {}),
    files: sums,
  };
}

/**
 * The JSON in two parts without their braces, for the side that puts it together and adds the run's name (push.sh):
 * `files` are the lines with the sums, which are long where the files are many and change little from push to push.
 */
export function manifestParts({ files, ...about }: Manifest): { about: string; files: string } {
  const inside = (json: object): string => JSON.stringify(json, null, 2).slice('{\n'.length, -'\n}'.length);
  return { about: inside(about), files: `${inside({ files })}\n` };
}

/** One digest of all the code, so that runs with the same code are known for it. */
export function codeDigest(manifest: Manifest): string {
  return createHash('sha256').update(JSON.stringify(manifest.files)).digest('hex');
}

async function checksums(root: string, files: readonly CodeFile[]): Promise<Record<string, string>> {
  const sums: [string, string][] = new Array(files.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < files.length) {
      const index = next++;
      const file = files[index] as CodeFile;
      const path = join(root, file.path);
      sums[index] = [file.path, file.kind === 'link' ? `-> ${await readlink(path)}` : await sha256(path)];
    }
  };
  await Promise.all(Array.from({ length: 16 }, worker));
  return Object.fromEntries(sums);
}

/** In hexadecimal. */
export async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  if ((await stat(path)).size < 1 << 23) return hash.update(await readFile(path)).digest('hex');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** Undefined without git or outside a repository. `.env` never gets into the diff. */
async function gitState(root: string): Promise<Manifest['git']> {
  const { execa } = await import('execa');
  const git = async (...args: string[]): Promise<string | undefined> => {
    const result = await execa('git', args, { cwd: root, reject: false, stderr: 'ignore', maxBuffer: 50_000_000 });
    return result.exitCode === 0 ? result.stdout : undefined;
  };
  const [commit, changes, diff] = await Promise.all([
    git('rev-parse', 'HEAD'),
    git('status', '--porcelain'),
    git('diff', 'HEAD', '--', '.', ':(exclude,glob)**/.env'),
  ]);
  if (commit === undefined) return undefined;
  if (!changes) return { commit, dirty: false };
  const text = diff && diff.length > LONGEST_DIFF ? `${diff.slice(0, LONGEST_DIFF)}\n[cut]` : diff;
  return { commit, dirty: true, ...(text ? { diff: text } : {}) };
}
