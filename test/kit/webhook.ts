/**
 * A mock of the servers that notifications go to: Slack itself cannot be had in tests. `/slack` answers as Slack's documentation says of
 * incoming webhooks (200 `ok`; 400 `invalid_payload`, `no_text`, `invalid_blocks`; 429 with Retry-After), `/hook` takes any JSON. Each
 * can be told to misbehave.
 */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeEach } from 'vitest';

/** One answer: a status with its text and headers, no answer at all, or a connection that is cut. */
export type Answer = { status: number; text?: string; headers?: Record<string, string> } | 'hang' | 'cut';

export interface Received {
  path: string;
  type: string;
  body: string;
  /** As JSON, where it is some. */
  json: Record<string, unknown>;
  at: number;
}

export interface WebhookMock {
  slack: string;
  hook: string;
  /** A part of both addresses that nobody else may see. */
  secret: string;
  received: Received[];
  /** Of one path. */
  of(path: '/slack' | '/hook'): Received[];
  /** The next requests to it are answered so, one after the other. */
  next(path: '/slack' | '/hook', ...answers: Answer[]): void;
  /** Milliseconds before every answer. */
  slow(milliseconds: number): void;
  close(): Promise<void>;
}

/** Characters of a section's text (reference of the section block), and blocks of a message. */
const LONGEST = 3000;
const MOST_BLOCKS = 50;

/** One for all tests of a file, each of which begins with nothing received. */
export async function webhooksOfFile(): Promise<WebhookMock> {
  const hooks = await startWebhooks();
  beforeEach(() => {
    hooks.received.length = 0;
  });
  afterAll(() => hooks.close());
  return hooks;
}

export async function startWebhooks(): Promise<WebhookMock> {
  const secret = `T0SECRET${Math.random().toString(36).slice(2, 12)}`;
  const received: Received[] = [];
  const planned: Record<string, Answer[]> = {};
  let delay = 0;
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const [, path = '', given] = /^(\/\w+)\/([^?]*)/.exec(request.url ?? '') ?? [];
    const body = Buffer.concat(chunks).toString();
    received.push({
      ...{ path, body, json: parsed(body) ?? {}, at: Date.now() },
      type: String(request.headers['content-type']),
    });
    const answer = planned[path]?.shift() ?? (given === secret ? usual(path, request, body) : NO_SERVICE);
    await new Promise((resolve) => setTimeout(resolve, delay));
    if (answer === 'hang') return;
    if (answer === 'cut') return void request.socket.destroy();
    response.writeHead(answer.status, answer.headers).end(answer.text ?? '');
  };
  const server = createServer((request, response) => {
    handle(request, response).catch(() => request.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    ...{ secret, received, slack: `${base}/slack/${secret}`, hook: `${base}/hook/${secret}?a=1&b='2'` },
    of: (path) => received.filter((one) => one.path === path),
    next: (path, ...answers) => {
      planned[path] = answers;
    },
    slow: (milliseconds) => {
      delay = milliseconds;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const NO_SERVICE: Answer = { status: 404, text: 'no_service' };

function usual(path: string, request: IncomingMessage, body: string): Answer {
  const json = parsed(body);
  if (request.method !== 'POST' || !/^application\/json/.test(String(request.headers['content-type'])) || !json) {
    return { status: 400, text: 'invalid_payload' };
  }
  if (path === '/hook') return { status: 204 };
  const { text, blocks } = json as { text?: unknown; blocks?: unknown };
  if (typeof text !== 'string' && blocks === undefined) return { status: 400, text: 'no_text' };
  if (blocks !== undefined && !validBlocks(blocks)) return { status: 400, text: 'invalid_blocks' };
  return { status: 200, text: 'ok' };
}

function validBlocks(blocks: unknown): boolean {
  if (!Array.isArray(blocks) || blocks.length > MOST_BLOCKS) return false;
  return blocks.every((block) => {
    const { type, text } = block as { type?: string; text?: { type?: string; text?: string } };
    const said = text?.text ?? '';
    return type === 'section' && text?.type === 'mrkdwn' && said.length > 0 && said.length <= LONGEST;
  });
}

function parsed(body: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(body) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
