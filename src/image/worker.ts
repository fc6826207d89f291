/** Has an image made on the cluster and follows that until its end: the work goes on over there whatever becomes of us here. */

import { randomBytes } from 'node:crypto';
import type { Image, SbatchOption } from '../conf/types.ts';
import { Failure } from '../failure.ts';
import { programText } from '../host/program.ts';
import { throughLostLinks } from '../run/lost-links.ts';
import type { Project } from '../run/project.ts';
import { readRecords } from '../scheduler/records.ts';
import { queueRow, SEPARATOR } from '../scheduler/rows.ts';
import { explainFailure } from './explain.ts';
import type { ImageProblem } from './problem.ts';
import type { Recipe } from './recipe.ts';

export interface BuildOptions {
  /** Made again even if nothing has changed. */
  force?: boolean;
  /** For a build in a job: what it asks for. */
  sbatch?: readonly SbatchOption[];
}

/** An image that is in place on the cluster. */
export interface Built {
  name: string;
  outcome: 'built' | 'current';
  /** The stable link and the file it leads to, absolute. */
  link: string;
  file: string;
  /** `sha256:…` of the file. */
  digest: string;
  /** Bytes. */
  size: number;
  /** How long it took to make. */
  seconds: number;
}

/** A build over there. */
interface Build {
  folder: string;
  /** It was under way already. */
  found: boolean;
  /** Of which recipe it is. */
  recipe: string;
  jobId?: string;
}

/** Seconds a call of image-follow.sh lives before it is begun anew. */
const FOLLOW_LIFE = 1800;

/** The scheduler's options that a job which makes an image needs from a profile: where it runs and how much it gets. */
const JOB_OPTIONS = new Set([
  ...['partition', 'account', 'qos', 'reservation', 'constraint', 'nodelist', 'exclude', 'licenses'],
  ...['time', 'cpus-per-task', 'mem', 'mem-per-cpu', 'tmp'],
]);

/**
 * Resolves once the image is in place. Throws Failure(1) with why it could not be made, the image that was there staying as it
 * is; Failure(3) when the cluster stays out of reach, the work going on over there.
 */
export async function buildThere(
  project: Project,
  image: Image,
  recipe: Recipe,
  options: BuildOptions = {},
): Promise<Built> {
  for (;;) {
    const build = await start(project, image, recipe, options);
    const ours = build.recipe === recipe.digest;
    project.talk.tell({
      type: 'building',
      ...{ image: image.name, found: build.found, ours },
      ...(build.jobId !== undefined && { jobId: build.jobId }),
    });
    const { end, log } = await follow(project, build);
    // Somebody else's, of another recipe: now it is our turn.
    if (!ours) continue;
    const [outcome = '', ...words] = end.split(' ');
    if (outcome === 'built' || outcome === 'current') return builtOf(image, build, outcome, words);
    throw new Failure<ImageProblem>(1, explainFailure(image, words[0] ?? 'lost', Number(words[1] ?? 137), log));
  }
}

function builtOf(image: Image, { folder }: Build, outcome: Built['outcome'], words: readonly string[]): Built {
  const [file = '', digest = '', size = '0', seconds = '0'] = words;
  const images = folder.replace(/\/\.builds\/[^/]+\/\d+$/, '');
  const extension = file.slice(file.lastIndexOf('.'));
  return {
    ...{ name: image.name, outcome, link: `${images}/${image.name}${extension}`, file: `${images}/${file}`, digest },
    ...{ size: Number(size), seconds: Number(seconds) },
  };
}

async function start(project: Project, image: Image, recipe: Recipe, options: BuildOptions): Promise<Build> {
  const { host, scheduler, cluster } = project;
  const { files, setup } = scheduler.shell;
  // The embedded executor has no other machine to offer.
  const on = scheduler.kind === 'slurm' ? image.buildOn : 'login';
  const inputs = Object.entries(recipe.files);
  const sbatch = (options.sbatch ?? []).filter(({ name }) => JOB_OPTIONS.has(name));
  const answering = host.run({
    files: [...withProcess(files), 'build', 'image-start'],
    args: [
      ...[`${cluster.remoteDir}/slurm/images`, image.name, randomBytes(8).toString('hex'), on, setup],
      ...[cluster.remoteSetup, options.force ? 'force' : '', workerText(image)],
      ...[String(inputs.length), ...inputs.flat()],
      `--job-name=${cluster.jobPrefix}image-${image.name}`,
      ...sbatch.map(({ name, value }) => (value === undefined ? `--${name}` : `--${name}=${value}`)),
    ],
  });
  // It is followed next.
  host.openAhead();
  const answer = await answering;
  const line = answer.stdout.split('\n').find((one) => one.startsWith(`build${SEPARATOR}`)) ?? '';
  const [, word = '', folder = '', owner = '', known = ''] = line.split(SEPARATOR);
  if (word === 'refused') {
    throw new Failure<ImageProblem>(2, {
      kind: 'image-job-refused',
      image: image.name,
      detail: folder.replaceAll('\x1e', '\n'),
    });
  }
  if (answer.code !== 0 || word === '') {
    const detail = answer.stderr.trim();
    throw new Failure<ImageProblem>([69, 73, 78].includes(answer.code) ? 2 : 3, {
      kind: 'image-start-failed',
      image: image.name,
      detail,
    });
  }
  const jobId = /^job (\d+)$/.exec(owner)?.[1];
  return { folder, found: word === 'running', recipe: known, ...(jobId !== undefined && { jobId }) };
}

/** The program of the build. Its runtime's file comes first: what it is called is asked for before anything is run. */
function workerText({ runtime }: Image): string {
  const files = ['lib', 'process', 'registry', 'unpack-plan', 'unpack', runtime, 'build', 'image-build'];
  return `${programText({ files, args: [] })} "$@"`;
}

/** Follows the log to its end; what came of it, and the end of what it said. */
async function follow(project: Project, { folder }: Build): Promise<{ end: string; log: string }> {
  const { host, scheduler, cluster, talk } = project;
  const { files, setup } = scheduler.shell;
  let offset = 0;
  let log = '';
  let said = '';
  for (;;) {
    let end: string | undefined;
    await throughLostLinks(project, async (contact) => {
      const record = (kind: string, fields: string[]): void => {
        contact();
        if (kind === 'ended') end = fields[0];
        else if (kind === 'dead') end = 'failed lost 137';
        else if (kind === 'queue') {
          const row = queueRow(fields);
          const news = row && `${row.state} ${row.reason}`;
          if (row && news !== said && row.state === 'PENDING') talk.tell({ type: 'queue', row });
          said = news ?? said;
        }
      };
      const reader = readRecords(record, ({ data, ...piece }) => {
        contact();
        offset = piece.offset + data.length;
        log = (log + data.toString()).slice(-LOG_KEPT);
        talk.tell({ type: 'log', name: 'out', data });
      });
      const answer = await host.run(
        {
          files: [...withProcess(files), 'follow', 'build', 'image-follow'],
          args: [folder, String(offset), setup, String(cluster.pollInterval), String(FOLLOW_LIFE)],
        },
        { onOutput: reader, silence: 30 },
      );
      if (answer.code !== 0) throw new Error(answer.stderr);
    });
    if (end !== undefined) return { end, log };
  }
}

/** Characters of the log that an explanation may need. */
const LOG_KEPT = 20_000;

/** Those of the embedded executor have it already. */
function withProcess(files: readonly string[]): string[] {
  return files.includes('process') ? [...files] : [...files, 'process'];
}
