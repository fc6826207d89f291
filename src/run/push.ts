/** push: a fresh run directory on the cluster, with the code, a link to the data, and a manifest. */

import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Profile } from '../conf/types.ts';
import type { Program, Upload } from '../host/types.ts';
import { givenNow } from './given.ts';
import { codeDigest, describe, type Manifest, manifestParts } from './manifest.ts';
import { runName } from './names.ts';
import type { Prepared } from './prepare.ts';
import { jobsFolder, type Project } from './project.ts';
import { writeRunDir } from './record.ts';

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
}

/**
 * Sends the code and writes the state file; `onSending` is called once the code is on its way. Throws Failure(2) for what
 * rsync or the disks over there refuse.
 */
export async function push(
  project: Project,
  { profile, files }: Prepared,
  dryRun = false,
  onSending?: () => void,
): Promise<PushResult> {
  const { root, cluster, host } = project;
  const paths = files.map((file) => file.path);
  const name = runName(profile.id, new Date());
  const runDir = `${cluster.remoteDir}/runs/${name}`;
  const result = { profile, run: name, runDir, files: paths, dataFiles: profile.dataFiles };
  if (dryRun) return result;

  const given = givenNow(project.commandLine);
  const manifest = await describe(root, profile, cluster, files, given);
  for (const upload of dataUploads(project, profile)) await host.upload(upload);
  const token = randomBytes(8).toString('hex');
  const { about } = manifestParts(manifest);
  const { report, sent } = await withSums(project, profile.id, manifest, (beside) =>
    host.upload({
      from: root,
      ...{ paths, beside, filesOnly: true, checksum: true },
      program: { files: ['lib', 'push'], args: [cluster.remoteDir, name, token, codeDigest(manifest), about] },
      onProgress: (progress) => {
        onSending?.();
        onSending = undefined;
        project.talk.tell({ type: 'progress', what: 'code', progress: { ...progress, total: paths.length } });
      },
    }),
  );
  const [remoteDir, run, home] = report.slice(-3) as [string, string, string];
  const madeDir = `${remoteDir}/runs/${run}`;
  const notes = { home, given, ...(cluster.name === 'cluster' ? {} : { cluster: cluster.name }) };
  writeRunDir(root, profile.id, madeDir, notes);
  return { ...result, run, runDir: madeDir, ...(sent === undefined ? {} : { sent }) };
}

/** The sums of the files as a file to be sent along: of thousands rsync sends only what differs from those of the run before. */
async function withSums<T>(
  project: Project,
  id: string,
  manifest: Manifest,
  work: (beside: NonNullable<Upload['beside']>) => Promise<T>,
): Promise<T> {
  const from = join(jobsFolder(project.root), `.outgoing-${id}`);
  // The folder's mode goes along.
  mkdirSync(join(from, '.slurm-runner'), { recursive: true, mode: 0o700 });
  try {
    writeFileSync(join(from, '.slurm-runner', 'files'), manifestParts(manifest).files);
    return await work({ from, paths: ['.slurm-runner/files'] });
  } finally {
    rmSync(from, { recursive: true, force: true });
  }
}

/** DATA_FILES go into REMOTE_DIR/data; `data/` before them means that folder itself. */
function dataUploads(project: Project, profile: Profile): Upload[] {
  const program: Program = { files: ['lib', 'data'], args: [project.cluster.remoteDir] };
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
