// ticker.js talks to the server: it watches what is on the screen, and counts what comes.
// The events are written down in events.go; board.js and charts.js draw.

import { Board } from "./board.js";
import { delayChart, priceChart } from "./charts.js";

const $ = (id) => document.getElementById(id);
const keepPast = 240;
const socket = io(wire.options());
const stocks = []; // {id, symbol, name, sector, open, past: [cents], n, live}: those of the board
const board = new Board(stocks, { watch, select });
let selected; // the stock that the large chart shows

wire.show(socket);

// ---- what is watched

socket.on("board", ({ instruments, matches }) => {
  instruments.forEach((instrument, id) => {
    stocks[id] = { id, past: [], n: 0, open: 0, live: false, ...stocks[id], ...instrument };
  });
  matches.forEach(showMatch);
  if (!selected) select(stocks[0]);
  else watch(board.visible());
  board.refresh();
});

// A new session watches nothing: the board comes with each.
socket.on("disconnect", () => stocks.forEach((stock) => (stock.live = false)));

let watched = ""; // what the server was asked for last

// watch asks for the ticks of some instruments, and for their charts: past is how many
// prices of each, 0 if the page has them.
function watch(ids, past = keepPast) {
  if (selected && !ids.includes(selected.id)) ids = [selected.id, ...ids];
  const every = $("every").checked;
  watched = socket.id + every + ids;
  const asked = watched;
  socket.emit("watch", { ids, every, past }, (answer) => {
    if (answer.error) return ($("verdict").textContent = answer.error.message);
    if (asked !== watched) return; // the next answer is under way
    for (const stock of stocks) stock.live = false;
    for (const { i, n, open, past } of answer.charts) {
      Object.assign(stocks[i], { n: Math.max(n, past.length ? 0 : stocks[i].n), open, live: true });
      if (past.length) stocks[i].past = past;
    }
    $("watched").textContent = `${ids.length} of ${stocks.length.toLocaleString("en")} are on your screen: the server sends their ticks and no others.`;
    board.refresh();
    drawSelected();
  });
}

function select(stock) {
  selected = stock;
  $("name").textContent = stock.name;
  $("about").textContent = `${stock.symbol} · ${stock.sector}`;
  board.select(stock.id);
  watch(board.visible());
}

// ---- ticks

// What came since the counters were shown last. A tick's number tells how many of its
// instrument were left out before it.
const flow = { got: 0, spared: 0 };
const all = { got: 0, spared: 0 }; // since the page was opened, for tests
let fastest = Infinity; // the least time from the server's clock to ours: no delay
let newest = 0; // time of the last tick

socket.on("tick", ({ i, n, p, t }) => {
  const stock = stocks[i];
  if (!stock.live || n <= stock.n) return; // in the chart already
  const left = n - stock.n - 1;
  flow.got++;
  flow.spared += left;
  stock.n = n;
  for (let k = 0; k < left; k++) stock.past.push(stock.past.at(-1)); // so that charts keep their pace
  stock.past.push(p);
  stock.past.splice(0, stock.past.length - keepPast);
  fastest = Math.min(fastest, Date.now() - t);
  newest = t;
  board.ticked(stock);
});

let frame = 0;
let drawn = 0;

// draw draws what has changed, at most twelve times a second: nobody reads faster.
function draw(now) {
  frame = requestAnimationFrame(draw);
  if (now - drawn < 80) return;
  drawn = now;
  board.draw();
  drawSelected();
}

function drawSelected() {
  if (!selected?.past.length) return;
  const price = selected.past.at(-1);
  const change = price / selected.open - 1;
  $("price").textContent = (price / 100).toFixed(2);
  $("change").textContent = `${change < 0 ? "▼" : "▲"} ${Math.abs(change * 100).toFixed(2)} %`;
  $("change").className = change < 0 ? "down" : "up";
  priceChart($("chart"), selected);
}

// ---- what reaches the page

const delays = []; // of the last minute, in seconds
let since = Date.now();

function count() {
  const seconds = (Date.now() - since) / 1000;
  since = Date.now();
  const got = flow.got / seconds;
  const spared = flow.spared / seconds;
  const behind = newest ? Math.max(Date.now() - newest - fastest - 250, 0) / 1000 : 0; // ticks are less than 250 ms apart
  delays.push(behind);
  delays.splice(0, delays.length - 120);
  $("got").textContent = Math.round(got);
  $("spared").textContent = Math.round(spared);
  $("behind").textContent = behind.toFixed(1);
  document.body.classList.toggle("late", behind > 2);
  document.body.dataset.got = all.got += flow.got;
  document.body.dataset.spared = all.spared += flow.spared;
  $("verdict").textContent = verdict(behind);
  delayChart($("delay"), delays);
  // What is in a canvas is for those who cannot see it.
  if (selected) $("chart").textContent = selected.past.map((cents) => (cents / 100).toFixed(2)).join(", ");
  flow.got = flow.spared = 0;
}

function verdict(behind) {
  if (!$("slow").checked) return behind > 2 ? "It catches up." : "A fast line takes every tick. Make it slow.";
  if ($("every").checked) return "Each tick waits for its turn: this page falls further and further behind.";
  return "A newer tick takes the place of one that still waits: fewer prices, never old ones.";
}

$("slow").onchange = () => wire.act($("slow").checked ? "slow" : "fast");
$("every").onchange = () => watch(board.visible(), 0);

// ---- scores

function showMatch({ id, home, away, goals, minute }) {
  let li = $("match-" + id);
  if (!li) {
    li = document.createElement("li");
    li.id = "match-" + id;
    for (const part of ["teams", "goals", "minute"]) {
      li.appendChild(document.createElement("span")).className = part;
    }
    $("matches").append(li);
  }
  const [teams, score, time] = li.children;
  const now = goals.join(" : ");
  if (score.textContent && score.textContent !== now) {
    li.classList.remove("goal");
    void li.offsetWidth; // so that the animation begins anew
    li.classList.add("goal");
  }
  teams.textContent = `${home} – ${away}`;
  score.textContent = now;
  time.textContent = minute + "′";
}

socket.on("match", showMatch);

// ---- while somebody looks

function look() {
  cancelAnimationFrame(frame);
  if (!document.hidden) draw(performance.now());
}
document.addEventListener("visibilitychange", look);
look();
setInterval(count, 500);
