/** What a person reads about a container: which one a job has, and why a job did not run in it. */

import type { Profile } from '../conf/types.ts';
import type { PinnedImage } from '../run/pinned.ts';
import type { ContainerTrouble } from '../run/verdict.ts';
import type { Header } from '../template/directives.ts';
import { wholeScript } from '../template/whole-script.ts';
import { make, type Typed, withoutProfile } from './commands.ts';

const RUNTIMES = { pyxis: ' (Pyxis)', apptainer: ' (Apptainer)', none: '' } as const;

/** An image's name, its file's or its URI. `header`: of the rendered job script, which may ask Pyxis for a container for all of itself. */
export function containerName(profile: Profile, header: Pick<Header, 'directives'> = { directives: [] }): string {
  const { container, runsIn } = profile;
  const whole = wholeScript(header, profile);
  if (whole) return `${whole.image ?? 'one that has a name'} (Pyxis, the whole job script)`;
  if (container === undefined || container === '') return '(none)';
  const name = /^[~./].*\//.test(container) ? container.slice(container.lastIndexOf('/') + 1) : container;
  return runsIn === undefined ? `${name} (not used)` : name;
}

/** `pytorch (Pyxis), sha256:0123456789ab`: with the runtime, and the beginning of its digest where that is known. */
export function containerText(profile: Profile, image?: PinnedImage, header?: Pick<Header, 'directives'>): string {
  const runtime = profile.runsIn === undefined ? '' : RUNTIMES[profile.containerRuntime];
  return `${containerName(profile, header)}${runtime}${image === undefined ? '' : `, ${shortDigest(image.digest)}`}`;
}

/** Twelve digits, as in the name of an image's file. */
export function shortDigest(digest: string): string {
  return digest.slice(0, 'sha256:'.length + 12);
}

/** Why it failed, without a full stop. */
export function troubleText({ kind, detail }: ContainerTrouble): string {
  return `${TROUBLES[kind]}${detail && ` (${detail})`}`;
}

const TROUBLES: Readonly<Record<ContainerTrouble['kind'], string>> = {
  'no-pyxis': 'Pyxis is not installed there, whose option it was started with',
  'no-runtime': 'there is no apptainer where it ran',
  'image-gone': 'the image it was pushed with is not there',
  'other-image': 'it was put into another image than its own',
  mount: 'a folder that its container was to have is not there',
  workdir: 'its container has no such working directory',
  import: 'its image could not be fetched from the registry',
  image: 'its image could not be unpacked',
  start: 'its container could not be started',
  outside: 'it did not run in its container',
};

/** What to do about it, a line each; `file` is the profile's, `again` the command that runs it once more. */
export function troubleAdvice({ kind }: ContainerTrouble, file: string, typed: Typed, again: string): string[] {
  const refresh = `Make it anew with ${make('slurm-image-refresh', undefined, withoutProfile(typed))}, then: ${again}`;
  const elsewhere = `If it is one node alone, avoid it with SBATCH_EXCLUDE in ${file}; otherwise tell those who run the cluster.`;
  switch (kind) {
    case 'no-pyxis':
      return [
        `CONTAINER_RUNTIME=apptainer in ${file} needs no Pyxis; CONTAINER_RUNTIME=none runs without a container.`,
      ];
    case 'no-runtime':
      return [`MODULES in ${file} may bring it (such as MODULES=apptainer), or SETUP put it on the PATH.`];
    case 'image-gone':
      return [`Do the nodes see the folder it lies in? ${refresh}`];
    case 'image':
      return [
        refresh,
        'If its home or its temporary folder on the node is full, that may be why: the log has the words.',
      ];
    case 'other-image':
      return [refresh];
    case 'mount':
      return [`Change CONTAINER_MOUNTS in ${file}, or make that folder: the node itself must see it.`];
    case 'workdir':
      return [
        `Change CONTAINER_WORKDIR in ${file}; without it the run directory, /workspace, is the working directory.`,
      ];
    case 'import':
      return [
        `Is CONTAINER in ${file} spelled right, does the node reach that registry, does it ask for a login?`,
        'An image of slurm/images is fetched once and not by every job: slurm-image-refresh.',
      ];
    case 'start':
    case 'outside':
      return [`Nothing of it counts as run: a node may lack Pyxis, or its folder for containers. ${elsewhere}`];
  }
}
