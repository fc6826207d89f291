/** Speaks for apptainer on this machine (or singularity, its name before and elsewhere): an image file from a definition. */

import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { spellBase } from '../conf/base.ts';
import type { Base, Image } from '../conf/types.ts';
import { Failure } from '../failure.ts';
import { ask, type OnOutput, stream } from './engine.ts';
import type { ImageProblem } from './problem.ts';
import { recipeOf } from './recipe.ts';

/** The first of the two that is here. Throws Failure(2) if none is. */
export async function findApptainer(image: Image): Promise<string> {
  for (const program of ['apptainer', 'singularity']) {
    if ((await ask([program, '--version'], 20_000)).code === 0) return program;
  }
  const base = image.base?.kind === 'definition' || image.base?.kind === 'file' ? image.base.kind : 'other';
  throw new Failure<ImageProblem>(2, { kind: 'image-no-apptainer', image: image.name, base });
}

/** Where an image file that was built here lies, relative to the project's root. */
export function builtFile(image: Image): string {
  return `slurm/images/${image.name}.sif`;
}

/** Makes the file, beside the one that is there and then in its place. Gives the program's exit code. */
export async function buildFile(
  root: string,
  image: Image & { base: Base },
  program: string,
  onOutput: OnOutput,
): Promise<number> {
  const target = join(root, builtFile(image));
  mkdirSync(dirname(target), { recursive: true });
  const fresh = join(dirname(target), `.${image.name}.${process.pid}.sif`);
  const work = mkdtempSync(join(tmpdir(), 'sr-'));
  // Interrupted, too.
  const clear = (): void => {
    for (const path of [fresh, work]) rmSync(path, { recursive: true, force: true });
  };
  process.once('exit', clear);
  try {
    const { base } = image;
    // The user's own names its files from where it lies.
    const definition = base.kind === 'definition' ? join(root, base.path) : writeDefinition(root, image, work);
    // Who is not root gets to be root inside that way.
    const fakeroot = process.getuid?.() === 0 ? [] : ['--fakeroot'];
    const words = [program, 'build', ...fakeroot, fresh, basename(definition)];
    const code = await stream(words, dirname(definition), onOutput);
    if (code === 0) renameSync(fresh, target);
    return code;
  } finally {
    process.off('exit', clear);
    clear();
  }
}

/** The same as the cluster would be given. */
function writeDefinition(root: string, image: Image & { base: Base }, folder: string): string {
  const source = spellBase(image.base, 'apptainer');
  const [, bootstrap = 'localimage', from = join(root, source)] = /^([a-z]+):\/\/(.*)$/s.exec(source) ?? [];
  const { files } = recipeOf(root, image, source);
  writeFileSync(join(folder, 'finish.sh'), files['finish.sh'] ?? '');
  const definition = join(folder, 'image.def');
  writeFileSync(definition, `Bootstrap: ${bootstrap}\nFrom: ${from}\n${files['sections.def'] ?? ''}`);
  return definition;
}
