/**
 * How a program travels: as the first line on standard input of one constant command, so that no login shell
 * (bash, dash, tcsh, fish) ever sees a value, nothing shows in a process list, and the rest of standard input is free.
 */

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { quote } from './quote.ts';
import type { Program } from './types.ts';

/** The command every connection runs. `read` takes single bytes from a pipe, so what follows the line is left for the program. */
export const ENTRY = `exec /bin/sh -c 'IFS= read -r program && eval "$program"'`;

/** Marks our own lines among whatever banners and rc files print. */
export const MARK = '\x1e';

/** A fresh word that no banner can know. */
export function newNonce(): string {
  return randomBytes(8).toString('hex');
}

const texts = new Map<string, string>();

/** A file of src/remote without its comments. The same relative path holds from the sources and from the bundles in dist/. */
export function remoteText(name: string): string {
  let text = texts.get(name);
  if (text === undefined) {
    text = readFileSync(fileURLToPath(new URL(`../../src/remote/${name}.sh`, import.meta.url)), 'utf8');
    text = text.replace(/^\s*#.*\n/gm, '');
    texts.set(name, text);
  }
  return text;
}

/** The shell text that defines the program's functions and then calls `main`. */
export function programText(program: Program): string {
  return `${program.files.map(remoteText).join('\n')}\nmain ${program.args.map(quote).join(' ')}`;
}

/** Shell text as one line for ENTRY: `printf %b` of POSIX gives newlines, backslashes and quotes back. */
export function oneLine(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll("'", '\\0047');
  return `eval "$(printf '%b' '${escaped}')"`;
}

/**
 * The line that runs a program between two marked lines on standard output, the second with its exit code: without that
 * one the connection was lost, whatever ssh's exit code says. `main` runs in a subshell and may exit as it likes.
 */
export function programLine(program: Program, nonce: string): string {
  return oneLine(
    [
      `printf '${MARK}%s begin\\n' ${nonce}; printf '${MARK}%s begin\\n' ${nonce} >&2`,
      `( ${programText(program)}\n)`,
      `printf '${MARK}%s end %d\\n' ${nonce} $?`,
      'exit 0',
    ].join('\n'),
  );
}

/** Takes what comes between the two marked lines out of a stream, holding back only what could be the beginning of the end. */
export function unwrap(nonce: string, onData: (chunk: Buffer) => void) {
  const begin = Buffer.from(`${MARK}${nonce} begin\n`);
  const end = Buffer.from(`${MARK}${nonce} end `);
  let begun = false;
  let held: Buffer = Buffer.alloc(0);
  let code: number | undefined;
  const take = (chunk: Buffer): void => {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    if (!begun) {
      const at = held.indexOf(begin);
      if (at < 0) {
        held = held.subarray(Math.max(0, held.length - begin.length));
        return;
      }
      begun = true;
      held = held.subarray(at + begin.length);
    }
    const at = held.indexOf(end);
    if (at >= 0) {
      const line = held.subarray(at + end.length).toString();
      if (at > 0) onData(held.subarray(0, at));
      held = held.subarray(at);
      if (line.includes('\n')) code = Number.parseInt(line, 10);
      return;
    }
    const keep = couldBegin(held, end);
    if (keep < held.length) onData(held.subarray(0, held.length - keep));
    held = held.subarray(held.length - keep);
  };
  return { take, begun: () => begun, code: () => code };
}

/** How many bytes at the end of `data` could be the beginning of `mark`. */
function couldBegin(data: Buffer, mark: Buffer): number {
  const from = data.lastIndexOf(mark[0] as number);
  if (from < 0) return 0;
  const tail = data.subarray(from);
  return tail.length < mark.length && tail.equals(mark.subarray(0, tail.length)) ? tail.length : 0;
}
