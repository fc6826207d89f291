/** Checks keys and values of one layer: what is unknown, what is misspelt, what can't be right. */

import * as v from 'valibot';
import { placeAt } from './conf-file.ts';
import { imageKeys } from './image-keys.ts';
import {
  aliases,
  clusterKeys,
  controlVariables,
  isEnvName,
  type KeyRule,
  profileKeyNames,
  profileKeys,
  textRule,
} from './keys.ts';
import { nearest } from './nearest.ts';
import { COMMAND_LINE, type ConfProblem } from './problem.ts';
import { optionOf, refusedLetters, refusedOptions, useOf } from './sbatch-options.ts';
import { missedForm } from './sbatch-values.ts';
import type { Layer, Setting } from './types.ts';

/** Which keys a file may have: a cluster's those of clusters and profiles, a profile's those of a profile, an image's its own. */
export type FileKind = 'cluster' | 'profile' | 'image';

const PREFIX = 'SBATCH_';

/** Each key of a file, and each value, on its own. */
export function checkSettings(settings: ReadonlyMap<string, Setting>, kind: FileKind): ConfProblem[] {
  return Array.from(settings, ([key, setting]) => {
    const unknown = checkKey(key, setting, kind);
    if (unknown) return [unknown];
    return kind === 'image' ? checkGiven(key, setting, imageKeys.get(key)!) : checkValue(key, setting);
  }).flat();
}

function checkKey(key: string, { place }: Setting, kind: FileKind): ConfProblem | undefined {
  if (kind === 'image' ? imageKeys.has(key) : isProfileKey(key)) return undefined;
  if (clusterKeys.has(key)) return kind === 'cluster' ? undefined : { kind: 'cluster-key', key, place };
  if (controlVariables.has(key)) return { kind: 'control-variable', key, place };
  // ENV in a profile is more likely a variable of the job's than a word for images.
  if (imageKeys.has(key) && key !== 'ENV') return { kind: 'misplaced-key', key, belongs: 'image', place };
  if (kind === 'image' && isProfileKey(key)) return { kind: 'misplaced-key', key, belongs: 'profile', place };
  const hint = kind === 'image' ? nearest(key, imageKeys.keys()) : nearestKey(key, keysOf[kind]);
  return { kind: 'unknown-key', key, place, ...(hint && { nearest: hint }) };
}

const keysOf = { profile: profileKeyNames, cluster: [...profileKeyNames, ...clusterKeys.keys()] } as const;

/** SBATCH_TIME for TIME, SBATCH-TIME and SBATCH_TIEM; in front of an option the seven letters all have say nothing. */
function nearestKey(key: string, known: readonly string[]): string | undefined {
  const name = key.replaceAll('-', '_');
  const option = `${PREFIX}${name.toUpperCase()}`;
  if (known.includes(option)) return option;
  return nearestName(name, known);
}

function nearestName(name: string, known: readonly string[]): string | undefined {
  if (!name.startsWith(PREFIX)) return nearest(name, known);
  const options = known.filter((other) => other.startsWith(PREFIX)).map((other) => other.slice(PREFIX.length));
  const option = nearest(name.slice(PREFIX.length), options);
  return option && PREFIX + option;
}

/** An empty value takes back what a lower layer says, so it is never wrong. */
function checkGiven(key: string, setting: Setting, rule: KeyRule): ConfProblem[] {
  return setting.value === '' ? [] : checkByRule(key, setting, rule);
}

/** The value of a key of a profile or a cluster. */
function checkValue(key: string, setting: Setting): ConfProblem[] {
  const option = optionOf(key);
  const why = option && refusedOptions.get(option);
  if (why) return [{ kind: 'refused-option', key, option, why, place: setting.place }];
  const problems = checkGiven(key, setting, ruleOf(key));
  if (setting.value === '') return problems;
  if (option && useOf(option, setting.value) === 'fault') {
    problems.push({ kind: 'not-a-switch', key, value: setting.value, place: setting.place });
  }
  if (problems.length > 0) return problems;
  const form = option && missedForm(option, setting.value);
  if (form) return [{ kind: 'wrong-form', key, value: setting.value, form, place: setting.place }];
  return key === 'SBATCH_ARGS' ? checkSbatchArgs(setting) : [];
}

