// Runs in PhantomJS: opens the page at the second argument, and does what is asked at the
// port of the first.

var system = require("system");
var page = require("webpage").create();
var problems = [];

page.viewportSize = { width: 1280, height: 800 };
page.onError = function (message) { problems.push(message); };

var actions = {
  evaluate: function (command) { return page.evaluate(command.code); },
  type: function (command) {
    page.sendEvent("keypress", command.text);
    page.sendEvent("keypress", page.event.key.Enter);
  },
  render: function (command) { page.render(command.path); },
  problems: function () { return problems; }
};

require("webserver").create().listen("127.0.0.1:" + system.args[1], function (request, response) {
  var answer = {};
  try {
    var command = JSON.parse(request.post);
    answer.value = actions[command.do](command);
  } catch (err) {
    answer.error = String(err);
  }
  response.statusCode = 200;
  response.write(JSON.stringify(answer));
  response.close();
});

page.open(system.args[2], function (status) {
  console.log(status === "success" ? "open" : "the page was not loaded: " + status);
});
