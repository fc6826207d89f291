/** The image file that a run is pinned to at its push: its jobs run in that one, whatever takes its place later. */

import type { Profile } from '../conf/types.ts';
import { Failure } from '../failure.ts';
import type { UploadAnswer } from '../host/types.ts';
import type { ImageFault, RunProblem } from './problem.ts';

export interface PinnedImage {
  /** `sha256:` and 64 hexadecimal digits. */
  digest: string;
}

/** As the profile names it, for find_image of pinned.sh; empty without a container, or with a registry's image. */
export function imageFile({ runsIn }: Profile): string {
  return runsIn === undefined || runsIn.kind === 'uri' ? '' : runsIn.path;
}

/** Throws Failure(2) with what find_image of pinned.sh refused. */
export function checkRefusal({ runsIn, settings }: Profile, { refused }: UploadAnswer): void {
  if (refused === undefined) return;
  const place = settings.get('CONTAINER')?.place;
  const about = { ...(runsIn?.kind === 'image' ? { name: runsIn.name } : {}), ...(place ? { place } : {}) };
  const { kind, detail } = refused;
  if (kind === 'image-missing' || kind === 'image-changed')
    throw new Failure<RunProblem>(2, { kind, path: detail, ...about });
  const [fault = '', ...path] = detail.split(' ');
  throw new Failure<RunProblem>(2, {
    kind: 'image-broken',
    fault: fault as ImageFault,
    path: path.join(' '),
    ...about,
  });
}
