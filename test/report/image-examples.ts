/** Examples of every problem that the making of an image on the cluster can have. */

import type { ImageProblem } from '../../src/image/problem.ts';

const image = 'pytorch';
const detail = '[ERROR] that is how it is';
const about = { image, detail };
const place = { file: 'slurm/images/pytorch.conf', line: 1 };

type Made = Exclude<ImageProblem, { kind: HereKind }>;
type HereKind = import('../../src/image/problem.ts').HereProblem['kind'];

export const imageProblems: { [K in Made['kind']]: (ImageProblem & { kind: K })[] } = {
  'image-not-there': [
    { kind: 'image-not-there', image, because: 'dockerfile', place },
    { kind: 'image-not-there', image, because: 'engine', place },
    { kind: 'image-not-there', image, because: 'local-file' },
  ],
  'image-job-refused': [{ kind: 'image-job-refused', image, detail: 'sbatch: error: invalid partition specified: x' }],
  'image-start-failed': [
    { kind: 'image-start-failed', image, detail: 'mkdir: cannot create directory: Disk quota exceeded' },
  ],
  'images-unknown': [{ kind: 'images-unknown', detail: 'slurm_load_jobs error' }],
  'images-declined': [{ kind: 'images-declined', count: 2 }],
  'image-credentials': [
    {
      kind: 'image-credentials',
      runtime: 'enroot',
      registry: 'nvcr.io',
      machines: ['nvcr.io', 'authn.nvidia.com'],
      ...about,
    },
    { kind: 'image-credentials', runtime: 'apptainer', registry: 'ghcr.io', machines: ['ghcr.io'], ...about },
  ],
  'image-unknown': [{ kind: 'image-unknown', base: 'python:3.99', ...about }],
  'image-network': [{ kind: 'image-network', base: 'python:3.10', ...about }],
  'image-no-space': [{ kind: 'image-no-space', ...about }],
  'image-no-namespaces': [
    { kind: 'image-no-namespaces', buildOn: 'login', ...about },
    { kind: 'image-no-namespaces', buildOn: 'job', ...about },
  ],
  'image-no-runtime': [
    { kind: 'image-no-runtime', runtime: 'enroot', ...about },
    { kind: 'image-no-runtime', runtime: 'apptainer', ...about },
  ],
  'image-lost': [{ kind: 'image-lost', ...about }],
  'image-cancelled': [{ kind: 'image-cancelled', ...about }],
  'image-failed': [{ kind: 'image-failed', step: 'pip install -r requirements.txt', code: 1, ...about }],
};
