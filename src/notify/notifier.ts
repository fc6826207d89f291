/** Tells of jobs in the background: what is told goes out while the command goes on, and nothing of it can stop the command. */

import { hide } from './hide.ts';
import { slackBody, webhookBody } from './payload.ts';
import { PACE, type Pace, send } from './send.ts';
import { type NotifySource, notifySettings, type Webhook } from './settings.ts';
import type { Message, NotifyEvent, NotifyTrouble } from './types.ts';

export interface Notifier {
  /** Somebody wants to hear of such an event; with none, of any. */
  wants(event?: NotifyEvent): boolean;
  /** Sends it unless nobody wants it. Never throws. */
  tell(message: Message): void;
  /** Waits for what is still going out, `patience` seconds at most, and says what did not arrive. */
  done(patience?: number): Promise<NotifyTrouble[]>;
}

/** Seconds that a command waits at its end for what is still going out. */
const PATIENCE = 15;

/** Throws Failure(2) for addresses that are none; nothing is sent before `tell`. */
export function openNotifier(source: NotifySource, pace: Pace = PACE): Notifier {
  const { webhooks, events, hidden } = notifySettings(source);
  const given = new AbortController();
  const troubles = new Map<string, NotifyTrouble>();
  // One after the other, so that an end never arrives before its beginning.
  const lines = new Map(webhooks.map((webhook) => [webhook, Promise.resolve()]));
  const wants = (event?: NotifyEvent): boolean => webhooks.length > 0 && (event ? events.has(event) : events.size > 0);

  const deliver = async (webhook: Webhook, body: string): Promise<void> => {
    const failed = await send(webhook, body, given.signal, pace);
    if (!failed) return;
    const { name } = webhook;
    // The first cause says more than that there was no time left.
    const before = troubles.get(name);
    troubles.set(name, { ...(before ?? { name, ...failed }), messages: (before?.messages ?? 0) + 1 });
  };

  return {
    wants,
    tell: (message) => {
      if (!wants(message.event)) return;
      const known = without(message, hidden);
      const at = new Date();
      for (const [webhook, before] of lines) {
        const body = webhook.name === 'SLACK_WEBHOOK_URL' ? slackBody(known) : webhookBody(known, at);
        lines.set(
          webhook,
          before.then(() => deliver(webhook, body)),
        );
      }
    },
    done: async (patience = PATIENCE) => {
      const timer = setTimeout(() => given.abort(), patience * 1000);
      await Promise.all(lines.values());
      clearTimeout(timer);
      return [...troubles.values()];
    },
  };
}

/** Nothing of it may have a secret in it: a log, a reason, or a name. */
function without(message: Message, hidden: readonly string[]): Message {
  const clean = (text: string): string => hide(text, hidden);
  const subject = Object.entries(message.subject).map(([key, value]) => [
    key,
    typeof value === 'string' ? clean(value) : value,
  ]);
  return {
    ...message,
    title: clean(message.title),
    lines: message.lines.map(clean),
    subject: Object.fromEntries(subject),
    ...(message.table === undefined ? {} : { table: clean(message.table) }),
    ...(message.log === undefined ? {} : { log: clean(message.log) }),
  };
}
