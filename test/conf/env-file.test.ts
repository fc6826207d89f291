import { describe, expect, it } from 'vitest';
import { readEnvFile, secretValues } from '../../src/conf/env-file.ts';
import { load, problemsOf, project } from './project.ts';

describe('readEnvFile', () => {
  it('reads what a shell would, without being one', () => {
    const text = '# keys\nexport API_KEY="a b#c"\nlower=1\r\nPRIVATE="-----BEGIN\nabc\n-----END"\nHOME=$HOME # no\n';
    const values = Array.from(readEnvFile(project({ '.env': text })), ([name, { value }]) => [name, value]);
    expect(values).toEqual([
      ['API_KEY', 'a b#c'],
      ['lower', '1'],
      ['PRIVATE', '-----BEGIN\nabc\n-----END'],
      ['HOME', '$HOME'],
    ]);
  });

  it('is empty without a file', () => {
    expect(readEnvFile(project({})).size).toBe(0);
  });

  it('names line and reason of what is wrong, and no value', () => {
    const text = 'A-B=sesame\nC=1\nC=sesame\n[env]\nsesame\nD=sesame\0\n';
    const problems = problemsOf(() => readEnvFile(project({ '.env': text })));
    const at = (line: number) => ({ file: '.env', line });
    expect(problems).toEqual([
      { kind: 'env-name', key: '.env', value: 'A-B', place: at(1) },
      { kind: 'repeated-key', key: 'C', firstLine: 2, place: at(3) },
      { kind: 'unknown-section', section: 'env', place: at(4) },
      { kind: 'not-key-value', place: at(5) },
    ]);
    expect(problemsOf(() => readEnvFile(project({ '.env': 'D=sesame\0\n' })))).toEqual([
      { kind: 'control-character', key: 'D', value: '', place: at(1) },
    ]);
  });
});

describe('secretValues', () => {
  const profile = () => load({ profile: 'COMMAND=true\nSECRETS=WANDB_API_KEY HF_TOKEN' });

  it('takes the environment, else .env', () => {
    const envFile = readEnvFile(project({ '.env': 'WANDB_API_KEY=file\nHF_TOKEN=file\nOTHER=x' }));
    expect([...secretValues(profile(), { WANDB_API_KEY: 'shell', HF_TOKEN: '' }, envFile)]).toEqual([
      ['WANDB_API_KEY', 'shell'],
      ['HF_TOKEN', 'file'],
    ]);
  });

  it('names each one missing', () => {
    const place = { file: 'slurm/profiles/x.conf', line: 2 };
    const envFile = readEnvFile(project({ '.env': 'HF_TOKEN=\n' }));
    expect(problemsOf(() => secretValues(profile(), {}, envFile))).toEqual([
      { kind: 'missing-secret', name: 'WANDB_API_KEY', place },
      { kind: 'missing-secret', name: 'HF_TOKEN', place },
    ]);
  });
});
