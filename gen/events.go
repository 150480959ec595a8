// events.go: the events that the packages declare or use.

package main

import (
	"cmp"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// The packages whose names mean something here.
const (
	rootPath      = "github.com/everwire/everwire"
	eventPath     = rootPath + "/event"
	clientPath    = rootPath + "/client"
	namespacePath = rootPath + "/namespace"
)

// side is who an event is for.
type side uint8

const (
	toServer side = 1 << iota
	toClient
	toNobody  // between servers
	elsewhere // the event was given away: nobody knows
)

// sides are the words of the directive.
var sides = map[string]side{
	"server": toServer, "client": toClient, "both": toServer | toClient, "none": toNobody,
}

// event is one event: a name, the types of its arguments, and that of its answer.
type event struct {
	name string
	args []types.Type
	resp types.Type // nil: it is not answered
	to   side
	at   token.Pos
	note note

	declared bool // at is where, not the first use
}

// asEvent takes the type of an event apart.
func asEvent(t types.Type) (args []types.Type, resp types.Type, ok bool) {
	if t == nil {
		return nil, nil, false
	}
	named, _ := types.Unalias(t).(*types.Named)
	if named == nil || named.Obj().Pkg() == nil || named.Obj().Pkg().Path() != eventPath {
		return nil, nil, false
	}
	args = slices.Collect(named.TypeArgs().Types())
	switch named.Obj().Name() {
	case "Event0", "Event", "Event2", "Event3":
		return args, nil, true
	case "RPC0", "RPC", "RPC2", "RPC3":
		last := len(args) - 1
		return args[:last], args[last], true
	}
	return nil, nil, false
}

func isEvent(t types.Type) bool {
	_, _, ok := asEvent(t)
	return ok
}

// finder finds events. They have keys, as have the parameters of functions that
// events are given to: seen is what is known of each, and flows to what else it goes.
type finder struct {
	*program
	pkg    *checked
	events map[string]*event
	params map[types.Object]string
	taken  map[string]bool // the keys of parameters
	seen   map[string]side
	flows  map[string][]string
}

// findEvents returns the events in the order of their names.
func findEvents(p *program) []*event {
	f := finder{
		program: p,
		events:  map[string]*event{},
		params:  map[types.Object]string{},
		taken:   map[string]bool{},
		seen:    map[string]side{},
		flows:   map[string][]string{},
	}
	for _, c := range p.targets {
		f.pkg = c
		f.parameters()
		f.variables()
	}
	for _, c := range p.targets {
		f.pkg = c
		for _, file := range c.files {
			f.walk(file)
		}
	}
	for key, e := range f.events {
		e.to = f.decide(key, e.note)
	}
	found := slices.Collect(maps.Values(f.events))
	slices.SortFunc(found, func(a, b *event) int { return cmp.Or(strings.Compare(a.name, b.name), int(a.at-b.at)) })
	return found
}

// decide returns toServer, toClient, both, or none of them.
func (f *finder) decide(key string, n note) side {
	if n.to != "" {
		return sides[n.to] &^ toNobody
	}
	const both = toServer | toClient
	found := f.reach(key, map[string]bool{})
	if found == 0 || found&elsewhere != 0 {
		return both
	}
	return found & both
}

// reach is what is known of key and of all that it flows to.
func (f *finder) reach(key string, done map[string]bool) side {
	if done[key] {
		return 0
	}
	done[key] = true
	found := f.seen[key]
	for _, next := range f.flows[key] {
		if !f.taken[next] {
			found |= elsewhere // an interface's method, or one of many parameters
		}
		found |= f.reach(next, done)
	}
	return found
}

// parameters gives keys to the parameters that are events.
func (f *finder) parameters() {
	for _, file := range f.pkg.files {
		for _, d := range file.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			obj := f.pkg.info.Defs[fn.Name].(*types.Func)
			for i := range obj.Signature().Params().Len() {
				if v := obj.Signature().Params().At(i); isEvent(v.Type()) {
					f.params[v] = paramKey(obj, i)
					f.taken[f.params[v]] = true
				}
			}
		}
	}
}

func paramKey(fn *types.Func, i int) string {
	return fn.Origin().FullName() + "#" + strconv.Itoa(i)
}

// variables complains of the package variables whose names are not constant.
func (f *finder) variables() {
	scope := f.pkg.types.Scope()
	for _, name := range scope.Names() {
		if v, ok := scope.Lookup(name).(*types.Var); ok && isEvent(v.Type()) && initial(f.pkg, v) == nil {
			f.fail(v.Pos(), "event %s: its name is not constant", name)
		}
	}
}

// initial returns the expression that a package variable of type event is
// initialized with, nil if it is not constant.
func initial(c *checked, v *types.Var) ast.Expr {
	for _, file := range c.files {
		for _, d := range file.Decls {
			decl, ok := d.(*ast.GenDecl)
			if !ok || decl.Tok != token.VAR {
				continue
			}
			for _, s := range decl.Specs {
				spec := s.(*ast.ValueSpec)
				i := slices.IndexFunc(spec.Names, func(n *ast.Ident) bool { return n.Pos() == v.Pos() })
				if i >= 0 && i < len(spec.Values) && c.info.Types[spec.Values[i]].Value != nil {
					return spec.Values[i]
				}
			}
		}
	}
	return nil
}

// subject returns the key of an expression that is an event: of its constant, or of
// the parameter; "" for others.
func (f *finder) subject(e ast.Expr) string {
	tv := f.pkg.info.Types[e]
	obj := f.object(e)
	if tv.Value != nil {
		return f.add(tv, obj, e.Pos())
	}
	v, ok := obj.(*types.Var)
	if !ok {
		return ""
	}
	if key, ok := f.params[v.Origin()]; ok {
		return key
	}
	if v.Pkg() == nil || v.Parent() != v.Pkg().Scope() {
		return ""
	}
	c := f.source(v.Pkg().Path())
	if c == nil {
		return ""
	}
	own, ok := c.types.Scope().Lookup(v.Name()).(*types.Var)
	if !ok {
		return ""
	}
	if value := initial(c, own); value != nil {
		return f.add(c.info.Types[value], own, e.Pos())
	}
	return ""
}

func (f *finder) object(e ast.Expr) types.Object {
	switch e := e.(type) {
	case *ast.Ident:
		return f.pkg.info.Uses[e]
	case *ast.SelectorExpr:
		return f.pkg.info.Uses[e.Sel]
	}
	return nil
}

// add notes that there is an event of this value and type; obj is its name in Go, if
// it has one.
func (f *finder) add(tv types.TypeAndValue, obj types.Object, at token.Pos) string {
	name := constant.StringVal(tv.Value)
	key := name + "\x00" + types.TypeString(tv.Type, nil)
	e := f.events[key]
	if e == nil {
		args, resp, _ := asEvent(tv.Type)
		e = &event{name: name, args: args, resp: resp, at: at}
		f.events[key] = e
	}
	if obj != nil {
		f.describe(e, obj)
	}
	return key
}

// describe takes over what is written at the declaration of an event.
func (f *finder) describe(e *event, obj types.Object) {
	if c := f.source(obj.Pkg().Path()); c != nil {
		if own := c.types.Scope().Lookup(obj.Name()); own != nil && obj.Parent() == obj.Pkg().Scope() {
			obj = own
		}
	}
	if n := f.notes[obj.Pos()]; !e.declared || e.note == (note{}) && n != (note{}) {
		e.note, e.at, e.declared = n, obj.Pos(), true
	}
}
