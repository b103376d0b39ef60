'use strict';
// The reporter `dot`: a dot for each test that passed, an X for each that did not.

const kColumns = 20;

function makeDot({ columns = kColumns } = {}) {
  let count = 0;
  const width = Math.max(columns, kColumns);
  return {
    start: () => '',
    format({ type }) {
      if (type !== 'test:pass' && type !== 'test:fail') return '';
      count++;
      return (type === 'test:pass' ? '.' : 'X') + (count % width === 0 ? '\n' : '');
    },
    end: () => '\n',
  };
}

module.exports = makeDot;
