/** Sends one message to one webhook, a few times where that may help, and says in what way it did not arrive. */

import { setTimeout as sleep } from 'node:timers/promises';
import { hide } from './hide.ts';
import type { Webhook } from './settings.ts';
import type { NotSent } from './types.ts';

/** Milliseconds: how long one try may take, the pause after the first failed one, which doubles, and the longest that a server may ask for. */
export interface Pace {
  timeout: number;
  pause: number;
  longest: number;
}

export const PACE: Pace = { timeout: 10_000, pause: 1000, longest: 30_000 };
const TRIES = 3;
/** Characters of a server's own words that are kept. */
const WORDS = 120;

/** Resolves with nothing once a server has taken it (2xx). A message may arrive twice: an answer can be lost. */
export async function send(
  { url }: Webhook,
  body: string,
  signal: AbortSignal,
  pace: Pace = PACE,
): Promise<NotSent | undefined> {
  for (let tries = 1; ; tries++) {
    const { failed, wait } = await attempt(url, body, signal, pace.timeout);
    if (!failed) return undefined;
    if (signal.aborted) return { why: 'late' };
    const pause = wait ?? pace.pause * 2 ** (tries - 1);
    if (tries === TRIES || !mayHelp(failed) || pause > pace.longest) return failed;
    await sleep(pause, undefined, { signal }).catch(() => {});
    if (signal.aborted) return { why: 'late' };
  }
}

/** 429 and 408 are about this moment, 5xx are the server's own troubles. */
const mayHelp = (failed: NotSent): boolean =>
  failed.why === 'status'
    ? failed.status >= 500 || failed.status === 429 || failed.status === 408
    : failed.why !== 'tls';

async function attempt(
  url: string,
  body: string,
  signal: AbortSignal,
  timeout: number,
): Promise<{ failed?: NotSent; wait?: number }> {
  const late = AbortSignal.timeout(timeout);
  try {
    const answer = await fetch(url, {
      ...{ method: 'POST', body, headers: { 'content-type': 'application/json', 'user-agent': 'slurm-runner' } },
      // A redirect would turn the POST into a GET, or bring the message elsewhere.
      redirect: 'manual',
      signal: AbortSignal.any([signal, late]),
    });
    const { status } = answer;
    if (status >= 200 && status < 300) {
      await answer.body?.cancel();
      return {};
    }
    const words = hide(await answer.text().catch(() => ''), [url, new URL(url).pathname]);
    const seconds = Number.parseInt(answer.headers.get('retry-after') ?? '', 10);
    return {
      failed: { why: 'status', status, words: words.trim().slice(0, WORDS) },
      ...(Number.isNaN(seconds) ? {} : { wait: seconds * 1000 }),
    };
  } catch (error) {
    // Its message may have the address in it: only the code is looked at.
    return { failed: { why: late.aborted ? 'timeout' : reason(codeOf(error)) } };
  }
}

function codeOf(error: unknown): string {
  const { cause } = error as { cause?: { code?: string; errors?: { code?: string }[] } };
  return cause?.code ?? cause?.errors?.[0]?.code ?? '';
}

function reason(code: string): Exclude<NotSent['why'], 'status' | 'late'> {
  if (/^(ENOTFOUND|EAI_AGAIN|EAI_FAIL)$/.test(code)) return 'name';
  if (code === 'ECONNREFUSED') return 'refused';
  if (/^(EHOSTUNREACH|ENETUNREACH|ENETDOWN|EHOSTDOWN|EADDRNOTAVAIL)$/.test(code)) return 'route';
  if (/TIMEOUT|TIMEDOUT/.test(code)) return 'timeout';
  if (/CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO_/.test(code)) return 'tls';
  return 'lost';
}
