/** Sending, against a mock that misbehaves in every way a server may: tries are bounded, and no trouble has an address in it. */

import { describe, expect, test } from 'vitest';
import { bundle } from '../../src/notify/bundle.ts';
import { openNotifier } from '../../src/notify/notifier.ts';
import { send } from '../../src/notify/send.ts';
import type { Message, NotifyTrouble } from '../../src/notify/types.ts';
import { notSentText } from '../../src/report/notify.ts';
import { until } from '../kit/toy.ts';
import { startWebhooks, webhooksOfFile } from '../kit/webhook.ts';

const PACE = { timeout: 1500, pause: 10, longest: 2000 };
const busy = (after: string) => ({ status: 429, headers: { 'retry-after': after } });

const hooks = await webhooksOfFile();

const never = new AbortController().signal;
const post = (url = hooks.slack, body = '{"text":"x"}') => send({ name: 'SLACK_WEBHOOK_URL', url }, body, never, PACE);

describe('one message', () => {
  test('is taken at once', async () => {
    expect(await post()).toBeUndefined();
    expect(hooks.of('/slack')).toMatchObject([{ type: 'application/json', json: { text: 'x' } }]);
  });

  test.each([
    ['5xx', { status: 503, text: 'later' }],
    ['no answer in time', 'hang' as const],
    ['a connection that is cut', 'cut' as const],
  ])('is sent again after %s', async (_, answer) => {
    hooks.next('/slack', answer, answer);
    expect(await post()).toBeUndefined();
    expect(hooks.received).toHaveLength(3);
  });

  test('and three times at most', async () => {
    hooks.next('/slack', 'cut', 'hang', { status: 500 }, { status: 500 });
    expect(await post()).toEqual({ why: 'status', status: 500, words: '' });
    expect(hooks.received).toHaveLength(3);
  });

  test('429: as late as the server says, unless that is too long', async () => {
    hooks.next('/slack', busy('1'));
    expect(await post()).toBeUndefined();
    const [first, second] = hooks.received;
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(990);
    hooks.next('/slack', busy('3'));
    expect(await post()).toMatchObject({ why: 'status', status: 429 });
    expect(hooks.received).toHaveLength(3);
  });

  test.each([
    ['{"blocks":[]', 400, 'invalid_payload'],
    ['{"no":"text"}', 400, 'no_text'],
  ])('what Slack refuses is not sent again: %s', async (body, status, words) => {
    expect(await post(hooks.slack, body)).toEqual({ why: 'status', status, words });
    expect(hooks.received).toHaveLength(1);
  });

  test.each([301, 403, 410])('%i is final; a redirect is not followed', async (status) => {
    hooks.next('/slack', { status, headers: { location: hooks.hook }, text: `no ${hooks.slack}` });
    expect(await post()).toEqual({ why: 'status', status, words: 'no …' });
    expect(hooks.received).toHaveLength(1);
  });

  test('nobody listens', async () => {
    const gone = await startWebhooks();
    await gone.close();
    expect(await post(gone.slack)).toEqual({ why: 'refused' });
  });
});

describe('a notifier', () => {
  const message = (title: string, more: Partial<Message> = {}): Message => ({
    ...{ event: 'finished', subject: { reason: 'for hidden1' }, title, lines: [] },
    ...more,
  });
  const open = (notify?: string, slack = hooks.slack) => {
    const environment = { SLACK_WEBHOOK_URL: slack, NOTIFY_WEBHOOK_URL: hooks.hook, KEY: 'hidden1' };
    const source = { root: '/nowhere', environment, commandLine: new Map(), notify, secrets: ['KEY'] };
    return openNotifier(source, PACE);
  };

  test('tells all, in order, without secrets', async () => {
    const notifier = open();
    hooks.next('/hook', 'cut');
    notifier.tell(message('one', { log: 'key hidden1' }));
    notifier.tell(message('two'));
    expect(await notifier.done()).toEqual([]);
    expect(hooks.of('/slack').map(({ json }) => json.text)).toEqual([
      ':white_check_mark: *one*',
      ':white_check_mark: *two*',
    ]);
    // The first came twice: its connection was cut.
    const [, one, two] = hooks.of('/hook');
    expect(one?.json).toMatchObject({ event: 'finished', text: 'one', reason: 'for …', log: 'key …' });
    expect(two?.json).toMatchObject({ text: 'two' });
  });

  test('is silent about what nobody wants to hear of', async () => {
    const notifier = open('failed');
    expect([notifier.wants('finished'), notifier.wants('failed'), notifier.wants()]).toEqual([false, true, true]);
    notifier.tell(message('one'));
    await notifier.done();
    expect(hooks.received).toEqual([]);
    expect(open('none').wants()).toBe(false);
  });

  test('says once what did not arrive, and where to', async () => {
    const notifier = open(undefined, hooks.slack.replace(hooks.secret, 'T0WRONG'));
    notifier.tell(message('one'));
    notifier.tell(message('two'));
    const troubles = await notifier.done();
    const trouble = { name: 'SLACK_WEBHOOK_URL', messages: 2, why: 'status', status: 404, words: 'no_service' };
    expect(troubles).toEqual([trouble]);
    expect(notSentText(trouble as NotifyTrouble)).toBe(
      '2 notifications to SLACK_WEBHOOK_URL could not be sent: the server answered 404 (no_service).',
    );
    expect(hooks.of('/hook')).toHaveLength(2);
  });

  test('waits no longer than it is told to', async () => {
    const notifier = openNotifier(
      {
        ...{ root: '/nowhere', environment: { NOTIFY_WEBHOOK_URL: hooks.hook } },
        ...{ commandLine: new Map(), secrets: [] },
      },
      { ...PACE, timeout: 60_000 },
    );
    hooks.next('/hook', 'hang');
    notifier.tell(message('one'));
    notifier.tell(message('two'));
    await until('the first to be under way', () => hooks.received.length > 0);
    expect(await notifier.done(0.05)).toEqual([{ name: 'NOTIFY_WEBHOOK_URL', messages: 2, why: 'late' }]);
  });
});

test('what comes often is told of together, and no more than once in a while', async () => {
  const told: { items: number[]; at: number }[] = [];
  const gathered = bundle<number>((items) => told.push({ items, at: Date.now() }), { soon: 20, period: 300 });
  gathered.add(1);
  gathered.add(2);
  await until('the first', () => told.length === 1);
  gathered.add(3);
  gathered.add(4);
  await until('the second', () => told.length === 2);
  gathered.add(5);
  expect(gathered.rest()).toEqual([5]);
  expect(told.map(({ items }) => items)).toEqual([
    [1, 2],
    [3, 4],
  ]);
  expect((told[1]?.at ?? 0) - (told[0]?.at ?? 0)).toBeGreaterThanOrEqual(290);
});
