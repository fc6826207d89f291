/** The one OpenSSH connection a command uses and leaves for the next: an explicit master process with a control socket. */

import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { homedir, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { waitForLock } from './lock.ts';

/** Seconds an idle master stays for the next command (ControlPersist). */
const PERSIST = 600;

export interface Master {
  /** The options with which a client joins the master and can never silently open a connection of its own. */
  clientOptions: string[];
  /** True if it was there before this command: it may turn out to be dead. */
  reused: boolean;
  /** Looks after it until the answer is called: a client of a frozen master would wait for ever, of one that was ended it fails at once. */
  guard(): () => void;
  /** Lets nobody else join it. What goes on over it may end by itself; a newer master in its place is left alone. */
  drop(): Promise<void>;
}

export type MasterResult = { master: Master } | { failed: string };

/** Options of every connection of ours: no forwarding, no remote command or terminal from the user's configuration. */
const COMMON = [
  ['ClearAllForwardings', 'yes'],
  ['ForwardX11', 'no'],
  ['PermitLocalCommand', 'no'],
  ['RemoteCommand', 'none'],
  ['RequestTTY', 'no'],
].flatMap(([key, value]) => ['-o', `${key}=${value}`]);

/**
 * Finds a live master for `host`, the user's own first, or starts one. OpenSSH asks for passwords and codes on the
 * terminal itself. `slot` counts masters of ours to the same host: a server takes only so many sessions on one.
 * `onDialling` is called once ssh is connecting, if it comes to that.
 */
export async function findMaster(host: string, slot = 0, onDialling = (): void => {}): Promise<MasterResult> {
  const settings = await resolved(host);
  if (slot === 0 && settings.controlPath && existsSync(settings.controlPath)) {
    const pid = await masterPid(settings.controlPath, host);
    if (pid !== undefined) return { master: joined(settings.controlPath, host, false, pid) };
  }
  const socket = socketPath(settings.identity, slot);
  const there = await usable(socket, host);
  if (there !== undefined) return { master: joined(socket, host, true, there) };
  const release = await waitForLock(`${socket}.lock`, 60);
  try {
    // Somebody else may have started it while we waited.
    const meanwhile = await usable(socket, host);
    if (meanwhile !== undefined) return { master: joined(socket, host, true, meanwhile) };
    const failed = await start(socket, host, onDialling);
    return failed === undefined ? { master: { ...joined(socket, host, true), reused: false } } : { failed };
  } finally {
    release?.();
  }
}

function joined(socket: string, host: string, ours: boolean, pid?: number): Master {
  const inode = inodeOf(socket);
  return {
    guard: () => (ours ? guard(socket, host, pid) : () => {}),
    // ProxyCommand=false: without the master the client fails (255) instead of connecting anew.
    clientOptions: ['-S', socket, '-o', 'ControlMaster=no', '-o', 'ProxyCommand=false', ...COMMON],
    reused: true,
    drop: async () => {
      // Another command may have noticed first and made a new one: that one works.
      if (!ours || inodeOf(socket) !== inode) return;
      await control(socket, host, 'stop');
      if (inodeOf(socket) === inode) rmSync(socket, { force: true });
    },
  };
}

/** Which socket it is; undefined if there is none. */
function inodeOf(socket: string): number | undefined {
  return statSync(socket, { throwIfNoEntry: false })?.ino;
}

/** The process behind a socket that exists and answers; one that doesn't is removed. */
async function usable(socket: string, host: string): Promise<number | undefined> {
  if (!existsSync(socket)) return undefined;
  const pid = await masterPid(socket, host);
  if (pid === undefined) rmSync(socket, { force: true });
  return pid;
}

/** The process of a master that answers. */
async function masterPid(socket: string, host: string): Promise<number | undefined> {
  const { code, stderr } = await control(socket, host, 'check');
  return code === 0 ? Number(/pid=(\d+)/.exec(stderr)?.[1]) : undefined;
}

/** Every so many seconds a master at work is asked whether it lives; after so many silences in a row it is ended. */
const GUARD = { every: 10, silences: 2 };

function guard(socket: string, host: string, known?: number): () => void {
  const inode = inodeOf(socket);
  let pid = known;
  let silences = 0;
  const look = async (): Promise<void> => {
    const answer = await masterPid(socket, host);
    // Dropped by another command: it no longer answers, and yet may work for us.
    if (inodeOf(socket) !== inode) return;
    if (answer) [pid, silences] = [answer, 0];
    else silences += 1;
    if (pid === undefined || silences < GUARD.silences) return;
    clearInterval(timer);
    try {
      process.kill(pid, 'SIGKILL');
    } catch {} // it ended by itself
  };
  const timer = setInterval(look, GUARD.every * 1000).unref();
  // A new one's number has to be known before it falls silent; most commands have ended by then.
  const first = setTimeout(look, known === undefined ? 1000 : GUARD.every * 500).unref();
  return () => {
    clearTimeout(first);
    clearInterval(timer);
  };
}

/** `ssh -O`; bounded, because it waits for ever on a frozen master. */
function control(socket: string, host: string, command: 'check' | 'stop') {
  return ssh(['-S', socket, '-O', command, host], 2000);
}

/** A call of ssh that connects to nothing; `timeout` in milliseconds, 0 for none. */
function ssh(args: string[], timeout = 0): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile('ssh', args, { timeout }, (error, stdout, stderr) => resolve({ code: error ? 255 : 0, stdout, stderr }));
  });
}

