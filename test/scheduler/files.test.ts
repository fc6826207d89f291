import { expect, test } from 'vitest';
import { remoteText } from '../../src/host/program.ts';
import { EXECUTOR, FILES } from '../../src/scheduler/scheduler.ts';

/** What is sent along with a scheduler's own files. */
const PROGRAMS = [
  ...[
    ['attempt', 'submit'],
    ['attempt', 'part', 'submit-cells'],
    ['attempt', 'part', 'submit-flow'],
    ['query'],
    ['follow', 'watch'],
    ['check'],
    ['remove'],
  ],
  ...[['cancel'], ['release']],
];

test.each(Object.entries(FILES))('no two functions of what is sent for %s have one name', (_, files) => {
  for (const program of [...PROGRAMS.map((more) => [...files, ...more]), EXECUTOR]) {
    const names = program.flatMap((name) => remoteText(name).match(/^[a-z_]+(?=\(\))/gm) ?? []);
    expect(
      names.filter((name, at) => names.indexOf(name) !== at),
      program.join(' '),
    ).toEqual([]);
  }
});
