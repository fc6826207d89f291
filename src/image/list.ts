/** image-list: the images on the cluster, their versions, and what uses them. */

import { listImages, noImage } from '../conf/image.ts';
import { isName } from '../conf/keys.ts';
import type { ConfProblem } from '../conf/problem.ts';
import { Failure } from '../failure.ts';
import type { Project } from '../run/project.ts';
import { verdictOf } from '../run/verdict.ts';
import { SEPARATOR } from '../scheduler/rows.ts';
import type { ImageProblem } from './problem.ts';

export interface ImageVersion {
  /** The image's name, and the file's below REMOTE_DIR/slurm/images. */
  name: string;
  file: string;
  /** It is the one that new runs get. */
  current: boolean;
  /** `sha256:…`; undefined of a file that was not put there by a build. */
  digest?: string;
  /** Bytes. */
  size: number;
  /** Seconds since it was made. */
  age: number;
  /** `changed`: it is no longer what was put there; `foreign`: not made by a build, nothing is known of it. */
  state: 'whole' | 'changed' | 'foreign';
  base?: string;
  /** Run directories that use it. */
  runs: { run: string; alive: boolean }[];
}

export interface ImageList {
  /** REMOTE_DIR/slurm/images, absolute. */
  folder: string;
  versions: ImageVersion[];
  /** Images of this project that are not there yet. */
  missing: string[];
  builds: { name: string; number: number; state: 'alive' | 'ended' | 'dead' | 'unknown' }[];
  /** Bases and what was sent, kept so that the next time is quicker; bytes. `recent`: it changed within the last minutes. */
  caches: { path: string; size: number; recent: boolean }[];
}

/** Throws Failure(3) when the queue does not answer: what uses an image could not be told. */
export async function listImagesThere(project: Project, only?: string): Promise<ImageList> {
  const { host, scheduler, cluster, root } = project;
  const { files, setup } = scheduler.shell;
  const [answer, snapshot] = await Promise.all([
    host.run({
      files: [...files, ...(files.includes('process') ? [] : ['process']), 'build', 'image-list'],
      args: [cluster.remoteDir, setup, only ?? ''],
    }),
    scheduler.query({ runs: [], remoteDir: cluster.remoteDir }),
  ]);
  if (answer.code !== 0 || snapshot.queueTrouble !== undefined) {
    const detail = snapshot.queueTrouble ?? answer.stderr.trim();
    throw new Failure<ImageProblem>(3, { kind: 'images-unknown', detail });
  }
  const alive = new Map(
    [...snapshot.runs.values()].map((record) => {
      const verdict = verdictOf(record, snapshot);
      return [record.dir.slice(record.dir.lastIndexOf('/') + 1), !verdict.ended];
    }),
  );
  const list: ImageList = { folder: '', versions: [], missing: [], builds: [], caches: [] };
  let now = 0;
  for (const line of answer.stdout.split('\n')) {
    const [kind, a = '', b = '', c = '', d = '', e = '', f = '', g = '', h = ''] = line.split(SEPARATOR);
    if (kind === 'dir') list.folder = a;
    else if (kind === 'now') now = Number(a);
    else if (kind === 'image') {
      list.versions.push({
        ...{ name: b, file: a, current: c === 'yes', size: Number(e), age: Math.max(0, now - Number(f)) },
        ...(d !== '' && { digest: d }),
        state: g as ImageVersion['state'],
        ...(h !== '' && { base: h }),
        runs: [],
      });
    } else if (kind === 'use') {
      // A run that nobody knows counts as alive: nothing may be taken from it.
      const { runs } = list.versions.find(({ file }) => file === a) ?? {};
      if (!runs?.some(({ run }) => run === b)) runs?.push({ run: b, alive: alive.get(b) ?? true });
    } else if (kind === 'build') list.builds.push({ name: a, number: Number(b), state: c as 'alive' });
    else if (kind === 'cache') list.caches.push({ path: a, size: Number(b), recent: c === 'yes' });
  }
  list.versions.sort((a, b) => a.name.localeCompare(b.name) || Number(b.current) - Number(a.current) || a.age - b.age);
  if (only !== undefined && list.versions.length === 0 && !listImages(root, cluster).includes(only)) {
    throw new Failure<ConfProblem>(2, noImage(root, only, cluster, 'IMAGE'));
  }
  const there = new Set(list.versions.map(({ name }) => name));
  list.missing = listImages(root, cluster).filter(
    (name) => isName(name) && !there.has(name) && (only === undefined || only === name),
  );
  return list;
}
