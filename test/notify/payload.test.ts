/** What goes over the wire: Slack's blocks within their bounds, and nothing in a log that could act in them. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { slackBody, webhookBody } from '../../src/notify/payload.ts';
import type { Message } from '../../src/notify/types.ts';

const message: Message = {
  event: 'failed',
  subject: { profile: 'train', jobId: '12', state: 'FAILED', exitCode: 3, elapsedSeconds: 190 },
  title: 'train',
  lines: ['Job 12 FAILED after 00:03:10: exit code 3.'],
  log: 'a <b> & c\noops',
};

const blocksOf = (text: string): string[] =>
  (JSON.parse(text).blocks as { text: { text: string } }[]).map((block) => block.text.text);

test('of any webhook: everything there is, plain', () => {
  const at = new Date('2026-01-02T03:04:05Z');
  expect(JSON.parse(webhookBody(message, at))).toEqual({
    event: 'failed',
    text: 'train\nJob 12 FAILED after 00:03:10: exit code 3.',
    ...{ profile: 'train', jobId: '12', state: 'FAILED', exitCode: 3, elapsedSeconds: 190 },
    log: 'a <b> & c\noops',
    at: '2026-01-02T03:04:05.000Z',
  });
});

describe('Slack', () => {
  test('gets a line in bold, what is said, and the log in a box', () => {
    const head = ':x: *train*\nJob 12 FAILED after 00:03:10: exit code 3.';
    expect(JSON.parse(slackBody(message)).text).toBe(head);
    expect(blocksOf(slackBody(message))).toEqual([head, '```\na &lt;b&gt; &amp; c\noops\n```']);
  });

  test('is told nothing that it would take for a mark, a mention or the end of a box', () => {
    const [head, box = ''] = blocksOf(
      slackBody({ ...message, title: 'a*b <!here>', log: '``` <!channel> <@U1>\n`````\n`' }),
    );
    expect(head).toMatch(/^:x: \*a b &lt;!here&gt;\*\n/);
    expect(box.slice(4, -4)).not.toContain('```');
    expect(box).not.toMatch(/[<>]/);
  });

  test('whatever is in it, every block is within its bound and the last line of a log is there', () => {
    const log = fc.array(fc.string({ unit: fc.constantFrom('<', '&', '`', 'x', 'é', '😀', ' '), maxLength: 700 }), {
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(log, (lines) => {
        const body = slackBody({ ...message, lines, table: lines.join('\n'), log: `${lines.join('\n')}\nlast` });
        for (const text of blocksOf(body)) {
          expect(text.length).toBeLessThanOrEqual(3000);
          expect(text.replace(/&(amp|lt|gt);/g, '')).not.toMatch(/[&<>]/);
          expect(text).toBe(Buffer.from(text).toString());
        }
        expect(blocksOf(body).at(-1)).toMatch(/last\n```$/);
      }),
    );
  });
});
