/** Speaks for rsync (2.6.9 and openrsync included): one call up, one call down, over the connection that is there. */

import { rmSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Failure } from '../failure.ts';
import type { HostProblem } from './problem.ts';
import { MARK, newNonce, oneLine, programText } from './program.ts';
import { quote } from './quote.ts';
import { refusalIn } from './refusal.ts';
import { type Download, type Program, type Progress, SECRET_FILE, type Upload, type UploadAnswer } from './types.ts';

const REMOTE_SHELL = fileURLToPath(new URL('../../src/host/rsync-shell.sh', import.meta.url));

type Lost = { outcome: 'lost'; begun: boolean; exit: number; stderr: string };

/** Sends `upload.paths`; the program on the other side becomes rsync's server in the folder it prepared. */
export async function rsyncUp(
  ssh: string[],
  upload: Upload,
): Promise<{ outcome: 'done'; answer: UploadAnswer } | Lost> {
  const { beside = { from: upload.from, paths: [] } } = upload;
  const end = await rsync(ssh, { ...upload.program, files: ['rsync', ...upload.program.files] }, 'up', {
    // -r: for folders in the list; --from0: newline lists lose names that begin with # or ;
    args: [
      `-${upload.filesOnly ? '' : 'r'}lpt${upload.compressed ? '' : 'z'}`,
      ...(upload.partial ? ['--partial'] : []),
      `--exclude=${SECRET_FILE}`,
      ...(upload.checksum ? ['-c'] : []),
      ...LIST,
      './',
      'host:./',
    ],
    cwd: upload.from,
    // What stands before `/./` is not part of the name over there.
    paths: [...upload.paths, ...beside.paths.map((path) => `${relative(upload.from, beside.from)}/./${path}`)],
    onProgress: upload.onProgress,
  });
  if (end.outcome === 'lost') return end;
  const { outcome, ...answer } = end;
  return { outcome, answer };
}

/** Fetches `download.paths`. Half a file stays and is completed the next time (--partial). */
export async function rsyncDown(ssh: string[], download: Download): Promise<{ outcome: 'done' } | Lost> {
  const program: Program = { files: ['rsync', 'download'], args: [download.from] };
  const end = await rsync(ssh, program, 'down', {
    args: [
      ...[
        '-rlpt',
        ...(download.checksum ? ['-c'] : []),
        '--partial',
        '--exclude=/.slurm-runner',
        `--compare-dest=${download.compare}`,
      ],
      ...[...LIST, 'host:./', './'],
    ],
    cwd: download.into,
    paths: download.paths,
    onProgress: download.onProgress,
  });
  return end.outcome === 'lost' ? end : { outcome: 'done' };
}

// --blocking-io: else rsync leaves its end of our remote shell's output non-blocking, and `cat` fails there when rsync is busy.
const LIST = ['--blocking-io', '--progress', '--stats', '--from0', '--files-from=-'];

interface Call {
  args: string[];
  cwd: string;
  paths: readonly string[];
  onProgress?: ((progress: Progress) => void) | undefined;
}

