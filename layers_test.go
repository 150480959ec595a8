package everwire_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "github.com/everwire/everwire"

// The modules that the library may need, beside the standard library.
const (
	gorilla = "github.com/gorilla/websocket"
	gin     = "github.com/gin-gonic/gin"
	jsonv2  = "github.com/go-json-experiment/json"
	segment = "github.com/segmentio/encoding"
	uuid    = "github.com/google/uuid"
	testify = "github.com/stretchr/testify"
)

// layers is the house, from the ground up: each package, and what it may import of the project and of other modules.
// Test files may import more: testify and the packages for tests.
var layers = []struct {
	pkg  string
	uses []string
}{
	{"engine/eio", nil},
	{"engine", []string{"engine/eio"}},
	{"transport/internal/uplink", []string{"engine"}},
	{"transport/internal/outlet", []string{"engine"}},
	{"internal/downlink", nil},
	{"transport/polling", []string{"engine", "transport/internal/uplink", "internal/downlink"}},
	{"transport/sse", []string{"engine", "transport/internal/uplink", "transport/internal/outlet", "internal/downlink"}},
	{"transport/websocket", []string{"engine", "engine/eio", "transport/internal/outlet", "internal/downlink", gorilla}},

	{"internal/pack", []string{jsonv2}},
	{"namespace/sio/internal/seam", nil},
	{"namespace/sio", []string{"engine/eio", "namespace/sio/internal/seam", jsonv2, segment}},
	{"namespace/sio/msgpack", []string{"internal/pack", "engine/eio", "namespace/sio", "namespace/sio/internal/seam", jsonv2}},
	{"event", []string{"namespace/sio", "engine/eio"}},
	{"adapter", []string{"namespace/sio", "engine/eio"}},
	{"adapter/memory", []string{"adapter", "namespace/sio", "engine/eio"}},
	{"adapter/internal/wire", []string{"internal/pack", "namespace/sio", "namespace/sio/msgpack", "engine/eio"}},
	{"adapter/internal/node", []string{"adapter", "adapter/internal/wire", "namespace/sio", "engine/eio"}},
	{"adapter/internal/pulse", nil},
	{"adapter/forward", []string{"adapter/internal/pulse", "internal/downlink"}},
	{"adapter/cluster", []string{"adapter", "adapter/forward", "adapter/internal/node", "adapter/internal/pulse", "adapter/internal/wire", "namespace/sio"}},
	{"internal/receive", []string{"namespace/sio"}},
	{"namespace", []string{"engine", "engine/eio", "namespace/sio", "event", "adapter"}},

	{"client-js", nil},

	{"", []string{"client-js", "namespace", "namespace/sio", "event", "adapter", "adapter/forward", "engine", "engine/eio", "internal/receive",
		"transport/polling", "transport/sse", "transport/websocket"}},
	{"ginmount", []string{gin}},
	{"gen", nil}, // it knows the project by its names alone

	{"client", []string{"engine/eio", "namespace/sio", "event", "internal/receive", gorilla}},
	{"internal/sim", nil},

	{"engine/enginetest", []string{"engine", "engine/eio"}},
	{"transport/transporttest", []string{"engine", "engine/eio", "engine/enginetest", "internal/sim"}},
	{"adapter/adaptertest", []string{"adapter", "adapter/cluster", "namespace/sio", "engine/eio"}},
	{"everwiretest", []string{"", "client", "engine/eio", "internal/sim", gorilla}},
}

// onlyForTests are packages that no file but a test, or another of them, may import.
var onlyForTests = []string{"engine/enginetest", "transport/transporttest", "adapter/adaptertest", "everwiretest"}

// direct are the direct dependencies of go.mod; optional ones may be missing.
var (
	direct   = []string{gin, jsonv2, segment, gorilla, testify}
	optional = []string{uuid}
)

// longFiles may have more than maxLines lines, each for its reason.
const maxLines = 400

var longFiles = map[string]string{}

func TestLayers(t *testing.T) {
	known := map[string][]string{}
	for _, l := range layers {
		known[l.pkg] = l.uses
		files, err := filepath.Glob(filepath.Join(l.pkg, "*.go"))
		require.NoError(t, err)
		assert.NotEmpty(t, files, "package %q of the table of layers does not exist", l.pkg)
	}
	for _, f := range sources(t, inRootModule) {
		uses, ok := known[f.pkg()]
		if !ok {
			t.Errorf("%s: package %q has no place in the table of layers", f.path, f.pkg())
			continue
		}
		for _, p := range f.imports(t) {
			if !f.mayImport(p, uses) {
				t.Errorf("%s imports %s: not in its layer", f.path, p)
			}
		}
	}
}

