'use strict';
// What the prompt must know of a text before it runs it: whether it is only unfinished, and how `await` outside a function
// becomes something V8 accepts. Parsed by npm's acorn.

let acorn;
function parser() {
  return (acorn ??= require('internal/deps/acorn'));
}

const kParseOptions = {
  ecmaVersion: 'latest',
  allowAwaitOutsideFunction: true,
  allowReturnOutsideFunction: true,
};

// An object at the beginning of a line is meant as an object, not as a block.
const looksLikeObject = (code) => /^\s*{/.test(code) && !/;\s*$/.test(code);

const kComplete = 0;
const kUnfinished = 1;
const kWrong = 2;

// An error at the very end of the text is one that more text could mend.
function stateOf(code) {
  try {
    parser().parse(code, kParseOptions);
    return kComplete;
  } catch (error) {
    if (/^Unterminated (?:template|comment)/.test(error.message)) return kUnfinished;
    if (/^Unterminated string constant/.test(error.message)) {
      return /\\(?:\r\n?|\n|\u2028|\u2029)$/.test(code) ? kUnfinished : kWrong;
    }
    return /^Unexpected token/.test(error.message) && error.pos >= code.length ? kUnfinished : kWrong;
  }
}

// Whether more lines could make a program of a text that is not one.
function isUnfinished(code) {
  if (looksLikeObject(code) && stateOf(`(${code})`) !== kComplete && stateOf(`(${code}`) === kUnfinished) {
    return true;
  }
  return stateOf(code) === kUnfinished;
}

// ---- await outside a function

const isFunction = (node) => /Function/.test(node.type);
const isLoopHead = (node, parent) =>
  (parent.type === 'ForStatement' && parent.init === node) ||
  (/^For(?:In|Of)Statement$/.test(parent.type) && parent.left === node);

function* childrenOf(node) {
  for (const key of Object.keys(node)) {
    const value = node[key];
    if (Array.isArray(value)) yield* value.filter((child) => typeof child?.type === 'string');
    else if (typeof value?.type === 'string') yield value;
  }
}

function namesOf(pattern, names = []) {
  switch (pattern?.type) {
    case 'Identifier':
      names.push(pattern.name);
      break;
    case 'ObjectPattern':
      for (const property of pattern.properties) namesOf(property.value ?? property.argument, names);
      break;
    case 'ArrayPattern':
      for (const element of pattern.elements) namesOf(element, names);
      break;
    case 'AssignmentPattern':
      namesOf(pattern.left, names);
      break;
    case 'RestElement':
      namesOf(pattern.argument, names);
      break;
  }
  return names;
}

// Rewrites a text by insertions and replacements at positions of the original.
class Edits {
  constructor(source) {
    this.source = source;
    this.list = [];
  }
  replace(start, end, text) {
    this.list.push({ start, end, text, order: this.list.length });
  }
  insert(at, text) {
    this.replace(at, at, text);
  }
  apply(from, to) {
    const sorted = this.list.sort((a, b) => a.start - b.start || a.end - b.end || a.order - b.order);
    let result = '';
    let at = from;
    for (const { start, end, text } of sorted) {
      result += this.source.slice(at, start) + text;
      at = end;
    }
    return result + this.source.slice(at, to);
  }
}

class AwaitRewriter {
  constructor(source) {
    this.edits = new Edits(source);
    this.declarations = [];
    this.hasAwait = false;
    this.hasReturn = false;
  }

  // `top` is the body whose declarations outlive the text.
  visit(node, parent, top) {
    switch (node.type) {
      case 'AwaitExpression':
        this.hasAwait = true;
        break;
      case 'ForOfStatement':
        if (node.await) this.hasAwait = true;
        break;
      case 'ReturnStatement':
        this.hasReturn = true;
        return;
      case 'ClassDeclaration':
        if (parent === top) {
          this.declarations.push(`let ${node.id.name}; `);
          this.edits.insert(node.start, `${node.id.name}=`);
        }
        break;
      case 'FunctionDeclaration':
        this.declarations.push(`var ${node.id.name}; `);
        this.edits.insert(
          parent === top ? top.start + 1 : node.start,
          `this.${node.id.name} = ${node.id.name}; `,
        );
        return;
      case 'VariableDeclaration':
        this.declaration(node, parent, top);
        break;
    }
    if (isFunction(node) || node.type === 'StaticBlock' || node.type === 'PropertyDefinition') return;
    for (const child of childrenOf(node)) this.visit(child, node, top);
  }

  // A declaration becomes an assignment to variables declared outside.
  declaration(node, parent, top) {
    const head = isLoopHead(node, parent);
    if (node.kind !== 'var' && (head || parent !== top)) return;
    const names = node.declarations.flatMap((declarator) => namesOf(declarator.id));
    if (names.length > 0)
      this.declarations.push(`${node.kind === 'var' ? 'var' : 'let'} ${names.join(', ')}; `);
    const { edits } = this;
    const first = node.declarations[0];
    if (/^For(?:In|Of)Statement$/.test(parent.type) && head) {
      edits.replace(node.start, first.start, '');
      return;
    }
    edits.replace(node.start, first.start, 'void (');
    for (const declarator of node.declarations) {
      edits.insert(declarator.start, '(');
      edits.insert(declarator.end, declarator.init ? ')' : '=undefined)');
    }
    edits.insert(node.declarations.at(-1).end, ')');
  }
}

// The text as the call of an async function whose result is {value}, or null when nothing in it waits. Declarations are moved
// in front of it, so that they are there afterwards.
function rewriteAwait(code) {
  if (!code.includes('await')) return null;
  const prefix = '(async () => { ';
  const source = `${prefix}${code} })()`;
  let root;
  try {
    root = parser().parse(source, { ecmaVersion: 'latest' });
  } catch {
    return null;
  }
  const { body } = root.body[0].expression.callee;
  const rewriter = new AwaitRewriter(source);
  for (const node of body.body) rewriter.visit(node, body, body);
  if (!rewriter.hasAwait || rewriter.hasReturn) return null;
  const last = body.body.at(-1);
  if (last.type === 'ExpressionStatement') {
    // The value stays inside an object: a promise as the value is not waited for.
    rewriter.edits.insert(last.start, 'return { __proto__: null, value: (');
    rewriter.edits.replace(last.expression.end, last.end, ') };');
  }
  return rewriter.declarations.join('') + rewriter.edits.apply(0, source.length);
}

module.exports = { isUnfinished, looksLikeObject, namesOf, parser, rewriteAwait };
