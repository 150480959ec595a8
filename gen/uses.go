// uses.go: what is done with events, from which follows who they are for.

package main

import (
	"go/ast"
	"go/types"
	"slices"
)

// walk looks at all expressions of a file that are events, each with those around it.
func (f *finder) walk(file *ast.File) {
	var around []ast.Node
	ast.Inspect(file, func(n ast.Node) bool {
		if n == nil {
			around = around[:len(around)-1]
			return true
		}
		if name, ok := n.(*ast.Ident); ok {
			f.declared(name)
		}
		if e, ok := n.(ast.Expr); ok && f.pkg.info.Types[e].IsValue() && isEvent(f.pkg.info.TypeOf(e)) {
			if key := f.subject(e); key != "" {
				f.use(key, e, around)
			}
		}
		around = append(around, n)
		return true
	})
}

// declared adds the event whose constant has this name here.
func (f *finder) declared(name *ast.Ident) {
	if c, ok := f.pkg.info.Defs[name].(*types.Const); ok && isEvent(c.Type()) {
		f.add(types.TypeAndValue{Type: c.Type(), Value: c.Val()}, c, c.Pos())
	}
	if v, ok := f.pkg.info.Defs[name].(*types.Var); ok && isEvent(v.Type()) {
		if value := initial(f.pkg, v); value != nil {
			f.add(f.pkg.info.Types[value], v, v.Pos())
		}
	}
}

// use notes what happens to e.
func (f *finder) use(key string, e ast.Expr, around []ast.Node) {
	for {
		switch outer := around[len(around)-1].(type) {
		case *ast.ParenExpr:
			e, around = outer, around[:len(around)-1]
			continue
		case *ast.SelectorExpr:
			f.seen[key] |= f.sent(outer, around[:len(around)-1])
		case *ast.CallExpr:
			f.argument(key, e, outer)
		case *ast.ValueSpec:
			f.assigned(key, outer)
		case *ast.BinaryExpr, *ast.CaseClause, *ast.SwitchStmt, *ast.IndexExpr:
			// compared, or looked up
		default:
			f.seen[key] |= elsewhere
		}
		return
	}
}

// assigned: package variables are known by their values, local ones are not followed.
func (f *finder) assigned(key string, spec *ast.ValueSpec) {
	for _, name := range spec.Names {
		if v, ok := f.pkg.info.Defs[name].(*types.Var); ok && v.Parent() != f.pkg.types.Scope() {
			f.seen[key] |= elsewhere
		}
	}
}

// sent: the event's method is called, or mentioned.
func (f *finder) sent(method *ast.SelectorExpr, around []ast.Node) side {
	var to ast.Expr
	if call, ok := around[len(around)-1].(*ast.CallExpr); ok && call.Fun == method {
		if target := f.targetIndex(method.Sel.Name); target < len(call.Args) {
			to = call.Args[target]
		}
	}
	return f.receiver(to)
}

// targetIndex is where the method's target stands: Call and CallAll have a context
// before it.
func (f *finder) targetIndex(method string) int {
	if method == "Emit" {
		return 0
	}
	return 1
}

// receiver tells who hears what is sent to a target. For types that are not
// Everwire's, and interfaces, the imports decide.
func (f *finder) receiver(target ast.Expr) side {
	switch pkg, name := f.typeOf(target); {
	case pkg == namespacePath && name == "Servers":
		return toNobody
	case pkg == clientPath:
		return toServer
	case pkg == namespacePath, pkg == rootPath:
		return toClient
	}
	return f.usual()
}

// usual is who packages like this one send to.
func (f *finder) usual() side {
	imports := func(path string) bool {
		return slices.ContainsFunc(f.pkg.types.Imports(), func(i *types.Package) bool { return i.Path() == path })
	}
	if imports(clientPath) && !imports(rootPath) && !imports(namespacePath) {
		return toServer
	}
	return toClient
}

// typeOf returns the package and the name of the type of an expression, or of what
// that points to; "" if it has none.
func (f *finder) typeOf(e ast.Expr) (pkg, name string) {
	if e == nil {
		return "", ""
	}
	t := types.Unalias(f.pkg.info.TypeOf(e))
	if p, ok := t.(*types.Pointer); ok {
		t = types.Unalias(p.Elem())
	}
	if n, ok := t.(*types.Named); ok && n.Obj().Pkg() != nil {
		return n.Obj().Pkg().Path(), n.Obj().Name()
	}
	return "", ""
}

// argument: the event is given to a function.
func (f *finder) argument(key string, e ast.Expr, call *ast.CallExpr) {
	if f.pkg.info.Types[call.Fun].IsType() {
		// Converted: to text, mostly in order to compare it, or into an event, which
		// is looked at by itself.
		if f.taken[key] {
			f.seen[key] |= elsewhere
		}
		return
	}
	i := slices.Index(call.Args, e)
	fn := f.callee(call.Fun)
	switch {
	case i < 0:
		f.seen[key] |= elsewhere
	case fn == nil || fn.Pkg() == nil:
		f.seen[key] |= elsewhere
	case isRegistration(fn) && i == 1:
		f.seen[key] |= f.registered(fn, call.Args[0])
	case f.isTarget(fn.Pkg()):
		f.flows[key] = append(f.flows[key], paramKey(fn, i))
	default:
		f.seen[key] |= elsewhere
	}
}

// registrations are the functions of server and client that take an event.
var registrations = []string{"On", "On0", "On2", "On3", "Handle", "Handle0", "Handle2", "Handle3"}

func isRegistration(fn *types.Func) bool {
	path := fn.Pkg().Path()
	return (path == rootPath || path == clientPath) && slices.Contains(registrations, fn.Name())
}

// registered tells who hears an event for which there is a handler.
func (f *finder) registered(fn *types.Func, receiver ast.Expr) side {
	if pkg, name := f.typeOf(receiver); pkg == namespacePath && name == "Servers" {
		return toNobody
	}
	if fn.Pkg().Path() == clientPath {
		return toClient
	}
	return toServer
}

func (f *finder) isTarget(pkg *types.Package) bool {
	return slices.ContainsFunc(f.targets, func(c *checked) bool { return c.types.Path() == pkg.Path() })
}

// callee returns the function that is called, nil if that is a value.
func (f *finder) callee(fun ast.Expr) *types.Func {
	for {
		switch e := fun.(type) {
		case *ast.ParenExpr:
			fun = e.X
		case *ast.IndexExpr:
			fun = e.X
		case *ast.IndexListExpr:
			fun = e.X
		default:
			fn, _ := f.object(e).(*types.Func)
			return fn
		}
	}
}
