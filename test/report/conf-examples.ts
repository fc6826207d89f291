/** Examples of every problem that configuration can have. */

import type { Examples } from './examples.ts';

const place = { file: 'slurm/profiles/x.conf', line: 4 };
const commandLine = { file: 'command line' };
const imageFile = { file: 'slurm/images/x.conf', line: 4 };

export const confProblems = {
  // Configuration: files and lines
  'no-cluster-file': [
    { kind: 'no-cluster-file', cluster: 'lbl', clusters: ['cluster', 'lab'], nearest: 'lab', place },
    { kind: 'no-cluster-file', cluster: 'cluster', clusters: [], place: { file: 'slurm/cluster.conf' } },
  ],
  'no-profile': [
    { kind: 'no-profile', profile: 'bactest', profiles: ['backtest', 'hello'], nearest: 'backtest', place },
    { kind: 'no-profile', profile: 'x', profiles: [], place },
  ],
  'missing-variable': [
    { kind: 'missing-variable', variable: 'PROFILE', choices: ['backtest', 'hello'] },
    { kind: 'missing-variable', variable: 'IMAGE', choices: ['lab', 'pytorch'] },
    { kind: 'missing-variable', variable: 'IMAGE', choices: [] },
  ],
  'no-image': [
    { kind: 'no-image', image: 'pytroch', images: ['pytorch'], key: 'IMAGE', nearest: 'pytorch', place: commandLine },
    { kind: 'no-image', image: 'pytorch', images: [], key: 'CONTAINER', place },
  ],
  'unreadable-file': [
    { kind: 'unreadable-file', code: 'EISDIR', place },
    { kind: 'unreadable-file', code: 'UTF-8', place },
    { kind: 'unreadable-file', code: 'EBADMSG', place },
  ],
  'not-key-value': [{ kind: 'not-key-value', place }],
  'unterminated-quote': [
    { kind: 'unterminated-quote', key: 'CODE_FILES', quote: '"', place },
    { kind: 'unterminated-quote', key: 'SCRIPT_ARGS', quote: '\\', place },
  ],
  'unknown-section': [
    { kind: 'unknown-section', section: 'evn', nearest: 'env', place },
    { kind: 'unknown-section', section: 'job', place },
  ],

  // Keys
  'unknown-key': [
    { kind: 'unknown-key', key: 'SBATCH_CPU', nearest: 'SBATCH_CPUS', place },
    { kind: 'unknown-key', key: 'OMP_NUM_THREADS', place },
  ],
  'repeated-key': [
    { kind: 'repeated-key', key: 'SCRIPT', firstLine: 2, place },
    { kind: 'repeated-key', key: 'A', place: commandLine },
  ],
  'conflicting-keys': [
    { kind: 'conflicting-keys', key: 'SBATCH_PARTITION', other: 'PARTITION', otherPlace: place, place },
  ],
  'script-and-command': [{ kind: 'script-and-command', otherPlace: place, place }],
  'control-variable': [{ kind: 'control-variable', key: 'YES', place }],
  'misplaced-key': [
    { kind: 'misplaced-key', key: 'BASE', belongs: 'image', place },
    { kind: 'misplaced-key', key: 'PARTITION', belongs: 'profile', place: imageFile },
  ],
  'cluster-key': [{ kind: 'cluster-key', key: 'REMOTE_HOST', place }],
  'missing-key': [
    { kind: 'missing-key', key: 'REMOTE_HOST', place },
    { kind: 'missing-key', key: 'REMOTE_DIR', place },
  ],
  'nothing-to-run': [{ kind: 'nothing-to-run', place: { file: 'slurm/profiles/x.conf' } }],
  'unknown-variable': [
    { kind: 'unknown-variable', variable: 'TAGG', nearest: 'TAG', place: { file: 'command line' } },
    { kind: 'unknown-variable', variable: 'SBATCH_X', place: { file: 'command line' } },
  ],

  // Values
  dollar: [{ kind: 'dollar', key: 'REMOTE_DIR', value: '$HOME/x', place }],
  'control-character': [
    { kind: 'control-character', key: 'SCRIPT', value: 'a\nb\x1b[2J', place },
    { kind: 'control-character', key: 'TOKEN', value: '', place },
  ],
  'not-absolute': [{ kind: 'not-absolute', key: 'REMOTE_DIR', value: 'runs', place }],
  'path-outside': [{ kind: 'path-outside', key: 'CODE_FILES', value: '../x', place }],
  'whole-run': [{ kind: 'whole-run', key: 'RESULTS_PULL', value: './', place }],
  'toolkit-path': [{ kind: 'toolkit-path', key: 'CODE_FILES', value: '.slurm-runner/x', place }],
  'code-under-data': [{ kind: 'code-under-data', key: 'CODE_FILES', value: 'data/x.csv', place }],
  'secret-file': [{ kind: 'secret-file', key: 'CODE_FILES', value: '.env', place }],
  'not-seconds': [{ kind: 'not-seconds', key: 'POLL_INTERVAL', value: '5s', place }],
  'bad-host': [{ kind: 'bad-host', key: 'REMOTE_HOST', value: '-oProxyCommand=x', place }],
  'bad-name': [{ kind: 'bad-name', key: 'TAG', value: 'a/b', place: { file: 'command line' } }],
  'env-name': [{ kind: 'env-name', key: '[env]', value: 'A-B', place }],
  'not-a-switch': [{ kind: 'not-a-switch', key: 'SBATCH_REBOOT', value: 'maybe', place }],
  'wrong-form': [
    { kind: 'wrong-form', key: 'SBATCH_TIME', value: '10 minutes', form: 'time', place },
    { kind: 'wrong-form', key: 'SBATCH_MEM', value: '1.5G', form: 'size', place },
    { kind: 'wrong-form', key: 'SBATCH_CPUS', value: 'all', form: 'count', place },
    { kind: 'wrong-form', key: 'SBATCH_NODES', value: '4-1', form: 'nodes', place },
    { kind: 'wrong-form', key: 'SBATCH_ARRAY', value: '0..9', form: 'array', place: { file: 'command line' } },
    { kind: 'wrong-form', key: 'SBATCH_GPUS', value: 'a100:two', form: 'gpus', place },
    { kind: 'wrong-form', key: 'SBATCH_MAIL_TYPE', value: 'FAILED', form: 'events', place },
  ],
  'not-an-option': [{ kind: 'not-an-option', key: 'SBATCH_ARGS', value: 'gpu', place }],
  'not-one-of': [
    {
      kind: 'not-one-of',
      key: 'SCHEDULER',
      value: 'slrum',
      choices: ['slurm', 'local', 'auto'],
      nearest: 'slurm',
      place,
    },
  ],
  'refused-option': [
    { kind: 'refused-option', key: 'SBATCH_OUTPUT', option: 'output', why: 'toolkit', place },
    { kind: 'refused-option', key: 'SBATCH_WRAP', option: 'wrap', why: 'no-script', place },
    { kind: 'refused-option', key: 'SBATCH_HELP', option: 'help', why: 'no-job', place },
    { kind: 'refused-option', key: 'SBATCH_WAIT', option: 'wait', why: 'waits', place },
    { kind: 'refused-option', key: 'SBATCH_QUIET', option: 'quiet', why: 'no-id', place },
  ],
  'missing-secret': [{ kind: 'missing-secret', name: 'WANDB_API_KEY', place }],

  // Images and containers
  blank: [{ kind: 'blank', key: 'BASE', value: 'docker://a b', place: imageFile }],
  'bad-base': [{ kind: 'bad-base', key: 'BASE', value: 'Python:3.10', place: imageFile }],
  'definition-there': [{ kind: 'definition-there', key: 'BASE', value: '/x/lab.def', place: imageFile }],
  'nothing-to-make': [{ kind: 'nothing-to-make', image: 'x', place: { file: 'slurm/images/x.conf' } }],
  'no-from': [{ kind: 'no-from', place: { file: 'Dockerfile' } }],
  'unknown-from': [{ kind: 'unknown-from', from: '$BASE', place: { file: 'Dockerfile', line: 2 } }],
  'wrong-runtime': [
    { kind: 'wrong-runtime', key: 'BASE', value: 'lab.sif', runtime: 'enroot', place: imageFile },
    { kind: 'wrong-runtime', key: 'CONTAINER', value: '/x/lab.sif', runtime: 'pyxis', place },
  ],
  'not-name-value': [{ kind: 'not-name-value', key: 'ENV', value: 'LANG', place: imageFile }],
  'bad-tag': [{ kind: 'bad-tag', key: 'TAG', value: 'Lab:dev', place: imageFile }],
  'local-requirement': [
    { kind: 'local-requirement', requirement: '-e .', place: { file: 'requirements-slurm.txt', line: 3 } },
  ],
  'bad-container': [{ kind: 'bad-container', key: 'CONTAINER', value: 'Lab:1', place }],
  'container-here': [{ kind: 'container-here', key: 'CONTAINER', value: 'podman://lab', place }],
  'container-definition': [{ kind: 'container-definition', key: 'CONTAINER', value: 'lab.def', place }],
  'mount-form': [{ kind: 'mount-form', key: 'CONTAINER_MOUNTS', value: '/a:ro', place }],
  'mount-relative': [{ kind: 'mount-relative', key: 'CONTAINER_MOUNTS', value: 'data:/d', place }],
  'mount-target': [{ kind: 'mount-target', key: 'CONTAINER_MOUNTS', value: '/a:d', place }],
  'mount-taken': [{ kind: 'mount-taken', key: 'CONTAINER_MOUNTS', value: '/a:/workspace', place }],
  'mount-blank': [{ kind: 'mount-blank', key: 'CONTAINER_MOUNTS', value: '/a b:/d', place }],

  // Files of the project
  'no-such-file': [
    { kind: 'no-such-file', key: 'CODE_FILES', path: 'src/mian.py', nearest: 'src/main.py', place },
    { kind: 'no-such-file', key: 'CODE_FILES', path: 'src/*.jl', place },
  ],
  'no-template': [
    { kind: 'no-template', template: 'gup', templates: ['gpu'], nearest: 'gpu', place },
    { kind: 'no-template', template: 'gpu', templates: [], place },
  ],
  'not-a-file': [{ kind: 'not-a-file', key: 'SCRIPT', path: 'src', place }],
  'not-executable': [{ kind: 'not-executable', path: 'run it', place }],
  'nothing-to-send': [{ kind: 'nothing-to-send', path: 'build/', place }],
  'through-link': [{ kind: 'through-link', key: 'SCRIPT', path: 'a/b.py', link: 'a', place }],
  'link-outside': [{ kind: 'link-outside', path: 'a', target: '/etc', place }],
  'link-not-sent': [{ kind: 'link-not-sent', path: 'a', target: 'b', place }],
  'undecodable-name': [{ kind: 'undecodable-name', path: 'caf\uFFFD.py' }],
  'git-failed': [{ kind: 'git-failed', detail: 'fatal: detected dubious ownership in repository' }],
} satisfies Partial<Examples>;
