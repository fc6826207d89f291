/** Shell text: values that stand in a job script as code and not as data. */

import { quote } from '../host/quote.ts';

/** Text that a template prints as it is. Everything else a template prints must be quoted or harmless. */
export interface ShellText {
  readonly shellText: string;
}

/** Marks text as meant for the shell: COMMAND, SETUP, or words that are quoted already. */
export function shellText(text: string): ShellText {
  return { shellText: text };
}

/** The words, each quoted, with blanks between. */
export function shellWords(words: readonly string[]): ShellText {
  return shellText(words.map(quote).join(' '));
}

/** Values under names of their own: `deps.train.MODEL_PATH`. */
export interface TemplateMembers extends ReadonlyMap<string, string | TemplateMembers> {}

/** What a template may be given under a name; undefined stands for a key that exists and has no value. */
export type TemplateValues = Readonly<Record<string, string | ShellText | TemplateMembers | undefined>>;
