/** The reports on images: made, listed, removed. */

import type { ImageCleanItem, ImageCleanResult } from '../image/clean.ts';
import type { ImageList, ImageVersion } from '../image/list.ts';
import type { RefreshResult } from '../image/refresh.ts';
import { block, nextSteps, type Row, table } from './block.ts';
import { make, type Typed } from './commands.ts';
import { shown } from './escape.ts';
import { bytes, duration, names } from './quantities.ts';
import type { Style } from './style.ts';

/** `sha256:0123456789ab`: enough to tell images apart, and what their files are called by. */
export function shortDigest(digest: string): string {
  return digest.slice(0, 'sha256:'.length + 12);
}

export function refreshedText({ image, built }: RefreshResult, style: Style, typed: Typed = {}): string {
  const recipe: Row[] = [
    ['Image', image.name],
    ...(image.settings.has('BASE') ? [['Base', image.settings.get('BASE')?.value ?? ''] as const] : []),
    ...(image.requirements === undefined ? [] : [['Packages', image.requirements] as const]),
    ...(image.setup === undefined ? [] : [['Set-up', image.setup] as const]),
  ];
  if (built === undefined) {
    const where = image.buildOn === 'job' ? 'in a job' : 'on the login node';
    return block('Dry run', [...recipe, ['Made', `with ${image.runtime}, ${where}`]], style);
  }
  const rows: Row[] = [
    ...recipe,
    ['File', built.link, `→ ${built.file.slice(built.file.lastIndexOf('/') + 1)}`],
    ['Digest', shortDigest(built.digest)],
    ['Size', bytes(built.size)],
    ...(built.outcome === 'built' ? [['Took', duration(built.seconds)] as const] : []),
  ];
  const title = built.outcome === 'built' ? 'Image made' : 'Image unchanged';
  const steps = nextSteps(
    [
      ['Use it', `CONTAINER=${image.name} in a profile`],
      ...(built.outcome === 'current'
        ? [['Again', `${make('slurm-image-refresh', undefined, typed)} FORCE=1`] as const]
        : []),
      ['Old ones', make('slurm-image-clean', undefined, typed)],
    ],
    style,
  );
  return `${block(title, rows, style)}\n${steps}`;
}

/** A line a version, the current one of each image first. */
export function imageListText(list: ImageList, style: Style, typed: Typed = {}): string {
  const lines = [style.bold('[Images]'), style.dim(shown(`  ${list.folder}/`))];
  if (list.versions.length > 0) {
    const [head = '', ...rows] = table(
      [['NAME', 'DIGEST', 'SIZE', 'AGE', 'STATE', 'USED BY'], ...list.versions.map(versionRow)],
      '  ',
    );
    lines.push(style.bold(head), ...rows);
  } else lines.push('  There are none yet.');
  for (const { name, number, state } of list.builds) {
    if (state !== 'ended') lines.push(shown(`  ${name}: build ${number} ${BUILDS[state]}`));
  }
  const cached = list.caches.reduce((sum, { size }) => sum + size, 0);
  if (cached > 0) lines.push(`  Kept to be quicker the next time: ${bytes(cached)} (FORCE=1 clears it away)`);
  const steps = list.missing.map(
    (name) => ['Missing', `${make('slurm-image-refresh', undefined, typed)} IMAGE=${name}`] as const,
  );
  const old = list.versions.some(({ current, state }) => !current && state !== 'foreign');
  const all = [...steps, ...(old ? [['Old ones', make('slurm-image-clean', undefined, typed)] as const] : [])];
  return all.length > 0 ? `${lines.join('\n')}\n${nextSteps(all, style)}` : lines.join('\n');
}

const BUILDS = { alive: 'is under way', dead: 'was broken off', unknown: 'cannot be judged now', ended: '' } as const;

function versionRow({ name, digest, size, age, current, state, runs }: ImageVersion): string[] {
  const standing = state === 'whole' ? (current ? 'current' : 'replaced') : state;
  const users = runs.map(({ run, alive }) => (alive ? run : `${run} (ended)`));
  return [
    name,
    digest === undefined ? '-' : shortDigest(digest),
    bytes(size),
    ageText(age),
    standing,
    names(users, 3) || '-',
  ];
}

/** Seconds as a person thinks of an age: `5 min`, `3 h`, `12 d`. */
function ageText(seconds: number): string {
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  return seconds < 36 * 3600 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86400)} d`;
}

/** What is shown before the question. */
export function imagesToBeRemovedText(items: readonly ImageCleanItem[], style: Style): string {
  return [style.bold('[To be removed]'), ...items.map(itemLine)].join('\n');
}

export function imagesCleanedText({ removed, kept, dryRun }: ImageCleanResult, style: Style): string {
  const lines: string[] = [];
  if (dryRun) lines.push(imagesToBeRemovedText(removed, style), '', '  Nothing was removed (DRY_RUN=1).');
  else if (removed.length === 0) lines.push('There is nothing to remove.');
  else lines.push(style.bold('[Removed]'), ...removed.map(itemLine));
  if (kept.length > 0) {
    lines.push(
      '',
      style.bold('[Kept]'),
      ...kept.map(({ path, why, detail }) => shown(`  - ${path}  ${detail ?? KEPT[why]}`)),
    );
  }
  return lines.join('\n');
}

const KEPT: Record<ImageCleanResult['kept'][number]['why'], string> = {
  alive: 'a live run uses it',
  used: 'a run directory uses it whose job has ended (FORCE=1 removes it all the same)',
  building: 'it is being made',
  'changed-meanwhile': 'something changed meanwhile',
};

const WHY: Record<ImageCleanItem['why'], string> = {
  replaced: '',
  'broken-off': '  (a build that was broken off)',
  cache: '  (kept to be quicker)',
};

const itemLine = ({ path, size, why }: ImageCleanItem): string =>
  shown(`  - ${path}${size === undefined ? '' : `  ${bytes(size)}`}${WHY[why]}`);
