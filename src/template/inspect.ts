/** Looks through a template's syntax tree before it is compiled: what is wrong in it, and where a variable may be undefined. */

import type { Environment, Node } from './nunjucks.ts';
import type { TemplateProblem } from './problem.ts';

export interface Findings {
  /** In the order of the text; `place.file` is still missing. */
  problems: { line: number; problem: TemplateProblem }[];
  /** Symbols and members that may be undefined where they stand: under `default`, in conditions, left of `or`, before `is`. */
  lenient: Set<unknown>;
  /** String literals that are printed as the template's author wrote them. */
  printed: Set<unknown>;
  /** What is printed at `line:column` (counted from 0), in the template's words. */
  names: Map<string, string>;
}

const DEFAULTS = ['default', 'd'];

export function inspect(root: Node, env: Environment): Findings {
  const found: Findings = { problems: [], lenient: new Set(), printed: new Set(), names: new Map() };
  const report = (node: Node, problem: TemplateProblem) => found.problems.push({ line: node.lineno + 1, problem });

  function visit(node: unknown, lenient: boolean): void {
    if (Array.isArray(node)) for (const item of node) visit(item, lenient);
    if (!isNode(node)) return;
    switch (node.typename) {
      case 'Symbol':
        // nunjucks takes any characters but its own delimiters for a name and pastes them into JavaScript.
        if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(String(node.value))) {
          report(node, { kind: 'template-syntax', detail: `unexpected ${String(node.value)}`, raw: false });
        }
        if (lenient) found.lenient.add(node);
        break;
      case 'LookupVal':
        if (lenient) found.lenient.add(node);
        visit([node.target, node.val], lenient);
        break;
      case 'Output':
        found.names.set(`${node.lineno}:${node.colno}`, describe(node.children) ?? '…');
        for (const child of node.children as Node[]) markPrinted(child);
        visit(node.children, false);
        break;
      case 'If':
      case 'IfAsync':
      case 'InlineIf':
        visit(node.cond, true);
        visit([node.body, node.else_], lenient);
        break;
      case 'Or':
        visit(node.left, true);
        visit(node.right, lenient);
        break;
      case 'Is': {
        visit(node.left, true);
        // `is none` has a literal there, `is divisibleby(2)` a call.
        const test = node.right as Node;
        const name = String(isNode(test.name) ? test.name.value : test.value);
        if (!Object.hasOwn(env.tests, name)) report(node, { kind: 'unknown-test', name });
        visit(test.args, lenient);
        break;
      }
      case 'Filter': {
        const name = String((node.name as Node).value);
        if (!Object.hasOwn(env.filters, name)) report(node, { kind: 'unknown-filter', name });
        const [subject, ...rest] = (node.args as Node).children as Node[];
        visit(subject, lenient || DEFAULTS.includes(name));
        visit(rest, lenient);
        break;
      }
      case 'Include':
      case 'Import':
      case 'FromImport':
      case 'Extends':
        report(node, { kind: 'template-tag', tag: node.typename.replace('FromImport', 'from').toLowerCase() });
        break;
      // Names that these bring in, and keys, are no variables to look up.
      case 'Pair':
        visit(node.value, lenient);
        break;
      case 'Set':
        visit([node.value, node.body], false);
        break;
      case 'For':
      case 'AsyncEach':
      case 'AsyncAll':
        visit([node.arr, node.body, node.else_], false);
        break;
      case 'Block':
        visit(node.body, false);
        break;
      case 'Macro':
      case 'Caller': {
        const parameters = (node.args as Node).children as Node[];
        visit(
          parameters.filter(({ typename }) => typename !== 'Symbol'),
          false,
        );
        visit(node.body, false);
        break;
      }
      default:
        for (const field of node.fields) visit(node[field], lenient);
    }
  }

  function markPrinted(node: unknown): void {
    if (!isNode(node)) return;
    if (node.typename === 'Literal' && typeof node.value === 'string') found.printed.add(node);
    if (node.typename === 'InlineIf') for (const part of [node.body, node.else_]) markPrinted(part);
    if (node.typename === 'Or' || node.typename === 'And') markPrinted(node.right);
    if (node.typename === 'Group') for (const part of node.children as Node[]) markPrinted(part);
    if (node.typename === 'Filter' && DEFAULTS.includes(String((node.name as Node).value))) {
      markPrinted(((node.args as Node).children as Node[])[1]);
    }
  }

  visit(root, false);
  return found;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'typename' in value && 'fields' in value;
}

/** The variable that an expression is about: `X` for `X | upper`, `X.name` for `X.name`. */
export function describe(node: unknown): string | undefined {
  if (Array.isArray(node)) {
    for (const item of node) {
      const name = describe(item);
      if (name !== undefined) return name;
    }
  }
  if (!isNode(node)) return undefined;
  switch (node.typename) {
    case 'Symbol':
      return String(node.value);
    case 'LookupVal': {
      const key = (node.val as Node).value;
      return `${describe(node.target) ?? '…'}${typeof key === 'string' ? `.${key}` : '[…]'}`;
    }
    case 'Filter':
      return describe((node.args as Node).children);
    case 'Capture':
    case 'Caller':
      return undefined;
    default:
      return describe(node.fields.map((field) => node[field]));
  }
}
