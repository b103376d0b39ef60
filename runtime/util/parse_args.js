'use strict';
// util.parseArgs() (https://nodejs.org/docs/latest-v20.x/api/util.html#utilparseargsconfig).

const { codes } = require('internal/errors');
const {
  validateArray,
  validateBoolean,
  validateBooleanArray,
  validateObject,
  validateString,
  validateStringArray,
  validateUnion,
} = require('internal/errors/validators');

const isLong = (arg) => arg.length > 2 && arg.startsWith('--');
const isOptionLike = (value) => value != null && value.length > 1 && value[0] === '-';

function findByShort(options, letter) {
  for (const [name, config] of Object.entries(options)) if (config.short === letter) return name;
  return letter;
}

function optionOf(options, name) {
  return Object.hasOwn(options, name) ? options[name] : undefined;
}

// The arguments of the program, without the runtime's own and the script.
function mainArguments() {
  const { execArgv, argv } = process;
  const evaluated = execArgv.some((arg) => /^(-e|-p|-pe|--eval|--print)(=|$)/.test(arg));
  return argv.slice(evaluated ? 1 : 2);
}

// One argument after the other into tokens: options (with value), positionals, the terminator.
function* tokenize(args, options) {
  // [text, index in args]; groups of short options are taken apart into it.
  const rest = args.map((text, index) => ({ text, index }));
  while (rest.length > 0) {
    const { text, index, grouped } = rest.shift();
    const following = rest[0]?.text;
    if (text === '--' && !grouped) {
      yield { kind: 'option-terminator', index };
      for (const item of rest) yield { kind: 'positional', index: item.index, value: item.text };
      return;
    }
    if (text.length === 2 && text[0] === '-' && text[1] !== '-') {
      const name = findByShort(options, text[1]);
      if (optionOf(options, name)?.type === 'string' && following != null) {
        rest.shift();
        yield { kind: 'option', name, rawName: text, index, value: following, inlineValue: false };
      } else {
        yield { kind: 'option', name, rawName: text, index, value: undefined, inlineValue: undefined };
      }
      continue;
    }
    if (text.length > 2 && text[0] === '-' && text[1] !== '-') {
      const name = findByShort(options, text[1]);
      if (optionOf(options, name)?.type === 'string') {
        // -fVALUE
        yield {
          kind: 'option',
          name,
          rawName: text.slice(0, 2),
          index,
          value: text.slice(2),
          inlineValue: true,
        };
        continue;
      }
      const expanded = [];
      for (let i = 1; i < text.length; i++) {
        const letterName = findByShort(options, text[i]);
        if (optionOf(options, letterName)?.type !== 'string' || i === text.length - 1) {
          expanded.push({ text: `-${text[i]}`, index, grouped: true });
        } else {
          // A string option in the middle takes the rest of the group.
          expanded.push({ text: `-${text.slice(i)}`, index, grouped: true });
          break;
        }
      }
      rest.unshift(...expanded);
      continue;
    }
    if (isLong(text)) {
      const equals = text.indexOf('=', 3);
      const name = equals === -1 ? text.slice(2) : text.slice(2, equals);
      if (equals !== -1) {
        yield {
          kind: 'option',
          name,
          rawName: `--${name}`,
          index,
          value: text.slice(equals + 1),
          inlineValue: true,
        };
      } else if (optionOf(options, name)?.type === 'string' && following != null) {
        rest.shift();
        yield { kind: 'option', name, rawName: text, index, value: following, inlineValue: false };
      } else {
        yield { kind: 'option', name, rawName: text, index, value: undefined, inlineValue: undefined };
      }
      continue;
    }
    yield { kind: 'positional', index, value: text };
  }
}

