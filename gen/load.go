// load.go: the packages, as the go command lists and compiles them.

package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// listed is what the go command says of a package.
type listed struct {
	ImportPath, Dir, Export string
	GoFiles, CgoFiles       []string
	ImportMap               map[string]string
	Standard, DepOnly       bool
}

// checked is a package that was read from its source.
type checked struct {
	types *types.Package
	info  *types.Info
	files []*ast.File
}

// program is all packages that matter: those that match the patterns, and those that
// they need. Between packages types are known by what the compiler exported; so a
// type can exist twice, and is told by its name. Comments and constants that are not
// exported are in the source alone, which is read where they are asked for.
type program struct {
	fset     *token.FileSet
	listed   map[string]*listed
	targets  []*checked // in the order of their paths
	sources  map[string]*checked
	compiled types.Importer
	notes    map[token.Pos]note // by the place of the name that is declared
	problems []problem
}

// problem is something that cannot be expressed.
type problem struct {
	at   token.Position
	text string
}

func load(patterns []string) (*program, error) {
	p := &program{
		fset:    token.NewFileSet(),
		listed:  map[string]*listed{},
		sources: map[string]*checked{},
		notes:   map[token.Pos]note{},
	}
	targets, err := p.list(patterns)
	if err != nil {
		return nil, err
	}
	p.compiled = importer.ForCompiler(p.fset, "gc", p.open)
	for _, path := range targets {
		c, err := p.check(p.listed[path])
		if err != nil {
			return nil, fmt.Errorf("gen: %w", err)
		}
		p.sources[path] = c
		p.targets = append(p.targets, c)
	}
	return p, nil
}

// list asks the go command; it returns the paths of the packages that match.
func (p *program) list(patterns []string) (targets []string, err error) {
	const fields = "-json=ImportPath,Dir,Export,GoFiles,CgoFiles,ImportMap,Standard,DepOnly"
	cmd := exec.Command("go", append([]string{"list", "-deps", "-export", fields, "--"}, patterns...)...)
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("gen: go list: %w\n%s", err, bytes.TrimSpace(complaints.Bytes()))
	}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		l := new(listed)
		if err := d.Decode(l); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("gen: go list: %w", err)
		}
		p.listed[l.ImportPath] = l
		if !l.DepOnly {
			targets = append(targets, l.ImportPath)
		}
	}
	slices.Sort(targets)
	return targets, nil
}

// open opens what the compiler exported of a package.
func (p *program) open(path string) (io.ReadCloser, error) {
	l := p.listed[path]
	if l == nil || l.Export == "" {
		return nil, fmt.Errorf("no export data for %s", path)
	}
	return os.Open(l.Export)
}

// imports resolves the imports of one package.
type imports struct {
	p       *program
	renamed map[string]string // vendored packages
}

func (i imports) Import(path string) (*types.Package, error) {
	return i.p.compiled.Import(cmp.Or(i.renamed[path], path))
}

// check reads a package from its source.
func (p *program) check(l *listed) (*checked, error) {
	c := &checked{info: &types.Info{
		Types:      map[ast.Expr]types.TypeAndValue{},
		Defs:       map[*ast.Ident]types.Object{},
		Uses:       map[*ast.Ident]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{},
	}}
	for _, name := range slices.Concat(l.GoFiles, l.CgoFiles) {
		f, err := parser.ParseFile(p.fset, filepath.Join(l.Dir, name), nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		c.files = append(c.files, f)
		p.note(f)
	}
	conf := types.Config{
		Importer:         imports{p, l.ImportMap},
		IgnoreFuncBodies: l.DepOnly,
		FakeImportC:      true,
	}
	var err error
	c.types, err = conf.Check(l.ImportPath, p.fset, c.files, c.info)
	return c, err
}

// source returns the package of that path as it is in its source, nil for those of
// the standard library and for what cannot be read.
func (p *program) source(path string) *checked {
	if c, known := p.sources[path]; known {
		return c
	}
	l := p.listed[path]
	if l == nil || l.Standard {
		return nil
	}
	c, err := p.check(l)
	if err != nil {
		c = nil // it has compiled: what was exported must do
	}
	p.sources[path] = c
	return c
}

// fromSource returns the type as it is in its source, if that can be read.
func (p *program) fromSource(t *types.Named) *types.Named {
	obj := t.Obj()
	if obj.Pkg() == nil || obj.Parent() != obj.Pkg().Scope() {
		return t
	}
	c := p.source(obj.Pkg().Path())
	if c == nil || c.types == obj.Pkg() {
		return t
	}
	name, ok := c.types.Scope().Lookup(obj.Name()).(*types.TypeName)
	if !ok {
		return t
	}
	origin, ok := name.Type().(*types.Named)
	if !ok || t.TypeArgs().Len() == 0 {
		return cmp.Or(origin, t)
	}
	arguments := slices.Collect(t.TypeArgs().Types())
	if instance, err := types.Instantiate(nil, origin, arguments, false); err == nil {
		return instance.(*types.Named)
	}
	return t
}

// isStandard reports whether a package is one of the standard library.
func (p *program) isStandard(pkg *types.Package) bool {
	return pkg == nil || p.listed[pkg.Path()] != nil && p.listed[pkg.Path()].Standard
}

// fail notes a problem; the others are looked for all the same.
func (p *program) fail(at token.Pos, format string, args ...any) {
	found := problem{p.place(at), fmt.Sprintf(format, args...)}
	if !slices.Contains(p.problems, found) {
		p.problems = append(p.problems, found)
	}
}

// place is a position with a path that can be clicked on.
func (p *program) place(at token.Pos) token.Position {
	place := p.fset.Position(at)
	if wd, err := os.Getwd(); err == nil {
		if rel, err := filepath.Rel(wd, place.Filename); err == nil && len(rel) < len(place.Filename) {
			place.Filename = filepath.ToSlash(rel)
		}
	}
	return place
}

// failed returns the problems as one error, nil if there are none.
func (p *program) failed() error {
	slices.SortFunc(p.problems, func(a, b problem) int {
		return cmp.Or(strings.Compare(a.at.Filename, b.at.Filename), a.at.Offset-b.at.Offset, strings.Compare(a.text, b.text))
	})
	var all []error
	for _, one := range p.problems {
		all = append(all, fmt.Errorf("%s: %s", one.at, one.text))
	}
	return errors.Join(all...)
}
