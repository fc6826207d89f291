/** Goes on through lost connections: tries again, says so, and gives up only after a long while. */

import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../failure.ts';
import type { Project } from './project.ts';

/** Fifteen minutes: a train's tunnels and a laptop carried home are shorter. */
const GIVE_UP = 900;
/** Seconds between tries to connect again, the last one for all further tries. */
const BACKOFF = [1, 2, 4, 8, 15, 30];

/** Repeats what a lost connection broke off, for `giveUp` seconds without contact at most; `work` calls `contact` when it has one. */
export async function throughLostLinks<T>(
  project: Project,
  work: (contact: () => void) => Promise<T>,
  giveUp = GIVE_UP,
): Promise<T> {
  let away = 0;
  let since: number | undefined;
  let tries = 0;
  let said = false;
  const contact = (): void => {
    [away, since, tries] = [0, undefined, 0];
  };
  for (;;) {
    try {
      const result = await work(contact);
      if (said) project.talk.tell({ type: 'reconnected' });
      return result;
    } catch (error) {
      const lost =
        error instanceof Failure && error.exit === 3 && error.problems.every((p) => /lost|unreachable/.test(p.kind));
      if (!lost) throw error;
      // No try takes a minute: longer than that, and the laptop was asleep, which is nobody's outage.
      if (since !== undefined) away += Math.min(Date.now() - since, 60_000);
      since = Date.now();
      if (away > giveUp * 1000) throw error;
      const seconds = BACKOFF[Math.min(tries, BACKOFF.length - 1)] as number;
      tries += 1;
      project.talk.tell({ type: 'reconnecting', seconds, detail: wordsOf(error as Failure) });
      said = true;
      await sleep(seconds * 1000);
    }
  }
}

/** What ssh or rsync said. */
function wordsOf(failure: Failure): string {
  return (failure.problems[0] as { detail?: string } | undefined)?.detail ?? '';
}
