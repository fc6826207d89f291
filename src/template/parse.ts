/** Template text into nunjucks' syntax tree, with a line for every mistake. */

import type { Node, Nunjucks } from './nunjucks.ts';

export class TemplateSyntaxError extends Error {
  /** From 1; undefined where not even a guess makes sense. */
  readonly line: number | undefined;

  constructor(message: string, line: number | undefined) {
    super(message);
    this.line = line;
  }
}

// bash writes `${#a[@]}`: the default comment tags `{#` and `#}` would throw, or delete text from one to the next.
const OPTIONS = { tags: { commentStart: '{#-never-#', commentEnd: '#-never-#}' } };

const BLOCKS = ['if', 'for', 'macro', 'call', 'filter', 'block', 'switch'];

/** Throws TemplateSyntaxError. */
export function parse({ lexer, parser }: Nunjucks, text: string): Node {
  const tokens = lexer.lex(text, OPTIONS);
  const next = tokens.nextToken;
  const open: { name: string; line: number }[] = [];
  let tag: { line: number; named: boolean } | undefined;
  // At the end of the text nunjucks has no line to blame; the block or tag that was never closed has one.
  tokens.nextToken = () => {
    const token = next.call(tokens);
    if (token?.type === 'block-start' || token?.type === 'variable-start') {
      tag = { line: token.lineno + 1, named: token.type === 'variable-start' };
    } else if (token?.type === 'symbol' && tag && !tag.named) {
      tag.named = true;
      const name = String(token.value);
      if (BLOCKS.includes(name)) open.push({ name, line: tag.line });
      if (name === `end${open.at(-1)?.name}`) open.pop();
    } else if (token?.type === 'block-end' || token?.type === 'variable-end') {
      tag = undefined;
    }
    return token;
  };
  try {
    return new parser.Parser(tokens).parseAsRoot();
  } catch (error) {
    const { message, lineno } = error as Error & { lineno?: number };
    if (lineno !== undefined) throw new TemplateSyntaxError(message, lineno);
    if (tag) throw new TemplateSyntaxError('this tag is never closed', tag.line);
    const block = open.at(-1);
    if (block) throw new TemplateSyntaxError(`no end${block.name} for this ${block.name}`, block.line);
    throw new TemplateSyntaxError(message, undefined);
  }
}
