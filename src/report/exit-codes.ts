/** What an exit code or a signal usually means, and what to look at. */

export interface Meaning {
  /** Put after "exit code N" or a signal's name and a comma, without a full stop; empty if nothing is known. */
  means: string;
  advice?: string;
}

/** Exit codes that say something by convention (bash(1), "EXIT STATUS"; sysexits); a shell's 128 + n is left to `signalMeaning`. */
export function exitMeaning(code: number): Meaning | undefined {
  return EXIT_CODES[code];
}

/** A signal by its Linux number or its name: `9`, `KILL`, `SIGKILL`. */
export function signalMeaning(signal: string): Meaning & { name: string } {
  const word = signal.replace(/^SIG/, '');
  const name = NUMBERS[Number(word)] ?? word;
  const known = SIGNALS[name];
  return { name: /^\d*$/.test(name) ? '' : `SIG${name}`, means: '', ...known };
}

const EXIT_CODES: Readonly<Record<number, Meaning>> = {
  2: {
    means: 'often a mistake in the arguments or in the syntax of a script',
    advice: 'Look at SCRIPT_ARGS, and at the last lines of the log.',
  },
  66: {
    means: 'perhaps because its node does not see the run directory',
    advice: 'Is REMOTE_DIR on a file system that every node of the partition has mounted?',
  },
  126: {
    means: 'a command was found that cannot be executed',
    advice: 'Is it executable (chmod +x), is its #! line right, was it built for this kind of machine?',
  },
  127: {
    means: 'a command was not found',
    advice:
      'Look for its name in the log; MODULES, CONDA, VENV, PYTHON or CONTAINER decide what a job finds on its PATH.',
  },
  255: {
    means: 'which programs give for -1, and srun and ssh when they fail themselves',
    advice: 'srun gives it for options and containers that it does not know.',
  },
};

/** signal(7): the numbers of Linux, where jobs run; on this machine they may be others. */
const NUMBERS: Readonly<Record<number, string>> = {
  1: 'HUP',
  2: 'INT',
  3: 'QUIT',
  4: 'ILL',
  5: 'TRAP',
  6: 'ABRT',
  7: 'BUS',
  8: 'FPE',
  9: 'KILL',
  10: 'USR1',
  11: 'SEGV',
  12: 'USR2',
  13: 'PIPE',
  14: 'ALRM',
  15: 'TERM',
  24: 'XCPU',
  25: 'XFSZ',
  31: 'SYS',
};

const SIGNALS: Readonly<Record<string, Meaning>> = {
  // Slurm's own: no signal of Linux, but how slurmd says that it never got as far as the script.
  53: {
    means: 'which is how Slurm says that it could not open the log or enter the run directory',
    advice: 'Do the nodes see REMOTE_DIR, and may you write to REMOTE_DIR/slurm/logs there?',
  },
  ABRT: { means: 'the program gave up by itself (an assertion, a C++ exception)', advice: 'The log has its message.' },
  BUS: {
    means: 'it reached for memory that is not there (a file cut short, a full /dev/shm)',
    advice: 'Workers of a data loader share memory through /dev/shm: fewer workers need less of it.',
  },
  FPE: { means: 'a calculation failed, such as an integer divided by 0' },
  HUP: { means: 'what had started it hung up' },
  ILL: {
    means: 'the processor does not know an instruction of the program',
    advice: 'It was built for another kind of processor: build it on this one, or choose nodes with SBATCH_CONSTRAINT.',
  },
  INT: { means: 'which interrupts a program, as Ctrl-C does' },
  KILL: {
    means: 'most often sent by the system when memory ran out',
    advice: 'Raise SBATCH_MEM, or use less memory.',
  },
  PIPE: { means: 'it wrote to a program that had ended already' },
  SEGV: {
    means: 'a program reached for memory that is not its own (segmentation fault)',
    advice: 'The fault is in the program or a library; in Python, PYTHONFAULTHANDLER=1 below [env] shows where.',
  },
  TERM: { means: 'which asks a program to end' },
  XCPU: { means: 'it used up its limit of CPU time' },
  XFSZ: { means: 'a file grew beyond its limit' },
};
