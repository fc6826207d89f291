/** One example or more of every problem there is. */

import type { Problem } from '../../src/report/problem.ts';
import { confProblems } from './conf-examples.ts';
import { flowProblems } from './flow-examples.ts';
import { flowFileProblems } from './flow-file-examples.ts';
import { imageProblems } from './image-examples.ts';
import { notifyProblems } from './notify-examples.ts';
import { runDir } from './nouns.ts';
import { runProblems } from './run-examples.ts';
import { sweepProblems } from './sweep-examples.ts';
import { wandbProblems } from './wandb-examples.ts';
import { yamlProblems } from './yaml-examples.ts';

const place = { file: 'slurm/profiles/x.conf', line: 4 };

export type Examples = { [K in Problem['kind']]: (Problem & { kind: K })[] };

/** A kind that is missing is a type error. */
export const problems: Examples = {
  // Configuration
  ...confProblems,
  ...yamlProblems,

  // Host
  unreachable: [
    { kind: 'unreachable', host: 'gigaflop', detail: 'ssh: Could not resolve hostname gigaflop', nearest: 'gigaflops' },
    { kind: 'unreachable', host: 'node54', detail: '' },
  ],
  'login-refused': [
    { kind: 'login-refused', host: 'node54', detail: 'me@node54: Permission denied (publickey).' },
    { kind: 'login-refused', host: 'node54', detail: 'Host key verification failed.' },
  ],
  'connection-lost': [
    { kind: 'connection-lost', host: 'node54', detail: 'client_loop: send disconnect: Broken pipe' },
    { kind: 'connection-lost', host: 'local', detail: '' },
  ],
  'no-program': [
    { kind: 'no-program', program: 'rsync', where: 'there' },
    { kind: 'no-program', program: 'ssh', where: 'here' },
  ],
  'disk-full': [
    { kind: 'disk-full', where: 'there', detail: 'rsync: write failed: No space left on device (28)' },
    { kind: 'disk-full', where: 'here', detail: 'ENOSPC' },
  ],
  'transfer-failed': [
    { kind: 'transfer-failed', direction: 'up', code: 23, detail: 'rsync: send_files failed' },
    { kind: 'transfer-failed', direction: 'down', code: 99, detail: '' },
  ],

  // Templates
  'template-syntax': [
    { kind: 'template-syntax', detail: 'expected variable end', raw: true, place },
    { kind: 'template-syntax', detail: 'this tag is never closed', raw: false, place },
  ],
  'template-comment': [{ kind: 'template-comment', place }],
  'template-tag': [{ kind: 'template-tag', tag: 'include', place }],
  'unknown-filter': [{ kind: 'unknown-filter', name: 'uper', nearest: 'upper', place }],
  'unknown-test': [{ kind: 'unknown-test', name: 'defned', nearest: 'defined', place }],
  'no-such-member': [
    { kind: 'no-such-member', of: 'deps.train', member: 'MODEL', members: ['MODELS'], nearest: 'MODELS', place },
    { kind: 'no-such-member', of: 'deps', members: [], place },
  ],
  'undefined-variable': [
    { kind: 'undefined-variable', name: 'SBATCH_CPU', nearest: 'SBATCH_CPUS', raw: false, place },
    { kind: 'undefined-variable', name: 'print', raw: true, place },
    { kind: 'undefined-variable', name: 'SWEEP_ID', raw: false, place },
  ],
  'unset-variable': [
    { kind: 'unset-variable', name: 'PARTITION', place },
    { kind: 'unset-variable', name: 'LR', cell: '3-b', place },
  ],
  'secret-variable': [{ kind: 'secret-variable', name: 'TOKEN', place }],
  'unsafe-value': [{ kind: 'unsafe-value', name: 'SCRIPT', characters: ';$\n', place }],
  'template-failed': [{ kind: 'template-failed', detail: 'cannot read x of nothing', place }],
  'no-shebang': [
    { kind: 'no-shebang', found: 'echo hello', place: { file: 'slurm/templates/x.sbatch' } },
    { kind: 'no-shebang', found: '', place: { file: 'slurm/templates/x.sbatch' } },
  ],
  'bad-directive': [
    { kind: 'bad-directive', reason: 'quote', text: '#SBATCH --comment="a', place },
    { kind: 'bad-directive', reason: 'colon', text: '#SBATCH : x', place },
    { kind: 'bad-directive', reason: 'argument', text: '#SBATCH --mem', place },
    { kind: 'bad-directive', reason: 'word', text: '#SBATCH --comment=a b', place },
  ],

  // Images on this machine
  'image-no-engine': [
    {
      kind: 'image-no-engine',
      engines: [
        { name: 'docker', detail: 'Cannot connect to the Docker daemon.' },
        { name: 'podman', detail: '' },
        { name: 'buildah', detail: '' },
      ],
    },
    { kind: 'image-no-engine', engines: [{ name: 'podman', detail: '' }] },
  ],
  'image-no-apptainer': (['definition', 'file', 'other'] as const).map((base) => ({
    ...{ kind: 'image-no-apptainer', image: 'pytorch', base },
  })),
  'image-not-buildable': (['here', 'there', 'engine', 'nothing'] as const).map((because) => ({
    ...{ kind: 'image-not-buildable', image: 'pytorch', because },
  })),
  'image-build-failed': [
    {
      kind: 'image-build-failed',
      image: 'pytorch',
      program: 'podman',
      code: 1,
      detail: 'ERROR: No matching distribution',
    },
  ],
  'image-not-built': [{ kind: 'image-not-built', image: 'pytorch', what: 'pytorch:latest' }],
  'image-save-failed': [
    { kind: 'image-save-failed', engine: 'podman', reference: 'pytorch:latest', detail: 'no space left on device' },
  ],
  'image-bad-archive': [
    { kind: 'image-bad-archive', reference: 'pytorch:latest', detail: 'there is no manifest.json in it' },
  ],
  'image-wrong-machine': [
    { kind: 'image-wrong-machine', image: 'pytorch', architecture: 'aarch64', machine: 'x86_64' },
  ],
  'image-file-changed': [{ kind: 'image-file-changed', path: 'slurm/images/pytorch.sif' }],
  'image-being-sent': [{ kind: 'image-being-sent', image: 'pytorch', pid: 77 }],

  // Scheduler
  'no-slurm': [
    { kind: 'no-slurm', host: 'node54' },
    { kind: 'no-slurm', host: 'local' },
  ],
  'setup-broken': [{ kind: 'setup-broken', host: 'node54', detail: '/opt/env.sh: not found' }],
  'scheduler-failed': (['submit', 'query', 'watch', 'remove', 'cancel', 'release'] as const).map((doing) => ({
    ...{ kind: 'scheduler-failed', doing, code: 1, detail: 'slurm_load_jobs error: Socket timed out' },
  })),

  // Runs
  ...runProblems,

  // Images made on the cluster
  ...imageProblems,

  // Sweeps
  ...sweepProblems,

  // W&B
  ...notifyProblems,
  ...wandbProblems,

  // Flows
  ...flowProblems,
  ...flowFileProblems,

  // Variables of scripts
  'not-a-flag': [{ kind: 'not-a-flag', variable: 'YES', value: 'maybe', place: { file: 'command line' } }],
  'not-a-number': [
    { kind: 'not-a-number', variable: 'LINES', value: 'many', least: 1, place: { file: 'command line' } },
    { kind: 'not-a-number', variable: 'RETRY', value: 'x', least: 0, place: { file: 'command line' } },
  ],

  // Targets
  // Interactive work
  'no-terminal': [{ kind: 'no-terminal', id: 'x@a' }],
  'shell-not-started': [{ kind: 'shell-not-started', id: 'x@shell', code: 1 }],
  'shell-lost': [
    { kind: 'shell-lost', id: 'x@shell', jobId: '12345', ended: true, runDir },
    { kind: 'shell-lost', id: 'x@shell', ended: false, runDir },
    { kind: 'shell-lost', id: 'x@shell', ended: true },
  ],
  'shell-kept': [
    { kind: 'shell-kept', id: 'x@shell', runDir, why: 'alive' },
    { kind: 'shell-kept', id: 'x@shell', runDir, why: 'undecided' },
  ],
  'gpus-refused': [
    {
      kind: 'gpus-refused',
      detail: 'srun: error: Unable to allocate resources: Requested node configuration is not available',
    },
    { kind: 'gpus-refused', detail: 'srun: error: Unable to allocate resources: Invalid account' },
  ],
  'no-nvidia-smi': [{ kind: 'no-nvidia-smi', node: 'n1' }],
  'nvidia-smi-failed': [{ kind: 'nvidia-smi-failed', node: 'n1', code: 9, detail: 'NVIDIA-SMI has failed' }],
  'nodes-silent': [{ kind: 'nodes-silent', detail: 'slurm_load_partitions: Unable to contact slurm controller' }],
  'no-partition': [
    { kind: 'no-partition', partition: 'mian', partitions: ['main', 'short'], nearest: 'main' },
    { kind: 'no-partition', partition: 'x', partitions: [] },
  ],

  'unknown-target': [
    { kind: 'unknown-target', name: 'slurm-runs', nearest: 'slurm-run' },
    { kind: 'unknown-target', name: 'slurm-frobnicate' },
  ],
};
