/** Renders text for tests, and runs what comes out. */

import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect } from 'vitest';
import { Failure } from '../../src/failure.ts';
import type { TemplateProblem } from '../../src/template/problem.ts';
import { renderTemplate } from '../../src/template/render.ts';
import type { TemplateValues } from '../../src/template/shell-text.ts';

export const render = (text: string, values: TemplateValues = {}, secrets: string[] = []) =>
  renderTemplate({ text, file: 't.sbatch', values, secrets });

/** The problems, each with its line in place of `place`. */
export async function problemsOf(
  text: string,
  values: TemplateValues = {},
  secrets: string[] = [],
  around: Record<string, string> = {},
) {
  const error = await renderTemplate({ text, file: 't.sbatch', values, secrets, around }).then(
    (script) => expect.fail(`rendered to ${script}`),
    (error: unknown) => error,
  );
  if (!(error instanceof Failure)) throw error;
  expect(error.exit).toBe(2);
  return (error as Failure<TemplateProblem>).problems.map(({ place, ...problem }) => {
    expect(place?.file).toBe('t.sbatch');
    return { ...problem, line: place?.line };
  });
}

// Anything UTF-8 can say but NUL.
export const argument = fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0'));

/** What a shell prints. It gets no socket for its input, which bash takes for a reason to read ~/.bashrc. */
export const shell = (name: string, script: string) =>
  execFileSync(name, ['-c', script], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], env: {} });
export const bash = (script: string) => shell('bash', script);
