/** The first seam: `Host`, the machine where commands run and files lie, reached over ssh or being this very machine. */

/**
 * A program for the host's /bin/sh: files of `src/remote` (without `.sh`), put one after the other, whose `main` is
 * called with `args`. Arguments may hold anything but NUL and are never seen in a process list.
 * Programs are written so that running one twice does no harm: a lost connection may make the host do so.
 */
export interface Program {
  files: readonly string[];
  args: readonly string[];
}

export interface RunOptions {
  /** What `main` finds on its standard input. */
  input?: string | NodeJS.ReadableStream;
  /** Gets the program's output as it comes; `Answer.stdout` is then empty. */
  onOutput?: (chunk: Buffer) => void;
  /** Seconds without a byte of output after which the connection counts as lost. */
  silence?: number;
  /** Whether a lost connection is tried once more on a new one (default yes); not with `onOutput`. */
  retry?: boolean;
  signal?: AbortSignal;
}

export interface Answer {
  /** The exit code of `main`. */
  code: number;
  stdout: string;
  stderr: string;
}

/** How far a transfer has come, for a progress line. */
export interface Progress {
  /** Files done so far, and of how many where that is known. */
  files: number;
  total?: number;
  /** The file under way, and rsync's word on it (`34% 11.2MB/s`). */
  file?: string;
  rate?: string;
}

/** A file of this name is never sent, wherever it lies: it may hold secrets. */
export const SECRET_FILE = '.env';

export interface Upload {
  /** The local folder that `paths` are relative to; absolute. */
  from: string;
  /** Files, folders (sent whole) and links; posix separators. */
  paths: readonly string[];
  /** No folder is among `paths`: not to look for any spares rsync a round trip. */
  filesOnly?: boolean;
  /** A folder inside `from` whose files go along, each to the same path relative to it. */
  beside?: { from: string; paths: readonly string[] };
  /**
   * Prepares the destination, enters it and calls the shell function `receive`, which takes the files in; or says
   * `report refused KIND DETAIL` and exits before that.
   */
  program: Program;
  /** Compare by checksum instead of by size and time. */
  checksum: boolean;
  /** Half a file stays over there, and is completed the next time. */
  partial?: boolean;
  /** The files are compressed already: to do it again would only take time. */
  compressed?: boolean;
  onProgress?: (progress: Progress) => void;
}

export interface UploadAnswer {
  /** Lines the program reported through the shell function `report`. */
  report: string[];
  /** What the link carried, in bytes, where the host knows it. */
  sent?: number;
  /** The program would not have the files; nothing was sent. */
  refused?: Refusal;
}

/** Why a program over there refuses, as data: a word of its own, and what it is about. */
export interface Refusal {
  kind: string;
  detail: string;
}

export interface Download {
  /** The folder on the host that `paths` are relative to; absolute. */
  from: string;
  /** Existing files, folders (fetched whole) and links. */
  paths: readonly string[];
  /** The local folder they go into; absolute, exists. What is there already is completed. */
  into: string;
  /** A local folder laid out the same way: a file that is the same there is not fetched. Absolute. */
  compare: string;
  checksum: boolean;
  onProgress?: (progress: Progress) => void;
}

export interface Interaction {
  /** A terminal over there; this process's own is passed on to it key by key, and its size. */
  tty: boolean;
  /** Where the standard output goes. */
  output: 'stdout' | 'stderr';
}

/** `lost`: the connection broke off, and how the file ended cannot be known. */
export type Interacted = { code: number } | { lost: true };

export interface Host {
  /** As the user wrote it: an alias, `user@host` or `local`. */
  readonly name: string;
  readonly kind: 'ssh' | 'local';
  /**
   * Makes a start on connecting, and resolves when ssh is at it (not when it is through): work that keeps this process busy
   * waits for that. Never throws; errors come with the first use.
   */
  connect(): Promise<void>;
  /** Opens the session of the next `run` while something else is going on: that saves two round trips. */
  openAhead(): void;
  /** Runs a program to its end. Throws Failure(3) when the host cannot be reached or the connection is lost. */
  run(program: Program, options?: RunOptions): Promise<Answer>;
  /**
   * Runs a shell file that lies there already, an absolute path, with this process's own standard input and output; its exit code
   * is left in `FILE.code`. The file's processes get a hangup when the connection is lost, if they have a terminal.
   * Throws Failure(3) when the host cannot be reached to begin with.
   */
  interact(file: string, options: Interaction): Promise<Interacted>;
  /** Sends files. Throws Failure(3) for the connection, Failure(2) for files or disk; a program's own refusal is an answer. */
  upload(upload: Upload): Promise<UploadAnswer>;
  /** Fetches files; resolves only when everything named has arrived. Errors as `upload`. */
  download(download: Download): Promise<void>;
}
