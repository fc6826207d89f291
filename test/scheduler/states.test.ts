/** Slurm's states as they are printed, read into ours. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { remoteText } from '../../src/host/program.ts';
import { hasEnded, isLive, parseState } from '../../src/scheduler/states.ts';

// squeue(1) and sacct(1), "JOB STATE CODES", of Slurm 20.11 to 26.05: the base states, and the flags that squeue prints instead.
const BASE = [
  'PENDING',
  'RUNNING',
  'SUSPENDED',
  'COMPLETED',
  'CANCELLED',
  'FAILED',
  'TIMEOUT',
  'NODE_FAIL',
  'PREEMPTED',
];
const MORE = ['BOOT_FAIL', 'DEADLINE', 'OUT_OF_MEMORY', 'LAUNCH_FAILED', 'RECONFIG_FAIL', 'REVOKED', 'COMPLETING'];
const FLAGS = ['CONFIGURING', 'RESIZING', 'REQUEUED', 'REQUEUE_FED', 'REQUEUE_HOLD', 'RESV_DEL_HOLD', 'SIGNALING'];
const REST = ['SPECIAL_EXIT', 'STAGE_OUT', 'STOPPED', 'POWER_UP_NODE', 'EXPEDITING'];
const ALL = [...BASE, ...MORE, ...FLAGS, ...REST];
// These and no others are an end.
const ENDS = [...BASE.slice(3), ...MORE.slice(0, -1)];

describe('states', () => {
  test.each(ALL)('%s is known', (state) => {
    expect(parseState(state)).toBe(state);
    expect(hasEnded(parseState(state))).toBe(ENDS.includes(state));
    expect(isLive(parseState(state))).toBe(!ENDS.includes(state));
  });

  test.each([
    ['CANCELLED by 1001', 'CANCELLED'],
    ['CANCELLED by 0', 'CANCELLED'],
    ['CANCELLED+', 'CANCELLED'],
    [' RUNNING ', 'RUNNING'],
    ['COMPLETING', 'COMPLETING'],
  ])('%j is %s', (printed, state) => expect(parseState(printed)).toBe(state));

  test('anything else is UNKNOWN, which is neither an end nor alive', () => {
    for (const text of [
      '',
      ' ',
      '+',
      'completed',
      'COMPLETED,',
      'FAILEDISH',
      'OUT_OF_ME',
      'constructor',
      '__proto__',
    ]) {
      expect(parseState(text)).toBe('UNKNOWN');
    }
    fc.assert(
      fc.property(fc.string(), (text) => {
        const state = parseState(text);
        expect(state === 'UNKNOWN' || ALL.includes(state)).toBe(true);
      }),
    );
    expect([hasEnded('UNKNOWN'), isLive('UNKNOWN')]).toEqual([false, false]);
  });

  test('the programs over there know the same ends', () => {
    const pattern = /LIVE='\$4 !~ \/\^\(([A-Z_|]+)\)\/'/.exec(remoteText('lib'))?.[1] ?? '';
    expect(pattern.split('|').sort()).toEqual([...ENDS].sort());
    // Matched at the beginning of the word: no state that is alive may begin like an end.
    for (const state of ALL) expect(new RegExp(`^(${pattern})`).test(state), state).toBe(ENDS.includes(state));
  });
});