function ruleOf(key: string): KeyRule {
  return profileKeys.get(aliases.get(key) ?? key) ?? clusterKeys.get(key) ?? textRule;
}

function checkByRule(key: string, setting: Setting, rule: KeyRule): ConfProblem[] {
  if (!rule.split) return checkText(key, setting.value, setting, 0, rule);
  const { words, open } = rule.split(setting.value);
  if (open) return [{ kind: 'unterminated-quote', key, quote: open.quote, place: placeAt(setting, open.offset) }];
  return words.flatMap(({ text, offset }) => checkText(key, text, setting, offset, rule));
}

function checkText(key: string, value: string, setting: Setting, offset: number, { schema }: KeyRule): ConfProblem[] {
  const { issues } = v.safeParse(schema, value, { abortPipeEarly: true });
  if (!issues) return [];
  const place = placeAt(setting, offset);
  if ('options' in schema) {
    const hint = nearest(value, schema.options);
    return [{ kind: 'not-one-of', key, value, choices: schema.options, place, ...(hint && { nearest: hint }) }];
  }
  // The messages of keys.ts are the kinds of problems: `check` there takes nothing else.
  return [{ kind: issues[0].message, key, value, place } as ConfProblem];
}

/** SBATCH_ARGS is for options this toolkit does not know, so only what would break the submission is refused. */
function checkSbatchArgs(setting: Setting): ConfProblem[] {
  const key = 'SBATCH_ARGS';
  const words = profileKeys.get(key)!.split!(setting.value).words;
  return words.flatMap(({ text, offset }, at): ConfProblem[] => {
    const place = placeAt(setting, offset);
    if (at === 0 && !/^-./.test(text)) return [{ kind: 'not-an-option', key, value: text, place }];
    const option = /^--([^=]+)/.exec(text)?.[1] ?? refusedLetters.get(/^-([A-Za-z])/.exec(text)?.[1] ?? '') ?? '';
    const why = refusedOptions.get(option);
    return why ? [{ kind: 'refused-option', key, option, why, place }] : [];
  });
}

/** Names and values of `[env]`. */
export function checkEnv(env: ReadonlyMap<string, Setting>, rule = textRule): ConfProblem[] {
  return Array.from(env, ([name, setting]): ConfProblem[] =>
    isEnvName(name)
      ? checkByRule(name, setting, rule)
      : [{ kind: 'env-name', key: '[env]', value: name, place: setting.place }],
  ).flat();
}

/**
 * The names of command-line variables: one that is nearly ours is a slip, since make would drop it without a word; any
 * other is the project's own business.
 */
export function checkCommandLine(commandLine: ReadonlyMap<string, string>): ConfProblem[] {
  const known = [...controlVariables, ...profileKeyNames, ...clusterKeys.keys()];
  // END and many others differ from ENV by a letter.
  const hints = [...known, ...[...imageKeys.keys()].filter((key) => key !== 'ENV')];
  return [...commandLine.keys()].flatMap((variable): ConfProblem[] => {
    if (known.includes(variable) || imageKeys.has(variable) || optionOf(variable)) return [];
    const hint = nearestName(variable, hints);
    if (!hint && !variable.startsWith(PREFIX)) return [];
    return [{ kind: 'unknown-variable', variable, place: COMMAND_LINE, ...(hint && { nearest: hint }) }];
  });
}

/** The command-line variables that are settings, as the layer they form. */
export function commandLineLayer(commandLine: ReadonlyMap<string, string>, kind: FileKind): Map<string, Setting> {
  return new Map(
    [...commandLine]
      .filter(([key]) => isKey[kind](key))
      .map(([key, value]) => [key, { value, layer: 'command line' as Layer, place: COMMAND_LINE }]),
  );
}

const isProfileKey = (key: string) => profileKeys.has(key) || aliases.has(key) || optionOf(key) !== undefined;

const isKey: Record<FileKind, (key: string) => boolean> = {
  cluster: (key) => clusterKeys.has(key),
  profile: isProfileKey,
  image: (key) => imageKeys.has(key),
};
