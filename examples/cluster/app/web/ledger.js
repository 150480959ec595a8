// ledger.js counts messages by the numbers that their authors give them: which came, and
// which are missing.

export class Ledger {
  received = 0;
  caught = 0; // of those, how many had to be asked for
  #authors = new Map(); // id → {last, missing: Set of numbers below}
  #new = true;

  // take notes a message, and returns whether it is one that was not there yet.
  take({ author, n }, caught) {
    this.#new = false;
    let a = this.#authors.get(author);
    if (!a) this.#authors.set(author, (a = { last: n - 1, missing: new Set() }));
    if (n <= a.last && !a.missing.delete(n)) return false;
    for (let k = a.last + 1; k < n; k++) a.missing.add(k);
    a.last = Math.max(a.last, n);
    this.received++;
    if (caught) this.caught++;
    return true;
  }

  missing() {
    let all = 0;
    for (const { missing } of this.#authors.values()) all += missing.size;
    return all;
  }

  // seen is what a node has to know to tell what is missing.
  seen() {
    const authors = {};
    for (const [id, { last, missing }] of this.#authors) authors[id] = Math.min(last, ...[...missing].map((n) => n - 1));
    return { new: this.#new, authors };
  }
}