function checkOptions(options) {
  validateObject(options, 'options');
  for (const [name, config] of Object.entries(options)) {
    const path = `options.${name}`;
    validateObject(config, path);
    validateUnion(config.type, `${path}.type`, ['string', 'boolean']);
    if (Object.hasOwn(config, 'short')) {
      validateString(config.short, `${path}.short`);
      if (config.short.length !== 1) {
        throw new codes.ERR_INVALID_ARG_VALUE(`${path}.short`, config.short, 'must be a single character');
      }
    }
    if (Object.hasOwn(config, 'multiple')) validateBoolean(config.multiple, `${path}.multiple`);
    if (config.default !== undefined) {
      if (config.multiple) {
        (config.type === 'string' ? validateStringArray : validateBooleanArray)(
          config.default,
          `${path}.default`,
        );
      } else {
        (config.type === 'string' ? validateString : validateBoolean)(config.default, `${path}.default`);
      }
    }
  }
}

function checkToken(options, token, allowPositionals) {
  if (!Object.hasOwn(options, token.name)) {
    throw new codes.ERR_PARSE_ARGS_UNKNOWN_OPTION(token.rawName, allowPositionals);
  }
  const { short, type } = options[token.name];
  const shown = `${short ? `-${short}, ` : ''}--${token.name}`;
  if (type === 'string' && typeof token.value !== 'string') {
    throw new codes.ERR_PARSE_ARGS_INVALID_OPTION_VALUE(`Option '${shown} <value>' argument missing`);
  }
  if (type === 'boolean' && token.value != null) {
    throw new codes.ERR_PARSE_ARGS_INVALID_OPTION_VALUE(`Option '${shown}' does not take an argument`);
  }
  if (!token.inlineValue && isOptionLike(token.value)) {
    const example = token.rawName.startsWith('--')
      ? `'${token.rawName}=-XYZ'`
      : `'--${token.name}=-XYZ' or '${token.rawName}-XYZ'`;
    throw new codes.ERR_PARSE_ARGS_INVALID_OPTION_VALUE(
      `Option '${token.rawName}' argument is ambiguous.\n` +
        `Did you forget to specify the option argument for '${token.rawName}'?\n` +
        `To specify an option argument starting with a dash use ${example}.`,
    );
  }
}

function store(values, options, name, value) {
  if (name === '__proto__') return;
  value ??= true;
  if (optionOf(options, name)?.multiple) (values[name] ??= []).push(value);
  else values[name] = value;
}

function parseArgs(config = {}) {
  const get = (name, otherwise) => config?.[name] ?? otherwise;
  const args = get('args', undefined) ?? mainArguments();
  const strict = get('strict', true);
  const allowPositionals = get('allowPositionals', !strict);
  const allowNegative = get('allowNegative', false);
  const returnTokens = get('tokens', false);
  const options = get('options', { __proto__: null });
  validateArray(args, 'args');
  validateBoolean(strict, 'strict');
  validateBoolean(allowPositionals, 'allowPositionals');
  validateBoolean(allowNegative, 'allowNegative');
  validateBoolean(returnTokens, 'tokens');
  checkOptions(options);

  const result = { values: { __proto__: null }, positionals: [] };
  const tokens = [...tokenize(args, options)];
  if (returnTokens) result.tokens = tokens;
  for (const token of tokens) {
    if (token.kind === 'option') {
      let { value } = token;
      if (allowNegative && token.name.startsWith('no-') && !Object.hasOwn(options, token.name)) {
        const name = token.name.slice(3);
        if (optionOf(options, name)?.type === 'boolean' && token.value === undefined) {
          token.name = name;
          value = false;
        }
      }
      if (strict) checkToken(options, token, allowPositionals);
      store(result.values, options, token.name, value);
    } else if (token.kind === 'positional') {
      if (!allowPositionals) throw new codes.ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL(token.value);
      result.positionals.push(token.value);
    }
  }
  for (const [name, option] of Object.entries(options)) {
    if (option.default !== undefined && result.values[name] === undefined)
      result.values[name] = option.default;
  }
  return result;
}

module.exports = { parseArgs };
