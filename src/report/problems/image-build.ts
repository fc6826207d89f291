/** Sentences for what goes wrong with an image on this machine: building it, and sending it. */

import type { HereProblem } from '../../image/problem.ts';
import { make, type Typed } from '../commands.ts';
import type { Sentences } from '../problem.ts';

const target = (name: string, image: string, typed: Typed): string =>
  make(`slurm-image-${name}`, undefined, { ...typed, profile: undefined }, ...(image === '' ? [] : [`IMAGE=${image}`]));

export const hereSentences: Sentences<HereProblem> = {
  'image-no-engine': ({ engines }, typed) => {
    const mute = engines.filter(({ detail }) => detail !== '');
    const names = engines
      .map(({ name }) => name)
      .join(', ')
      .replace(/, (?=\w+$)/, ' and ');
    return {
      says:
        mute.length === 0
          ? `There is no container engine on this machine (looked for ${names}).`
          : `Of ${names} none can be used on this machine.`,
      words: mute.map(({ name, detail }) => `${name}: ${detail}`).join('\n'),
      next: [
        'Start Docker Desktop or the docker service, or install podman (apt install podman, brew install podman).',
        `Without any of them the cluster makes the image itself, unless it takes a Dockerfile: ${target('refresh', '', typed)}`,
      ],
    };
  },
  'image-no-apptainer': ({ image, base }, typed) => ({
    says: `${image} is apptainer's to make, and neither apptainer nor singularity is on this machine.`,
    next: [
      ...(base === 'definition'
        ? ['Install apptainer (Linux only), or build the file where it is and give it as BASE=.']
        : [`The cluster makes it itself: ${target('refresh', image, typed)}`]),
      'With a DOCKERFILE docker, podman or buildah make it here, and it becomes a .sif file over there.',
    ],
  }),
  'image-not-buildable': ({ image, because }, typed) => ({
    says: {
      here: `${image} begins with an image file of this project: there is nothing to build here.`,
      engine: `${image} is in the store of docker or podman already: there is nothing to build here.`,
      there: `${image} begins with a file on the cluster: it cannot be built here.`,
      nothing: `Nothing says what ${image} is to be built from.`,
    }[because],
    next: [
      because === 'there'
        ? `The cluster makes it: ${target('refresh', image, typed)}`
        : because === 'nothing'
          ? 'Give its image file a BASE= or a DOCKERFILE=.'
          : `Send it: ${target('push', image, typed)}`,
    ],
  }),
  'image-build-failed': ({ image, program, code, detail }, typed) => ({
    says: `${program} could not build ${image}; it ended with ${code}.`,
    words: detail,
    next: [
      `The image on the cluster, if there is one, is untouched. Once that is put right: ${target('build', image, typed)}`,
    ],
  }),
  'image-not-built': ({ image, what }, typed) => ({
    says: `There is no ${what} on this machine to be sent.`,
    next: [`Build it first: ${target('build', image, typed)}`, `Both in one go: ${target('setup', image, typed)}`],
  }),
  'image-save-failed': ({ engine, reference, detail }) => ({
    says: `${engine} could not give ${reference} out of its store.`,
    words: detail,
    next: ['It needs room in slurm/jobs of the project for all layers of the image, unpacked.'],
  }),
  'image-bad-archive': ({ reference, detail }) => ({
    says: `What came out of the store for ${reference} is no archive of an image.`,
    words: detail,
    next: ['Build it again, or with another of docker, podman and buildah.'],
  }),
  'image-wrong-machine': ({ image, architecture, machine }, typed) => ({
    says: `${image} was built for ${architecture}, but the cluster is ${machine}; nothing was sent.`,
    next: [`Build it for that one: ${target('build', image, typed)} asks the cluster what it is.`],
  }),
  'image-file-changed': ({ path }, typed) => ({
    says: `${path} changed while it was being sent; the image on the cluster is untouched.`,
    next: [`Once it is whole: ${target('push', '', typed)}`],
  }),
  'image-being-sent': ({ image, pid }) => ({
    says: `Another command here is sending ${image} (process ${pid}).`,
    next: ['Wait for it to end.'],
  }),
};
