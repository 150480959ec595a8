// names.go: the names of types in TypeScript, each once.

package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// reserved are the names that the file uses itself.
var reserved = strings.Fields(`ServerToClientEvents ClientToServerEvents ErrorAnswer Binary
	ArrayBuffer Uint8Array Record`)

// name gives each declaration its name.
func (m *model) name() {
	keys := slices.Sorted(maps.Keys(m.decls))
	plain := map[string]int{}
	for _, k := range keys {
		plain[m.decls[k].plain()]++
	}
	taken := map[string]bool{}
	for _, r := range reserved {
		taken[r] = true
	}
	for name, n := range plain {
		taken[name] = taken[name] || n == 1
	}
	for _, k := range keys {
		d := m.decls[k]
		d.name = d.plain()
		if plain[d.name] > 1 || slices.Contains(reserved, d.name) {
			d.name = unused(capital(d.pkg.Name())+d.name, taken)
			taken[d.name] = true
		}
	}
}

func (d *decl) plain() string { return capital(d.goName) + d.suffix }

// unused returns the name, with a number if it is taken.
func unused(name string, taken map[string]bool) string {
	for n := 2; ; n++ {
		candidate := name
		if n > 2 {
			candidate = fmt.Sprint(name, n-1)
		}
		if !taken[candidate] {
			return candidate
		}
	}
}

// compare complains of events that have a name and a direction in common and are
// not the same to a client, and keeps one of those that are.
func (m *model) compare() {
	for _, direction := range []side{toClient, toServer} {
		first := map[string]*event{}
		for _, e := range m.events {
			if e.to&direction == 0 {
				continue
			}
			other := first[e.name]
			if other == nil {
				first[e.name] = e
				continue
			}
			if a, b := m.signature(other), m.signature(e); a != b {
				m.fail(e.at, "event %s is also declared at %s, where it is %s, not %s",
					quote(e.name), m.place(other.at), a, b)
			}
			e.to &^= direction
		}
	}
}

// signature is the event as a TypeScript function.
func (m *model) signature(e *event) string {
	var b strings.Builder
	b.WriteByte('(')
	for i, p := range m.params[e] {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("arg")
		if len(e.args) > 1 {
			fmt.Fprint(&b, i+1)
		}
		b.WriteString(": ")
		p.print(&b, false)
	}
	if e.resp != nil {
		if len(e.args) > 0 {
			b.WriteString(", ")
		}
		b.WriteString("ack: (answer: ")
		union{m.answer[e], word("ErrorAnswer")}.print(&b, false)
		b.WriteString(") => void")
	}
	b.WriteString(") => void")
	return b.String()
}
