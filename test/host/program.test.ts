/** How a program travels to a shell and back: through every login shell, with any argument, input, output and exit code. */

import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENTRY, MARK, newNonce, oneLine, unwrap } from '../../src/host/program.ts';
import { quote } from '../../src/host/quote.ts';
import { runSession } from '../../src/host/session.ts';
import type { Program, RunOptions } from '../../src/host/types.ts';

const echo = (code: number, ...args: string[]): Program => ({
  files: ['../../test/host/echo'],
  args: [String(code), ...args],
});

/** As sshd starts them: the login shell with -c and the command. */
const loginShells = [
  '/bin/sh',
  '/bin/bash',
  '/bin/dash',
  '/usr/bin/tcsh',
  '/usr/bin/fish',
  '/usr/bin/zsh',
  '/bin/ksh',
].filter(existsSync);

/** Any text but NUL, with what shells act on more often than chance would have it. */
const argument = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }).filter((text) => !text.includes('\0')),
      fc.constantFrom(
        ...'\'"`$\\!*?[]{}()<>|&;#~=%^-\n\r\t \x1e\x1f\x7f\x81\x88',
        '$(touch canary)',
        '\\0047',
        '\\c',
        'é',
        '🎈',
      ),
    ),
  )
  .map((parts) => parts.join(''));

async function answered(command: string[], program: Program, options: RunOptions = {}) {
  const end = await runSession(command, program, 30, options);
  if (end.outcome !== 'answered') throw new Error(`lost: ${JSON.stringify(end)}`);
  return end;
}

/** The program's output as bytes. */
async function bytes(command: string[], program: Program, input: RunOptions['input'] = ''): Promise<Buffer> {
  const chunks: Buffer[] = [];
  await answered(command, program, { input, onOutput: (chunk) => chunks.push(Buffer.from(chunk)) });
  return Buffer.concat(chunks);
}

describe.each(loginShells)('a program through the login shell %s', (shell) => {
  test('gets any argument but NUL as it is', async () => {
    let count = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(argument, { minLength: 1, maxLength: 8 }), async (args) => {
        const end = await answered([shell, '-c', ENTRY], echo(0, ...args), { input: '' });
        expect(end.stdout).toBe(args.map((text) => `${text}\0`).join(''));
        count += args.length;
      }),
      { numRuns: 60 },
    );
    expect(existsSync('canary')).toBe(false);
    console.log(`${shell}: ${count} random arguments arrived as they were`);
  });

  test('reads its input, and what follows the program line is not eaten', async () => {
    const input = randomBytes(300_000);
    const output = await bytes([shell, '-c', ENTRY], echo(0, 'x'), Readable.from([input]));
    expect(output.equals(Buffer.concat([Buffer.from('x\0'), input]))).toBe(true);
  });

  // Banners and rc files write to stdout.
  test('is found between banners, whatever they look like', async () => {
    const banner = `printf '*** Welcome \\036abc begin\\n no newline'`;
    const noisy = `${banner}; echo moan >&2; ( ${ENTRY} ); echo Bye`;
    const command = ['/bin/sh', '-c', `${banner}; echo moan >&2; ${quote(shell)} -c ${quote(ENTRY)}; echo Bye`];
    for (const argv of shell.endsWith('sh') && !/tcsh|fish/.test(shell) ? [command, [shell, '-c', noisy]] : [command]) {
      const end = await answered(argv, echo(7, 'a'), { input: 'in' });
      expect(end).toMatchObject({ code: 7, stdout: 'a\0in', stderr: 'a word on standard error\n' });
    }
  });
});

describe('a program whose /bin/sh is bash, as on Red Hat', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'sh-'));
    symlinkSync('/bin/bash', join(folder, 'sh'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('gets any argument but NUL as it is', async () => {
    const entry = ENTRY.replace('/bin/sh', join(folder, 'sh'));
    await fc.assert(
      fc.asyncProperty(fc.array(argument, { minLength: 1 }), async (args) => {
        const end = await answered(['/bin/sh', '-c', entry], echo(0, ...args), { input: '' });
        expect(end.stdout).toBe(args.map((text) => `${text}\0`).join(''));
      }),
      { numRuns: 40 },
    );
  });
});

