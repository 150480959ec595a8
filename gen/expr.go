// expr.go: TypeScript types as trees, which are printed when all names are known.

package main

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

// expr is a TypeScript type.
type expr interface {
	// print appends the type; inside says that it is a part of something that binds
	// stronger than a union.
	print(b *strings.Builder, inside bool)
}

type (
	word   string            // as it is; those of directives are no parts of other types
	ref    struct{ *decl }   // a type with a name
	list   struct{ of expr } // an array of any length
	tuple  []expr
	dict   struct{ key, of expr } // an object with any keys, or if key is not nil with some of those
	union  []expr
	object []member
)

// member is one of an object.
type member struct {
	name     string
	of       expr
	optional bool
	doc      string
}

func (w word) print(b *strings.Builder, _ bool) { b.WriteString(string(w)) }

func (r ref) print(b *strings.Builder, _ bool) { b.WriteString(r.name) }

func (l list) print(b *strings.Builder, _ bool) {
	l.of.print(b, true)
	b.WriteString("[]")
}

func (t tuple) print(b *strings.Builder, _ bool) {
	b.WriteByte('[')
	for i, e := range t {
		if i > 0 {
			b.WriteString(", ")
		}
		e.print(b, false)
	}
	b.WriteByte(']')
}

func (d dict) print(b *strings.Builder, _ bool) {
	if d.key == nil {
		b.WriteString("{ [key: string]: ")
	} else {
		b.WriteString("{ [key in ")
		d.key.print(b, false)
		b.WriteString("]?: ")
	}
	d.of.print(b, false)
	b.WriteString(" }")
}

func (u union) print(b *strings.Builder, inside bool) {
	if slices.Contains(u, expr(word("unknown"))) {
		b.WriteString("unknown") // whatever else it is
		return
	}
	if inside {
		b.WriteByte('(')
	}
	for i, e := range u {
		if i > 0 {
			b.WriteString(" | ")
		}
		e.print(b, false)
	}
	if inside {
		b.WriteByte(')')
	}
}

func (o object) print(b *strings.Builder, _ bool) {
	if len(o) == 0 {
		b.WriteString("Record<string, never>")
		return
	}
	b.WriteString("{ ")
	for _, m := range o {
		m.print(b)
		b.WriteString("; ")
	}
	b.WriteByte('}')
}

func (m member) print(b *strings.Builder) {
	b.WriteString(property(m.name))
	if m.optional {
		b.WriteByte('?')
	}
	b.WriteString(": ")
	m.of.print(b, false)
}

var identifier = regexp.MustCompile(`^[\pL_$][\pL\p{Nd}_$]*$`)

// property is the name of a property, in quotes if it needs them.
func property(name string) string {
	if identifier.MatchString(name) {
		return name
	}
	return quote(name)
}

// quote makes a string literal; what JSON writes is one.
func quote(text string) string {
	quoted, err := json.Marshal(text)
	if err != nil {
		panic(err) // strings have a JSON form
	}
	return string(quoted)
}

// orNull adds null, as the type of what can be nil in Go.
func orNull(e expr, nilable bool) expr {
	if !nilable {
		return e
	}
	return union{e, word("null")}
}
