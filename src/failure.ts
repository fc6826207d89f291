/** The one way in which anything here fails: an exit code and the problems, as data; `src/report` puts them into words. */

/** 0 done; 1 the job failed; 2 wrong input or configuration; 3 the cluster could not be reached; 4 refused for safety; 130 interrupted. */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 130;

/** Where a mistake stands: a file relative to the project's root and a line counted from 1; no line means the file as a whole. */
export interface Place {
  file: string;
  line?: number;
}

/** Each room of `src` declares its own problems as a union of these (`src/conf/problem.ts` and its likes). */
export interface ProblemBase {
  kind: string;
  place?: Place;
}

export class Failure<P extends ProblemBase = ProblemBase> extends Error {
  readonly exit: ExitCode;
  readonly problems: readonly P[];

  constructor(exit: ExitCode, ...problems: P[]) {
    super(problems.map((problem) => JSON.stringify(problem)).join('\n'));
    this.name = 'Failure';
    this.exit = exit;
    this.problems = problems;
  }
}
