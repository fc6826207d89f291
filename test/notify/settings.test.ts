/** Where addresses and events come from, and what is no address. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Failure } from '../../src/failure.ts';
import { hide } from '../../src/notify/hide.ts';
import { eventsOf, type NotifySource, notifySettings } from '../../src/notify/settings.ts';

const SLACK = 'https://hooks.slack.example/services/T0/B0/x';
const root = mkdtempSync(join(tmpdir(), 'notify-'));
afterAll(() => rmSync(root, { recursive: true }));

function settings(source: Partial<NotifySource> = {}, env = '') {
  writeFileSync(join(root, '.env'), env);
  return notifySettings({ root, environment: {}, commandLine: new Map(), secrets: [], ...source });
}

function problemsOf(...given: Parameters<typeof settings>): readonly object[] {
  try {
    settings(...given);
  } catch (error) {
    expect((error as Failure).exit).toBe(2);
    return (error as Failure).problems;
  }
  return [];
}

describe('addresses', () => {
  test('come from the environment, else from .env; an empty one is none', () => {
    const env = `# secrets\nNOTIFY_WEBHOOK_URL=http://127.0.0.1:8/a?b='c'#d\nSLACK_WEBHOOK_URL=http://other.example/\n`;
    expect(settings({ environment: { SLACK_WEBHOOK_URL: SLACK } }, env).webhooks).toEqual([
      { name: 'SLACK_WEBHOOK_URL', url: SLACK },
      { name: 'NOTIFY_WEBHOOK_URL', url: 'http://127.0.0.1:8/a?b=%27c%27' },
    ]);
    expect(settings({ environment: { SLACK_WEBHOOK_URL: '' } }).webhooks).toEqual([]);
  });

  test.each([
    ['hooks.slack.com/services/x', 'form'],
    ['https://', 'form'],
    ['https://a.example/b c', 'form'],
    ['ftp://a.example/b', 'protocol'],
    ['file:///etc/passwd', 'protocol'],
    ['https://me:word@a.example/b', 'user'],
  ])('%s is none, and is in no problem', (url, why) => {
    const problems = problemsOf({}, `A=1\nNOTIFY_WEBHOOK_URL="${url}"\n`);
    const place = { file: '.env', line: 2 };
    expect(problems).toEqual([{ kind: 'webhook-bad-url', name: 'NOTIFY_WEBHOOK_URL', why, place }]);
  });

  test('are taken neither from the command line nor from [env]', () => {
    const commandLine = new Map([['SLACK_WEBHOOK_URL', SLACK]]);
    // make exports what it was given.
    const problems = problemsOf({ commandLine, environment: { SLACK_WEBHOOK_URL: SLACK } });
    expect(problems).toMatchObject([{ kind: 'webhook-on-command-line', name: 'SLACK_WEBHOOK_URL' }]);
    expect(problemsOf({ env: { NOTIFY_WEBHOOK_URL: SLACK } })).toMatchObject([{ kind: 'webhook-in-env' }]);
  });
});

test('NOTIFY names events', () => {
  expect([...eventsOf()]).toEqual(['started', 'failed', 'finished']);
  expect([...eventsOf('finished,failed')]).toEqual(['failed', 'finished']);
  expect([...eventsOf('none')]).toEqual([]);
  expect([...eventsOf('none all')]).toEqual(['started', 'failed', 'finished']);
});

describe('what is hidden', () => {
  test('are the secrets, by name, and the addresses', () => {
    const source = { secrets: ['KEY', 'OTHER'], environment: { KEY: 'from there', SLACK_WEBHOOK_URL: SLACK } };
    const { hidden } = settings(source, 'OTHER=from-file\nKEY=not this one\n');
    expect(hide(`from there, from-file, ${SLACK}, not this one`, hidden)).toBe('…, …, …, not this one');
  });

  test('the longest first, each line of a value, and no word so short that it is in others', () => {
    expect(hide('abcdef abcd ab\nfirst line\nand second', ['abcd', 'abcdef', 'ab', 'first line\nsecond'])).toBe(
      '… … ab\n…\nand …',
    );
  });
});
