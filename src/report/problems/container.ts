/** Sentences for containers that a job cannot have: images that are not there, paths that cannot be mounted. */

import type { ImageFault, RunProblem } from '../../run/problem.ts';
import { clusterFile, make, type Typed, withoutProfile } from '../commands.ts';
import type { Sentences } from '../problem.ts';

type Kinds =
  | 'container-impossible'
  | 'container-twice'
  | 'container-path'
  | 'image-missing'
  | 'image-broken'
  | 'image-changed';

export const containerSentences: Pick<Sentences<RunProblem>, Kinds> = {
  'container-impossible': ({ whole }, typed) => ({
    says: 'Pyxis is a part of Slurm: with SCHEDULER=local there is none',
    next: [
      whole
        ? 'Take --container-image out; CONTAINER with CONTAINER_RUNTIME=apptainer in the profile runs its SCRIPT in a container without Slurm.'
        : 'CONTAINER_RUNTIME=apptainer runs in a container without Slurm, CONTAINER_RUNTIME=none without a container.',
      `Or name a cluster with Slurm in ${clusterFile(typed)}.`,
    ],
  }),
  'container-twice': () => ({
    says: '--container-image puts the whole job script into a container, and CONTAINER asks for one inside it; a container starts no other',
    next: [
      'Take CONTAINER out of the profile (CONTAINER= on the command line, where cluster.conf has it), or --container-image out of here.',
    ],
  }),
  'container-path': ({ key, path, runtime }) => ({
    says: `${key}: ${runtime === 'pyxis' ? 'Pyxis' : 'apptainer'} cannot mount ${path}`,
    next: ['There can be no comma and no colon in a path that a container sees.'],
  }),
  'image-missing': ({ path, name }, typed) => ({
    says: `the image ${path} is not on the cluster; nothing was sent`,
    next: howToMake(path, name, typed),
  }),
  'image-broken': ({ path, name, fault }, typed) => ({
    says: `${(FAULTS[fault] ?? FAULTS.format)(path)}; nothing was sent`,
    next: howToMake(path, name, typed),
  }),
  'image-changed': ({ path, name }, typed) => ({
    says: `the image ${path} is not the file any more that was made; nothing was sent`,
    next: [
      ...howToMake(path, name, typed, 'FORCE=1'),
      'If somebody put another image there on purpose: give it a name of its own, and name that in CONTAINER.',
    ],
  }),
};

const FAULTS: Readonly<Record<ImageFault, (path: string) => string>> = {
  unreadable: (path) => `the image ${path} cannot be read with your permissions`,
  format: (path) => `${path} is no image that this CONTAINER_RUNTIME can run`,
  short: (path) => `the image ${path} is cut short: its end is missing`,
};

/** slurm-image-refresh makes those of slurm/images; any other file is its owner's affair. */
function howToMake(path: string, name: string | undefined, typed: Typed, ...more: string[]): string[] {
  const ours = name ?? /\/slurm\/images\/([^/]+?)(?:-[\da-f]{12})?\.(?:sqsh|sif)$/.exec(path)?.[1];
  if (ours === undefined) {
    return [
      'It is no image of slurm/images: put it there whole, or correct CONTAINER (a relative path begins in REMOTE_DIR).',
    ];
  }
  const which = name === undefined ? more : [`IMAGE=${name}`, ...more];
  return [`Make it on the cluster: ${make('slurm-image-refresh', undefined, withoutProfile(typed), ...which)}`];
}
