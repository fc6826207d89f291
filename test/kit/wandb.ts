/**
 * A mock of W&B's servers, which tests cannot have: it answers the GraphQL that W&B's own client sends, and refuses, in the forms
 * that W&B's users have reported, what W&B would refuse. It also does what a test tells it to: fail, hang, hang up.
 */

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import { onQuietPort } from '../cluster/proxy.ts';
import { answer, readOperation } from './wandb-graphql.ts';
import { Refused } from './wandb-schema.ts';
import { type Config, expected, type MockWorld, rootOf } from './wandb-sweeps.ts';

export type { MockRun, MockSweep } from './wandb-sweeps.ts';

/** For one request: an answer without looking at it; none at all; hanging up after it was done; a pause in milliseconds before it. */
export type Behaviour =
  | { status: number; body?: string; headers?: Record<string, string> }
  | 'hang'
  | 'drop'
  | { delay: number };

export interface MockWandb extends MockWorld {
  /** What WANDB_BASE_URL is to be. */
  url: string;
  key: string;
  /** Of every request so far, the name of its operation, or its path. */
  asked: string[];
  /** For the next requests, one each; then for all others. */
  upcoming: Behaviour[];
  always: Behaviour | undefined;
  /** Nobody listens any more, until `accept`. */
  refuse(): Promise<void>;
  accept(): Promise<void>;
  stop(): Promise<void>;
}

/** Listens on a free port of the loopback. */
export async function startWandb(): Promise<MockWandb> {
  const server = createServer((request, response) => void handle(mock, request, response));
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  const close = async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  const port = await onQuietPort(async (one) => {
    await listen(one);
    return one;
  });
  const mock: MockWandb = {
    url: `http://127.0.0.1:${port}`,
    key: randomBytes(20).toString('hex'),
    entity: 'me',
    teams: ['team'],
    strangers: ['strangers'],
    sweeps: [],
    asked: [],
    upcoming: [],
    always: undefined,
    refuse: close,
    accept: () => listen(port),
    stop: close,
  };
  return mock;
}

async function handle(mock: MockWandb, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await text(request);
  const path = request.url ?? '';
  mock.asked.push(path === '/graphql' ? (/(?:query|mutation) (\w+)/.exec(body)?.[1] ?? '?') : path);
  const behaviour = mock.upcoming.shift() ?? mock.always;
  if (behaviour === 'hang') return;
  if (typeof behaviour === 'object' && 'delay' in behaviour) await sleep(behaviour.delay);
  if (typeof behaviour === 'object' && 'status' in behaviour)
    return void response.writeHead(behaviour.status, behaviour.headers).end(behaviour.body);
  const { status, said } = respond(mock, request, path, body);
  if (behaviour === 'drop') return void request.socket.destroy();
  response.writeHead(status, { 'content-type': typeof said === 'string' ? 'text/plain' : 'application/json' });
  response.end(typeof said === 'string' ? said : JSON.stringify(said));
}

function respond(
  mock: MockWandb,
  request: IncomingMessage,
  path: string,
  body: string,
): { status: number; said: unknown } {
  const known = request.headers.authorization === `Basic ${Buffer.from(`api:${mock.key}`).toString('base64')}`;
  if (request.method !== 'POST') return { status: 405, said: 'method not allowed\n' };
  if (path === STAND_IN) return known ? nextRun(mock, body) : { status: 401, said: 'who are you?\n' };
  if (path !== '/graphql') return { status: 404, said: '404 page not found\n' };
  try {
    if (!known) throw new Refused('user is not logged in', 401);
    if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) throw new Refused('no JSON');
    const { query, variables = {} } = JSON.parse(body) as { query: string; variables?: Record<string, unknown> };
    return { status: 200, said: { data: answer(readOperation(query), variables, rootOf(mock)) } };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { status: error.status, said: { errors: [{ message: error.message }], data: null } };
  }
}

/** A path of the mock's own, none of W&B's: what stands in for an agent gets a run there, which has ended at once. */
const STAND_IN = '/stand-in/agent';

function nextRun(mock: MockWandb, path: string): { status: number; said: string } {
  const sweep = mock.sweeps.find(({ entity, project, id }) => `${entity}/${project}/${id}` === path);
  if (!sweep) return { status: 404, said: 'no such sweep\n' };
  const most = expected(sweep.config) ?? Number.POSITIVE_INFINITY;
  if (sweep.runs.length >= most || ['FINISHED', 'CANCELED', 'PAUSED'].includes(sweep.state))
    return { status: 200, said: 'no run left\n' };
  const number = sweep.runs.length + 1;
  const metric = (parse(sweep.config) as Config).metric?.name ?? 'loss';
  const names = { name: `run${number}`, displayName: `test-sweep-${number}` };
  sweep.runs.push({ ...names, state: 'finished', summary: { [metric]: 1 / number } });
  sweep.state = sweep.runs.length === most ? 'FINISHED' : 'RUNNING';
  return { status: 200, said: `${number}\n` };
}

/**
 * Stands in for the command `wandb`, which has no servers to talk to in tests: `wandb agent --count 1 ENTITY/PROJECT/ID` asks the
 * mock for the next run and prints its number. It fails as the real one would without a key, a server or a whole name.
 */
export function agentScript(): string {
  return `#!/bin/sh
# A stand-in for the command wandb in tests: it asks a mock of W&B's servers for a run.
set -eu
usage() { echo 'usage: wandb agent --count 1 ENTITY/PROJECT/SWEEP_ID' >&2; exit 2; }
[ "$#" -eq 4 ] || usage
[ "$1 $2 $3" = 'agent --count 1' ] || usage
case $4 in */*/*/* | /* | */ | *//*) usage ;; */*/*) ;; *) usage ;; esac
: "\${WANDB_API_KEY:?is not set}" "\${WANDB_BASE_URL:?is not set}"
if command -v curl >/dev/null; then
  printf 'user = "api:%s"\\n' "$WANDB_API_KEY" |
    curl -sS -f --noproxy '*' -K - --data-binary "$4" "$WANDB_BASE_URL${STAND_IN}"
else
  node -e '
    const { WANDB_API_KEY: key, WANDB_BASE_URL: url } = process.env;
    const headers = { authorization: "Basic " + Buffer.from("api:" + key).toString("base64") };
    fetch(url + "${STAND_IN}", { method: "POST", body: process.argv[1], headers }).then(async (answer) => {
      process.stdout.write(await answer.text());
      process.exitCode = answer.ok ? 0 : 22;
    });
  ' "$4"
fi
`;
}
