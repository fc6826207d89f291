/** push: a fresh run directory on the cluster, with the code, a link to the data, and a manifest. */

import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Profile } from '../conf/types.ts';
import type { Program, Upload } from '../host/types.ts';
import { givenNow } from './given.ts';
import { codeDigest, describe, manifestParts } from './manifest.ts';
import { runName } from './names.ts';
import { checkRefusal, imageLines, type PinnedImage } from './pinned.ts';
import type { Prepared } from './prepare.ts';
import { jobsFolder, type Project } from './project.ts';
import { type Notes, writeRunDir } from './record.ts';

export interface PushResult {
  profile: Profile;
  /** The run's name; its directory, absolute (with DRY_RUN what would be asked for). */
  run: string;
  runDir: string;
  /** Paths of the code, relative to the project. */
  files: string[];
  dataFiles: string[];
  /** Bytes that went over the link for the code, where rsync says so. */
  sent?: number;
  /** The image file that the run's jobs run in, whatever takes its place later; undefined of several. */
  image?: PinnedImage;
}

/**
 * Sends the code and writes the state file; `onSending` is called once the code is on its way. Throws Failure(2) for what
 * rsync or the disks over there refuse, and for an image that no job could run in; then nothing was sent.
 */
export async function push(
  project: Project,
  ready: Prepared,
  dryRun = false,
  onSending?: () => void,
  beside: FilesBeside = {},
): Promise<PushResult> {
  if (dryRun) return planned(project, ready);
  const { pushed, notes } = await send(project, ready, { onSending, beside });
  writeRunDir(project.root, ready.profile.id, pushed.runDir, notes);
  return pushed;
}

/** What a push would ask for now. */
export function planned({ cluster }: Project, { profile, files }: Prepared): PushResult {
  const run = runName(profile.id, new Date());
  const paths = files.map((file) => file.path);
  return { profile, run, runDir: `${cluster.remoteDir}/runs/${run}`, files: paths, dataFiles: profile.dataFiles };
}

export interface SendOptions {
  /** Called once the code is on its way. */
  onSending?: (() => void) | undefined;
  beside?: FilesBeside;
}

/** A push that leaves no state file; `notes` are what would be remembered beside it. */
export async function send(
  project: Project,
  ready: Prepared,
  { onSending, beside = {} }: SendOptions = {},
): Promise<{ pushed: PushResult; notes: Notes }> {
  const { root, cluster, host } = project;
  const { profile, files, jobs = [profile] } = ready;
  const result = planned(project, ready);
  const { run: name, files: paths } = result;
  const given = givenNow(project.commandLine);
  const manifest = await describe(root, profile, cluster, files, given);
  const images = imageLines(jobs);
  for (const upload of dataUploads(project, profile, images)) checkRefusal(jobs, await host.upload(upload));
  const { about } = manifestParts(manifest);
  let told = false;
  const begun = (): void => {
    if (!told) onSending?.();
    told = true;
  };
  const token = randomBytes(8).toString('hex');
  const args = [cluster.remoteDir, name, token, codeDigest(manifest), about, images];
  const answer = await withFiles(project, profile.id, { ...beside, files: manifestParts(manifest).files }, (sent) =>
    host.upload({
      from: root,
      ...{ paths, beside: sent, filesOnly: true, checksum: true },
      program: { files: ['lib', 'pinned', 'manifest', 'push'], args },
      onProgress: (progress) => {
        begun();
        project.talk.tell({ type: 'progress', what: 'code', progress: { ...progress, total: paths.length } });
      },
    }),
  );
  checkRefusal(jobs, answer);
  const { report, sent } = answer;
  const [remoteDir, run, home, digest] = report.slice(-4) as [string, string, string, string];
  const madeDir = `${remoteDir}/runs/${run}`;
  // Of several images none is the run's, and none is that of who stands for its jobs.
  const pinned = digest === '-' || profile.runsIn === undefined ? {} : { image: { digest } };
  const notes = { home, given, ...pinned, ...(cluster.name === 'cluster' ? {} : { cluster: cluster.name }) };
  const pushed = { ...result, run, runDir: madeDir, ...pinned, ...(sent === undefined ? {} : { sent }) };
  return { pushed, notes };
}

/** Files for `.slurm-runner` of the run directory, by name; the file with the sums of the code is one. */
export type FilesBeside = Readonly<Record<string, string>>;

/** Files to be sent along: what is long in them and like that of the run before rsync does not send again. */
export async function withFiles<T>(
  project: Project,
  id: string,
  files: FilesBeside,
  work: (beside: NonNullable<Upload['beside']>) => Promise<T>,
): Promise<T> {
  const from = join(jobsFolder(project.root), `.outgoing-${id}`);
  // The folder's mode goes along.
  mkdirSync(join(from, '.slurm-runner'), { recursive: true, mode: 0o700 });
  const paths = Object.keys(files).map((name) => `.slurm-runner/${name}`);
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(from, '.slurm-runner', name), text);
    return await work({ from, paths });
  } finally {
    rmSync(from, { recursive: true, force: true });
  }
}

/** DATA_FILES go into REMOTE_DIR/data; `data/` before them means that folder itself. */
export function dataUploads(project: Project, profile: Profile, images: string): Upload[] {
  const program: Program = { files: ['lib', 'pinned', 'data'], args: [project.cluster.remoteDir, images] };
  const inside = profile.dataFiles.filter((path) => /^(\.\/)?data(\/|$)/.test(path));
  const outside = profile.dataFiles.filter((path) => !inside.includes(path));
  const upload = (from: string, paths: string[]): Upload[] =>
    paths.length === 0
      ? []
      : [
          {
            ...{ from, paths, program, checksum: false },
            onProgress: (progress) => project.talk.tell({ type: 'progress', what: 'data', progress }),
          },
        ];
  const within = inside.map((path) => path.replace(/^(\.\/)?data\/?/, '') || '.');
  return [...upload(`${project.root}/data`, within), ...upload(project.root, outside)];
}
