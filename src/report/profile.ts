/** The summary of a profile that is shown before anything is submitted. */

import type { Profile } from '../conf/types.ts';
import type { Header } from '../template/directives.ts';
import { block, type Row } from './block.ts';
import { containerName } from './container.ts';
import { count, names } from './quantities.ts';
import { chosenOr, optionsOf, resourcesText } from './resources.ts';
import type { Style } from './style.ts';

/**
 * `header`: of the rendered job script, whose own #SBATCH lines count too; without it only what the profile says is known.
 * `codeFiles`: how many files of code are sent. The cells of a sweep have results besides RESULTS_PULL.
 */
export function profileText(
  { profile, codeFiles, header }: { profile: Profile; codeFiles?: number; header?: Pick<Header, 'directives'> },
  style: Style,
  isSweep = false,
): string {
  const options = optionsOf(profile, header);
  const rows: Row[] = [
    scriptRow(profile),
    ['Resources', resourcesText(options)],
    ['Partition', chosenOr(options, 'partition')],
    ['Account', chosenOr(options, 'account')],
    ['Container', containerName(profile, header)],
    ...(codeFiles === undefined ? [] : [['Code', count(codeFiles, 'file')] as const]),
    ...(profile.dataFiles.length > 0 ? [['Data', some(profile.dataFiles)] as const] : []),
    ...(profile.resultsPull.length > 0
      ? [['Results', some(profile.resultsPull)] as const]
      : isSweep
        ? []
        : [['Results', '(none)'] as const]),
    ...(options.has('array') ? [['Array', options.get('array') ?? ''] as const] : []),
    ...(profile.sbatchArgs.length > 0 ? [['Options', profile.sbatchArgs.join(' ')] as const] : []),
  ];
  return block('Profile', rows, style, 1);
}

/** `Script` with its arguments, or `Command`, of which the first line tells enough. */
export function scriptRow({ script, scriptArgs, command }: Profile): Row {
  const args = scriptArgs.length > 0 ? ` ${scriptArgs.join(' ')}` : '';
  if (command !== undefined) {
    const [first = '', ...more] = command.trim().split('\n');
    return ['Command', shorten(`${first}${more.length > 0 ? ' …' : ''}${args}`)];
  }
  return ['Script', script === undefined ? '(in the template)' : shorten(`${script}${args}`)];
}

function some(paths: readonly string[]): string {
  return paths.length > 6 ? names(paths, 5) : paths.join(' ');
}

function shorten(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
