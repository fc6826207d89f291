/** One run of a program through a command that reaches the host's shell (ssh or sh): standard input, output, and the end. */

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { newNonce, programLine, unwrap } from './program.ts';
import type { Answer, Program, RunOptions } from './types.ts';

export type SessionEnd =
  | ({ outcome: 'answered' } & Answer)
  /** The closing line never came. `begun`: the program had started. */
  | { outcome: 'lost'; begun: boolean; exit: number; stderr: string };

/** A host's shell that waits for the line with its program. */
export interface Session {
  child: ChildProcessWithoutNullStreams;
  /** The exit code, once all output has been read; 255 if there is none. */
  ended: Promise<number>;
}

/** Not through execa: every stream is handled here, and loading it takes longer than a command may cost at its start. */
export function openSession(command: readonly string[]): Session {
  const [file, ...args] = command as [string, ...string[]];
  const child = spawn(file, args, { stdio: 'pipe' });
  const ended = new Promise<number>((resolve) => {
    child.once('error', () => resolve(255));
    child.once('close', (exit) => resolve(exit ?? 255));
  });
  // A program that ends without reading its input closes the pipe: no error of ours.
  child.stdin.on('error', () => {});
  return { child, ended };
}

/** Whether this process stays for the session's sake. One that was opened ahead must not keep it. */
export function stayFor({ child }: Session, stay: boolean): void {
  for (const handle of [child, child.stdin, child.stdout, child.stderr] as (typeof child | Socket)[]) {
    if (stay) handle.ref();
    else handle.unref();
  }
}

/** Runs `program` through `command`; `patience` is how many seconds it may take until the program has begun. */
export async function runSession(
  command: readonly string[],
  program: Program,
  patience: number,
  options: RunOptions = {},
  { child, ended }: Session = openSession(command),
): Promise<SessionEnd> {
  const nonce = newNonce();
  const chunks: Buffer[] = [];
  const inner = unwrap(nonce, options.onOutput ?? ((chunk) => chunks.push(Buffer.from(chunk))));
  const giveUp = (): void => {
    child.kill();
    // An ssh that hangs on a frozen master may not hear of it.
    setTimeout(() => child.kill('SIGKILL'), 1000).unref();
    // What a shell here has started holds on to its output; without a reader it ends at its next word.
    child.once('exit', () => {
      setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
      }, 200).unref();
    });
  };
  process.once('exit', giveUp);
  options.signal?.addEventListener('abort', giveUp);
  let timer = setTimeout(giveUp, patience * 1000);
  child.stdout.on('data', (chunk: Buffer) => {
    inner.take(chunk);
    if (!inner.begun()) return;
    clearTimeout(timer);
    if (options.silence && inner.code() === undefined) timer = setTimeout(giveUp, options.silence * 1000);
  });
  let stderr = '';
  // As text, so that a character cut in two by the transport stays whole.
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  child.stdin.write(`${programLine(program, nonce)}\n`);
  const { input } = options;
  if (input === undefined || typeof input === 'string') child.stdin.end(input);
  else input.pipe(child.stdin);
  const exit = await ended;
  clearTimeout(timer);
  process.off('exit', giveUp);
  options.signal?.removeEventListener('abort', giveUp);
  const code = inner.code();
  const heard = afterMark(stderr, nonce);
  if (code !== undefined) {
    return { outcome: 'answered', code, stdout: Buffer.concat(chunks).toString(), stderr: heard };
  }
  return { outcome: 'lost', begun: inner.begun(), exit, stderr: stderr.trim() };
}

/** What the program itself wrote to standard error: rc files may have written before it. */
function afterMark(stderr: string, nonce: string): string {
  const mark = `${nonce} begin\n`;
  const at = stderr.indexOf(mark);
  return at < 0 ? stderr : stderr.slice(at + mark.length);
}
