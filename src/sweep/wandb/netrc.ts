/** Finds a password in a ~/.netrc, where `wandb login` and others keep theirs. */

import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The file that W&B's own client writes: NETRC if that is set, else ~/.netrc. */
export function netrcFile(environment: Readonly<Record<string, string | undefined>>): string {
  const home = environment.HOME || homedir();
  return environment.NETRC?.replace(/^~(?=\/)/, home) || join(home, '.netrc');
}

/**
 * The password for the first of `machines` that the file has; undefined without one, or without a file that can be read. The
 * entry `default` is for whoever asks, and its password is not to be shown to everybody: it does not count.
 */
export function netrcPassword(file: string, machines: readonly string[]): string | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  const passwords = parse(text);
  const machine = machines.find((name) => passwords.get(name));
  return machine === undefined ? undefined : passwords.get(machine);
}

/** By machine, the first entry of each; ftp(1), "THE .netrc FILE". */
function parse(text: string): Map<string, string> {
  // A macro goes to the next blank line; nothing in it is ours, nor in a comment.
  const entries = text.replace(/^[ \t]*macdef[\s\S]*?(\n[ \t]*\n|$(?![\s\S]))/gm, '\n').replace(/^[ \t]*#.*$/gm, '');
  const words = entries.matchAll(WORD);
  const passwords = new Map<string, string>();
  let machine: string | undefined;
  const next = () => {
    const found = words.next().value;
    return found?.groups?.quoted?.replace(/\\(.)/g, '$1') ?? found?.groups?.single ?? found?.[0] ?? '';
  };
  for (let word = next(); word !== ''; word = next()) {
    if (word === 'machine') machine = next();
    else if (word === 'default') machine = undefined;
    else if (word === 'password') {
      const password = next();
      if (machine !== undefined && !passwords.has(machine)) passwords.set(machine, password);
    } else if (word === 'login' || word === 'account') next();
  }
  return passwords;
}

/** One word, in quotes or bare. */
const WORD = /"(?<quoted>(?:\\.|[^"\\])*)"|'(?<single>[^']*)'|\S+/g;
