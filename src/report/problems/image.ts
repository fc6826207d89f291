/** Sentences for images that could not be made, sent, listed or removed. */

import type { ImageProblem } from '../../image/problem.ts';
import { make, type Typed } from '../commands.ts';
import type { Sentences } from '../problem.ts';
import { hereSentences } from './image-build.ts';

const refresh = (image: string, typed: Typed, ...more: string[]): string =>
  make('slurm-image-refresh', undefined, { ...typed, profile: undefined }, `IMAGE=${image}`, ...more);

/** What every failed making ends with. */
const untouched = 'The image that was there before, if there was one, is untouched.';

export const imageSentences: Sentences<ImageProblem> = {
  ...hereSentences,
  'image-not-there': ({ image, because }, typed) => ({
    says: {
      dockerfile: `${image} is made by a Dockerfile alone, and the cluster has no docker to run it.`,
      engine: `${image} begins with an image in the store of docker or podman on this machine.`,
      'local-file': `${image} begins with a file of this project.`,
    }[because],
    next: [
      `Make it here and send it: ${make('slurm-image-setup', undefined, typed, `IMAGE=${image}`)}`,
      ...(because === 'dockerfile'
        ? [
            'Or let the cluster make it: say in its image file what is to be installed (REQUIREMENTS=, SETUP=) on which BASE=.',
          ]
        : []),
    ],
  }),
  'image-job-refused': ({ image, detail }, typed) => ({
    says: `Slurm does not take the job that is to make ${image}.`,
    words: detail,
    next: [
      `Name a profile whose partition it may use (PROFILE=…), or a partition: ${refresh(image, typed, 'PARTITION=…')}`,
      `Where login nodes allow it, BUILD_ON=login makes it there.`,
    ],
  }),
  'image-start-failed': ({ image, detail }, typed) => ({
    says: `The making of ${image} could not be started.`,
    words: detail,
    next: [
      'Nothing was changed. Often the disk of REMOTE_DIR, or your quota there, is full.',
      `Once that is put right: ${refresh(image, typed)}`,
    ],
  }),
  'images-unknown': ({ detail }, typed) => ({
    says: 'It cannot be told what images there are and what uses them.',
    words: detail,
    next: [`Nothing was changed. Again in a while: ${make(typed.target ?? 'slurm-image-list', undefined, typed)}`],
  }),
  'images-declined': ({ count }) => ({
    says: `Nothing was removed (${count} listed).`,
    next: ['YES=1 answers the question.'],
  }),
  'image-credentials': ({ image, runtime, registry, machines, detail }, typed) => ({
    says: `${registry} does not let you in, or not to this image. ${untouched}`,
    words: detail,
    next: [
      runtime === 'enroot'
        ? `On the cluster, ~/.config/enroot/.credentials (or $ENROOT_CONFIG_PATH/.credentials) needs a line for each of: ${machines
            .map((machine) => `machine ${machine} login USER password KEY`)
            .join('; ')}`
        : `On the cluster: apptainer registry login --username USER docker://${registry} (it keeps that in ~/.apptainer/docker-config.json)`,
      ...(machines.includes('nvcr.io') ? ['For NGC, USER is $oauthtoken as it stands, and KEY your API key.'] : []),
      `Then: ${refresh(image, typed)}`,
    ],
  }),
  'image-unknown': ({ image, base, detail }, typed) => ({
    says: `The registry has no ${base}. ${untouched}`,
    words: detail,
    next: [`Correct BASE of ${image}, then: ${refresh(image, typed)}`],
  }),
  'image-network': ({ image, base, detail }, typed) => ({
    says: `The registry of ${base} was not reached from there. ${untouched}`,
    words: detail,
    next: [
      `Some nodes reach the outside and others do not: BUILD_ON=login or BUILD_ON=job changes where it is made. A proxy belongs into REMOTE_SETUP (export https_proxy=…).`,
      `Or make it here and send it: ${make('slurm-image-setup', undefined, typed, `IMAGE=${image}`)}`,
    ],
  }),
  'image-no-space': ({ image, detail }, typed) => ({
    says: `There is no room for the making of ${image}. ${untouched}`,
    words: detail,
    next: [
      `Of the disks it works on, REMOTE_DIR's is one; old images there go with: ${make('slurm-image-clean', undefined, typed)}`,
      `Where the runtime itself works can be changed: REMOTE_SETUP="export ENROOT_TEMP_PATH=/a/large/folder" (also ENROOT_CACHE_PATH, ENROOT_DATA_PATH; TMPDIR, APPTAINER_TMPDIR).`,
    ],
  }),
  'image-no-namespaces': ({ image, buildOn, detail }, typed) => ({
    says: `The kernel of that node gives you no user namespaces, without which no image can be made there. ${untouched}`,
    words: detail,
    next:
      buildOn === 'login'
        ? [`Login nodes often forbid it; compute nodes may not: ${refresh(image, typed, 'BUILD_ON=job')}`]
        : ['Ask the site for user namespaces, or another partition (PARTITION=…).'],
  }),
  'image-no-runtime': ({ image, runtime, detail }, typed) => ({
    says: `There is no ${runtime} there. ${untouched}`,
    words: detail,
    next: [
      `If it comes with a module, put that into REMOTE_SETUP; if only compute nodes have it: ${refresh(image, typed, 'BUILD_ON=job')}`,
      `RUNTIME=${runtime === 'enroot' ? 'apptainer' : 'enroot'} in its image file makes it with the other one.`,
    ],
  }),
  'image-lost': ({ image, detail }, typed) => ({
    says: `Whatever was making ${image} is gone without a word: it was killed, or its node was. ${untouched}`,
    words: detail,
    next: [`What it left is cleared away by the next call: ${refresh(image, typed)}`],
  }),
  'image-cancelled': ({ image, detail }, typed) => ({
    says: `The making of ${image} was ended from outside (cancelled, or its time was up). ${untouched}`,
    words: detail,
    next: [`Once more, in a job with more time if it was that: ${refresh(image, typed, 'SBATCH_TIME=2:00:00')}`],
  }),
  'image-failed': ({ image, step, code, detail }, typed) => ({
    says: `${image} could not be made: ${step} ended with ${code}. ${untouched}`,
    words: detail,
    next: [`Once that is put right: ${refresh(image, typed)}`],
  }),
};