async function start(socket: string, host: string, onDialling: () => void): Promise<string | undefined> {
  // Its standard error goes to a file: the process stays behind and would hold a pipe open for ever.
  const log = `${socket}.log`;
  const fd = openSync(log, 'w', 0o600);
  try {
    const args = [
      '-fNM',
      ...['-S', socket, '-o', 'ControlMaster=yes', '-o', `ControlPersist=${PERSIST}`],
      ...['-o', 'ServerAliveInterval=5', '-o', 'ServerAliveCountMax=3', '-o', 'ConnectTimeout=20'],
      ...COMMON,
      host,
    ];
    const child = spawn('ssh', args, { stdio: ['ignore', 'ignore', fd], cwd: '/' });
    onDialling();
    const code = await new Promise<number | string>((resolve) => {
      child.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
      child.once('exit', (exit, signal) => resolve(exit ?? signal ?? 255));
    });
    if (code === 0) return undefined;
    if (code === 'ENOENT') return 'ENOENT';
    return readFileSync(log, 'utf8').trim() || `ssh ended with ${code}`;
  } finally {
    closeSync(fd);
    rmSync(log, { force: true });
  }
}

/** What the user's ssh configuration makes of the name (`ssh -G`), and whether it keeps a master itself. */
async function resolved(host: string): Promise<{ identity: string; controlPath?: string }> {
  const { stdout } = await ssh(['-G', host]);
  const value = (key: string): string => new RegExp(`^${key} (.*)$`, 'm').exec(stdout)?.[1] ?? '';
  const path = value('controlpath');
  return {
    identity: [host, value('hostname'), value('port'), value('user'), value('proxyjump')].join('\n'),
    ...(path && path !== 'none' ? { controlPath: path } : {}),
  };
}

/** A path without blanks, short enough for a socket (104 bytes on macOS, less ssh's own ending of 17). */
function socketPath(identity: string, slot: number): string {
  const name = `sr-${createHash('sha256').update(identity).digest('hex').slice(0, 16)}-${slot}`;
  let folder = join(homedir(), '.ssh');
  if (/\s/.test(folder) || Buffer.byteLength(join(folder, name)) > 80) folder = join(tmpdir(), `sr-${userInfo().uid}`);
  if (/\s/.test(folder) || Buffer.byteLength(join(folder, name)) > 80) folder = `/tmp/sr-${userInfo().uid}`;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return join(folder, name);
}
