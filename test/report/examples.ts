/** One example or more of every problem there is, and of the nouns that reports are about. */

import type { Profile, Setting } from '../../src/conf/types.ts';
import type { Problem } from '../../src/report/problem.ts';
import type { CollectResult } from '../../src/run/collect.ts';
import type { Verdict } from '../../src/run/verdict.ts';
import type { QueueRow } from '../../src/scheduler/types.ts';
import { imageProblems } from './image-examples.ts';

const place = { file: 'slurm/profiles/x.conf', line: 4 };
const commandLine = { file: 'command line' };
const imageFile = { file: 'slurm/images/x.conf', line: 4 };

export function verdict(about: Partial<Verdict> = {}): Verdict {
  return { state: 'COMPLETED', ended: true, left: true, success: true, jobId: '12345', basis: 'accounting', ...about };
}

export const failed = (about: Partial<Verdict> = {}): Verdict =>
  verdict({ state: 'FAILED', success: false, exitCode: 3, elapsedSeconds: 190, ...about });

export const running = (about: Partial<Verdict> = {}): Verdict =>
  verdict({ state: 'RUNNING', ended: false, left: false, success: false, basis: 'queue', ...about });

export function queueRow(about: Partial<QueueRow> = {}): QueueRow {
  return {
    ...{ id: '12345', jobId: '12345', state: 'RUNNING', reason: 'None', elapsedSeconds: 5025, limit: '02:00:00' },
    ...{ nodes: '1', nodeList: 'giganode-51', partition: 'all', submitted: '', started: '' },
    ...{ workDir: '/mnt/giga/runs/backtest_v5-20260224-143052', name: 'ptj-backtest_v5', ...about },
  };
}

export const runDir = '/mnt/giga/project/ptj_stock_lab/runs/backtest_v5-20260224-143052';

/** A run that was collected, all of it. */
export const collected: CollectResult = {
  ...{ id: 'backtest_v5', jobId: '12345', runDir, verdict: verdict(), removed: true },
  gathered: {
    results: ['data/results/backtests/'],
    logs: ['slurm/logs/12345.out', 'slurm/logs/12345.err'],
    ...{ kept: [], missing: [] },
  },
};

/** The profile of the reports in the ancestor's documentation. */
export function profile(about: Partial<Profile> = {}): Profile {
  const layer = 'profile' as const;
  return {
    ...{ name: 'backtest_v5', id: 'backtest_v5', file: 'slurm/profiles/backtest_v5.conf' },
    settings: new Map<string, Setting>([['SCRIPT', { value: 'simulation/backtests/backtest_v5.py', layer, place }]]),
    ...{ script: 'simulation/backtests/backtest_v5.py', scriptArgs: [], python: 'python' },
    ...{ codeFiles: ['simulation/'], dataFiles: [] },
    resultsPull: ['data/results/backtests/', 'data/results/analysis/'],
    ...{ partition: 'all', account: 'default', containerRuntime: 'pyxis', containerMounts: [] },
    container: '/mnt/giga/project/ptj_stock_lab/slurm/images/ptj_stock_lab.sqsh',
    runsIn: { kind: 'file', path: '/mnt/giga/project/ptj_stock_lab/slurm/images/ptj_stock_lab.sqsh' },
    ...{ modules: [], secrets: [], sbatchArgs: [], env: {} },
    sbatch: [
      { name: 'account', value: 'default', layer: 'cluster' },
      { name: 'cpus-per-task', value: '20', layer },
      { name: 'mem', value: '40G', layer },
      { name: 'partition', value: 'all', layer: 'cluster' },
      { name: 'time', value: '02:00:00', layer },
    ],
    ...about,
  };
}

type Examples = { [K in Problem['kind']]: (Problem & { kind: K })[] };

/** A kind that is missing is a type error. */
export const problems: Examples = {
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
  'undefined-variable': [
    { kind: 'undefined-variable', name: 'SBATCH_CPU', nearest: 'SBATCH_CPUS', raw: false, place },
    { kind: 'undefined-variable', name: 'print', raw: true, place },
  ],
  'unset-variable': [{ kind: 'unset-variable', name: 'PARTITION', place }],
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
  'scheduler-failed': (['submit', 'query', 'watch', 'remove', 'cancel'] as const).map((doing) => ({
    ...{ kind: 'scheduler-failed', doing, code: 1, detail: 'slurm_load_jobs error: Socket timed out' },
  })),

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
  'submit-refused': [{ kind: 'submit-refused', id: 'x', detail: 'sbatch: error: something new' }],
  'submit-unknown': [{ kind: 'submit-unknown', id: 'x', detail: 'sbatch: error: Socket timed out' }],
  'submit-failed': [{ kind: 'submit-failed', id: 'x', detail: 'cannot write to /mnt/x' }],
  'container-impossible': [{ kind: 'container-impossible', place }],
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
    { kind: 'option-impossible', option: 'array', place },
    { kind: 'option-impossible', option: 'hold' },
  ],
  'results-missing': [{ kind: 'results-missing', id: 'x', paths: ['data/results/a/', 'out.csv'], runDir }],
  'results-leave': [{ kind: 'results-leave', id: 'x', links: [{ path: 'out', target: '/scratch/out' }], runDir }],
  'not-removed': [{ kind: 'not-removed', run: 'x-20260224-143052', detail: 'job 12345 still uses it' }],
  'bad-job-id': [
    { kind: 'bad-job-id', jobId: 'all' },
    { kind: 'bad-job-id', jobId: '' },
  ],
  'no-such-job': [{ kind: 'no-such-job', jobId: '99' }],
  'other-cluster': [{ kind: 'other-cluster', id: 'x', cluster: 'lab' }],
  'removal-declined': [{ kind: 'removal-declined', count: 1 }],
  'alive-run': [
    { kind: 'alive-run', run: 'x-20260224-143052', jobId: '12345' },
    { kind: 'alive-run', run: 'x-20260224-143052' },
  ],

  // Images made on the cluster
  ...imageProblems,

  // Variables of scripts
  'not-a-flag': [{ kind: 'not-a-flag', variable: 'YES', value: 'maybe', place: { file: 'command line' } }],
  'not-a-number': [{ kind: 'not-a-number', variable: 'LINES', value: 'many', place: { file: 'command line' } }],

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
