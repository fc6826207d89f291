/** A shell file on the host with this process's own streams or terminal: what both hosts do alike. */

import { spawn } from 'node:child_process';
import type { Interacted, Interaction, Program } from './types.ts';

/**
 * The command for a login shell: of the path nothing but digits and backslashes, which bash, dash, tcsh and fish all leave as they
 * are between these quotes. What Ctrl-C means the file decides; this shell has yet to note how it ended.
 */
export function interactionEntry(file: string): string {
  const octal = [...Buffer.from(file)].map((byte) => `\\0${byte.toString(8).padStart(3, '0')}`).join('');
  return `exec /bin/sh -c 'trap : INT QUIT; f=$(printf %b "${octal}"); sh "$f"; c=$?; echo $c >"$f.code"; exit $c'`;
}

/** Prints what such a command left. */
export function codeOf(file: string): Program {
  return { files: ['lib', 'code'], args: [file] };
}

/** The exit code; undefined if a signal ended it or it could not begin. */
export function joinStreams([command = '', ...args]: readonly string[], options: Interaction) {
  const output = options.output === 'stdout' ? 1 : 2;
  const child = spawn(command, args, { stdio: [0, output, 2] });
  return new Promise<number | undefined>((resolve) => {
    child.once('error', () => resolve(undefined));
    child.once('exit', (code) => resolve(code ?? undefined));
  });
}

/** On this machine, where the terminal is the very same. */
export async function interactHere(file: string, options: Interaction): Promise<Interacted> {
  const code = await joinStreams(['/bin/sh', '-c', interactionEntry(file)], options);
  return code === undefined ? { lost: true } : { code };
}
