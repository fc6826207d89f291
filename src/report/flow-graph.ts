/** A flow as a graph for Mermaid (https://mermaid.js.org/syntax/flowchart.html), coloured by how its jobs stand. */

import type { GraphJob } from '../flow/graph.ts';
import type { FlowJobStatus, Standing } from '../flow/results.ts';
import type { Counts } from '../sweep/progress.ts';
import { flowSeconds, flowWord } from './flow-jobs.ts';
import { count, duration } from './quantities.ts';

/** A job of the file, or one of a flow that was started: that has a colour, an id and a time. */
export type DrawnJob = (GraphJob & { cells?: readonly unknown[] }) | FlowJobStatus;

/** A node for each job, an arrow from each parent with the kind on it unless it is afterok. */
export function flowGraphText(jobs: readonly DrawnJob[]): string {
  // A job may be called `end` or have dots in its name, which Mermaid would take for its own.
  const nodes = new Map(jobs.map(({ name }, at) => [name, `n${at}`]));
  const arrows = jobs.flatMap(({ name, dependsOn }) =>
    dependsOn.flatMap(({ kind, job }) => {
      const [parent, child] = [nodes.get(job), nodes.get(name)];
      return parent && child ? [`    ${parent} -->${kind === 'afterok' ? '' : `|${kind}|`} ${child}`] : [];
    }),
  );
  const labels = jobs.map((job, at) => `    n${at}["${labelOf(job)}"]`);
  return ['graph TD', ...labels, ...arrows, ...classes(jobs)].join('\n');
}

/** The name, how many cells, how it stands, its id and time, a line each. */
function labelOf(job: DrawnJob): string {
  const cells = cellsOf(job.cells);
  const lines = [escaped(job.name), ...(cells > 0 ? [count(cells, 'cell')] : [])];
  if (!('standing' in job)) return lines.join('<br/>');
  const seconds = flowSeconds(job);
  const id = job.verdict?.jobId;
  const last = [id && escaped(id), seconds !== undefined && duration(seconds)].filter(Boolean).join(' ');
  return [...lines, flowWord(job), ...(last ? [last] : [])].join('<br/>');
}

const cellsOf = (cells: readonly unknown[] | Counts | undefined): number =>
  cells === undefined ? 0 : 'total' in cells ? cells.total : cells.length;

/** Whatever could mean something in a label (an underscore does beside a word), as the number of its character between # and ;. */
function escaped(text: string): string {
  return text.replace(/[^\p{L}\p{N} _.-]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, (char) => `#${char.codePointAt(0)};`);
}

const COLOURS: Record<Standing, string> = {
  done: 'fill:#e8f5e9,stroke:#388e3c,color:#1b5e20',
  failed: 'fill:#ffebee,stroke:#c62828,color:#b71c1c',
  stopped: 'fill:#fff3e0,stroke:#f57c00,color:#e65100',
  cancelled: 'fill:#fff8e1,stroke:#ffa000,color:#6d4c00',
  skipped: 'fill:#fafafa,stroke:#bdbdbd,color:#616161',
  running: 'fill:#e1f5fe,stroke:#0277bd,color:#01579b',
  pending: 'fill:#f3e5f5,stroke:#7b1fa2,color:#4a148c',
  waiting: 'fill:#f5f5f5,stroke:#9e9e9e,color:#424242',
  held: 'fill:#fce4ec,stroke:#ad1457,color:#880e4f',
  unknown: 'fill:#ffffff,stroke:#212121,color:#212121',
  'not-submitted': 'fill:#ffffff,stroke:#9e9e9e,color:#616161',
};

/** Those that some job has. */
function classes(jobs: readonly DrawnJob[]): string[] {
  const members = new Map<Standing, string[]>();
  for (const [at, job] of jobs.entries()) {
    if (!('standing' in job)) continue;
    members.set(job.standing, [...(members.get(job.standing) ?? []), `n${at}`]);
  }
  return [...members].flatMap(([standing, nodes]) => {
    const name = standing.replace('-', '');
    return [`    classDef ${name} ${COLOURS[standing]},stroke-width:2px`, `    class ${nodes.join(',')} ${name}`];
  });
}
