'use strict';
// The prompt's questions to V8's inspector (internalBinding('repl_evaluator')).

const ids = new WeakMap();
let binding;
let messages = 0;

// The id of the context a prompt evaluates in.
function contextId(server) {
  binding ??= internalBinding('repl_evaluator');
  let id = ids.get(server.context);
  if (id === undefined) {
    id = binding.contextId(server.useGlobal ? null : server.context);
    ids.set(server.context, id);
  }
  return id;
}

function send(method, params) {
  const answer = binding.send(JSON.stringify({ id: ++messages, method, params }));
  return answer === undefined ? {} : (JSON.parse(answer).result ?? {});
}

// The let, const and class declarations that evaluations have left.
function lexicalNames(server) {
  return send('Runtime.globalLexicalScopeNames', { executionContextId: contextId(server) }).names ?? [];
}

const kPreviewTimeoutMs = 333;

// {value} of an expression, {thrown} by it, or undefined where nothing can be said: it has side effects or takes too long.
function evaluateWithoutEffects(server, expression) {
  const answer = send('Runtime.evaluate', {
    expression,
    throwOnSideEffect: true,
    timeout: kPreviewTimeoutMs,
    contextId: contextId(server),
    objectGroup: 'preview',
  });
  const { result, exceptionDetails } = answer;
  if (!result) return undefined;
  let value;
  if (result.objectId !== undefined) value = binding.unwrap(result.objectId);
  else if (result.unserializableValue !== undefined) value = parsePrimitive(result.unserializableValue);
  else value = result.value;
  send('Runtime.releaseObjectGroup', { objectGroup: 'preview' });
  return exceptionDetails ? { thrown: value, className: result.className } : { value };
}

// NaN, -0, Infinity and bigints cannot be written in JSON.
function parsePrimitive(text) {
  return text.endsWith('n') ? BigInt(text.slice(0, -1)) : Number(text);
}

module.exports = { evaluateWithoutEffects, lexicalNames };
