/** A flow as Mermaid reads it: nodes, arrows with their kinds, colours, and names that mean nothing to it. */

import { describe, expect, it } from 'vitest';
import { flowGraphText } from '../../src/report/flow-graph.ts';
import { after, flowCells, flowJob, flowStatus } from './flows.ts';

describe('the graph of a flow', () => {
  it('has a node for each job and an arrow from each parent', () => {
    const jobs = [
      { name: 'a', dependsOn: [], cells: [] },
      { name: 'b', dependsOn: [after('a')], cells: [] },
      { name: 'end', dependsOn: [after('a', 'afterany'), after('b', 'afternotok')], cells: [] },
    ];
    expect(flowGraphText(jobs).split('\n')).toEqual([
      'graph TD',
      '    n0["a"]',
      '    n1["b"]',
      '    n2["end"]',
      '    n0 --> n1',
      '    n0 -->|afterany| n2',
      '    n1 -->|afternotok| n2',
    ]);
  });

  it('has ids, times and colours once it was started', () => {
    const { jobs } = flowStatus(['done', 'running', 'running', 'not-submitted']);
    const text = flowGraphText(jobs).split('\n');
    expect(text.slice(1, 5)).toEqual([
      '    n0["a<br/>COMPLETED<br/>12232 00:01:02"]',
      '    n1["b1<br/>RUNNING<br/>12233 00:00:10"]',
      '    n2["c<br/>RUNNING<br/>12234 00:00:10"]',
      '    n3["b2<br/>NOT SUBMITTED"]',
    ]);
    const classes = text.filter((line) => /^ {4}class /.test(line));
    expect(classes).toEqual(['    class n0 done', '    class n1,n2 running', '    class n3 notsubmitted']);
    for (const name of ['done', 'running', 'notsubmitted']) {
      expect(text.filter((line) => line.startsWith(`    classDef ${name} fill:#`))).toHaveLength(1);
    }
  });

  it('has a colour for every way to stand', () => {
    const all = Object.keys(flowStatus([]).counts) as Parameters<typeof flowStatus>[0][number][];
    const fills = flowGraphText(flowStatus(all).jobs).match(/classDef \S+ \S+/g) ?? [];
    expect(new Set(fills.map((line) => line.replace(/classDef \S+ /, '')))).toHaveProperty('size', all.length);
  });

  it('counts the cells of a matrix job', () => {
    const cell = { index: 0, name: '0', values: {} };
    expect(flowGraphText([{ name: 'tune', dependsOn: [], cells: [cell, cell] }])).toContain('["tune<br/>2 cells"]');
    expect(flowGraphText([flowJob('tune', 'waiting', { cells: flowCells() })])).toContain('["tune<br/>16 cells<br/>');
  });

  it('lets no name act on it', () => {
    const label = (name: string) => /\["(.*)"\]/.exec(flowGraphText([{ name, dependsOn: [], cells: [] }]))?.[1];
    expect(label('job_a.v-2')).toBe('job_a.v-2');
    expect(label('漢字')).toBe('漢字');
    expect(label('x"]; y')).toBe('x#34;#93;#59; y');
    expect(label('#35;')).toBe('#35;35#59;');
    expect(label('_em_')).toBe('#95;em#95;');
    for (const char of '"#;:`<>&[]{}()|\\$%@*~=\n\x1b🎈') {
      expect(label(`a${char}b`)).toBe(`a#${char.codePointAt(0)};b`);
    }
  });
});
