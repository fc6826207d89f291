/** What can go wrong with container images: making, sending, listing and removing them. */

import type { ProblemBase } from '../failure.ts';

export type ImageProblem = ProblemBase &
  (
    | MakeProblem
    | HereProblem
    /** Nothing says how to make it on the cluster: only a Dockerfile, or an image in the store of docker or podman here. */
    | { kind: 'image-not-there'; image: string; because: 'dockerfile' | 'engine' | 'local-file' }
    /** sbatch does not take the job that would make it. */
    | { kind: 'image-job-refused'; image: string; detail: string }
    | { kind: 'image-start-failed'; image: string; detail: string }
    /** What images there are, or what uses them, could not be told. */
    | { kind: 'images-unknown'; detail: string }
    /** The question before a removal was answered with no. */
    | { kind: 'images-declined'; count: number }
  );

/** Why an image could not be made. `detail` is the end of what the programs said; the image that was there is untouched. */
export type MakeProblem = { image: string; detail: string } & (
  | /** A registry wants to know who asks, or does not let that one in. `machines` are the names for the file of credentials. */
  { kind: 'image-credentials'; runtime: 'enroot' | 'apptainer'; registry: string; machines: readonly string[] }
  | { kind: 'image-unknown'; base: string }
  | { kind: 'image-network'; base: string }
  | { kind: 'image-no-space' }
  | { kind: 'image-no-namespaces'; buildOn: 'login' | 'job' }
  | { kind: 'image-no-runtime'; runtime: 'enroot' | 'apptainer' }
  /** Whoever worked on it is gone without a word: killed, or its machine was. */
  | { kind: 'image-lost' }
  | { kind: 'image-cancelled' }
  /** `step` is the last thing that was begun, `code` its exit code. */
  | { kind: 'image-failed'; step: string; code: number }
);

/** What can go wrong with an image on this machine: building it, and sending it. */
export type HereProblem =
  /** None is here, or none answers; `detail` is what each said, empty if it is not here. */
  | { kind: 'image-no-engine'; engines: { name: string; detail: string }[] }
  /** Only apptainer makes images of its kind of this base. */
  | { kind: 'image-no-apptainer'; image: string; base: 'definition' | 'file' | 'other' }
  /** There is nothing to build: it begins with a file that is sent, or used over there, as it is. */
  | { kind: 'image-not-buildable'; image: string; because: 'here' | 'there' | 'engine' | 'nothing' }
  /** `detail` is the end of what was said; it was shown as it came. */
  | { kind: 'image-build-failed'; image: string; program: string; code: number; detail: string }
  /** `what` was to be sent: an image's name in a store, or a file. */
  | { kind: 'image-not-built'; image: string; what: string }
  | { kind: 'image-save-failed'; engine: string; reference: string; detail: string }
  /** What `docker save` or its like gave is no archive of an image. */
  | { kind: 'image-bad-archive'; reference: string; detail: string }
  /** As `uname -m` spells them. */
  | { kind: 'image-wrong-machine'; image: string; architecture: string; machine: string }
  | { kind: 'image-file-changed'; path: string }
  | { kind: 'image-being-sent'; image: string; pid: number };
