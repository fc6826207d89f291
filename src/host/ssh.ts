/** Host over the system's OpenSSH. */

import { nearest } from '../conf/nearest.ts';
import { Failure } from '../failure.ts';
import { sshAliases } from './aliases.ts';
import { codeOf, interactionEntry, joinStreams } from './interact.ts';
import { findMaster, type Master } from './master.ts';
import type { HostProblem } from './problem.ts';
import { ENTRY } from './program.ts';
import { rsyncDown, rsyncUp } from './rsync.ts';
import { openSession, runSession, type Session, type SessionEnd, stayFor } from './session.ts';
import type { Answer, Host, Interacted, Interaction, Program, RunOptions } from './types.ts';

/** Seconds until a program must have begun: on a connection that was there before, and on a new one (slow rc files). */
const PATIENCE = { reused: 10, fresh: 60 };

/** Connections of ours to one host at most; a server takes 10 sessions on each unless its MaxSessions says otherwise. */
const SLOTS = 10;

export function sshHost(name: string): Host {
  let slot = 0;
  let current: Promise<Master> | undefined;
  let ahead: { session: Session; over: Promise<Master> } | undefined;

  const master = (onDialling?: () => void): Promise<Master> => {
    if (current) return current;
    current = connect(name, slot, onDialling);
    return current;
  };

  /** Forgets the connection, so that the next use makes a new one; unless something else at work here did so already. */
  const reconnect = async (used: Promise<Master>, stderr: string): Promise<void> => {
    if (current !== used) return;
    current = undefined;
    if (/refused by peer/i.test(stderr)) slot += 1;
    else await (await used).drop();
  };

  const command = async (): Promise<{ used: Promise<Master>; joined: Master; argv: string[] }> => {
    const used = master();
    const joined = await used.catch((error: unknown) => {
      // Told now, so that the next use tries again. Not before: whoever dials ahead would have a password asked for twice.
      if (current === used) current = undefined;
      throw error;
    });
    return { used, joined, argv: ['ssh', ...joined.clientOptions, name, ENTRY] };
  };

  const openAhead = async (): Promise<void> => {
    if (ahead && ahead.over === current) return;
    const { used, argv } = await command();
    ahead = { session: openSession(argv), over: used };
    stayFor(ahead.session, false);
  };

  /** The session opened ahead, if there is one on this connection and it still waits. */
  const takeAhead = (): Session | undefined => {
    const taken = ahead;
    ahead = undefined;
    if (!taken || taken.over !== current || taken.session.child.exitCode !== null) return undefined;
    stayFor(taken.session, true);
    return taken.session;
  };

  /** Runs what `attempt` does on the connection, once more on a new one if this one turns out lost. */
  const steadily = async <T extends { outcome: string }>(
    retry: boolean,
    attempt: (argv: string[], patience: number) => Promise<T | Extract<SessionEnd, { outcome: 'lost' }>>,
  ): Promise<T> => {
    for (let tries = 0; ; tries++) {
      const { used, joined, argv } = await command();
      const release = joined.guard();
      const end = await attempt(argv, joined.reused ? PATIENCE.reused : PATIENCE.fresh).finally(release);
      if (end.outcome !== 'lost') return end as T;
      const lost = end as Extract<SessionEnd, { outcome: 'lost' }>;
      await reconnect(used, lost.stderr);
      // A server that takes no more sessions on one connection: nothing was lost.
      if (/refused by peer/i.test(lost.stderr) && slot < SLOTS) continue;
      const again = retry ? tries < 2 : !lost.begun && tries < 1;
      if (!again) throw new Failure<HostProblem>(3, { kind: 'connection-lost', host: name, detail: lost.stderr });
    }
  };

  const run = async (program: Program, options: RunOptions = {}): Promise<Answer> => {
    const retry = options.retry ?? options.onOutput === undefined;
    return steadily<Extract<SessionEnd, { outcome: 'answered' }>>(retry, (argv, patience) =>
      runSession(argv, program, patience, options, takeAhead()),
    );
  };

  const interact = async (file: string, options: Interaction): Promise<Interacted> => {
    // A session that goes through, before the terminal is given away: what is dead by now would look like a command's own end.
    await run({ files: ['lib', 'ready'], args: [] });
    const { joined } = await command();
    const release = joined.guard();
    // LogLevel: nobody needs to be told that the connection is closed when the file has ended.
    const how = ['-o', 'LogLevel=ERROR', options.tty ? '-tt' : '-T'];
    const argv = ['ssh', ...joined.clientOptions, ...how, name, interactionEntry(file)];
    const code = await joinStreams(argv, options).finally(release);
    if (code !== undefined && code !== 255) return { code };
    // ssh's own 255 is also that of a command.
    const left = await run(codeOf(file)).catch(() => undefined);
    return left && /^\d+$/.test(left.stdout.trim()) ? { code: Number(left.stdout) } : { lost: true };
  };

  return {
    name,
    kind: 'ssh',
    connect: () =>
      new Promise((resolve) => {
        master(resolve).then(
          () => resolve(),
          () => resolve(),
        );
      }),
    ...{ run, interact },
    openAhead: () => void openAhead().catch(() => {}),
    upload: async (upload) => (await steadily(true, (argv) => rsyncUp(argv, upload))).answer,
    download: async (download) => void (await steadily(true, (argv) => rsyncDown(argv, download))),
  };
}

async function connect(name: string, slot: number, onDialling?: () => void): Promise<Master> {
  const found = await findMaster(name, slot, onDialling);
  if ('master' in found) return found.master;
  const detail = found.failed;
  if (detail === 'ENOENT') throw new Failure<HostProblem>(2, { kind: 'no-program', program: 'ssh', where: 'here' });
  if (/Permission denied|Too many authentication failures|Host key verification failed/i.test(detail)) {
    throw new Failure<HostProblem>(3, { kind: 'login-refused', host: name, detail });
  }
  const alias = /Could not resolve hostname/i.test(detail) ? nearest(name, await sshAliases()) : undefined;
  throw new Failure<HostProblem>(3, { kind: 'unreachable', host: name, detail, ...(alias ? { nearest: alias } : {}) });
}
