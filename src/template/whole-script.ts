/** Pyxis' options of sbatch: with them not a step but the batch script itself, and all that it starts, is in a container. */

import type { Profile } from '../conf/types.ts';
import { type Header, optionsAmong } from './directives.ts';

export interface WholeScript {
  /** The `#SBATCH` line that asks for the container; without one it is SBATCH_ARGS. */
  line?: number;
  /** --container-image as given; undefined of a container that is only named. */
  image?: string;
  /** --container-mounts as given, empty without. */
  mounts: string;
  /** Somebody has said where it begins (--container-workdir). */
  workdir: boolean;
}

/** What the rendered script's header and the profile's SBATCH_ARGS ask for; undefined where the script runs on the node itself. */
export function wholeScript({ directives }: Pick<Header, 'directives'>, profile: Profile): WholeScript | undefined {
  const lines = directives.flatMap(({ line, options }) => options.map((option) => ({ ...option, line })));
  const given = [...lines, ...optionsAmong(profile.sbatchArgs).map((option) => ({ ...option, line: undefined }))];
  // Of an option that is given twice Slurm passes on the last one alone, of mounts too.
  const last = (name: string) => given.findLast((option) => option.name === `container-${name}`);
  const container = last('image') ?? last('name');
  if (container === undefined) return undefined;
  const { line } = container;
  const image = last('image')?.value;
  return {
    ...(line && { line }),
    ...(image && { image }),
    mounts: last('mounts')?.value ?? '',
    workdir: last('workdir') !== undefined,
  };
}
