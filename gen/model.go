// model.go: Go types as TypeScript types: what the JSON codec makes of them.

package main

import (
	"fmt"
	"go/token"
	"go/types"
	"strings"
)

// model is what is written: the events, and the types that they need.
type model struct {
	*program
	events []*event
	params map[*event][]expr
	answer map[*event]expr

	decls  map[string]*decl // by the Go type
	binary bool             // Binary is needed
}

// decl is a type that gets a name.
type decl struct {
	goName  string
	pkg     *types.Package
	at      token.Pos
	doc     string
	of      expr
	nilable bool   // where it is used it may be null
	suffix  string // of the name: the type arguments

	name string // in TypeScript; set last
}

func newModel(p *program, events []*event) *model {
	m := &model{
		program: p,
		events:  events,
		params:  map[*event][]expr{},
		answer:  map[*event]expr{},
		decls:   map[string]*decl{},
	}
	for _, e := range events {
		if e.to == 0 {
			continue
		}
		for _, t := range e.args {
			m.params[e] = append(m.params[e], m.typeOf(t, site{e.at, "event " + quote(e.name)}))
		}
		if e.resp != nil {
			m.answer[e] = m.typeOf(e.resp, site{e.at, "event " + quote(e.name)})
		}
	}
	m.name()
	m.compare()
	return m
}

// site is where a type stands, for messages.
type site struct {
	at   token.Pos
	what string
}

func (m *model) refuse(s site, format string, args ...any) expr {
	m.fail(s.at, "%s: %s", s.what, fmt.Sprintf(format, args...))
	return word("never")
}

// typeOf returns the TypeScript type of t, with null if it can be that.
func (m *model) typeOf(t types.Type, s site) expr {
	e, nilable := m.convert(t, s)
	return orNull(e, nilable)
}

// convert returns the TypeScript type of t, and whether it can be null besides.
func (m *model) convert(t types.Type, s site) (e expr, nilable bool) {
	switch t := types.Unalias(t).(type) {
	case *types.Named:
		return m.named(m.fromSource(t), s)
	case *types.Pointer:
		e, _ := m.convert(t.Elem(), s)
		return e, true
	case *types.TypeParam:
		return m.refuse(s, "type parameter %s is not known", t), false
	}
	return m.structural(t, s)
}

// structural returns the type of t as it follows from what t is made of.
func (m *model) structural(t types.Type, s site) (e expr, nilable bool) {
	switch t := t.Underlying().(type) {
	case *types.Basic:
		return m.basic(t, s), false
	case *types.Slice:
		if isByte(t.Elem()) {
			return m.bytes(t), true
		}
		return list{m.typeOf(t.Elem(), s)}, true
	case *types.Array:
		return m.array(t, s), false
	case *types.Map:
		return m.dict(t, s), true
	case *types.Struct:
		return m.object(t, s), false
	case *types.Pointer:
		e, _ := m.convert(t.Elem(), s)
		return e, true
	case *types.Interface:
		return word("unknown"), false
	}
	return m.refuse(s, "%s has no JSON form", t), false
}

func (m *model) basic(t *types.Basic, s site) expr {
	switch info := t.Info(); {
	case info&types.IsBoolean != 0:
		return word("boolean")
	case info&types.IsString != 0:
		return word("string")
	case info&(types.IsInteger|types.IsFloat) != 0:
		return word("number")
	}
	return m.refuse(s, "%s has no JSON form", t)
}

// isByte reports whether a slice of t is not a list of numbers.
func isByte(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Kind() == types.Uint8
}

// bytes is an attachment for a []byte, and base64 for other slices of bytes.
func (m *model) bytes(t *types.Slice) expr {
	if _, unnamed := types.Unalias(t.Elem()).(*types.Basic); !unnamed {
		return word("string")
	}
	m.binary = true
	return word("Binary")
}

// longestTuple is how long an array may be to be written as a tuple.
const longestTuple = 16

func (m *model) array(t *types.Array, s site) expr {
	of := m.typeOf(t.Elem(), s)
	if t.Len() > longestTuple {
		return list{of}
	}
	all := make(tuple, t.Len())
	for i := range all {
		all[i] = of
	}
	return all
}

func (m *model) dict(t *types.Map, s site) expr {
	d := dict{of: m.typeOf(t.Elem(), s)}
	key := types.Unalias(t.Key())
	basic, _ := key.Underlying().(*types.Basic)
	switch {
	case hasOwnText(key), types.IsInterface(key):
	case basic == nil || basic.Info()&(types.IsString|types.IsInteger|types.IsFloat) == 0:
		return m.refuse(s, "%s cannot be the key of a JSON object", t.Key())
	default:
		if e, ok := m.typeOf(key, s).(ref); ok {
			if _, ok := e.of.(union); ok {
				d.key = e
			}
		}
	}
	return d
}