describe('what a program says and how it ends', () => {
  const sh = ['/bin/sh', '-c', ENTRY];

  test('every exit code from 0 to 255 arrives', async () => {
    const codes = Array.from({ length: 256 }, (_, code) => code);
    const got: number[] = [];
    for (let at = 0; at < 256; at += 8) {
      const part = codes
        .slice(at, at + 8)
        .map(async (code) => (await answered(sh, echo(code, ''), { input: '' })).code);
      got.push(...(await Promise.all(part)));
    }
    expect(got).toEqual(codes);
  });

  test('20 MB of bytes of every kind come through, marks and all', async () => {
    const input = Buffer.concat([
      randomBytes(10_000_000),
      Buffer.from(MARK.repeat(1000)),
      Buffer.alloc(10_000_000, MARK),
    ]);
    const output = await bytes(sh, echo(0, ''), Readable.from([input]));
    expect(output.subarray(1).equals(input)).toBe(true);
  });

  test('output that looks like our own lines is output', async () => {
    const fake = newNonce();
    const lines = `${MARK}${fake} begin\n${MARK}${fake} end 0\n${MARK} end 3\n`;
    const end = await answered(sh, echo(5, lines), { input: lines });
    expect(end).toMatchObject({ code: 5, stdout: `${lines}\0${lines}` });
  });

  test('an error message is whole however it is cut into pieces', async () => {
    const noise = Array.from({ length: 3000 }, (_, at) => `é${at}ü`).join('\n');
    const cut = await runSession(
      ['/bin/sh', '-c', `printf %s ${quote(noise)} | dd bs=1 status=none >&2`],
      echo(0, ''),
      30,
    );
    expect(cut.outcome).toBe('lost');
    expect(cut.outcome === 'lost' && cut.stderr).toBe(noise);
  });

  test('a shell that dies is a lost connection, before and after it began', async () => {
    expect(await runSession(['/bin/sh', '-c', 'exit 0'], echo(0, ''), 30)).toMatchObject({
      outcome: 'lost',
      begun: false,
    });
    const killed = ['/bin/sh', '-c', `exec 3>&1; { ${ENTRY.replace('exec ', '')}; } | head -c 60 >&3`];
    const end = await runSession(killed, echo(0, 'x'.repeat(1000)), 30, { input: '' });
    expect(end).toMatchObject({ outcome: 'lost', begun: true });
  });

  test('a program that does not begin in time is given up', async () => {
    expect(await runSession(['/bin/sh', '-c', 'exec sleep 30'], echo(0, ''), 0.3)).toMatchObject({
      outcome: 'lost',
      begun: false,
    });
  });

  test('one line is one line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(oneLine(text)).not.toContain('\n');
      }),
    );
  });
});

describe('unwrap', () => {
  test('finds the output however the stream is cut', () => {
    const nonce = '0123456789abcdef';
    const end = `${MARK}${nonce} end `;
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 30 }).map((array) => Buffer.from(array)),
      // Beginnings of the closing line, and other programs' lines.
      fc.nat(end.length - 1).map((length) => Buffer.from(end.slice(0, length))),
      fc.constantFrom(
        Buffer.from(`${MARK}0123456789abcdee end 1\n`),
        Buffer.from(`${nonce} end 1\n`),
        Buffer.from(MARK),
      ),
    );
    const text = fc.array(piece, { maxLength: 12 }).map((parts) => Buffer.concat(parts));
    let runs = 0;
    fc.assert(
      fc.property(
        text,
        text,
        text,
        fc.nat(255),
        fc.infiniteStream(fc.integer({ min: 1, max: 40 })),
        (before, output, after, code, sizes) => {
          const whole = [before, `${MARK}${nonce} begin\n`, output, `${end}${code}\n`, after].map((part) =>
            Buffer.from(part),
          );
          // Neither a banner nor the output can hold the nonce's own lines.
          fc.pre(!output.includes(`${MARK}${nonce}`) || !output.includes(end));
          const stream = Buffer.concat(whole);
          const got: Buffer[] = [];
          const inner = unwrap(nonce, (chunk) => got.push(Buffer.from(chunk)));
          for (let at = 0; at < stream.length; ) {
            const size = sizes.next().value as number;
            inner.take(stream.subarray(at, at + size));
            at += size;
          }
          expect(Buffer.concat(got).equals(output)).toBe(true);
          expect(inner.code()).toBe(code);
          runs += 1;
        },
      ),
      { numRuns: 3000 },
    );
    console.log(`unwrap: ${runs} streams, cut at random`);
  });
});
