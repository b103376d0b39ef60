// The command line's options by their documented names: get('--trace-warnings') (runtime/main/option_table.cc lists them).
'use strict';

const binding = internalBinding('options');

// A flag's boolean, a list's array; the text or number of another option, undefined where none was given.
exports.get = binding.get;
