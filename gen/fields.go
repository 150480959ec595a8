// fields.go: the members of a struct in JSON, and the values of an enumeration.

package main

import (
	"cmp"
	"go/constant"
	"go/types"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// field is a field that may be a member of the JSON object.
type field struct {
	*types.Var
	name   string
	tagged bool   // the name is that of the tag
	empty  bool   // omitempty
	zero   bool   // omitzero
	text   bool   // string
	embed  bool   // its fields count as those of the struct around it
	gone   bool   // it is in a struct that is embedded as a pointer, which can be nil
	wrong  string // what the codec has against it
	index  []int
}

// level is a struct whose fields are to be looked at: the one that is asked for, or
// one that is embedded.
type level struct {
	*types.Struct
	index []int
	gone  bool
	leaf  bool // what it embeds was looked at already
	holds *types.Var
}

// fieldsOf returns the fields that are members, in the order of the source: those
// that hide others of the same name by the rules of Go, and of tags. Those with which
// the codec refuses the struct are the second list.
func fieldsOf(s *types.Struct) (members, wrong []field) {
	byName := map[string][]field{}
	seen := map[string]bool{}
	for queue := []level{{Struct: s}}; len(queue) > 0; queue = queue[1:] {
		for _, f := range queue[0].fields() {
			inner, gone := structOf(f.Type())
			switch {
			case f.wrong != "":
				wrong = append(wrong, f)
			case !f.embed:
				byName[f.name] = append(byName[f.name], f)
			case !queue[0].leaf:
				key := strings.TrimPrefix(types.TypeString(f.Type(), nil), "*")
				queue = append(queue, level{inner, f.index, f.gone || gone, seen[key], f.Var})
				seen[key] = true
			}
		}
	}
	for _, all := range byName {
		if f, ok := dominant(all); ok {
			members = append(members, f)
		}
	}
	slices.SortFunc(members, func(a, b field) int { return slices.Compare(a.index, b.index) })
	return members, wrong
}

// dominant returns which of the fields of one name is the member: of the least deep
// ones the only one, or the only one whose tag says so.
func dominant(all []field) (f field, ok bool) {
	rank := func(f field) int {
		if f.tagged {
			return 2 * len(f.index)
		}
		return 2*len(f.index) + 1
	}
	slices.SortStableFunc(all, func(a, b field) int { return rank(a) - rank(b) })
	return all[0], len(all) == 1 || rank(all[0]) < rank(all[1])
}

// fields returns the fields that JSON sees, or objects to.
func (l level) fields() (all []field) {
	if l.isHidden() && l.holds != nil {
		return []field{{Var: l.holds, wrong: "the codec refuses a struct without exported fields"}}
	}
	own := map[string]bool{}
	for i := range l.NumFields() {
		f, ok := newField(l.Field(i), reflect.StructTag(l.Tag(i)))
		if !ok {
			continue
		}
		f.gone = l.gone
		f.index = append(slices.Clone(l.index), i)
		if !f.embed && own[f.name] && f.wrong == "" {
			f.wrong = "another field is called " + quote(f.name) + " too"
		}
		own[f.name] = own[f.name] || !f.embed
		all = append(all, f)
	}
	return all
}

// wellFormed are the tags that the codec takes.
var wellFormed = regexp.MustCompile("^[^,\\\\'\"`]*(,[\\pL_][\\pL\\p{Nd}_]*(:[^,]*)?)*$")

// newField reads the tag; ok is false if JSON does not see the field.
func newField(v *types.Var, tags reflect.StructTag) (f field, ok bool) {
	tag, hasTag := tags.Lookup("json")
	name, rest, _ := strings.Cut(tag, ",")
	if tag == "-" || !v.Exported() && !v.Embedded() && !hasTag {
		return f, false
	}
	options := strings.Split(rest, ",")
	f = field{
		Var:    v,
		name:   cmp.Or(name, v.Name()),
		tagged: name != "",
		empty:  slices.Contains(options, "omitempty"),
		zero:   slices.Contains(options, "omitzero"),
		text:   slices.Contains(options, "string"),
		embed:  v.Embedded() && name == "" || slices.Contains(options, "embed"),
	}
	f.wrong = f.objection(tag, options)
	return f, f.wrong != "" || name != "-"
}

// objection is what the codec has against a field. It is stricter than encoding/json,
// which reads tags that have no meaning without complaint.
func (f field) objection(tag string, options []string) string {
	inner, _ := structOf(f.Type())
	of := types.Unalias(f.Type())
	if p, ok := of.(*types.Pointer); ok {
		of = p.Elem()
	}
	switch {
	case !wellFormed.MatchString(tag):
		return "the codec refuses the tag " + quote(tag)
	case slices.ContainsFunc(options, func(o string) bool { return strings.HasPrefix(o, "format") }):
		return "the codec has no format in tags"
	case slices.ContainsFunc(options, isMisspelt):
		return "the codec refuses the tag " + quote(tag) + ": options have small letters"
	case !f.Exported() && !f.Embedded():
		return "it has a tag, but is not exported"
	case !f.embed:
		return ""
	case inner == nil:
		return "it is embedded without a name in a tag, and is no struct"
	case f.tagged || f.empty || f.zero || f.text:
		return "a tag option is not for embedded structs"
	case hasOwnJSON(of) || hasOwnText(of):
		return "it is embedded without a name in a tag, and writes itself"
	}
	return ""
}

// isMisspelt reports whether an option is one of those that mean something, but for
// its spelling.
func isMisspelt(option string) bool {
	plain := strings.ReplaceAll(strings.ToLower(option), "_", "")
	return option != plain && slices.Contains([]string{"omitempty", "omitzero", "string", "embed", "case"}, plain)
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
	if (level{Struct: s}).isHidden() {
		return m.refuse(at, "the codec refuses a struct without exported fields: %s", s)
	}
	members, wrong := fieldsOf(s)
	for _, f := range wrong {
		m.refuse(m.siteOf(f, at), "%s", f.wrong)
	}
	for _, f := range members {
		o = append(o, m.member(f, m.siteOf(f, at)))
	}
	return o
}

// isHidden reports whether the struct has fields, but nothing for JSON: not even a
// tag that says so.
func (l level) isHidden() bool {
	for i := range l.NumFields() {
		_, hasTag := reflect.StructTag(l.Tag(i)).Lookup("json")
		if f := l.Field(i); f.Exported() || f.Embedded() || hasTag {
			return false
		}
	}
	return l.NumFields() > 0
}

// siteOf is where the field is declared, if that is in code of the user's.
func (m *model) siteOf(f field, around site) site {
	if m.isStandard(f.Pkg()) {
		return around
	}
	return site{f.Pos(), "field " + f.Name()}
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
