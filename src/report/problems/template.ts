/** Sentences for what is wrong with a template, or with the job script that came out of it. */

import type { TemplateProblem } from '../../template/problem.ts';
import { didYouMean, type Sentences } from '../problem.ts';
import { names } from '../quantities.ts';

const RAW = 'Braces that are not for the template, as in awk and in f-strings, go between {% raw %} and {% endraw %}.';

export const templateSentences: Sentences<TemplateProblem> = {
  'template-syntax': ({ detail, raw }) => ({
    says: `this is not in the language of templates: ${detail}`,
    ...(raw && { next: [RAW] }),
  }),
  'template-comment': () => ({
    says: '{# … #} is no comment here, since bash writes ${#array[@]}',
    next: ['A line that begins with # is a comment of the job script.'],
  }),
  'template-tag': ({ tag }) => `{% ${tag} %} does not work: a template is a single file`,
  'unknown-filter': ({ name, nearest }) => `unknown filter ${name}${didYouMean(nearest)}`,
  'unknown-test': ({ name, nearest }) => `unknown test "is ${name}"${didYouMean(nearest)}`,
  'undefined-variable': ({ name, nearest, raw }) =>
    name === 'SWEEP_ID'
      ? 'SWEEP_ID has no value here: only sweeps of W&B (method: in their file) have one'
      : { says: `unknown variable ${name}${didYouMean(nearest)}`, ...(raw && { next: [RAW] }) },
  'no-such-member': ({ of, member, members, nearest }) => ({
    says:
      member === undefined
        ? `${of} is no text by itself, it has texts under names of their own`
        : `${of} has no ${member}${didYouMean(nearest)}`,
    next: [members.length > 0 ? `What it has: ${names(members, 40)}.` : 'It has nothing in it.'],
  }),
  'unset-variable': ({ name, cell }, typed) => ({
    says: `${name} has no value${cell === undefined ? '' : ` in cell ${cell}`}`,
    next: [
      cell !== undefined
        ? `Give ${name} to every cell, or the template something to fall back on: {{ ${name} | default('…') }}.`
        : `Set ${name}=… in ${typed.profile ? `slurm/profiles/${typed.profile}.conf` : 'the profile'}, or give the template something to fall back on: {{ ${name} | default('…') }}.`,
    ],
  }),
  'secret-variable': ({ name }) => ({
    says: `${name} is a secret and must not stand in a job script`,
    next: [`The job has it in its environment: "$${name}".`],
  }),
  'unsafe-value': ({ name, characters }) => ({
    says: `the value of ${name} has characters that the shell acts on: ${[...characters].map(named).join(' ')}`,
    next: [`{{ ${name} | sh }} makes one word of it, {{ ${name} | safe }} takes it as shell text.`],
  }),
  'template-failed': ({ detail }) => `the template cannot be filled in: ${detail}`,
  'no-shebang': ({ found }) => ({
    says:
      found.trim() === ''
        ? 'the job script begins with an empty line, where sbatch wants the interpreter'
        : `the job script begins with ${found.slice(0, 80)}, where sbatch wants the interpreter`,
    next: ['Its first line has to be #!/bin/bash, or another #! and the path of a program.'],
  }),
  'bad-directive': ({ reason, text }) => `sbatch refuses the line ${text.slice(0, 200)}: ${DIRECTIVES[reason]}`,
};

const DIRECTIVES: Record<Extract<TemplateProblem, { kind: 'bad-directive' }>['reason'], string> = {
  quote: 'a quote in it is never closed',
  colon: 'a word of it begins with a colon',
  argument: 'its last option lacks a value',
  word: 'a word in it is no option; a value with blanks needs quotes',
};

function named(character: string): string {
  return { '\n': 'a line break', '\r': 'a carriage return', '\0': 'NUL' }[character] ?? character;
}
