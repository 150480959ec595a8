// fields.go: the members of a struct in JSON, and the values of an enumeration.

package main

import (
	"cmp"
	"go/constant"
	"go/types"
	"reflect"
	"slices"
	"strings"
	"unicode"
)

// field is a field that may be a member of the JSON object.
type field struct {
	*types.Var
	name   string
	tagged bool // the name is that of the tag
	empty  bool // omitempty
	zero   bool // omitzero
	text   bool // string
	gone   bool // it is in a struct that is embedded as a pointer, which can be nil
	index  []int
}

// level is an embedded struct whose fields are to be looked at.
type level struct {
	*types.Struct
	key   string
	index []int
	gone  bool
}

// fieldsOf returns the fields that are members, in the order of the source: those
// that hide others of the same name by the rules of Go, and of tags.
func fieldsOf(s *types.Struct) []field {
	byName := map[string][]field{}
	seen := map[string]bool{}
	for now := []level{{Struct: s}}; len(now) > 0; {
		var next []level
		found := map[string][]field{}
		for _, l := range now {
			if !seen[l.key] {
				next = append(next, l.fields(found)...)
			}
		}
		for _, l := range now {
			seen[l.key] = l.key != ""
		}
		for name, all := range found {
			if byName[name] == nil {
				byName[name] = all
			}
		}
		now = next
	}
	var members []field
	for _, all := range byName {
		if f, ok := dominant(all); ok {
			members = append(members, f)
		}
	}
	slices.SortFunc(members, func(a, b field) int { return slices.Compare(a.index, b.index) })
	return members
}

// dominant returns which of the fields of one name and depth is the member: the only
// one, or the only one whose tag says so.
func dominant(all []field) (f field, ok bool) {
	if len(all) == 1 {
		return all[0], true
	}
	tagged := slices.DeleteFunc(slices.Clone(all), func(f field) bool { return !f.tagged })
	if len(tagged) == 1 {
		return tagged[0], true
	}
	return f, false
}

// fields adds the fields of the struct to found, and returns the structs whose fields
// count as its own.
func (l level) fields(found map[string][]field) (embedded []level) {
	for i := range l.NumFields() {
		f, ok := newField(l.Field(i), reflect.StructTag(l.Tag(i)).Get("json"))
		if !ok {
			continue
		}
		f.gone = l.gone
		f.index = append(slices.Clone(l.index), i)
		if inner, gone := structOf(f.Type()); inner != nil && f.Embedded() && !f.tagged {
			key := types.TypeString(f.Type(), nil)
			embedded = append(embedded, level{inner, strings.TrimPrefix(key, "*"), f.index, l.gone || gone})
			continue
		}
		found[f.name] = append(found[f.name], f)
	}
	return embedded
}

// newField reads the tag; ok is false for fields that JSON does not see.
func newField(v *types.Var, tag string) (f field, ok bool) {
	if tag == "-" {
		return f, false
	}
	inner, _ := structOf(v.Type())
	if !v.Exported() && !(v.Embedded() && inner != nil) {
		return f, false
	}
	name, rest, _ := strings.Cut(tag, ",")
	options := strings.Split(rest, ",")
	f = field{
		Var:    v,
		name:   v.Name(),
		tagged: isName(name),
		empty:  slices.Contains(options, "omitempty"),
		zero:   slices.Contains(options, "omitzero"),
		text:   slices.Contains(options, "string"),
	}
	if f.tagged {
		f.name = name
	}
	return f, v.Exported() || !f.tagged
}

// isName reports whether encoding/json takes the name of a tag.
func isName(name string) bool {
	bad := func(c rune) bool {
		return !strings.ContainsRune("!#$%&()*+-./:;<=>?@[]^_{|}~ ", c) && !unicode.IsLetter(c) && !unicode.IsDigit(c)
	}
	return name != "" && !strings.ContainsFunc(name, bad)
}

// structOf returns the struct that t is, or points to.
func structOf(t types.Type) (s *types.Struct, pointer bool) {
	t = types.Unalias(t)
	if p, ok := t.(*types.Pointer); ok {
		t, pointer = p.Elem(), true
	}
	s, _ = t.Underlying().(*types.Struct)
	return s, pointer
}

// object returns the members of a struct.
func (m *model) object(s *types.Struct, at site) expr {
	o := object{}
	for _, f := range fieldsOf(s) {
		own := site{f.Pos(), "field " + f.Name()}
		if m.isStandard(f.Pkg()) {
			own = at
		}
		o = append(o, m.member(f, own))
	}
	return o
}

func (m *model) member(f field, s site) member {
	n := m.notes[f.Pos()]
	r := member{name: f.name, doc: n.doc, optional: f.gone || f.zero || f.empty && canBeEmpty(f.Type())}
	if n.ts != "" {
		r.of = word(n.ts)
		return r
	}
	convert := m.convert
	if f.text {
		convert = m.inString
	}
	e, nilable := convert(f.Type(), s)
	if n.notNull && !nilable {
		m.refuse(s, "directive everwire:notnull: it can not be null as it is")
	}
	left := f.zero || f.empty && canBeEmpty(f.Type())
	r.of = orNull(e, nilable && !left && !n.notNull)
	return r
}

// inString is the type of a field with the tag option string.
func (m *model) inString(t types.Type, s site) (e expr, nilable bool) {
	of := types.Unalias(t)
	if p, ok := of.(*types.Pointer); ok {
		of, nilable = p.Elem(), true
	}
	if _, ok := of.Underlying().(*types.Basic); !ok {
		return m.refuse(s, "the tag option string is not for %s", t), false
	}
	return word("string"), nilable
}

// canBeEmpty reports whether omitempty ever leaves out a value of type t.
func canBeEmpty(t types.Type) bool {
	switch t := t.Underlying().(type) {
	case *types.Struct:
		return false
	case *types.Array:
		return t.Len() == 0
	}
	return true
}

// enum returns the union of the constants of a type, nil if it has none.
func (m *model) enum(t *types.Named) expr {
	basic, ok := t.Underlying().(*types.Basic)
	if !ok || basic.Info()&(types.IsString|types.IsInteger) == 0 || t.Obj().Pkg() == nil {
		return nil
	}
	var all []*types.Const
	scope := t.Obj().Pkg().Scope()
	for _, name := range scope.Names() {
		if c, ok := scope.Lookup(name).(*types.Const); ok && types.Identical(c.Type(), t) {
			all = append(all, c)
		}
	}
	slices.SortFunc(all, func(a, b *types.Const) int { return cmp.Compare(a.Pos(), b.Pos()) })
	var values union
	for _, c := range all {
		v := expr(word(literal(c.Val())))
		if !slices.Contains(values, v) {
			values = append(values, v)
		}
	}
	if values == nil {
		return nil
	}
	return values
}

func literal(v constant.Value) string {
	if v.Kind() == constant.String {
		return quote(constant.StringVal(v))
	}
	return v.ExactString()
}
