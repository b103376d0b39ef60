'use strict';
// A conversation of the runtime's own with the inspector: the program's sessions do not see it.

/** @returns {(method: string, params?: object) => object} sends a command that is answered at once */
module.exports = function connect() {
  const { Connection } = internalBinding('inspector');
  const answers = new Map();
  const connection = new Connection((text) => {
    const { id, result } = JSON.parse(text);
    if (id !== undefined) answers.set(id, result);
  });
  let lastId = 0;
  return function send(method, params) {
    connection.dispatch(JSON.stringify({ id: ++lastId, method, params }));
    const result = answers.get(lastId);
    answers.delete(lastId);
    return result;
  };
};