// named returns the type of a Go type that has a name.
func (m *model) named(t *types.Named, s site) (e expr, nilable bool) {
	n := m.notes[t.Obj().Pos()]
	if n.ts == "" {
		if e := special(t); e != nil {
			return e, false
		}
		if _, ok := t.Underlying().(*types.Interface); ok || hasOwnJSON(t) {
			return word("unknown"), false
		}
		if hasOwnText(t) {
			return word("string"), false
		}
	}
	if _, isBasic := t.Underlying().(*types.Basic); isBasic && m.isStandard(t.Obj().Pkg()) {
		return m.structural(t, s)
	}
	d := m.declare(t, n, s)
	return ref{d}, d.nilable
}

// special returns the type of some types of other modules that write themselves.
func special(t types.Type) expr {
	switch types.TypeString(types.Unalias(t), nil) {
	case "time.Time":
		return word("string")
	case "encoding/json.Number", "math/big.Int":
		return word("number")
	}
	return nil
}

// hasOwnJSON reports whether a type writes or reads its JSON itself.
func hasOwnJSON(t types.Type) bool {
	return hasMethod(t, "MarshalJSON", 0, 2) || hasMethod(t, "UnmarshalJSON", 1, 1) ||
		hasMethod(t, "MarshalJSONTo", 1, 1) || hasMethod(t, "UnmarshalJSONFrom", 1, 1)
}

// hasOwnText reports whether a type writes or reads itself as text.
func hasOwnText(t types.Type) bool {
	return hasMethod(t, "MarshalText", 0, 2) || hasMethod(t, "UnmarshalText", 1, 1)
}

// hasMethod reports whether a value or its address has the method, with so many
// parameters and results.
func hasMethod(t types.Type, name string, params, results int) bool {
	if _, ok := t.Underlying().(*types.Pointer); ok {
		return false
	}
	obj, _, _ := types.LookupFieldOrMethod(t, true, nil, name)
	fn, ok := obj.(*types.Func)
	return ok && fn.Signature().Params().Len() == params && fn.Signature().Results().Len() == results
}

// declare returns the declaration of t. It exists before its parts are looked at, so
// that types can contain themselves.
func (m *model) declare(t *types.Named, n note, s site) *decl {
	key := types.TypeString(t, nil)
	obj := t.Obj()
	if obj.Pkg() != nil && obj.Parent() != obj.Pkg().Scope() {
		key += "\x00" + m.place(obj.Pos()).String() // one of several in functions
	}
	if d := m.decls[key]; d != nil {
		return d
	}
	d := &decl{goName: obj.Name(), pkg: obj.Pkg(), at: obj.Pos(), doc: n.doc}
	m.decls[key] = d
	for a := range t.TypeArgs().Types() {
		d.suffix += m.argument(a)
	}
	if n.ts != "" {
		d.of = word(n.ts)
		return d
	}
	own := site{obj.Pos(), "type " + obj.Name()}
	if m.isStandard(obj.Pkg()) {
		own = s
	}
	switch t.Underlying().(type) {
	case *types.Pointer, *types.Slice, *types.Map:
		d.nilable = true
	}
	d.of = m.definition(t, own)
	if r, ok := d.of.(ref); ok && r.decl == d {
		d.of = m.refuse(own, "it contains nothing but itself")
	}
	return d
}

// definition returns what the name of t stands for.
func (m *model) definition(t *types.Named, s site) expr {
	if e := m.enum(t); e != nil {
		return e
	}
	if slice, ok := t.Underlying().(*types.Slice); ok && isByte(slice.Elem()) {
		return word("string") // only []byte itself travels as an attachment
	}
	e, _ := m.structural(t, s)
	return e
}

// argument is what a type argument adds to the name of an instance.
func (m *model) argument(t types.Type) string {
	switch t := types.Unalias(t).(type) {
	case *types.Named:
		name := capital(t.Obj().Name())
		for a := range t.TypeArgs().Types() {
			name += m.argument(a)
		}
		return name
	case *types.Pointer:
		return m.argument(t.Elem()) + "OrNull"
	case *types.Slice:
		return m.argument(t.Elem()) + "List"
	case *types.Map:
		return m.argument(t.Elem()) + "Map"
	case *types.Basic:
		return capital(t.Name())
	}
	return "Value"
}

func capital(name string) string {
	for i, c := range name {
		if i == 0 {
			return strings.ToUpper(string(c)) + name[len(string(c)):]
		}
	}
	return name
}
