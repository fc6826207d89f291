/** Takes out of a job script's header what is given otherwise and sbatch would refuse to have twice. */

import { rivals } from '../conf/sbatch-options.ts';
import type { Profile } from '../conf/types.ts';
import { type Header, optionsAmong } from './directives.ts';

/**
 * `#SBATCH` lines without what the profile or the command line says otherwise: --mem where they have --mem-per-cpu; an image, where
 * they have one, since Pyxis takes no second, nor a container that is writable and read-only. All else sbatch's command line simply overrules.
 */
export function withoutOverruled(directives: Header['directives'], profile: Profile): string[] {
  const chosen = profile.sbatch.filter(({ layer }) => layer !== 'cluster');
  const overruled = new Set([...chosen, ...optionsAmong(profile.sbatchArgs)].flatMap(({ name }) => overrules(name)));
  return directives.flatMap(({ text, options }) => {
    if (!options.some(({ name }) => overruled.has(name))) return [text];
    const left = options.filter(({ name }) => !overruled.has(name));
    return left.map(({ name, value }) => `#SBATCH ${sbatchWord(name, value)}`);
  });
}

const ACCESS = ['container-writable', 'container-readonly'];

function overrules(name: string): readonly string[] {
  if (!/^(no-)?container-./.test(name)) return rivals(name).filter((rival) => rival !== name);
  if (ACCESS.includes(name)) return ACCESS;
  return [name, name.startsWith('no-') ? name.slice(3) : `no-${name}`];
}

/** One word of an `#SBATCH` line, by sbatch's own quoting. */
function sbatchWord(name: string, value?: string): string {
  const option = name.length === 1 ? `-${name}${value ?? ''}` : `--${name}${value === undefined ? '' : `=${value}`}`;
  return /^[\w=:,./%+@-]+$/.test(option) ? option : `"${option.replace(/["\\]/g, '\\$&')}"`;
}
