/** The report of `slurm-check`: a line for everything a job needs, and what to do about what is missing. */

import type { CheckItem, CheckResult, CheckSubject } from '../run/check.ts';
import { make, type Typed } from './commands.ts';
import { shown } from './escape.ts';
import { problemText } from './problems.ts';
import { count } from './quantities.ts';
import type { Style } from './style.ts';
import { padTo } from './width.ts';

const LABELS: Record<CheckSubject, string> = {
  node: 'Node here',
  ssh: 'OpenSSH here',
  'local-rsync': 'rsync here',
  profile: 'Profile',
  host: 'Connection',
  'remote-dir': 'REMOTE_DIR',
  space: 'Free space there',
  rsync: 'rsync there',
  scheduler: 'Scheduler',
  queue: 'Queue',
  accounting: 'Accounting',
  partition: 'Partition',
  account: 'Account',
  python: 'Python',
  'test-only': 'Test submission',
  image: 'Image',
  pyxis: 'Pyxis',
  runtime: 'Runtime',
  namespaces: 'User namespaces',
  'enroot-temp': 'enroot works in',
  'enroot-data': 'enroot unpacks in',
  'compute-node': 'Compute nodes',
};

/** What to do when a check fails, and what a note means. */
const ADVICE: Partial<Record<CheckSubject, (item: CheckItem) => string>> = {
  ssh: () => 'Install OpenSSH: it carries everything to the cluster.',
  'local-rsync': () => 'Install rsync here: it carries the files.',
  rsync: () => 'rsync is not on the PATH of a non-login shell there; ask for it to be installed, or set REMOTE_SETUP.',
  'remote-dir': ({ detail }) => `${detail} cannot be written; set REMOTE_DIR to a folder of yours.`,
  scheduler: () => 'sbatch was not found; set REMOTE_SETUP to what puts it on the PATH (such as `module load slurm`).',
  queue: () => 'Slurm does not answer at present; nothing can be submitted or judged until it does.',
  accounting: () => 'Slurm keeps no accounting here: how a job ended is known from its marker and the queue alone.',
  partition: ({ choices = [] }) => `There are: ${choices.join(', ')}. Change PARTITION.`,
  account: ({ choices = [] }) => `Yours are: ${choices.join(', ')}. Change ACCOUNT.`,
  python: ({ detail, verdict, choices: [other] = [] }) => {
    const nodes = verdict === 'note' ? ', though compute nodes may differ' : '';
    const next = other ? `Set PYTHON=${other} in the profile` : 'Set PYTHON in the profile to one that is there';
    return `There is no ${detail} on the PATH there${nodes}. ${next}; or let MODULES, CONDA, VENV or CONTAINER bring one.`;
  },
  image: ({ detail }) => {
    const name = /\/slurm\/images\/([^/]+?)(?:-[0-9a-f]{12})?\.(?:sqsh|sif)$/.exec(detail)?.[1];
    const of = name === undefined ? '' : ` IMAGE=${name}`;
    return `make slurm-image-refresh${of} makes it (FORCE=1 anew), if it is one of slurm/images/; otherwise change CONTAINER.`;
  },
  pyxis: () =>
    "Slurm's srun there knows no --container-image: Pyxis is not installed. CONTAINER_RUNTIME=apptainer or none runs jobs without it.",
  runtime: ({ detail, where }) =>
    where === 'submit host'
      ? `There is no ${detail} on the PATH there: images can only be made in a job (BUILD_ON=job), unless REMOTE_SETUP brings it.`
      : `There is no ${detail} on the PATH of that node: jobs cannot run in containers there. Another PARTITION, or MODULES, may have it.`,
  namespaces: ({ where }) =>
    where === 'submit host'
      ? 'No image can be made there; BUILD_ON=job in its image file makes it on a compute node.'
      : 'Containers need them (unless the site has installed the runtime with privileges): ask the site, or take another PARTITION.',
  'enroot-temp': () => 'Images need several times their size: REMOTE_SETUP="export ENROOT_TEMP_PATH=/a/large/folder".',
  'enroot-data': () =>
    'Containers are unpacked there: REMOTE_SETUP="export ENROOT_DATA_PATH=/a/large/folder", or ask the site.',
  'compute-node': () => 'None was free at once, so nothing is known of what they have. Try again later.',
  'test-only': () => 'Change what sbatch complains of in the profile, its template or cluster.conf.',
};

export function checkedText({ items, ok }: CheckResult, style: Style, typed: Typed = {}): string {
  const lines = [style.bold('[Check]')];
  for (const item of items) {
    const sign = { ok: style.green('ok  '), bad: style.red('FAIL'), note: style.yellow('note') }[item.verdict];
    lines.push(`  ${sign}  ${padTo(LABELS[item.subject], 19)}${shown(detailOf(item))}`.trimEnd());
    const advice = item.verdict === 'ok' ? undefined : ADVICE[item.subject]?.(item);
    if (advice) lines.push(`        → ${shown(advice)}`);
    for (const problem of item.problems ?? []) {
      lines.push(
        ...problemText(problem, style, typed)
          .split('\n')
          .map((line) => `        ${line}`),
      );
    }
  }
  const bad = items.filter(({ verdict }) => verdict === 'bad').length;
  lines.push(
    '',
    ok
      ? 'Everything is in order.'
      : `${count(bad, 'thing')} to put right; then: ${make('slurm-check', undefined, typed)}`,
  );
  return lines.join('\n');
}

function detailOf({ subject, detail, verdict, where }: CheckItem): string {
  if (where !== undefined) return `${where}: ${detail || (verdict === 'ok' ? 'there' : 'none')}`;
  if (subject === 'image' && verdict === 'bad') return imageFault(detail);
  if (subject === 'pyxis') return verdict === 'ok' ? 'there' : 'none';
  if (subject === 'queue' && verdict === 'ok') return `${count(Number(detail), 'job')} of yours`;
  if (subject === 'accounting') return verdict === 'ok' ? 'there' : 'none';
  return detail;
}

/** What was found of an image, and its path, in words. */
function imageFault(detail: string): string {
  const [, kind = '', path = detail] = /^(image-\w+(?: (?:unreadable|format|short))?) (.*)$/s.exec(detail) ?? [];
  const words: Record<string, string> = {
    'image-missing': 'is not there',
    'image-changed': 'is no longer what was put there',
    'image-broken unreadable': 'cannot be read',
    'image-broken format': 'is no image',
    'image-broken short': 'is not whole',
  };
  return `${path} ${words[kind] ?? 'cannot be used'}`;
}
