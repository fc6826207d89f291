/** Host that is this very machine: /bin/sh for programs, plain copies for transfers. */

import { PassThrough } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { Failure } from '../failure.ts';
import { copyPaths } from './copy.ts';
import { interactHere } from './interact.ts';
import type { HostProblem } from './problem.ts';
import { ENTRY } from './program.ts';
import { refusalIn } from './refusal.ts';
import { runSession } from './session.ts';
import {
  type Answer,
  type Download,
  type Host,
  type Program,
  type RunOptions,
  SECRET_FILE,
  type Upload,
  type UploadAnswer,
} from './types.ts';

export function localHost(): Host {
  return {
    ...{ name: 'local', kind: 'local', connect: async () => {}, openAhead: () => {} },
    ...{ run, upload, download, interact: interactHere },
  };
}

async function run(program: Program, options: RunOptions = {}): Promise<Answer> {
  const { silence: _, ...rest } = options;
  const end = await runSession(['/bin/sh', '-c', ENTRY], program, 60, rest);
  if (end.outcome === 'answered') return end;
  throw new Failure<HostProblem>(3, { kind: 'connection-lost', host: 'local', detail: end.stderr });
}

async function upload(task: Upload): Promise<UploadAnswer> {
  const input = new PassThrough();
  const report: string[] = [];
  const text = new StringDecoder('utf8');
  let rest = '';
  let copying: Promise<void> | undefined;
  const onOutput = (chunk: Buffer): void => {
    const lines = (rest + text.write(chunk)).split('\n');
    rest = lines.pop() as string;
    for (const line of lines) {
      const [word, ...value] = line.split(' ');
      if (word === 'report') report.push(value.join(' '));
      if (word === 'receive') {
        copying = copyIn(task, value.join(' '), input);
        copying.catch(() => {}); // awaited below
      }
    }
  };
  const program = { ...task.program, files: ['local-receive', ...task.program.files] };
  const answer = await run(program, { input, onOutput });
  const refused = refusalIn(report);
  if (refused) return { report, refused };
  await copying;
  if (answer.code !== 0) throw diskOr('up', new Error(answer.stderr), answer.code);
  return { report };
}

async function copyIn(task: Upload, into: string, input: PassThrough): Promise<void> {
  try {
    await copyPaths(task.from, task.paths, into, {
      checksum: task.checksum,
      without: SECRET_FILE,
      onProgress: task.onProgress,
    });
    if (task.beside) await copyPaths(task.beside.from, task.beside.paths, into, { checksum: task.checksum });
    input.end('copied\n');
  } catch (error) {
    input.end('failed\n');
    throw diskOr('up', error);
  }
}

async function download(task: Download): Promise<void> {
  try {
    await copyPaths(task.from, task.paths, task.into, task);
  } catch (error) {
    throw diskOr('down', error);
  }
}

function diskOr(direction: 'up' | 'down', error: unknown, code = 1): Failure<HostProblem> {
  const detail = (error as Error).message;
  if (/ENOSPC|EDQUOT|No space left/.test(detail)) return new Failure(2, { kind: 'disk-full', where: 'here', detail });
  return new Failure(2, { kind: 'transfer-failed', direction, code, detail });
}
