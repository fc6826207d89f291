/** The image files that a run is pinned to at its push: its jobs run in those, whatever takes their places later. */

import type { Profile } from '../conf/types.ts';
import { Failure } from '../failure.ts';
import type { UploadAnswer } from '../host/types.ts';
import { SEPARATOR } from '../scheduler/rows.ts';
import { imageLink } from '../template/container.ts';
import type { ImageFault, RunProblem } from './problem.ts';

export interface PinnedImage {
  /** `sha256:` and 64 hexadecimal digits. */
  digest: string;
}

/** Those of the profiles that are in an image file, one for each. */
function inImageFiles(profiles: readonly Profile[]): Profile[] {
  return [...new Map(profiles.filter((one) => imageFile(one) !== '').map((one) => [imageFile(one), one])).values()];
}

/** The images of these profiles for each_image of pinned.sh, a line for each. */
export function imageLines(profiles: readonly Profile[]): string {
  return inImageFiles(profiles)
    .map((one) => [imageLink(one), one.containerRuntime, imageFile(one)].join(SEPARATOR))
    .join('\n');
}

/** As the profile names it; empty without a container, or with a registry's image. */
const imageFile = ({ runsIn }: Profile): string => (runsIn === undefined || runsIn.kind === 'uri' ? '' : runsIn.path);

/** Throws Failure(2) with what find_image of pinned.sh refused of these profiles' images. */
export function checkRefusal(profiles: readonly Profile[], { refused }: UploadAnswer): void {
  if (refused === undefined) return;
  const { kind, detail } = refused;
  const [link = '', ...words] = detail.split(' ');
  const { runsIn, settings } = inImageFiles(profiles).find((one) => imageLink(one) === link) ?? {};
  const place = settings?.get('CONTAINER')?.place;
  const about = { ...(runsIn?.kind === 'image' ? { name: runsIn.name } : {}), ...(place ? { place } : {}) };
  if (kind === 'image-missing' || kind === 'image-changed')
    throw new Failure<RunProblem>(2, { kind, path: words.join(' '), ...about });
  const [fault = '', ...path] = words;
  throw new Failure<RunProblem>(2, {
    kind: 'image-broken',
    fault: fault as ImageFault,
    path: path.join(' '),
    ...about,
  });
}
