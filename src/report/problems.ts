/** What is wrong, in words: one text for every problem that anything in `src` can have. */

import type { Failure, Place, ProblemBase } from '../failure.ts';
import type { Typed } from './commands.ts';
import { shown, shownLines } from './escape.ts';
import type { Problem, Sentences, Told } from './problem.ts';
import { confSentences } from './problems/conf.ts';
import { flowSentences } from './problems/flow.ts';
import { flowFileSentences } from './problems/flow-file.ts';
import { hostSentences } from './problems/host.ts';
import { imageSentences } from './problems/image.ts';
import { interactiveSentences } from './problems/interactive.ts';
import { notifySentences } from './problems/notify.ts';
import { runSentences } from './problems/run.ts';
import { schedulerSentences } from './problems/scheduler.ts';
import { sweepSentences } from './problems/sweep.ts';
import { targetSentences } from './problems/targets.ts';
import { templateSentences } from './problems/template.ts';
import { variableSentences } from './problems/variables.ts';
import { wandbSentences } from './problems/wandb.ts';
import type { Style } from './style.ts';

const sentences: Sentences<Problem> = {
  ...confSentences,
  ...hostSentences,
  ...templateSentences,
  ...schedulerSentences,
  ...runSentences,
  ...imageSentences,
  ...interactiveSentences,
  ...sweepSentences,
  ...wandbSentences,
  ...notifySentences,
  ...flowSentences,
  ...flowFileSentences,
  ...variableSentences,
  ...targetSentences,
};

/** Lines of another program's words that are shown; the end of them tells most. */
const MOST_WORDS = 15;

/**
 * `FILE:LINE: what is wrong; did you mean X?`, another program's own words below it if there are any, then `→` what to do
 * next. `typed` is what the user typed, for the commands in it.
 */
export function problemText(problem: ProblemBase, style: Style, typed: Typed = {}): string {
  const { says, words = '', next = [] } = tell(problem, typed);
  const lines = words.trim() === '' ? [] : shownLines(words).slice(-MOST_WORDS);
  return [
    `${placeText(problem.place, style)}${style.red(shown(says))}`,
    ...lines.map((line) => style.dim(`  ${line}`)),
    ...next.map((line) => `→ ${shown(line)}`),
  ].join('\n');
}

/** What is wrong, in one line, for a report in which it is one thing of several. */
export function problemLine(problem: ProblemBase, typed: Typed = {}): string {
  return tell(problem, typed).says;
}

/** All problems of a failure, one below the other, each once. */
export function failureText(failure: Failure, style: Style, typed: Typed = {}): string {
  return [...new Set(failure.problems.map((problem) => problemText(problem, style, typed)))].join('\n');
}

/**
 * An error that is no Failure: the system refused something (a full disk, a read-only folder), or there is a mistake in
 * slurm-runner itself.
 */
export function errorText(error: unknown, style: Style): string {
  const { code, path, message } = error as NodeJS.ErrnoException;
  const why = SYSTEM[code ?? ''];
  if (why) return style.red(shown(path ? `${path}: ${why}` : `${why}: ${message}`));
  const stack = error instanceof Error ? (error.stack ?? message) : String(error);
  return [
    style.red(
      'This is a mistake in slurm-runner. Nothing on the cluster is lost: make slurm-recover goes on from there.',
    ),
    ...shownLines(stack).map((line) => style.dim(`  ${line}`)),
  ].join('\n');
}

const SYSTEM: Readonly<Record<string, string>> = {
  ENOSPC: 'there is no space left on this machine',
  EDQUOT: 'your quota on this machine is used up',
  EROFS: 'this file system cannot be written to',
  EACCES: 'permission denied',
  EPERM: 'the system does not permit it',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open on this machine',
  EIO: 'the disk cannot be read or written',
};

function tell(problem: ProblemBase, typed: Typed): Told {
  const say = Object.hasOwn(sentences, problem.kind)
    ? (sentences[problem.kind as Problem['kind']] as (problem: ProblemBase, typed: Typed) => string | Told)
    : () => JSON.stringify(problem);
  const told = say(problem, typed);
  return typeof told === 'string' ? { says: told } : told;
}

function placeText(place: Place | undefined, style: Style): string {
  if (!place) return '';
  const spot = place.line === undefined ? place.file : `${place.file}:${place.line}`;
  return `${style.bold(shown(spot))}: `;
}
