'use strict';
// Whether stack traces go through source maps (--enable-source-maps, process.setSourceMapsEnabled()); so small that
// the loaders can ask for every module.
const state = {
  enabled: false,
  /** Remembers the source map a module's text names. */
  note(filename, source) {
    require('internal/modules/source_maps').note(filename, source);
  },
};

module.exports = state;
