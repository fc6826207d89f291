/** What can be wrong with a YAML file before anybody asks what its keys mean. */

import type { ProblemBase } from '../failure.ts';

/** What a value is in YAML; `nothing` is an empty one or null. */
export type YamlKind = 'text' | 'list' | 'mapping' | 'nothing';

export type YamlProblem = ProblemBase &
  /** `detail` is the parser's own words. */
  (
    | { kind: 'yaml-syntax'; detail: string }
    | { kind: 'yaml-tab' }
    | { kind: 'yaml-unclosed'; quote: '"' | "'" }
    | { kind: 'yaml-empty' }
    /** More than one document, separated by `---`. */
    | { kind: 'yaml-documents' }
    /** A key that is a list or a mapping; `{{ x }}` without quotes is one (`braces`). */
    | { kind: 'yaml-key'; braces: boolean }
    | { kind: 'yaml-repeated-key'; key: string; firstLine: number }
    /** A tag such as `!x`, which nothing here gives a meaning. */
    | { kind: 'yaml-tag'; tag: string }
    /** An alias (`*x`) that stands for nothing, or for something it is itself a part of. */
    | { kind: 'yaml-alias'; name: string; why: 'unknown' | 'circle' }
    /** `<<:` with something other than a mapping or a list of mappings. */
    | { kind: 'yaml-merge' }
    /** With its aliases replaced the file is beyond all reason. */
    | { kind: 'yaml-too-large'; most: number }
    // What a file of a certain kind says
    | { kind: 'yaml-unknown-key'; key: string; keys: readonly string[]; nearest?: string }
    | { kind: 'yaml-no-value'; key: string }
    | { kind: 'yaml-wrong-kind'; key: string; wanted: Exclude<YamlKind, 'nothing'>; found: YamlKind }
  );
