// Opens a page in PhantomJS: phantom.js <url> [names that it is to be without, with commas]. It prints what the page
// logs, and ends with its parent.
var system = require('system'), page = require('webpage').create(), args = system.args;

page.onInitialized = function () {
  page.evaluate(function (names) {
    names.forEach(function (name) { window[name] = undefined; });
  }, args[2] ? args[2].split(',') : []);
};
page.onConsoleMessage = function (message) { system.stderr.writeLine('console: ' + message); };
page.open(args[1], function (status) {
  if (status !== 'success') {
    system.stderr.writeLine('the page was not opened: ' + status);
    phantom.exit(1);
  }
});
