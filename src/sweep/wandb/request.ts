/** Sends one question to W&B's GraphQL server and gives its answer, or says in what way there was none. */

import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../../failure.ts';
import { asRecord, readRecord } from './json.ts';
import type { NoAnswer, WandbProblem } from './problem.ts';
import { appOf, type WandbSettings } from './settings.ts';

/** Milliseconds: how long one try may take, and the pause after the first failed one, which doubles. */
export interface Pace {
  timeout: number;
  pause: number;
}

export interface Question {
  text: string;
  variables?: Readonly<Record<string, unknown>>;
  /** Of a mutation that must not happen twice: what to say if it was sent and nobody knows whether it happened. */
  unknown?: (detail: string) => WandbProblem;
}

const PACE: Pace = { timeout: 15_000, pause: 500 };
const TRIES = 3;

/** What came of one try; `again`: it may go better a second time; `sent`: the server may have acted on it. */
type Outcome = { data: Record<string, unknown> } | { problem: WandbProblem; again: boolean; sent: boolean };

/**
 * POST BASE_URL/graphql with the key as the password of the user `api`, as W&B's own client does. Three tries where the network
 * or the server fails; a mutation is tried again only if no connection came about. Throws a Failure: 2 where the
 * settings or the sweep are wrong, 3 where the server could not be reached or has trouble.
 */
export async function ask(settings: WandbSettings, question: Question, pace = PACE): Promise<Record<string, unknown>> {
  for (let tries = 1; ; tries++) {
    const outcome = await attempt(settings, question, pace.timeout);
    if ('data' in outcome) return outcome.data;
    const { problem, again, sent } = outcome;
    if (again && sent && question.unknown) throw new Failure(3, question.unknown(wordsOf(problem)));
    if (!again || tries === TRIES) throw new Failure(OUTSIDE.has(problem.kind) ? 3 : 2, problem);
    await sleep(pace.pause * 2 ** (tries - 1));
  }
}

/** Nothing that the user typed is the cause of these. */
const OUTSIDE = new Set<WandbProblem['kind']>(['wandb-unreachable', 'wandb-server', 'wandb-not-wandb']);

async function attempt(
  settings: WandbSettings,
  { text, variables = {}, unknown }: Question,
  timeout: number,
): Promise<Outcome> {
  const { host } = new URL(settings.baseUrl);
  let answer: Response;
  let body: string;
  try {
    answer = await fetch(`${settings.baseUrl}/graphql`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`api:${settings.apiKey}`).toString('base64')}`,
        'content-type': 'application/json',
        'user-agent': 'slurm-runner',
      },
      body: JSON.stringify({ query: text, variables }),
      // A redirect would turn the POST into a GET, or bring the key elsewhere.
      redirect: 'manual',
      signal: AbortSignal.timeout(timeout),
    });
    body = await answer.text();
  } catch (error) {
    return unanswered(settings, host, error);
  }
  const said = readRecord(body);
  const { status } = answer;
  const errors = Array.isArray(said?.errors) ? said.errors.map(asRecord) : [];
  if (status === 200 && errors.length === 0 && said?.data) return { data: asRecord(said.data) };
  const detail = hidden(settings, errors.map(({ message }) => String(message ?? '')).join('\n'));
  if (status >= 500 || status === 429 || status === 408)
    // Too many requests: this one was turned away at the door.
    return { problem: { kind: 'wandb-server', host, status, detail }, again: true, sent: status !== 429 };
  const refused = { again: false, sent: true };
  if (!said && status !== 401) {
    const to = answer.headers.get('location');
    return { problem: { kind: 'wandb-not-wandb', host, status, ...(to && { to }) }, ...refused };
  }
  return { problem: refusal(settings, host, status, detail, unknown !== undefined), ...refused };
}

/** What an answer with errors means; the forms are those that the server gives to W&B's own client. */
function refusal(
  settings: WandbSettings,
  host: string,
  status: number,
  detail: string,
  mutation: boolean,
): WandbProblem {
  const { entity = '', project } = settings;
  if (status === 401 || /not logged in|(invalid|missing|malformed).*(api.?key|token)/i.test(detail))
    return badKey(settings, detail);
  if (status === 403 || /permission/i.test(detail))
    return { kind: 'wandb-no-entity', host, entity, why: 'denied', detail };
  if (/^project\b.*\bnot found/i.test(detail)) return { kind: 'wandb-no-project', host, entity, project, detail };
  if (status === 404 || /\bentity\b.*\bnot found|user not valid/i.test(detail))
    return { kind: 'wandb-no-entity', host, entity, why: 'unknown', detail };
  // The words of GraphQL itself for a question that this server does not know how to answer.
  const unlike = /cannot query field|unknown (argument|field|type)|is not defined (by|on|in)|invalid value/i.test(
    detail,
  );
  if (mutation && !unlike && detail) return { kind: 'wandb-bad-config', detail };
  return { kind: 'wandb-server', host, status, detail };
}

/** The server knows nobody by this key. */
export function badKey(settings: WandbSettings, detail: string): WandbProblem {
  const { baseUrl, keyFrom } = settings;
  const authorize = `${appOf(settings)}/authorize`;
  return { kind: 'wandb-bad-key', host: new URL(baseUrl).host, ...(keyFrom && { where: keyFrom }), authorize, detail };
}

function unanswered(settings: WandbSettings, host: string, error: unknown): Outcome {
  const { name, message, cause } = error as Error;
  const { code = '', syscall, message: because } = (cause ?? {}) as NodeJS.ErrnoException;
  const why = name === 'TimeoutError' ? 'timeout' : reason(code);
  const detail = hidden(
    settings,
    [code, because || message].filter((word) => word && !/^fetch failed$/.test(word)).join(': '),
  );
  const { proxy } = settings;
  const unsent = ['name', 'refused', 'route', 'tls'].includes(why) || UNCONNECTED.has(code) || syscall === 'connect';
  return {
    problem: { kind: 'wandb-unreachable', host, why, detail, ...(proxy && { proxy }) },
    again: why !== 'tls',
    sent: !unsent,
  };
}

const UNCONNECTED = new Set(['UND_ERR_CONNECT_TIMEOUT']);

function reason(code: string): NoAnswer {
  if (/^(ENOTFOUND|EAI_AGAIN|EAI_FAIL)$/.test(code)) return 'name';
  if (code === 'ECONNREFUSED') return 'refused';
  if (/^(EHOSTUNREACH|ENETUNREACH|ENETDOWN|EHOSTDOWN|EADDRNOTAVAIL)$/.test(code)) return 'route';
  if (/TIMEOUT|TIMEDOUT/.test(code)) return 'timeout';
  if (/CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO_/.test(code)) return 'tls';
  return 'lost';
}

/** A server may say what it was given; the key is nobody else's business. */
const hidden = ({ apiKey }: WandbSettings, words: string) => words.replaceAll(apiKey, '…');

function wordsOf(problem: WandbProblem): string {
  if (problem.kind === 'wandb-server') return problem.detail || `HTTP ${problem.status}`;
  if (problem.kind !== 'wandb-unreachable') return '';
  return problem.why === 'timeout' ? 'no answer in time' : problem.detail;
}
