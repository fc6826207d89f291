/** What can be wrong with a template or with the job script it renders to. All of it ends with exit code 2. */

import type { ProblemBase } from '../failure.ts';

export type TemplateProblem = ProblemBase &
  /** Not the template language; `raw` when the line looks like bash or awk braces, which belong into {% raw %}. */
  (
    | { kind: 'template-syntax'; detail: string; raw: boolean }
    /** Jinja's {# … #}, which here is plain text: bash writes `${#a[@]}`. */
    | { kind: 'template-comment' }
    /** `include` and the like: a template is one file. */
    | { kind: 'template-tag'; tag: string }
    | { kind: 'unknown-filter'; name: string; nearest?: string }
    | { kind: 'unknown-test'; name: string; nearest?: string }
    /** A name nobody defines; `raw` as above. */
    | { kind: 'undefined-variable'; name: string; nearest?: string; raw: boolean }
    /** A name that is not among those under `of`; without `member` all of them were to be printed together. */
    | { kind: 'no-such-member'; of: string; member?: string; members: string[]; nearest?: string }
    /** A key that exists and that neither profile nor cluster gives a value; or a parameter of a sweep that its `cell` lacks. */
    | { kind: 'unset-variable'; name: string; cell?: string }
    /** A secret's value would end up in the job script; the job finds it in its environment. */
    | { kind: 'secret-variable'; name: string }
    /** A value with characters the shell acts on: needs `| sh`, or `| safe` if it is meant as shell text. */
    | { kind: 'unsafe-value'; name: string; characters: string }
    /** Rendering itself failed, in nunjucks' words. */
    | { kind: 'template-failed'; detail: string }
    /** sbatch takes only a script whose first line names an interpreter; `found` is that line. */
    | { kind: 'no-shebang'; found: string }
    /** An `#SBATCH` line that sbatch refuses. */
    | { kind: 'bad-directive'; reason: 'quote' | 'colon' | 'argument' | 'word'; text: string }
  );
