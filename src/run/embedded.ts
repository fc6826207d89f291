/** What the embedded executor makes of sbatch's options: it knows a few, in one spelling, and says so of the others before anything is sent. */

import { optionKey } from '../conf/sbatch-options.ts';
import type { Profile } from '../conf/types.ts';
import { Failure, type Place } from '../failure.ts';
import { type Header, optionsAmong } from '../template/directives.ts';
import type { RunProblem } from './problem.ts';

type Option = Header['directives'][number]['options'][number];

const KIND_AND_IDS = 'after(any|ok|notok|corr)?(:[1-9]\\d*(_(0|[1-9]\\d*))?)+';
/** All of them; or any, of whole jobs. */
const DEPENDENCIES = new RegExp(
  `^(${KIND_AND_IDS}(,${KIND_AND_IDS})*|(?!.*corr)${KIND_AND_IDS}([?]${KIND_AND_IDS})*)$`,
);

/** What an option asks for that `scheduler_submit` of local-submit.sh refuses; undefined where it does not. */
function impossible({ name, value }: Option): string | undefined {
  if (name === 'begin') return name;
  const refused =
    (name === 'dependency' && !DEPENDENCIES.test(value ?? '')) ||
    (name === 'kill-on-invalid-dep' && value !== 'yes' && value !== 'no');
  if (!refused) return undefined;
  return value === undefined ? name : `${name}=${value}`;
}

/** Throws Failure(2) for options without which the job would be another than was meant. `file` is the template. */
export function checkEmbedded(profile: Profile, { directives }: Header, file: string): void {
  const placeOf = (key: string) => profile.settings.get(key)?.place;
  const given: { option: Option; place: Place | undefined }[] = [
    ...profile.sbatch.map((option) => ({ option, place: placeOf(optionKey(option.name)) })),
    ...optionsAmong(profile.sbatchArgs).map((option) => ({ option, place: placeOf('SBATCH_ARGS') })),
    ...directives.flatMap(({ line, options }) => options.map((option) => ({ option, place: { file, line } }))),
  ];
  const problems = given.flatMap(({ option, place }): RunProblem[] => {
    const what = impossible(option);
    return what === undefined ? [] : [{ kind: 'option-impossible', option: what, ...(place && { place }) }];
  });
  if (problems.length > 0) throw new Failure<RunProblem>(2, ...problems);
}

/** The same header and options, each option spelled `--name=value`, which is all that local-submit.sh reads. */
export function spelledOut(header: Header, options: readonly string[]): { header: Header; options: string[] } {
  const word = ({ name, value }: Option) => (value === undefined ? `--${name}` : `--${name}=${value}`);
  const directives = header.directives.map((directive) => ({
    ...directive,
    text: directive.options.map((option) => `#SBATCH ${word(option)}`).join('\n'),
  }));
  return { header: { ...header, directives }, options: optionsAmong(options).map(word) };
}
