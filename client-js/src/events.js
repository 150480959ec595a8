// events.js: reads an event stream where there is no EventSource.

/**
 * Reads events as the server writes them: with one line of data each.
 * @param {function({type: string, lastEventId: string, data: string}): void} take is called with each
 * @returns {function(string): void} takes the next piece of the stream
 */
export function eventReader(take) {
  var rest = '';
  return function (text) {
    var blocks = (rest + text).split(/\r?\n\r?\n/);
    rest = blocks.pop();
    blocks.forEach(function (block) {
      var e = {};
      block.replace(/(?:^|\n)(event|id|data): ?([^\r\n]*)/g, function (line, key, value) { e[key] = value; });
      if (e.data != null) take({ type: e.event, lastEventId: e.id, data: e.data });
    });
  };
}
