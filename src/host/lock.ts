/** A lock file on this machine that a killed process does not hold for ever. */

import { linkSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds after which somebody who was to clear a dead holder's lock away counts as dead too. */
const CLEARING = 5000;

/**
 * Tries to take the lock; the answer is the way to release it, or the process id of whoever holds it.
 * The file appears with its content (link). A dead holder's is cleared away by one at a time, who looks once more: nobody else
 * can have taken the lock while the file is there.
 */
export function tryLock(path: string): (() => void) | number {
  const mine = `${path}.${process.pid}`;
  writeFileSync(mine, `${process.pid}\n`);
  try {
    while (!linked(mine, path)) {
      const holder = readHolder(path);
      if (holder !== undefined && holder !== NOBODY && isAlive(holder)) return holder;
      clear(mine, path);
    }
    return () => rmSync(path, { force: true });
  } finally {
    rmSync(mine, { force: true });
  }
}

function clear(mine: string, path: string): void {
  const clearing = `${path}.clearing`;
  if (!linked(mine, clearing)) {
    const since = statSync(clearing, { throwIfNoEntry: false })?.ctimeMs ?? Date.now();
    if (Date.now() - since > CLEARING) rmSync(clearing, { force: true });
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    return;
  }
  // Released meanwhile (no holder), the next one may be taking it this very moment: that is not ours to remove.
  const holder = readHolder(path);
  if (holder !== undefined && (holder === NOBODY || !isAlive(holder))) rmSync(path, { force: true });
  rmSync(clearing, { force: true });
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Waits for the lock, `seconds` at most; then goes on without (undefined): it guards against waste, not against harm. */
export async function waitForLock(path: string, seconds: number): Promise<(() => void) | undefined> {
  const until = Date.now() + seconds * 1000;
  for (;;) {
    const lock = tryLock(path);
    if (typeof lock === 'function') return lock;
    if (Date.now() > until) return undefined;
    await sleep(50);
  }
}

/** What stands in a file that no lock of ours could have written. */
const NOBODY = 0;

/** The process id in the file, NOBODY, or undefined if there is no file. */
function readHolder(path: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(path, 'utf8'), 10);
    return pid > 0 ? pid : NOBODY;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : NOBODY;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** A killed process that nobody waits for, as in a container without an init, keeps its number; only Linux tells so cheaply. */
function isZombie(pid: number): boolean {
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
