/** What can be wrong with configuration files and command-line variables. All of it ends with exit code 2. */

import { Failure, type Place, type ProblemBase } from '../failure.ts';
import type { ValueForm } from './sbatch-values.ts';
import type { YamlProblem } from './yaml-problem.ts';

/** Why a value, or one word of a list, can't be right; all of them carry just the key and that value. */
export type ValueFault =
  /** A `$` where nothing is expanded: REMOTE_DIR, CONTAINER, CONTAINER_MOUNTS, VENV. */
  | 'dollar'
  /** A newline or another control character in a name or path, or a NUL anywhere. */
  | 'control-character'
  /** REMOTE_DIR that is neither absolute nor begins with `~/`. */
  | 'not-absolute'
  /** A path that is absolute or leads out by `..`, where only paths of the project or of the run directory make sense. */
  | 'path-outside'
  /** CODE_FILES naming something under `data/`, which is what DATA_FILES is for. */
  | 'code-under-data'
  /** RESULTS_PULL naming the run directory as a whole: the code, the data link and the toolkit's own files would come too. */
  | 'whole-run'
  /** CODE_FILES or RESULTS_PULL naming `.slurm-runner`, the toolkit's own folder in a run directory. */
  | 'toolkit-path'
  /** SCRIPT, CODE_FILES or DATA_FILES naming a `.env`, which is never pushed. */
  | 'secret-file'
  /** POLL_INTERVAL that is no whole number of seconds, 1 or more. */
  | 'not-seconds'
  /** REMOTE_HOST that ssh would take for an option, or that has blanks. */
  | 'bad-host'
  /** A name that can't be part of a file's name: letters, digits, `.`, `_` and `-`, the first no `.` and no `-`. */
  | 'bad-name'
  /** A name no environment variable can have. */
  | 'env-name'
  /** An sbatch option without an argument whose value is neither a yes nor a no. */
  | 'not-a-switch'
  /** SBATCH_ARGS whose first word is no option: sbatch would take it for the job script. */
  | 'not-an-option'
  // Images
  /** A blank in BASE or in the name of a registry's image. */
  | 'blank'
  /** BASE that is none of the spellings there are. */
  | 'bad-base'
  /** BASE that is a definition file on the cluster: they are the project's. */
  | 'definition-there'
  /** A word of ENV without a `=`. */
  | 'not-name-value'
  /** TAG of an image that docker and podman would refuse. */
  | 'bad-tag'
  // Containers
  /** CONTAINER that is neither a file, nor an image's name, nor a registry's image. */
  | 'bad-container'
  /** CONTAINER that lies in the store of docker or podman, which the cluster does not see. */
  | 'container-here'
  /** CONTAINER that is a definition file, from which an image has yet to be made. */
  | 'container-definition'
  /** A mount that is not `SRC:DST[:ro|rw]`; one whose source or target is relative; one over the toolkit's own. */
  | 'mount-form'
  | 'mount-relative'
  | 'mount-target'
  | 'mount-taken'
  /** A mount with a blank in it, under Pyxis. */
  | 'mount-blank';

/**
 * Why an option of sbatch is not the user's to give: it is the toolkit's own; sbatch would run something other than
 * the rendered script; nothing would be submitted; sbatch would return only after the job's end (`watch` does that);
 * the job id would not be printed.
 */
export type OptionRefusal = 'toolkit' | 'no-script' | 'no-job' | 'waits' | 'no-id';

export type ConfProblem = YamlProblem | ConfFileProblem;

