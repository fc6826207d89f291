/** A person at a terminal: make on a pty of its own (script(1) of util-linux), what is seen there, and what is typed. */

import { execa } from 'execa';
import { onTestFinished } from 'vitest';
import { type Toy, until } from './toy.ts';

/** Shell text that prints `armed` and then goes on until Ctrl-C, which it cannot miss. */
export const UNTIL_INTERRUPTED = `sh -c "trap 'echo; exit 1' INT; echo armed; while :; do sleep 1; done"`;

export interface Seat {
  /** All that the terminal has shown so far. */
  seen(): string;
  type(text: string): void;
  /** Waits until the terminal has shown it, from `seen().length` at the last call on. */
  shows(what: RegExp, seconds?: number): Promise<RegExpExecArray>;
  /** Changes the terminal's size, as dragging a window's corner does. */
  resize(columns: number, rows: number): Promise<void>;
  /** The same until the terminal shows it: srun misses a change that comes while it still sets up its side, and hears of none that is no change. */
  resizeUntil(what: RegExp, columns: number, rows: number): Promise<void>;
  /** Closes the terminal's window. */
  hangUp(): Promise<void>;
  /** The exit code that our script gave (make turns each into 2), when all has ended. */
  ended: Promise<number>;
}

export async function sitDown(
  toy: Toy,
  environment: Record<string, string>,
  target: string,
  variables: Record<string, string>,
): Promise<Seat> {
  const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  const words = Object.entries(variables).map(([name, value]) => quote(`${name}=${value}`));
  // As from a person's shell, which a hangup reaches first and make through its end.
  const command = `echo "seat $(tty)"; make --no-print-directory ${target} ${words.join(' ')}; exit $?`;
  const child = execa('script', ['-qefc', command, '/dev/null'], {
    ...{ cwd: toy.root, extendEnv: false, reject: false, stdin: 'pipe', timeout: 150_000 },
    // No escape sequences but our own: what is shown can be looked for.
    env: { ...environment, TERM: 'dumb', SHELL: '/bin/sh' },
  });
  // A test that fails leaves nobody sitting there.
  onTestFinished(() => void child.kill('SIGKILL'));
  let seen = '';
  let looked = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    seen += chunk.toString();
  });
  const shows: Seat['shows'] = async (what, seconds = 40) => {
    const found = await until(
      `${what} on the terminal`,
      () => what.exec(seen.slice(looked)) ?? undefined,
      seconds,
    ).catch((error) => {
      throw new Error(`${error.message}; it shows:\n${seen}`);
    });
    looked += found.index + found[0].length;
    return found;
  };
  let device = '';
  const resize: Seat['resize'] = async (columns, rows) => {
    await execa('stty', ['-F', device, 'cols', String(columns), 'rows', String(rows)]);
  };
  const resizeUntil: Seat['resizeUntil'] = async (what, columns, rows) => {
    for (let left = 10; ; left--) {
      await resize(columns, rows);
      try {
        await shows(what, 4);
        return;
      } catch (error) {
        if (left === 0) throw error;
      }
      await resize(columns, rows - 1);
    }
  };
  const ended = child.then(({ exitCode = 255 }) => Number(/\] Error (\d+)/.exec(seen)?.[1] ?? exitCode));
  [, device = ''] = await shows(/seat (\/dev\/\S+)/);
  return {
    seen: () => seen,
    type: (text) => void child.stdin.write(text),
    shows,
    ...{ resize, resizeUntil },
    hangUp: async () => {
      child.kill('SIGKILL');
      await child;
    },
    ended,
  };
}
