/** The terminal (or the lack of one): events as lines, one progress line or table, and questions. */

import { createInterface } from 'node:readline/promises';
import type { FlowStatus } from '../src/flow/results.ts';
import type { Typed } from '../src/report/commands.ts';
import { eventText, isYes, questionText } from '../src/report/events.ts';
import { flowChanges, flowLater, flowScreen } from '../src/report/flow-live.ts';
import { progressText } from '../src/report/progress.ts';
import type { Style } from '../src/report/style.ts';
import { sweepProgressText } from '../src/report/sweep-status.ts';
import type { Talk, TalkEvent, TalkQuestion } from '../src/run/talk.ts';
import type { Counts } from '../src/sweep/progress.ts';
import { liveTable } from './live-table.ts';
import type { Variables } from './variables.ts';

export interface Terminal {
  talk: Talk;
  /** A report in the middle of a command. */
  show(text: string): void;
  /** Something beside the report, on standard error. */
  note(text: string): void;
  /** From now on everything of ours goes to standard error: standard output is another program's. */
  aside(): void;
  /** Ends the progress line, or the table. */
  done(): void;
}

/** Milliseconds of a transfer before a progress line appears, and between two of them. */
const PROGRESS = { after: 700, every: 100 };

/** Seconds between two lines on a sweep where there is no terminal, unless a tenth more of it has ended meanwhile. */
const SWEEP_LINES = 60;

/** Says which counts of a sweep are worth a line of their own in a log. */
function sweepReporter(): { isNews(counts: Counts): boolean } {
  let tenth = -1;
  let said = 0;
  return {
    isNews: ({ total, done, failed, cancelled }) => {
      const reached = Math.floor((10 * (done + failed + cancelled)) / Math.max(1, total));
      if (reached === tenth && Date.now() - said < SWEEP_LINES * 1000) return false;
      tenth = reached;
      said = Date.now();
      return true;
    },
  };
}

/** Shows how a flow stands: on a terminal a table that is drawn over, with the clock of what runs; otherwise a line for each change. */
function flowReporter(style: Style, isLive: boolean, show: (text: string) => void) {
  const table = liveTable(process.stderr);
  let last: FlowStatus | undefined;
  let clock: NodeJS.Timeout | undefined;
  const clear = (): void => {
    clearInterval(clock);
    table.clear();
  };
  const tell = (status: FlowStatus): void => {
    const before = last;
    last = status;
    if (!isLive) {
      for (const line of flowChanges(before, status, style)) show(line);
      return;
    }
    clearInterval(clock);
    const since = Date.now();
    const draw = (): void => {
      const { columns = 80, rows = 24 } = process.stderr;
      // The cursor stands below the table, and a line that is full may be broken.
      const screen = { columns: columns - 1, rows: rows - 1 };
      table.draw(flowScreen(flowLater(status, Math.floor((Date.now() - since) / 1000)), style, screen));
    };
    draw();
    if (status.counts.running > 0) clock = setInterval(draw, 1000).unref();
  };
  return { tell, clear };
}

/** With `json` nothing but the document may go to standard output: everything else is shown on standard error, the log not at all. */
export function openTerminal(style: Style, json: boolean, given: Variables, typed: Typed): Terminal {
  let out = json ? process.stderr : process.stdout;
  let drawn = false;
  // A log may end without a line break.
  let midLine = false;
  let begun = 0;
  let last = 0;
  const width = (): number => (process.stderr.columns ?? 80) - 1;
  const flow = flowReporter(style, process.stderr.isTTY === true && process.env.TERM !== 'dumb' && !json, (text) =>
    show(text),
  );
  const done = (): void => {
    flow.clear();
    if (drawn) process.stderr.write(`\r${' '.repeat(Math.max(0, width()))}\r`);
    drawn = false;
    begun = 0;
    if (midLine) process.stderr.write('\n');
    midLine = false;
  };
  const show = (text: string): void => {
    done();
    out.write(`${text}\n`);
  };
  const drawLine = (text: string): void => {
    drawn = true;
    process.stderr.write(`\r${text}${' '.repeat(Math.max(0, width() - text.length))}`);
  };
  const draw = (event: Extract<TalkEvent, { type: 'progress' }>): void => {
    const now = Date.now();
    begun ||= now;
    if (!process.stderr.isTTY || now - begun < PROGRESS.after || now - last < PROGRESS.every) return;
    last = now;
    drawLine(progressText(event, width()));
  };
  const sweep = sweepReporter();
  const tell = (event: TalkEvent): void => {
    if (event.type === 'progress') {
      draw(event);
      return;
    }
    // For others to hear: a line of the log may be only half here.
    if (event.type === 'end-marker' || event.type === 'over') return;
    if (event.type === 'flow') {
      if (drawn) done();
      flow.tell(event.status);
      return;
    }
    if (event.type === 'sweep') {
      if (process.stderr.isTTY && !json) drawLine(sweepProgressText(event.counts, event.seconds, width()));
      else if (sweep.isNews(event.counts)) show(sweepProgressText(event.counts, event.seconds, 100));
      return;
    }
    if (event.type !== 'log' || drawn) done();
    if (event.type === 'log') {
      if (json) return;
      (event.name === 'out' ? process.stdout : process.stderr).write(event.data);
      midLine = event.data.at(-1) !== 10;
      return;
    }
    const text = eventText(event, style, typed);
    if (text === undefined) return;
    // The terminal may be another program's by now, and a line break no more than that.
    if (event.type === 'waiting') out.write(`${text}${out.isTTY ? '\r' : ''}\n`);
    else show(text);
  };
  const ask = async (question: TalkQuestion): Promise<boolean> => {
    const { statement, question: asked } = questionText(question, style);
    show(statement);
    if (given.flag('YES')) return true;
    if (json || !process.stdin.isTTY || !process.stdout.isTTY) return false;
    const reader = createInterface({ input: process.stdin, output: process.stdout });
    // It reads Ctrl-C as a key, and what Ctrl-D ends has no answer.
    reader.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
    const ended = new Promise<string>((resolve) => reader.once('close', () => resolve('')));
    try {
      return isYes(await Promise.race([reader.question(`${asked} `), ended]));
    } finally {
      reader.close();
    }
  };
  const note = (text: string): void => {
    done();
    if (!json) process.stderr.write(`${text}\n`);
  };
  const aside = (): void => {
    out = process.stderr;
  };
  return { talk: { tell, ask }, show, note, done, aside };
}