type ConfFileProblem = ProblemBase &
  // Files
  (
    | { kind: 'no-cluster-file'; cluster: string; clusters: string[]; nearest?: string }
    | { kind: 'no-profile'; profile: string; profiles: string[]; nearest?: string }
    | { kind: 'no-image'; image: string; images: string[]; key: 'IMAGE' | 'CONTAINER'; nearest?: string }
    /** IMAGE only where there is none or more than one. */
    | { kind: 'missing-variable'; variable: 'PROFILE' | 'IMAGE'; choices: string[] }
    /** `code` is Node's (EACCES, EISDIR, …), or `UTF-8` for a file in another encoding. */
    | { kind: 'unreadable-file'; code: string }
    // Lines
    | { kind: 'not-key-value' }
    | { kind: 'unterminated-quote'; key: string; quote: '"' | "'" | '\\' }
    | { kind: 'unknown-section'; section: string; nearest?: string }
    // Keys
    | { kind: 'unknown-key'; key: string; nearest?: string }
    | { kind: 'repeated-key'; key: string; firstLine?: number }
    /** Two spellings of one thing, in one layer, with different values. */
    | { kind: 'conflicting-keys'; key: string; other: string; otherPlace: Place }
    /** SCRIPT and COMMAND, in one layer. */
    | { kind: 'script-and-command'; otherPlace: Place }
    /** PROFILE, YES, … in a file: these count only on the command line. */
    | { kind: 'control-variable'; key: string }
    /** A cluster's key in another file. */
    | { kind: 'cluster-key'; key: string }
    /** A profile's key in an image's file, or the other way round. */
    | { kind: 'misplaced-key'; key: string; belongs: 'profile' | 'image' }
    | { kind: 'missing-key'; key: 'REMOTE_HOST' | 'REMOTE_DIR' }
    | { kind: 'nothing-to-run' }
    /** A command-line variable that is none of ours but nearly: one of the project's own would not be a problem. */
    | { kind: 'unknown-variable'; variable: string; nearest?: string }
    // Values
    | { kind: ValueFault; key: string; value: string }
    | { kind: 'not-one-of'; key: string; value: string; choices: readonly string[]; nearest?: string }
    /** A value that no sbatch takes for that option. */
    | { kind: 'wrong-form'; key: string; value: string; form: ValueForm }
    | { kind: 'refused-option'; key: string; option: string; why: OptionRefusal }
    | { kind: 'missing-secret'; name: string }
    /** BASE or CONTAINER that only apptainer can use. */
    | { kind: 'wrong-runtime'; key: 'BASE' | 'CONTAINER'; value: string; runtime: 'enroot' | 'pyxis' }
    // What an image is made of
    | { kind: 'nothing-to-make'; image: string }
    /** A Dockerfile without a FROM, or whose last one names no image that can be told without building it. */
    | { kind: 'no-from' }
    | { kind: 'unknown-from'; from: string }
    /** A line of a pip file that means a path of this machine. */
    | { kind: 'local-requirement'; requirement: string }
    // Files that a profile names
    | { kind: 'no-such-file'; key: string; path: string; nearest?: string }
    | { kind: 'no-template'; template: string; templates: string[]; nearest?: string }
    /** SCRIPT is a folder, or something else that is no file. */
    | { kind: 'not-a-file'; key: string; path: string }
    /** SCRIPT ends in neither `.py` nor `.sh` and its executable bit is not set. */
    | { kind: 'not-executable'; path: string }
    /** A folder or glob of CODE_FILES of which nothing is left once ignored files are left out. */
    | { kind: 'nothing-to-send'; path: string }
    /** A path of CODE_FILES or SCRIPT that leads through a symbolic link, `link`, which can't be kept as it is. */
    | { kind: 'through-link'; key: string; path: string; link: string }
    /** A symbolic link whose target is absolute or outside the project, or inside but not sent along. */
    | { kind: 'link-outside' | 'link-not-sent'; path: string; target: string }
    /** A file's name is not UTF-8; `path` has U+FFFD in place of what is not. */
    | { kind: 'undecodable-name'; path: string }
    | { kind: 'git-failed'; detail: string }
  );

/** Where a command-line variable stands: there is no file and no line to name. */
export const COMMAND_LINE: Place = { file: 'command line' };

/** Throws all `problems`, if there are any, as one failure; those of one file in the order of their lines. */
export function throwIfAny<P extends ProblemBase = ConfProblem>(problems: readonly P[]): void {
  if (problems.length === 0) return;
  const files = [...new Set(problems.map(({ place }) => place?.file))];
  const rank = ({ place }: P) => files.indexOf(place?.file);
  const sorted = [...problems].sort((a, b) => rank(a) - rank(b) || (a.place?.line ?? 0) - (b.place?.line ?? 0));
  throw new Failure<P>(2, ...sorted);
}
