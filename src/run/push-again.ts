/** Sends code into the run directory of jobs that are to run again: what has changed here since it was sent, and nothing else; data as a push does. */

import { Failure } from '../failure.ts';
import type { TrackedRun } from './find.ts';
import { givenNow } from './given.ts';
import { codeDigest, describe, type Manifest, manifestParts } from './manifest.ts';
import { nameOfRun } from './names.ts';
import { checkRefusal, imageLines } from './pinned.ts';
import type { Prepared } from './prepare.ts';
import type { RunProblem } from './problem.ts';
import type { Project } from './project.ts';
import { dataUploads, type FilesBeside, type PushResult, planned, withFiles } from './push.ts';

/**
 * A file that a job has written over stays the job's unless it has changed here, too; what is no code any more goes if nobody has changed
 * it. `beside` as of a push. Throws Failure(2) if the run is gone, and as a push does.
 */
export async function pushAgain(
  project: Project,
  ready: Prepared,
  { id, runDir }: TrackedRun,
  beside: FilesBeside,
): Promise<PushResult> {
  const { root, cluster, host } = project;
  const { profile, files, jobs = [profile] } = ready;
  const answer = await host.run({ files: ['kept-file'], args: [runDir, 'manifest.json'] });
  if (answer.code !== 0) throw new Failure<RunProblem>(2, { kind: 'run-gone', id, runDir });
  const { files: before } = JSON.parse(answer.stdout) as Pick<Manifest, 'files'>;
  const manifest = await describe(root, profile, cluster, files, givenNow(project.commandLine));
  const { about, files: sums } = manifestParts(manifest);
  const paths = files.map(({ path }) => path).filter((path) => manifest.files[path] !== before[path]);
  const dropped = Object.entries(before).filter(([path]) => manifest.files[path] === undefined);
  const images = imageLines(jobs);
  for (const upload of dataUploads(project, profile, images)) checkRefusal(jobs, await host.upload(upload));
  const args = [cluster.remoteDir, nameOfRun(runDir), codeDigest(manifest), about, images, ...dropped.flat()];
  const sent = await withFiles(project, id, { ...beside, files: sums }, (along) =>
    host.upload({
      ...{ from: root, paths, beside: along, filesOnly: true, checksum: true },
      program: { files: ['lib', 'pinned', 'manifest', 'push-again'], args },
      onProgress: (progress) =>
        project.talk.tell({ type: 'progress', what: 'code', progress: { ...progress, total: paths.length } }),
    }),
  );
  checkRefusal(jobs, sent);
  return { ...planned(project, ready), run: nameOfRun(runDir), runDir, files: paths };
}
