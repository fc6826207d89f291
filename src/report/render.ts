/** The job script as it would be submitted, and the options it is submitted with. */

import type { RenderedJob } from '../flow/render.ts';
import { quote } from '../host/quote.ts';
import type { RenderResult } from '../run/render.ts';
import { shown } from './escape.ts';
import { count } from './quantities.ts';
import type { Style } from './style.ts';

/** The script as it is, byte for byte, so that it can go into a file; without the newline at its end. */
export function renderedText({ script }: Pick<RenderResult, 'script'>): string {
  return script.replace(/\n$/, '');
}

/** The command line of sbatch, for standard error beside the script. */
export function renderedOptionsText({ options }: Pick<RenderResult, 'options'>, style: Style): string {
  const words = ['sbatch --parsable', ...options.map((option) => `  ${shown(quote(option))}`)];
  return words.map((word, at) => style.dim(at < words.length - 1 ? `${word} \\` : word)).join('\n');
}

/** Jobs of a flow, each with its name above it. */
export function renderedJobsText(jobs: readonly RenderedJob[], style: Style): string {
  const texts = jobs.map((job) => [`${jobHead(job, style)}\n${renderedOptionsText(job, style)}`, renderedText(job)]);
  return texts.flat().join('\n\n');
}

/** For standard error beside the script of one. */
export const renderedJobOptionsText = (job: RenderedJob, style: Style): string =>
  `${job.cell === undefined ? '' : `${jobHead(job, style)}\n`}${renderedOptionsText(job, style)}`;

function jobHead({ job, cells, cell }: RenderedJob, style: Style): string {
  const which = cells === undefined ? '' : `, ${count(cells, 'cell')}: the script of ${shown(cell ?? '')}`;
  return style.bold(`[${shown(job)}${which}]`);
}
