/** What a program reads: one JSON document for each command. */

import { Failure, type ProblemBase } from '../failure.ts';
import type { Typed } from './commands.ts';
import { errorText, problemText } from './problems.ts';
import { plain } from './style.ts';

/**
 * `{ target, exit, …result }`; of a Failure or another error `{ target, exit, problems: [{ kind, message, … }] }`, the
 * messages being what a person would read. Maps become objects, sets arrays; what is undefined is absent.
 */
export function toJson(target: string, exit: number, result: unknown, typed: Typed = {}): string {
  const known = { ...typed, target };
  const body =
    result instanceof Error
      ? { problems: problemsOf(result, known) }
      : result !== null && typeof result === 'object' && !Array.isArray(result) && !(result instanceof Map)
        ? result
        : result === undefined
          ? {}
          : { result };
  // First in the document, and not to be taken by a result's own.
  const document = Object.assign({ target, exit }, body, { target, exit });
  const text = JSON.stringify(document, (_, value) => plainValue(value, known), 2);
  // JSON leaves these as they are; a terminal need not act on them.
  return text.replace(
    /[\x7f-\x9f\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function plainValue(value: unknown, typed: Typed): unknown {
  if (value instanceof Map) return Object.fromEntries(value);
  if (value instanceof Set) return [...value];
  // Of several runs some may have failed.
  if (value instanceof Failure) return { exit: value.exit, problems: problemsOf(value, typed) };
  return value;
}

function problemsOf(error: Error, typed: Typed): object[] {
  if (!(error instanceof Failure)) return [{ kind: 'error', message: errorText(error, plain) }];
  return error.problems.map(({ kind, ...data }: ProblemBase) => ({
    kind,
    message: problemText({ kind, ...data }, plain, typed),
    ...data,
  }));
}
