/** Sentences for what is wrong with image files and with the containers of profiles. */

import type { ConfProblem } from '../../conf/problem.ts';
import { didYouMean, type Sentences } from '../problem.ts';
import { names } from '../quantities.ts';
import { cut, given } from './values.ts';

export type ImageConfKind = keyof typeof imageConfSentences;

const BASES =
  'BASE= takes docker://IMAGE:TAG, REGISTRY#IMAGE:TAG, a .sqsh or .sif file, or a definition file of apptainer (.def).';

export const imageConfSentences = {
  'no-image': ({ image, images, key, nearest }) => ({
    says: `there is no image ${image}${didYouMean(nearest)}`,
    next: [
      ...imagesHere(images, image),
      ...(key === 'CONTAINER' ? [`The image ${image} of a registry is docker://${image}.`] : []),
    ],
  }),
  'nothing-to-make': ({ image }) => ({
    says: `nothing says what the image ${image} is made from`,
    next: ['BASE=docker://python:3.12-slim, for example, or DOCKERFILE=Dockerfile.'],
  }),
  'misplaced-key': ({ key, belongs }) =>
    belongs === 'image'
      ? `${key} belongs to an image: put it into slurm/images/NAME.conf`
      : `${key} belongs to a profile: put it into slurm/profiles/NAME.conf`,

  // What it begins with
  blank: (p) => `${given(p)} has a blank in it`,
  'bad-base': (p) => ({ says: `${given(p)} is nothing that an image can begin with`, next: [BASES] }),
  'definition-there': (p) => ({
    says: `${given(p)} is a definition file on the cluster`,
    next: ['Put it into the project, and name it by its path there.'],
  }),
  'no-from': () => 'there is no FROM in it, which says what the image begins with',
  'unknown-from': ({ from }) => ({
    says: `FROM ${cut(from)} does not tell which image this is`,
    next: ['Give the ARG in it a default, or name what the image begins with in BASE=.'],
  }),
  'wrong-runtime': ({ key, value, runtime }) =>
    runtime === 'enroot'
      ? {
          says: `${given({ key, value })} is for apptainer: enroot can do nothing with it`,
          next: ['RUNTIME=apptainer makes a .sif file of it; or begin with docker://… or a .sqsh file.'],
        }
      : {
          says: `${given({ key, value })} is for apptainer: Pyxis can do nothing with it`,
          next: ['CONTAINER_RUNTIME=apptainer runs it; or give it an image of a registry or a .sqsh file.'],
        },

  // What goes into it
  'not-name-value': ({ key, value }) => `${key}: ${cut(value)} is not NAME=value`,
  'bad-tag': (p) =>
    `${given(p)} can't be a tag: write a tag (dev), or a whole name in lower case (name:dev, host/name:dev)`,
  'local-requirement': ({ requirement }) => ({
    says: `${cut(requirement)} is a path of this machine: pip cannot install it on the cluster`,
    next: ['CODE_FILES= brings code of the project into every run; what it needs is listed here.'],
  }),

  // Containers of profiles
  'bad-container': (p) => ({
    says: `${given(p)} is neither an image of this project nor a file nor an image of a registry`,
    next: ['CONTAINER= takes a name from slurm/images, a path to a .sqsh or .sif file, or docker://IMAGE:TAG.'],
  }),
  'container-here': (p) => ({
    says: `${given(p)} lies in a store of docker or podman, which the cluster does not see`,
    next: [
      'Write slurm/images/NAME.conf with it as BASE=; make slurm-image-push sends it, and CONTAINER=NAME runs in it.',
    ],
  }),
  'container-definition': (p) => ({
    says: `${given(p)} is no image yet, but what one is made from`,
    next: ['Write slurm/images/NAME.conf with it as BASE=; CONTAINER=NAME runs in it once it is made.'],
  }),
  'mount-form': ({ key, value }) => `${key}: ${cut(value)} is no mount: write SRC:DST, SRC:DST:ro, SRC or ~ (the home)`,
  'mount-relative': ({ key, value }) => ({
    says: `${key}: ${cut(value)} does not say where on the cluster it is`,
    next: ['Begin with / or with ~/ (the home on the cluster).'],
  }),
  'mount-target': ({ key, value }) => `${key}: ${cut(value)}: a path inside the container has to begin with /`,
  'mount-taken': ({ key, value }) =>
    `${key}: ${cut(value)}: /workspace is the run directory and /workspace/data the data; mount it somewhere else`,
  'mount-blank': ({ key, value }) => ({
    says: `${key}: ${cut(value)}: Pyxis can mount no path with a blank in it`,
    next: ['Make a link without one on the cluster and mount that; CONTAINER_RUNTIME=apptainer can mount it.'],
  }),
} satisfies Partial<Sentences<ConfProblem>>;

/** Which images there are, or how to write one. */
export function imagesHere(images: readonly string[], image = 'NAME'): string[] {
  if (images.length > 0) return [`Images here: ${names(images, 40)}.`];
  return [`Write slurm/images/${image}.conf, at the least with BASE=docker://python:3.12-slim or the like.`];
}
