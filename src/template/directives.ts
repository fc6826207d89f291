/** Reads the header of a job script as sbatch does: its interpreter, and the options its `#SBATCH` lines set. */

import { type Argument, sbatchOptions } from '../conf/sbatch-options.ts';
import { Failure } from '../failure.ts';
import type { TemplateProblem } from './problem.ts';

export interface Header {
  /** As the kernel reads it: everything after the interpreter is one argument. */
  shebang: { interpreter: string; args: string[] };
  /**
   * Every line that sbatch takes options from, as it stands, and the options of `#SBATCH` lines under their long names
   * (those of a site's plugin under their own).
   */
  directives: { line: number; text: string; options: { name: string; value?: string }[] }[];
  /** The `#!` line and the text of the directives. */
  header: string;
  /** From the first command on; comments between the header's lines are in neither. */
  body: string;
}

// The letters of Slurm 20.11 to 26.05 (`sbatch --help`).
const LETTERS: Readonly<Record<string, string>> = {
  a: 'array',
  A: 'account',
  b: 'begin',
  B: 'extra-node-info',
  c: 'cpus-per-task',
  C: 'constraint',
  d: 'dependency',
  D: 'chdir',
  e: 'error',
  F: 'nodefile',
  G: 'gpus',
  h: 'help',
  H: 'hold',
  i: 'input',
  J: 'job-name',
  k: 'no-kill',
  L: 'licenses',
  m: 'distribution',
  M: 'clusters',
  n: 'ntasks',
  N: 'nodes',
  o: 'output',
  O: 'overcommit',
  p: 'partition',
  q: 'qos',
  Q: 'quiet',
  s: 'oversubscribe',
  S: 'core-spec',
  t: 'time',
  v: 'verbose',
  V: 'version',
  w: 'nodelist',
  W: 'wait',
  x: 'exclude',
};

// Pyxis 0.24, which most clusters with containers have (`sbatch --help`).
const PYXIS_WITH_VALUE = ['image', 'mounts', 'workdir', 'name', 'save', 'env', 'unshare'];
const PYXIS_BARE = ['mount-home', 'remap-root', 'entrypoint', 'entrypoint-log', 'writable', 'readonly'];
const PYXIS_NEGATED = ['mount-home', 'remap-root', 'entrypoint'];

// Profiles may not give these, templates may.
const OPTIONS: ReadonlyMap<string, Argument> = new Map([
  ...sbatchOptions,
  ...PYXIS_WITH_VALUE.map((name) => [`container-${name}`, 'required'] as const),
  ...PYXIS_BARE.map((name) => [`container-${name}`, 'none'] as const),
  ...PYXIS_NEGATED.map((name) => [`no-container-${name}`, 'none'] as const),
  ...['chdir', 'error', 'job-name', 'output', 'wrap'].map((name) => [name, 'required'] as const),
  ...['help', 'parsable', 'quiet', 'test-only', 'usage', 'version', 'wait'].map((name) => [name, 'none'] as const),
]);

type Directive = Header['directives'][number];
type Fault = Extract<TemplateProblem, { kind: 'bad-directive' }>['reason'];

interface Word {
  text: string;
  directive: Directive;
}

/**
 * `file` is the template, for problems; one called `….sh` needs no `#!`. Empty lines above the `#!`, such as a `{% set %}` leaves, do
 * not matter here, as sbatch never sees them. Throws Failure(2) with TemplateProblems.
 */
