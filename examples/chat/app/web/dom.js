// dom.js makes pieces of the page, in plain ECMAScript 5. Text that people wrote goes
// in as text, never as HTML.

var chat = {};

chat.dom = (function () {
  "use strict";

  function $(id) {
    return document.getElementById(id);
  }

  // make returns an element with children: elements, and texts.
  function make(tag, className, children) {
    var e = document.createElement(tag);
    if (className) e.className = className;
    return add(e, children || []);
  }

  function add(e, children) {
    [].concat(children).forEach(function (child) {
      e.appendChild(typeof child === "string" ? document.createTextNode(child) : child);
    });
    return e;
  }

  // fill replaces what is in an element.
  function fill(e, children) {
    while (e.firstChild) e.removeChild(e.firstChild);
    return add(e, children);
  }

  function remove(e) {
    if (e.parentNode) e.parentNode.removeChild(e);
  }

  // mark gives or takes a class.
  function mark(e, className, on) {
    if (on) e.classList.add(className);
    else e.classList.remove(className);
  }

  function each(list, f) {
    Array.prototype.forEach.call(list, f);
  }

  var svgNS = "http://www.w3.org/2000/svg";

  function icon(name) {
    var svg = document.createElementNS(svgNS, "svg");
    svg.setAttribute("aria-hidden", "true");
    var use = document.createElementNS(svgNS, "use");
    use.setAttributeNS("http://www.w3.org/1999/xlink", "href", "#i-" + name);
    svg.appendChild(use);
    return svg;
  }

  // dress makes an element somebody's avatar.
  function dress(e, name) {
    var words = name.split(" ");
    var hue = 0, lower = name.toLowerCase();
    for (var i = 0; i < lower.length; i++) hue = (hue * 31 + lower.charCodeAt(i) * 137) % 360;
    e.textContent = (first(words[0]) + (words.length > 1 ? first(words[words.length - 1]) : "")).toUpperCase();
    e.style.backgroundColor = "hsl(" + hue + ", 45%, 42%)"; // where there are no variables
    e.style.setProperty("--hue", hue);
    return e;
  }

  // first returns the first character, which may be two of JavaScript's.
  function first(word) {
    return (/^[\ud800-\udbff][\udc00-\udfff]|^./.exec(word) || [""])[0];
  }

  function avatar(name) {
    var e = dress(make("span", "avatar"), name);
    e.setAttribute("aria-hidden", "true");
    return e;
  }

  return { $: $, make: make, add: add, fill: fill, remove: remove, mark: mark, each: each, icon: icon, dress: dress, avatar: avatar };
})();
