/** Examples of every problem that a run can have. */

import type { Examples } from './examples.ts';
import { failed, runDir, running, verdict } from './nouns.ts';

const place = { file: 'slurm/profiles/x.conf', line: 4 };

export const runProblems = {
  // Runs
  'not-pushed': [{ kind: 'not-pushed', id: 'x@seed1' }],
  'not-submitted': [
    { kind: 'not-submitted', id: 'x' },
    { kind: 'not-submitted', id: 'x', jobId: '12345' },
  ],
  'bad-state-file': [
    { kind: 'bad-state-file', content: 'hello', place: { file: 'slurm/jobs/x@a.jobid', line: 1 } },
    { kind: 'bad-state-file', content: '', place: { file: 'slurm/jobs/x.rundir', line: 1 } },
  ],
  busy: [{ kind: 'busy', id: 'x', pid: 77, lock: '/home/me/p/slurm/jobs/.x.lock' }],
  declined: [
    { kind: 'declined', id: 'x', jobId: '12345', runDir },
    { kind: 'declined', id: 'x' },
  ],
  'already-ended': [{ kind: 'already-ended', id: 'x', verdict: failed() }],
  'still-alive': [
    { kind: 'still-alive', id: 'x', verdict: running() },
    { kind: 'still-alive', id: 'x', verdict: verdict({ left: false }) },
  ],
  undecided: [
    { kind: 'undecided', id: 'x', verdict: running({ state: 'UNKNOWN', basis: 'nobody' }) },
    { kind: 'undecided', id: 'x', verdict: running({ state: 'UNKNOWN' }) },
  ],
  'queue-silent': [
    { kind: 'queue-silent', id: 'x', detail: 'slurm_load_jobs error: Unable to contact slurm controller' },
    { kind: 'queue-silent', id: '', detail: '' },
  ],
  'run-gone': [{ kind: 'run-gone', id: 'x', runDir }],
  'push-incomplete': [{ kind: 'push-incomplete', id: 'x', runDir }],
  'submit-refused': [
    { kind: 'submit-refused', id: 'x', detail: 'sbatch: error: something new' },
    { kind: 'submit-refused', id: 'x@s', detail: 'sbatch: error: something new', before: 2 },
  ],
  'submit-unknown': [{ kind: 'submit-unknown', id: 'x', detail: 'sbatch: error: Socket timed out' }],
  'submit-failed': [{ kind: 'submit-failed', id: 'x', detail: 'cannot write to /mnt/x' }],
  'container-impossible': [
    { kind: 'container-impossible', place },
    { kind: 'container-impossible', whole: true, place: { file: 'jobs/train.sh', line: 2 } },
  ],
  'container-twice': [{ kind: 'container-twice', place: { file: 'jobs/train.sh', line: 2 } }],
  'container-path': [
    { kind: 'container-path', key: 'REMOTE_DIR', path: '/mnt/my data/runs/x', runtime: 'pyxis' },
    { kind: 'container-path', key: 'CONTAINER_MOUNTS', path: '/a,b', runtime: 'apptainer', place },
  ],
  'image-missing': [
    { kind: 'image-missing', path: '/mnt/giga/slurm/images/pytorch.sqsh', name: 'pytorch', place },
    { kind: 'image-missing', path: '/mnt/giga/slurm/images/pytorch.sqsh', place },
    { kind: 'image-missing', path: '/opt/images/pytorch.sif', place },
  ],
  'image-broken': [
    { kind: 'image-broken', path: '/mnt/giga/slurm/images/pytorch.sqsh', name: 'pytorch', fault: 'short', place },
    { kind: 'image-broken', path: '/opt/images/pytorch.sif', fault: 'unreadable', place },
    { kind: 'image-broken', path: '/etc/passwd', fault: 'format', place },
  ],
  'image-changed': [{ kind: 'image-changed', path: '/mnt/giga/slurm/images/x-0123456789ab.sqsh', name: 'x', place }],
  'option-impossible': [
    { kind: 'option-impossible', option: 'begin', place },
    { kind: 'option-impossible', option: 'dependency=afterok:7' },
  ],
  'results-missing': [{ kind: 'results-missing', id: 'x', paths: ['data/results/a/', 'out.csv'], runDir }],
  'results-leave': [{ kind: 'results-leave', id: 'x', links: [{ path: 'out', target: '/scratch/out' }], runDir }],
  'not-removed': [{ kind: 'not-removed', run: 'x-20260224-143052', detail: 'job 12345 still uses it' }],
  'is-sweep': [{ kind: 'is-sweep', id: 'train@grid', sweep: 'grid' }],
  'bad-job-id': [
    { kind: 'bad-job-id', jobId: 'all' },
    { kind: 'bad-job-id', jobId: '' },
  ],
  'no-such-job': [{ kind: 'no-such-job', jobId: '99' }],
  'release-refused': [
    {
      ...{ kind: 'release-refused', jobId: '99', reason: 'JobHeldAdmin' },
      detail: 'Access/permission denied for job 99',
    },
    { kind: 'release-refused', jobId: '99_3', reason: 'JobHeldUser', detail: 'Unable to contact slurm controller' },
  ],
  'other-cluster': [{ kind: 'other-cluster', id: 'x', cluster: 'lab' }],
  'removal-declined': [{ kind: 'removal-declined', count: 1 }],
  'alive-run': [
    { kind: 'alive-run', run: 'x-20260224-143052', jobId: '12345' },
    { kind: 'alive-run', run: 'x-20260224-143052' },
  ],
} satisfies Partial<Examples>;
