/** Flows for tests: graphs of small jobs that take note of themselves outside any run directory, and do as tests tell them. */

import type { Toy } from './toy.ts';

/**
 * What every job does: `sh task.sh NAME FILE...` needs the files that its parents left in out/, and leaves one of its own there. In $OUTSIDE
 * tests say what is to become of it: while `wait.NAME` is there it goes on, then it ends with the code in `fail.NAME`, or 0.
 */
const TASK = `name=$1\${CELL:+.$CELL}
shift
note() { echo "$1 $name $SLURM_JOB_ID $(date +%s%N) \${PWD##*/}" >>"$OUTSIDE/notes"; }
note begin
n=0
while [ -e "$OUTSIDE/wait.$name" ] && [ $n -lt 450 ]; do n=$((n + 1)); sleep 0.2; done
for file; do
  [ -s "out/$file" ] || { echo "$file has left nothing" >&2; exit 9; }
done
code=0
if [ -e "$OUTSIDE/fail.$name" ]; then code=$(cat "$OUTSIDE/fail.$name"); fi
echo "this is $name"
. ./more.sh
[ "$code" != 0 ] || { mkdir -p out && cp word.txt "out/$name"; }
note end
exit "$code"
`;

/** No srun: its steps would be most of what so many jobs cost this machine. */
const TEMPLATE = `#!/bin/sh
#SBATCH --mem=20M
cd {{ RUN_DIR | sh }} && {{ COMMAND }}
`;

/** What a job wrote down when it began or ended. */
export interface FlowNote {
  what: 'begin' | 'end';
  job: string;
  id: string;
  /** Nanoseconds. */
  at: bigint;
  /** The run directory's name. */
  run: string;
}

/** What jobs wrote down in this text. */
export function notesIn(text: string): FlowNote[] {
  const lines = text.split('\n').filter(Boolean);
  return lines.map((line) => {
    const [what, job = '', id = '', at = '', run = ''] = line.split(' ');
    return { what: what as FlowNote['what'], job, id, at: BigInt(at), run };
  });
}

/** The files behind `flowText`; `word.txt` is what jobs bring home, `more.sh` what they do besides. */
export function layTask(toy: Toy): void {
  toy.write('task.sh', TASK);
  toy.write('more.sh', ':\n');
  toy.write('word.txt', 'word\n');
  toy.write('slurm/templates/task.sbatch', TEMPLATE);
}

/**
 * A flow of such jobs: each name with what it depends on. Of a parent without a kind it needs the file, too. `more` are further lines
 * of a job.
 */
export function flowText(
  graph: Readonly<Record<string, readonly string[]>>,
  more: Readonly<Record<string, string>> = {},
): string {
  const jobs = Object.entries(graph).map(([name, parents]) => {
    const files = parents.filter((parent) => !parent.includes(':'));
    const command = `    command: ${JSON.stringify(['sh', 'task.sh', name, ...files])}\n`;
    const depends = parents.length > 0 ? `    depends_on: ${JSON.stringify(parents)}\n` : '';
    return `  - name: ${name}\n${command}${depends}${more[name] ?? ''}`;
  });
  return `code_files: [task.sh, more.sh, word.txt]\nresults_pull: [out/]\njobs:\n${jobs.join('')}`;
}

/** A graph of so many jobs in layers of ten, each waiting for one or two of the layer before. */
export function wideGraph(jobs: number): Record<string, string[]> {
  const name = (at: number): string => `job_${at}`;
  return Object.fromEntries(
    Array.from({ length: jobs }, (_, at) => {
      const above = at - 10;
      const beside = at % 10 === 9 ? above - 9 : above + 1;
      const parents = above < 0 ? [] : at % 3 === 0 ? [above] : [above, beside];
      return [name(at), parents.map(name)];
    }),
  );
}

/** How often each job began. */
export function beginnings(notes: readonly FlowNote[]): Record<string, number> {
  const times: Record<string, number> = {};
  for (const { what, job } of notes) if (what === 'begin') times[job] = (times[job] ?? 0) + 1;
  return times;
}