async function rsync(
  ssh: string[],
  program: Program,
  direction: 'up' | 'down',
  call: Call,
): Promise<({ outcome: 'done' } & UploadAnswer) | Lost> {
  const { execa } = await import('execa');
  const nonce = newNonce();
  // The program travels in a file: it holds the manifest, and 10,000 files' is more than one variable may be.
  const place = await mkdtemp(join(tmpdir(), 'sr-'));
  const clear = (): void => rmSync(place, { recursive: true, force: true });
  process.once('exit', clear);
  await writeFile(join(place, 'line'), serverLine(program, nonce));
  await writeFile(join(place, 'code'), '255\n');
  const child = execa('rsync', ['-e', remoteShell(), ...call.args], {
    cwd: call.cwd,
    reject: false,
    // NULs, for names may hold newlines; and even so rsync takes a line that begins with # or ; for a comment.
    input: call.paths.map((path) => `${/^[#;]/.test(path) ? './' : ''}${path}\0`).join(''),
    env: { ...noOptions(), SR_SSH: ssh.map(quote).join(' '), SR_PLACE: place, SR_NONCE: nonce, LC_ALL: 'C' },
    stripFinalNewline: false,
    maxBuffer: 1_000_000_000,
  });
  watchProgress(child.stdout, call);
  const result = await child;
  clear();
  process.off('exit', clear);
  if (result.code === 'ENOENT')
    throw new Failure<HostProblem>(2, { kind: 'no-program', program: 'rsync', where: 'here' });
  // Not started, for another reason: no connection was lost.
  if (result.exitCode === undefined && result.signal === undefined) throw result;
  const heard = String(result.stderr ?? '');
  // Not always at the beginning of a line: whatever else is cut off complains at the same moment.
  const sshExit = Number(new RegExp(`${nonce} ssh (\\d+)$`, 'm').exec(heard)?.[1] ?? Number.NaN);
  const begun = heard.includes(`${nonce} begin`);
  const detail = heard
    .split('\n')
    .filter((line) => line.trim() && !line.includes(nonce))
    .join('\n');
  const report = reported(heard, nonce);
  const refused = refusalIn(report);
  if (refused) return { outcome: 'done', report, refused };
  if (result.exitCode === 0 && sshExit === 0) {
    const sent = /^Total bytes sent: ([\d,.]+)/m.exec(String(result.stdout))?.[1];
    return { outcome: 'done', report, ...(sent ? { sent: Number(sent.replace(/\D/g, '')) } : {}) };
  }
  if (sshExit === 255 || (Number.isNaN(sshExit) && !begun)) {
    return { outcome: 'lost', begun, exit: sshExit, stderr: detail };
  }
  throw new Failure<HostProblem>(2, explain(direction, result.exitCode || sshExit || 1, sshExit, detail));
}

/** Options that a user's environment gives to rsync (RSYNC_PROTECT_ARGS, RSYNC_ICONV, …) are not for these transfers. */
function noOptions(): Record<string, undefined> {
  const names = Object.keys(process.env).filter((name) => name.startsWith('RSYNC_'));
  return Object.fromEntries(names.map((name) => [name, undefined]));
}

/** rsync splits -e at blanks and knows quotes, but no backslash (do_cmd of its main.c; openrsync's fargs_cmdline_prog). */
function remoteShell(): string {
  const quote = REMOTE_SHELL.includes('"') ? "'" : '"';
  return `sh ${quote}${REMOTE_SHELL}${quote}`;
}

/** The program line of a server: its marked line comes when `serve` is called, after the place is prepared. */
function serverLine(program: Program, nonce: string): string {
  return oneLine(`sr_nonce=${nonce}; sr_mark='${MARK}'; printf '%s begin\\n' ${nonce} >&2\n${programText(program)}`);
}

function reported(stderr: string, nonce: string): string[] {
  return [...stderr.matchAll(new RegExp(`^${nonce} report (.*)$`, 'gm'))].map((match) => match[1] as string);
}

function explain(direction: 'up' | 'down', code: number, sshExit: number, detail: string): HostProblem {
  if (/No space left on device|Disk quota exceeded|printf: I\/O error/i.test(detail)) {
    return { kind: 'disk-full', where: direction === 'up' ? 'there' : 'here', detail };
  }
  if (sshExit === 127) return { kind: 'no-program', program: 'rsync', where: 'there' };
  return { kind: 'transfer-failed', direction, code, detail };
}

/** Reads `--progress`: a line with a name when a file begins, then lines that begin with blanks and tell how far it is. */
function watchProgress(stdout: NodeJS.ReadableStream, call: Call): void {
  const { onProgress } = call;
  if (!onProgress) return;
  const progress: Progress = { files: 0 };
  stdout.on('data', (chunk: Buffer | string) => {
    for (const line of chunk.toString().split(/[\r\n]+/)) {
      const rate = /^\s+[\d,.]+[KMGT]?\s+(\d+%\s+\S+)/.exec(line)?.[1];
      if (rate) progress.rate = rate.replace(/\s+/, ' ');
      if (/^\s+[\d,.]+[KMGT]?\s+100%/.test(line) && /xfe?r#|xfr/.test(line)) progress.files += 1;
      if (line && !/^\s/.test(line)) progress.file = line;
    }
    onProgress({ ...progress });
  });
}
