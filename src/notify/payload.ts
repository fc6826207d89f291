/** A message as each kind of webhook takes it. Texts in it are fit to be shown already. */

import type { Message } from './types.ts';

/** Characters of one text of a block, with what is escaped in it (Slack's reference of the section block: 3000). */
const MOST = 2900;

const EMOJI: Readonly<Record<Message['event'], string>> = {
  started: ':arrow_forward:',
  failed: ':x:',
  finished: ':white_check_mark:',
};

/** As other programs get it: everything there is, texts plain. `at` is when it was told. */
export function webhookBody({ event, subject, title, lines, table, log }: Message, at: Date): string {
  const text = [title, ...lines, ...(table ? [table] : [])].join('\n');
  return JSON.stringify({ event, text, ...subject, ...(log ? { log } : {}), at: at.toISOString() });
}

/** As Slack's incoming webhooks take it: `text` for what shows no blocks, and a block for each part. */
export function slackBody({ event, title, lines, table, log }: Message): string {
  const said = [`${EMOJI[event]} *${oneLine(title)}*`, ...lines.map(escaped)].join('\n');
  const head = cutEnd(said, MOST);
  const boxes = [table && boxed(table, 'start'), log && boxed(log, 'end')];
  const blocks = [head, ...boxes].flatMap((text) =>
    text ? [{ type: 'section', text: { type: 'mrkdwn', text } }] : [],
  );
  return JSON.stringify({ text: head, blocks });
}

/** What Slack reads as marks of its own (Slack's "Formatting text for app surfaces", "Escaping text"). */
export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

// A star or a line break would end the bold type.
const oneLine = (title: string): string => escaped(title.replace(/[\n*]/g, ' '));

/** Between lines of backticks, which nothing in it can close; of what is too long one end stays. */
function boxed(text: string, keep: 'start' | 'end'): string {
  const lines = text.replace(/\s+$/, '').replaceAll('``', '`\u200b`').split('\n').map(escaped);
  const kept: string[] = [];
  let room = MOST - 8;
  for (const line of keep === 'end' ? lines.reverse() : lines) {
    if (line.length + 1 > room && kept.length > 0) break;
    kept.push(cutEnd(line, room - 1));
    room -= line.length + 1;
  }
  if (keep === 'end') kept.reverse();
  return `\`\`\`\n${kept.join('\n')}\n\`\`\``;
}

/** No longer than `most`, and no half of a character or of an escape at its end. */
function cutEnd(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text
    .slice(0, most - 1)
    .replace(/[\uD800-\uDBFF]$/, '')
    .replace(/&[a-z]*$/, '')}…`;
}
