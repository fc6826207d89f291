/** Whom to tell of what: the addresses from the environment or `.env`, the events from NOTIFY. */

import type { Written } from '../conf/conf-file.ts';
import { readEnvFile, WEBHOOKS } from '../conf/env-file.ts';
import { COMMAND_LINE } from '../conf/problem.ts';
import type { Cluster } from '../conf/types.ts';
import { Failure } from '../failure.ts';
import type { NotifyProblem } from './problem.ts';
import { EVENTS, type NotifyEvent, type WebhookName } from './types.ts';

export interface Webhook {
  name: WebhookName;
  /** As URL.href has it: without blanks and quotes. */
  url: string;
}

export interface NotifySettings {
  webhooks: Webhook[];
  events: ReadonlySet<NotifyEvent>;
  /** Texts that nobody is to read, such as values of SECRETS. */
  hidden: string[];
}

export interface NotifySource {
  /** The project's folder, for `.env`. */
  root: string;
  /** process.env. */
  environment: Readonly<Record<string, string | undefined>>;
  commandLine: ReadonlyMap<string, string>;
  /** The value of NOTIFY, as keys.ts has checked it; undefined or empty for all events. */
  notify?: string | undefined;
  /** Names of SECRETS. */
  secrets: readonly string[];
  /** `[env]`, where it is known. */
  env?: Readonly<Record<string, string>>;
}

/** An empty value is as good as none, and the environment comes before `.env`, as with SECRETS. Throws Failure(2). */
export function notifySettings(source: NotifySource): NotifySettings {
  const { root, environment, commandLine, secrets, env = {} } = source;
  const envFile = readEnvFile(root);
  const problems: NotifyProblem[] = [];
  const webhooks: Webhook[] = [];
  for (const name of WEBHOOKS) {
    if (commandLine.has(name)) problems.push({ kind: 'webhook-on-command-line', name, place: COMMAND_LINE });
    if (Object.hasOwn(env, name)) problems.push({ kind: 'webhook-in-env', name });
    // make has put what it was given into the environment, too.
    const text = textOf(name, commandLine.has(name) ? {} : environment, envFile).trim();
    if (text === '') continue;
    const url = webhookUrl(text);
    const place = environment[name] ? undefined : envFile.get(name)?.place;
    if ('why' in url) problems.push({ kind: 'webhook-bad-url', name, why: url.why, ...(place && { place }) });
    else webhooks.push({ name, url: url.href });
  }
  if (problems.length > 0) throw new Failure<NotifyProblem>(2, ...problems);
  const values = [...secrets, ...WEBHOOKS].map((name) => textOf(name, environment, envFile));
  return { webhooks, events: eventsOf(source.notify), hidden: [...values, ...webhooks.map(({ url }) => url)] };
}

const textOf = (
  name: string,
  environment: NotifySource['environment'],
  envFile: ReadonlyMap<string, Written>,
): string => environment[name] || envFile.get(name)?.value || '';

/** NOTIFY of make's command line, else the profile's own, else that of cluster.conf; `profile` may have them laid over one another already. */
export function notifyOf(
  { commandLine, cluster }: { commandLine: ReadonlyMap<string, string>; cluster: Pick<Cluster, 'settings'> },
  profile: string | undefined,
): string | undefined {
  return commandLine.get('NOTIFY') ?? profile ?? cluster.settings.get('NOTIFY')?.value;
}

/** Of several words all count; without any it is every event. */
export function eventsOf(notify = ''): ReadonlySet<NotifyEvent> {
  const words = notify.split(/[\s,]+/).filter(Boolean);
  if (words.length === 0 || words.includes('all')) return new Set(EVENTS);
  return new Set(EVENTS.filter((event) => words.includes(event)));
}

function webhookUrl(text: string): { href: string } | { why: 'form' | 'protocol' | 'user' } {
  if (/[\s\x00-\x1f\x7f]/.test(text) || !URL.canParse(text)) return { why: 'form' };
  const url = new URL(text);
  if (!/^https?:$/.test(url.protocol)) return { why: 'protocol' };
  // fetch takes none in an address.
  if (url.username || url.password) return { why: 'user' };
  url.hash = '';
  return { href: url.href };
}
