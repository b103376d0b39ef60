'use strict';
// Warnings about features that may change (Node doc: "Stability index"), each told once.

const told = new Set();

exports.warnOnce = function warnOnce(feature) {
  if (told.has(feature)) return;
  told.add(feature);
  process.emitWarning(
    `${feature} is an experimental feature and might change at any time`,
    'ExperimentalWarning',
  );
};
