/** What stops a sweep. */

import type { ProblemBase } from '../failure.ts';

/**
 * Why a parameter cannot have a name: Slurm, the container's runtime or the dynamic linker would take it for theirs, the
 * job's shell needs it, it is a key of profiles or clusters, a variable of make's command line, or set by the toolkit.
 */
export type NameRefusal = 'form' | 'slurm' | 'container' | 'linker' | 'shell' | 'key' | 'command-line' | 'toolkit';

export type SweepProblem = ProblemBase &
  // Files
  (
    | { kind: 'missing-sweep'; sweeps: string[] }
    | { kind: 'no-sweep'; sweep: string; sweeps: string[]; nearest?: string }
    /** NAME.yaml and NAME.yml. */
    | { kind: 'two-sweep-files'; other: string }
    /** Neither `matrix:` nor `method:`, or both. */
    | { kind: 'sweep-of-no-kind'; because: 'neither' | 'both' }
    | { kind: 'not-a-count'; key: string; value: string; least: number }
    | { kind: 'open-quote'; key: string; quote: '"' | "'" | '\\' }
    | { kind: 'no-sweep-profile'; profile: string; profiles: string[]; nearest?: string }
    // Parameters
    | { kind: 'parameter-name'; name: string; why: NameRefusal }
    | { kind: 'parameter-value'; name: string; found: 'list' | 'mapping' | 'nothing' }
    // Axes
    | { kind: 'axis-not-list'; axis: string }
    | { kind: 'empty-axis'; axis: string }
    /** An axis of mappings with something else among them, or the other way round. */
    | { kind: 'mixed-axis'; axis: string }
    | { kind: 'repeated-value'; axis: string; value: string; firstLine: number }
    /** A field of an axis of mappings that another axis has too, or is. */
    | { kind: 'shared-field'; name: string; axis: string; other: string }
    // Entries of include and exclude
    | { kind: 'empty-entry'; list: EntryList }
    /** A name of an exclude entry that no axis has. */
    | { kind: 'no-such-axis'; name: string; axes: string[]; nearest?: string }
    /** An axis of mappings matched by a single value. */
    | { kind: 'axis-of-fields'; axis: string; fields: string[] }
    /** A mapping for something that is no axis of mappings. */
    | { kind: 'not-of-fields'; name: string; list: EntryList }
    /** A value of an exclude entry that the axis doesn't have. */
    | { kind: 'no-such-value'; name: string; value: string; values: string[]; nearest?: string }
    /** An exclude entry whose values are there, but in no cell together. */
    | { kind: 'excludes-nothing' }
    /** An include entry of which later ones, the last in `line`, leave nothing. */
    | { kind: 'include-overwritten'; line: number }
    // Cells
    | { kind: 'same-cell'; values: string; firstLine?: number }
    | { kind: 'no-cells' }
    | { kind: 'too-many-cells'; count: number; most: number }
    // Runs
    /** Nobody says of which profile it is. */
    | { kind: 'sweep-without-profile'; sweep: string; sweepKind: 'matrix' | 'wandb'; profiles: string[] }
    /** `others`: ids of runs of the same sweep, of another profile or tag. */
    | { kind: 'not-started'; sweep: string; started: string[]; others?: string[]; nearest?: string }
    /** No agents of a W&B sweep are tracked. */
    | { kind: 'no-agents'; sweepId: string }
    /** Runs of several profiles or tags fit. */
    | { kind: 'several-started'; sweep: string; ids: string[] }
    | { kind: 'no-sweep-run'; id: string }
    /** Another run that is tracked has its results in the same folder. */
    | { kind: 'folder-taken'; folder: string; id: string }
    /** The profile asks for an array of its own. */
    | { kind: 'own-array'; profile: string }
    /** Other commands are submitting cells of it, again and again. */
    | { kind: 'sweep-busy'; sweep: string }
    /** A W&B sweep whose end nobody can know. */
    | { kind: 'no-max-runs'; sweep: string; method?: string }
    /** Agents of a W&B sweep would have to be jobs of a template that neither takes part in it nor runs a command. */
    | { kind: 'no-agent' }
    /** The program of a W&B sweep is not among the files that are pushed. */
    | { kind: 'no-sweep-program'; program: string; profile: string }
    // CELL=
    | { kind: 'no-such-cell'; cell: string; count: number; nearest?: string }
    | { kind: 'no-such-parameter'; name: string; parameters: string[]; nearest?: string }
    | { kind: 'no-matching-cell'; expression: string }
  );

export type EntryList = 'include' | 'exclude';
