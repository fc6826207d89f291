/** The tables of slurm-info, from rows as sinfo gives them. */

import { describe, expect, test } from 'vitest';
import { gpusOf, tables } from '../../src/interactive/info.ts';
import { infoText } from '../../src/report/info.ts';
import { plain } from '../../src/report/style.ts';

const rows = (...lines: string[]): string =>
  `${lines.map((line) => `${line.replaceAll('!', '\x1f')}\x1f`).join('\n')}\n`;

/** As recorded on 22.05.8 and 26.05.5, which differ in the order of the partitions alone, with a job of 2 CPUs and 2 GPUs on n1. */
const RECORDED = rows(
  'scavenge!up!infinite!n1!mixed!2/30/0/32!65536!1024!gpu:4!gpu:2',
  'main*!up!infinite!n1!mixed!2/30/0/32!65536!1024!gpu:4!gpu:2',
  'short!up!1:00!n1!mixed!2/30/0/32!65536!1024!gpu:4!gpu:2',
  'scavenge!up!infinite!n2!idle!0/32/0/32!65536!0!gpu:4!gpu:0',
  'main*!up!infinite!n2!idle!0/32/0/32!65536!0!gpu:4!gpu:0',
  'short!up!1:00!n2!idle!0/32/0/32!65536!0!gpu:4!gpu:0',
);

describe('the rows of sinfo', () => {
  test('of a cluster become a row a partition and a row a node', () => {
    const { partitions, nodes } = tables(RECORDED);
    expect(partitions.map(({ name }) => name)).toEqual(['main', 'scavenge', 'short']);
    expect(partitions[0]).toEqual({
      ...{ name: 'main', isDefault: true, state: 'up', limit: 'infinite' },
      nodes: { free: 2, total: 2 },
      cpus: { free: 62, total: 64 },
      memory: { free: 130048, total: 131072, largest: 65536 },
      gpus: [{ type: '', free: 6, total: 8 }],
    });
    expect(nodes.map(({ name, partitions: of }) => [name, of])).toEqual([
      ['n1', ['scavenge', 'main', 'short']],
      ['n2', ['scavenge', 'main', 'short']],
    ]);
    expect(infoText({ scheduler: 'slurm', partitions, nodes }, plain)).toBe(
      [
        '[Cluster]',
        '  PARTITION  NODES  CPUS FREE  MEM FREE   ON ONE NODE  GPUS FREE  TIME LIMIT',
        '  main*      2/2    62/64      127G/128G  64G          6/8        infinite',
        '  scavenge   2/2    62/64      127G/128G  64G          6/8        infinite',
        '  short      2/2    62/64      127G/128G  64G          6/8        1:00',
        '',
        '  * the default partition',
        '',
        '  NODE  STATE  CPUS FREE  MEM FREE  GPUS FREE  PARTITIONS',
        '  n1    mixed  30/32      63G/64G   2/4        scavenge,main,short',
        '  n2    idle   32/32      64G/64G   4/4        scavenge,main,short',
      ].join('\n'),
    );
  });

  test('of many nodes stay a row a partition, unless they were asked for', () => {
    const many = Array.from(
      { length: 40 },
      (_, at) => `gpu|odd*!up!1-00:00:00!a${at}!idle!0/8/0/8!1024!0!(null)!(null)`,
    );
    const found = { scheduler: 'slurm', ...tables(rows(...many)) } as const;
    expect(infoText(found, plain).split('\n')).toHaveLength(5);
    expect(infoText(found, plain)).toContain('gpu|odd*');
    expect(infoText(found, plain, true)).toContain('a39');
  });

  test.each([
    ['idle', true],
    ['idle~', true],
    ['mixed-', true],
    ['allocated#', true],
    ['completing', true],
    ['idle@', true],
    ['planned', true],
    ['idle*', false],
    ['down*', false],
    ['drained', false],
    ['draining', false],
    ['drained$', false],
    ['maint', false],
    ['idle%', false],
    ['idle^', false],
    ['unknown', false],
    ['blocked', false],
  ])('a node that is %s: available %s', (state, available) => {
    const { nodes, partitions } = tables(rows(`p!up!infinite!n!${state}!2/6/0/8!1000!200!gpu:2!gpu:1`));
    expect(nodes[0]).toMatchObject({ state, available, cpus: { free: available ? 6 : 0, total: 8 } });
    expect(partitions[0]).toMatchObject({ nodes: { free: available ? 1 : 0 }, memory: { free: available ? 800 : 0 } });
  });

  test('other lines are passed over, and what is no number is 0', () => {
    expect(tables(`CLUSTER: x\n\n${rows('p!down!1:00!n!idle!?!n/a!!(null)!')}`)).toMatchObject({
      partitions: [{ state: 'down', cpus: { free: 0, total: 0 }, gpus: [] }],
    });
  });
});

test.each([
  ['gpu:4', { '': 4 }],
  ['gpu:a100:4(S:0-1)', { a100: 4 }],
  ['gpu:a100:4(S:0-1),gpu:v100:2(S:0,1)', { a100: 4, v100: 2 }],
  ['gpu:a100:2(IDX:0,2-3),gpu:v100:0(IDX:N/A)', { a100: 2, v100: 0 }],
  ['gres/gpu:a100:4', { a100: 4 }],
  ['gpu:(null):3(IDX:0-2)', { '': 3 }],
  ['gpu:nvidia_a100_80gb_pcie:8,shard:32,mps:100', { nvidia_a100_80gb_pcie: 8 }],
  ['gpu:a100:2,gpu:a100:2', { a100: 4 }],
  ['shard:4', {}],
  ['(null)', {}],
  ['', {}],
])('%s', (gres, counts) => {
  expect(Object.fromEntries(gpusOf(gres))).toEqual(counts);
});