export function parseHeader(script: string, file: string): Header {
  const problems: TemplateProblem[] = [];
  const lines = script.split('\n');
  const first = lines.find((line) => line.trim() !== '') ?? '';
  const plain = first.startsWith('#!') || !/\.(ba)?sh$/.test(file) ? first : '#!/bin/bash';
  const shebang = /^#![ \t]*([^ \t]+)[ \t]*(.*?)[ \t]*$/.exec(plain);
  if (!shebang) throw new Failure<TemplateProblem>(2, { kind: 'no-shebang', found: lines[0]!, place: { file } });

  // sbatch looks no further than the first line that is neither a comment nor blank.
  const firstCommand = lines.findIndex((line) => /^\s*[^\s#]/.test(line));
  const end = firstCommand < 0 ? lines.length : firstCommand;
  // Lines of the batch systems before it sbatch reads as well, where it knows an equivalent.
  const directives: Directive[] = lines
    .slice(0, end)
    .map((text, index) => ({ line: index + 1, text, options: [] }))
    .filter(({ text }) => /^#(?:SBATCH|PBS|BSUB)/.test(text));

  const words: Word[] = [];
  const refuse = (reason: Fault, { text }: Directive) =>
    problems.push({ kind: 'bad-directive', reason, text, place: { file } });
  for (const directive of directives) {
    if (!directive.text.startsWith('#SBATCH')) continue;
    const split = splitLine(directive.text.slice('#SBATCH'.length));
    if (split.fault) refuse(split.fault, directive);
    else words.push(...split.words.map((text) => ({ text, directive })));
  }
  readOptions(words, refuse);
  if (problems.length > 0) throw new Failure<TemplateProblem>(2, ...problems);

  return {
    shebang: { interpreter: shebang[1]!, args: shebang[2] ? [shebang[2]] : [] },
    directives,
    header: [plain, ...directives.map(({ text }) => text), ''].join('\n'),
    body: lines.slice(end).join('\n'),
  };
}

/** The options among words of a command line (SBATCH_ARGS), under their long names as in a header. */
export function optionsAmong(words: readonly string[]): Directive['options'] {
  const directive: Directive = { line: 1, text: '', options: [] };
  readOptions(
    words.map((text) => ({ text, directive })),
    () => {},
  );
  return directive.options;
}

/**
 * Words as sbatch's own reader makes them (`_get_argument` in src/sbatch/opt.c): both kinds of quotes, in both a
 * backslash escapes, outside them one before a blank does not; `#` ends the line even in the middle of a word, and so
 * does an empty word.
 */
function splitLine(text: string): { words: string[]; fault?: 'quote' | 'colon' } {
  const words: string[] = [];
  let at = 0;
  while (true) {
    while (/\s/.test(text[at] ?? '')) at++;
    if (text[at] === ':') return { words, fault: 'colon' };
    let word = '';
    let quote = '';
    let escaped = false;
    for (; at < text.length && (quote !== '' || !/\s/.test(text[at]!)); at++) {
      const char = text[at]!;
      if (!escaped && char === '\\') {
        escaped = true;
        continue;
      }
      if (escaped) word += char;
      else if (char === quote) quote = '';
      else if (quote === '' && (char === '"' || char === "'")) quote = char;
      else if (quote === '' && char === '#') break;
      else word += char;
      escaped = false;
    }
    if (quote !== '') return { words, fault: 'quote' };
    if (word === '') return { words };
    words.push(word);
  }
}

/**
 * getopt_long over the words of all lines together, as sbatch does: an option at the end of a line takes its argument
 * from the next.
 */
function readOptions(words: Word[], refuse: (reason: Fault, directive: Directive) => void): void {
  for (let at = 0; at < words.length; at++) {
    const { text, directive } = words[at]!;
    const found = (name: string, value?: string) =>
      directive.options.push({ name, ...(value !== undefined && { value }) });
    const next = () => {
      const word = words[++at];
      if (!word) refuse('argument', directive);
      return word?.text;
    };
    const long = /^--([^=]+)(?:=(.*))?$/s.exec(text);
    if (long) {
      const name = longName(long[1]!);
      const argument = OPTIONS.get(name);
      const after = words[at + 1];
      // What a plugin's option takes nobody here knows; a word after it can't be anything else.
      const plugins = argument === undefined && after?.directive === directive && !after.text.startsWith('-');
      const separate = long[2] === undefined && (argument === 'required' || plugins);
      found(name, separate ? next() : long[2]);
    } else if (/^-[^-]/.test(text)) {
      readLetters(text.slice(1), next, found);
    } else if (!/^(?:het|pack)job$/i.test(text)) {
      refuse('word', directive);
    }
  }
}

/** `-Hc4` is `-H -c 4`. */
function readLetters(
  letters: string,
  next: () => string | undefined,
  found: (name: string, value?: string) => void,
): void {
  for (let at = 0; at < letters.length; at++) {
    const name = LETTERS[letters[at]!] ?? letters[at]!;
    const rest = letters.slice(at + 1);
    const argument = OPTIONS.get(name);
    if (argument === 'required') {
      found(name, rest === '' ? next() : rest);
      break;
    }
    const takesRest = argument === 'optional' && rest !== '';
    found(name, takesRest ? rest : undefined);
    if (takesRest) break;
  }
}

/** Long options may be cut short as long as they stay unambiguous. */
function longName(given: string): string {
  if (OPTIONS.has(given)) return given;
  const fitting = [...OPTIONS.keys()].filter((name) => name.startsWith(given));
  return fitting.length === 1 ? fitting[0]! : given;
}