// mayImport tells whether the file may import the package p, which is no standard one.
func (f source) mayImport(p string, uses []string) bool {
	if p == module {
		p = ""
	}
	p = strings.TrimPrefix(p, module+"/")
	switch {
	case within(p, gin), p == "ginmount": // tests of other packages do not reach gin either
		return slices.Contains(uses, gin) || f.isTest() && f.pkg() == "internal/sim"
	case !f.isTest():
		return slices.ContainsFunc(uses, func(u string) bool {
			return p == u || strings.Contains(u, ".") && within(p, u)
		})
	case within(p, testify), slices.Contains(onlyForTests, p):
		return true
	}
	return isOwn(p) || slices.ContainsFunc([]string{gorilla, jsonv2, segment, uuid}, func(u string) bool { return within(p, u) })
}

// isOwn tells whether the shortened path p is a package of the project: other modules begin with a host name.
func isOwn(p string) bool {
	first, _, _ := strings.Cut(p, "/")
	return !strings.Contains(first, ".")
}

func within(p, parent string) bool { return p == parent || strings.HasPrefix(p, parent+"/") }

func TestDirectDependencies(t *testing.T) {
	out, err := exec.Command("go", "mod", "edit", "-json").Output()
	require.NoError(t, err)
	var mod struct {
		Require []struct {
			Path     string
			Indirect bool
		}
	}
	require.NoError(t, json.Unmarshal(out, &mod))
	var found []string
	for _, r := range mod.Require {
		if !r.Indirect && !slices.Contains(optional, r.Path) {
			found = append(found, r.Path)
		}
	}
	assert.ElementsMatch(t, direct, found, "go.mod's direct dependencies")
}

func TestFileSizes(t *testing.T) {
	for _, f := range sources(t, everywhere) {
		lines := bytes.Count(f.text, []byte("\n"))
		if lines > maxLines && longFiles[f.path] == "" {
			t.Errorf("%s has %d lines, more than %d: split it, or list it with its reason", f.path, lines, maxLines)
		}
	}
	for path, reason := range longFiles {
		_, err := os.Stat(path)
		assert.NoError(t, err, "listed as long (%s)", reason)
	}
}

func TestNoLooseEnds(t *testing.T) {
	mark := regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME)\b`)
	for _, f := range sources(t, everywhere) {
		for i, line := range strings.Split(string(f.text), "\n") {
			if mark.MatchString(line) {
				t.Errorf("%s:%d: %s", f.path, i+1, strings.TrimSpace(line))
			}
		}
	}
}

// maySleep are test files that sleep, and do so in a bubble of testing/synctest alone, where a sleep is no wait:
// it moves the clock. Files that import testing/synctest need no place here.
var maySleep = map[string]string{
	"engine/harness_test.go": "after a test in a bubble, time goes on until the engine has come to rest",
}

// TestNoSleeps: a test waits for a condition.
func TestNoSleeps(t *testing.T) {
	for _, f := range sources(t, inRootModule) {
		if !f.isTest() || maySleep[f.path] != "" {
			continue
		}
		fset := token.NewFileSet()
		tree, err := parser.ParseFile(fset, f.path, f.text, 0)
		require.NoError(t, err)
		if slices.ContainsFunc(tree.Imports, func(i *ast.ImportSpec) bool { return i.Path.Value == `"testing/synctest"` }) {
			continue
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			if isSelector(n, "time", "Sleep") {
				t.Errorf("%s: time.Sleep in a test", fset.Position(n.Pos()))
			}
			return true
		})
	}
}

func isSelector(n ast.Node, pkg, name string) bool {
	s, ok := n.(*ast.SelectorExpr)
	if !ok || s.Sel.Name != name {
		return false
	}
	x, ok := s.X.(*ast.Ident)
	return ok && x.Name == pkg
}

// A source is a Go file, its path relative to the root and with slashes.
type source struct {
	path string
	text []byte
}

func (f source) isTest() bool { return strings.HasSuffix(f.path, "_test.go") }

func (f source) pkg() string {
	if dir := path.Dir(f.path); dir != "." {
		return dir
	}
	return ""
}

// imports are the imported paths that are not of the standard library.
func (f source) imports(t *testing.T) []string {
	tree, err := parser.ParseFile(token.NewFileSet(), f.path, f.text, parser.ImportsOnly)
	require.NoError(t, err)
	var foreign []string
	for _, i := range tree.Imports {
		p, err := strconv.Unquote(i.Path.Value)
		require.NoError(t, err)
		if !isOwn(p) {
			foreign = append(foreign, p)
		}
	}
	return foreign
}

const (
	inRootModule = iota // without nested modules
	everywhere
)

// sources are the Go files of the root module, or everywhere in the repository.
func sources(t *testing.T, where int) []source {
	var found []source
	skipped := []string{".git", "node_modules", "testdata", "artifacts", "bin"}
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			_, err := os.Stat(filepath.Join(name, "go.mod"))
			nested := name != "." && err == nil
			if slices.Contains(skipped, d.Name()) || nested && where == inRootModule {
				return fs.SkipDir
			}
			return nil
		}
		if filepath.Ext(name) != ".go" {
			return nil
		}
		text, err := os.ReadFile(name)
		found = append(found, source{filepath.ToSlash(name), text})
		return err
	})
	require.NoError(t, err)
	require.NotEmpty(t, found, fmt.Sprint("Go files, ", where))
	return found
}
