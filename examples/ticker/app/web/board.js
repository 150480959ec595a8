// board.js is the list: of a thousand rows those on the screen exist, and only those
// whose price has changed are drawn.

import { sparkline } from "./charts.js";

const $ = (id) => document.getElementById(id);
const rowHeight = 46; // as in ticker.css
const beyond = 3; // rows that exist above and below what is to be seen

export class Board {
  #stocks;
  #on;
  #shown = []; // stocks that search and sector leave
  #rows = new Map(); // id → row
  #dirty = new Set(); // ids whose row has to be drawn
  #selected = -1;
  #sector = "";
  #visible = "";

  // on.watch hears which ids are on the screen, on.select which stock was chosen.
  constructor(stocks, on) {
    this.#stocks = stocks;
    this.#on = on;
    $("search").addEventListener("input", () => this.refresh(true));
    $("rows").addEventListener("scroll", () => this.#scrolled());
    new ResizeObserver(() => this.#place()).observe($("rows"));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.refresh());
  }

  // refresh shows what search and sector leave; anew: from the top.
  refresh(anew = false) {
    if (!$("sectors").children.length && this.#stocks.length) this.#makeSectors();
    const wanted = $("search").value.trim().toLowerCase();
    this.#shown = this.#stocks.filter(
      (s) => (!this.#sector || s.sector === this.#sector) && `${s.symbol} ${s.name}`.toLowerCase().includes(wanted),
    );
    $("space").style.height = this.#shown.length * rowHeight + "px";
    if (anew) $("rows").scrollTop = 0;
    for (const id of this.#rows.keys()) this.#dirty.add(id);
    this.#place();
  }

  // visible returns the ids on the screen, and those just beyond its edge.
  visible() {
    const from = Math.max(Math.floor($("rows").scrollTop / rowHeight) - beyond, 0);
    const to = Math.ceil(($("rows").scrollTop + $("rows").clientHeight) / rowHeight) + beyond;
    return this.#shown.slice(from, to).map((s) => s.id);
  }

  select(id) {
    for (const dirty of [id, this.#selected]) this.#rows.get(dirty)?.element.setAttribute("aria-pressed", String(dirty === id));
    this.#selected = id;
  }

  ticked(stock) {
    this.#dirty.add(stock.id);
  }

  draw() {
    for (const id of this.#dirty) {
      const row = this.#rows.get(id);
      if (row) drawRow(row, this.#stocks[id]);
    }
    this.#dirty.clear();
  }

  #timer = 0;

  #scrolled() {
    this.#place(false);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#place(), 120); // when it has come to rest
  }

  // place has the rows exist that are to be seen, and says so.
  #place(tell = true) {
    const ids = this.visible();
    for (const [id, row] of this.#rows) {
      if (ids.includes(id)) continue;
      row.element.parentNode.remove();
      this.#rows.delete(id);
    }
    const first = this.#shown.findIndex((s) => s.id === ids[0]);
    ids.forEach((id, i) => {
      if (!this.#rows.has(id)) this.#rows.set(id, this.#makeRow(this.#stocks[id]));
      this.#rows.get(id).element.style.top = (first + i) * rowHeight + "px";
    });
    if (!tell || this.#visible === String(ids)) return;
    this.#visible = String(ids);
    this.#on.watch(ids);
  }

  #makeRow(stock) {
    const element = document.createElement("button");
    element.className = "row";
    element.type = "button";
    element.setAttribute("aria-pressed", String(stock.id === this.#selected));
    element.onclick = () => this.#on.select(stock);
    const part = (tag, className, text = "") => {
      const e = element.appendChild(document.createElement(tag));
      e.className = className;
      e.textContent = text;
      return e;
    };
    part("span", "symbol", stock.symbol);
    part("span", "name", stock.name);
    const canvas = part("canvas", "spark");
    canvas.setAttribute("aria-hidden", "true");
    const row = { element, canvas, cents: part("span", "cents"), move: part("span", "move"), price: 0 };
    $("space").appendChild(document.createElement("li")).append(element);
    this.#dirty.add(stock.id);
    return row;
  }

  #makeSectors() {
    for (const sector of ["", ...new Set(this.#stocks.map((s) => s.sector))]) {
      const b = $("sectors").appendChild(document.createElement("button"));
      b.type = "button";
      b.textContent = sector || "All";
      b.setAttribute("aria-pressed", String(sector === this.#sector));
      b.onclick = () => {
        this.#sector = sector;
        for (const other of $("sectors").children) other.setAttribute("aria-pressed", String(other === b));
        this.refresh(true);
      };
    }
  }
}

function drawRow(row, stock) {
  if (!stock.past.length) return;
  const price = stock.past.at(-1);
  const change = price / stock.open - 1;
  row.cents.textContent = (price / 100).toFixed(2);
  row.move.textContent = `${change < 0 ? "−" : "+"}${Math.abs(change * 100).toFixed(2)} %`;
  row.move.className = "move " + (change < 0 ? "down" : "up");
  row.element.classList.toggle("stale", !stock.live);
  sparkline(row.canvas, stock);
  if (row.price && row.price !== price) flash(row.cents, price > row.price);
  row.price = price;
}

// flash shows for a moment that a price rose or fell.
function flash(e, up) {
  e.className = "cents";
  for (const animation of e.getAnimations()) animation.cancel();
  e.classList.add(up ? "rose" : "fell");
}
