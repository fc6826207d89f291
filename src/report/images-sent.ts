/** The reports on images that were built on this machine and sent. */

import type { HereBuilt } from '../image/build.ts';
import type { ImagePushed } from '../image/push.ts';
import type { ImageSetUp } from '../image/setup.ts';
import { block, nextSteps, type Row } from './block.ts';
import { make, type Typed } from './commands.ts';
import { shortDigest } from './images.ts';
import { bytes, duration } from './quantities.ts';
import type { Style } from './style.ts';

/** With `dryRun` nothing was built. */
export function imageBuiltText(built: HereBuilt, style: Style, typed: Typed = {}, dryRun = false): string {
  const { image, program, tag, id, platform, guessed, file, dockerfile } = built;
  const source = image.dockerfile ?? image.settings.get('BASE')?.value;
  const rows: Row[] = [
    ['Image', image.name],
    ...(source === undefined ? [] : [['From', source] as const]),
    ['By', program],
    ...(platform === undefined
      ? []
      : [['Platform', `${platform}${guessed ? ' (as most are: the cluster did not say)' : ''}`] as const]),
    ...(tag === undefined ? [] : [['Name', tag] as const]),
    ...(id === undefined ? [] : [['Id', shortDigest(`sha256:${id}`)] as const]),
    ...(file === undefined ? [] : [['File', file] as const]),
    ...(dryRun && dockerfile !== undefined ? [['Dockerfile', ...dockerfile.trimEnd().split('\n')] as const] : []),
  ];
  if (dryRun) return `${block('To be built', rows, style)}\n\n  Nothing was built (DRY_RUN=1).`;
  const steps = nextSteps([['Send it', make('slurm-image-push', undefined, typed, `IMAGE=${image.name}`)]], style);
  return `${block('Image built', rows, style)}\n${steps}`;
}

/** With `dryRun` nothing was sent. */
export function imagePushedText(pushed: ImagePushed, style: Style, typed: Typed = {}): string {
  const { image, from, bytes: size, sent, built } = pushed;
  const what = 'file' in from ? from.file : `${from.reference} (${from.engine})`;
  const rows: Row[] = [
    ['Image', image.name],
    ['From', what],
  ];
  if (!built) return `${block('To be sent', rows, style)}\n\n  Nothing was sent (DRY_RUN=1).`;
  if (size !== undefined) {
    rows.push(['Sent', sent === undefined ? bytes(size) : `${bytes(sent)} of ${bytes(size)}`]);
  }
  rows.push(
    ['File', built.link, `→ ${built.file.slice(built.file.lastIndexOf('/') + 1)}`],
    ['Digest', shortDigest(built.digest)],
    ['Size', bytes(built.size)],
    ...(built.outcome === 'built' ? [['Took', `${duration(built.seconds)} over there`] as const] : []),
  );
  const steps = nextSteps(
    [
      ['Use it', `CONTAINER=${image.name} in a profile`],
      ['Old ones', make('slurm-image-clean', undefined, typed)],
    ],
    style,
  );
  return `${block(built.outcome === 'built' ? 'Image sent' : 'Image unchanged', rows, style)}\n${steps}`;
}

/** What was not shown yet: the report on the build stands above, when there was one. */
export function imageSetUpText({ build, push }: ImageSetUp, style: Style, typed: Typed = {}): string {
  if (push) return imagePushedText(push, style, typed);
  return build ? imageBuiltText(build, style, typed, true) : '';
}
