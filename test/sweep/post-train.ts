/** A matrix of 4 models, 7 evaluations and 8 agents with a configuration each: 224 cells. */

export const MODELS = [
  'Qwen/Qwen3-1.7B-Base',
  'Qwen/Qwen3-4B-Base',
  'HuggingFaceTB/SmolLM3-3B-Base',
  'google/gemma-3-4b-pt',
];
export const EVALS = ['aime2025', 'arenahardwriting', 'bfcl', 'gpqamain', 'gsm8k', 'healthbench', 'humaneval'];
/** In pairs; the configurations are what a shell, a table or an option's parser would stumble over. */
export const AGENTS = [
  ['claude', 'claude-opus-4-6'],
  ['claude', '--max "turns" 3'],
  ['codex', `it's $HOME \`id\` $(id) \${x}`],
  ['codex', 'a,b;c|d&e>f<g*h?[i]!j#k~l %m {{ CELL }}'],
  ['gemini', 'C:\\n\\\\new\\'],
  ['gemini', ' two  blanks '],
  ['opencode', 'モデル–é🎈'],
  ['opencode', '-n'],
].map(([AGENT = '', AGENT_CONFIG = '']) => ({ AGENT, AGENT_CONFIG }));

export const CELLS = MODELS.flatMap((MODEL_TO_TRAIN) =>
  EVALS.flatMap((EVAL) => AGENTS.map((agent) => ({ MODEL_TO_TRAIN, EVAL, ...agent }))),
);
