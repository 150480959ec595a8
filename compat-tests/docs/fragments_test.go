// fragments_test.go: Go code that is no whole file, and what makes it one.

package docs

import (
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// packages are what fragments may name without importing it.
var packages = map[string]string{
	"assert": "github.com/stretchr/testify/assert", "require": "github.com/stretchr/testify/require",
	"bytes": "bytes", "context": "context", "errors": "errors", "fmt": "fmt", "log": "log", "slog": "log/slog", "http": "net/http",
	"httptest": "net/http/httptest", "netip": "net/netip", "os": "os", "signal": "os/signal", "regexp": "regexp",
	"slices": "slices", "strings": "strings", "syscall": "syscall", "synctest": "testing/synctest", "testing": "testing",
	"time": "time", "tls": "crypto/tls", "json": "encoding/json", "cookiejar": "net/http/cookiejar", "atomic": "sync/atomic",
	"expvar": "expvar", "sync": "sync",

	"everwire": "github.com/everwire/everwire", "everwiretest": "github.com/everwire/everwire/everwiretest",
	"client": "github.com/everwire/everwire/client", "event": "github.com/everwire/everwire/event",
	"ginmount": "github.com/everwire/everwire/ginmount", "sio": "github.com/everwire/everwire/namespace/sio",
	"msgpack": "github.com/everwire/everwire/namespace/sio/msgpack", "engine": "github.com/everwire/everwire/engine",
	"redis": "github.com/everwire/everwire/adapter/redis", "cluster": "github.com/everwire/everwire/adapter/cluster",
	"nats": "github.com/everwire/everwire/adapter/nats", "memory": "github.com/everwire/everwire/adapter/memory",
	"embedded": "github.com/everwire/everwire/adapter/nats/embedded",
	"adapter":  "github.com/everwire/everwire/adapter", "clientjs": "github.com/everwire/everwire/client-js",
	"gin": "github.com/gin-gonic/gin", "gzip": "github.com/gin-contrib/gzip", "gzhttp": "github.com/klauspost/compress/gzhttp",
	"goredis": "github.com/redis/go-redis/v9", "natsgo": "github.com/nats-io/nats.go",
}

// A source is a Go file of a fragment, with all that it needs.
type source struct {
	fset *token.FileSet
	file *ast.File
}

// complete makes files of a fragment: itself, and the context without the names that it declares.
func complete(fragment, context string) (files map[string][]byte, err error) {
	f, err := parseFragment(fragment)
	if err != nil {
		return nil, err
	}
	c, err := parseSource("package fragment\n" + context)
	if err != nil {
		return nil, err
	}
	c.drop(f.declared())
	both := f.declared()
	maps.Copy(both, c.declared())
	files = map[string][]byte{}
	for name, s := range map[string]source{"fragment.go": f, "context.go": c} {
		if files[name], err = s.write(both); err != nil {
			return nil, err
		}
	}
	return files, nil
}

func parseSource(text string) (source, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "fragment.go", text, parser.ParseComments)
	return source{fset, file}, err
}

// parseFragment takes declarations as they are, and statements as the body of a function that may return an error.
func parseFragment(text string) (source, error) {
	text = strings.ReplaceAll(text, "{ … }", "{\n\tpanic(0) // left out\n}")
	if s, err := parseSource("package fragment\n" + text); err == nil {
		return s, nil
	}
	body := "package fragment\nfunc _() error {\n" + text + "\n"
	s, err := parseSource(body + "return nil\n}\n")
	if err != nil {
		return s, err
	}
	for _, name := range s.variables() {
		body += "_ = " + name + "\n"
	}
	return parseSource(body + "return nil\n}\n")
}

// variables are those that the function of a fragment has declared: the compiler wants them used.
func (s source) variables() (names []string) {
	for _, statement := range s.file.Decls[0].(*ast.FuncDecl).Body.List {
		a, ok := statement.(*ast.AssignStmt)
		if !ok || a.Tok != token.DEFINE {
			continue
		}
		for _, left := range a.Lhs {
			if name, ok := left.(*ast.Ident); ok && name.Name != "_" {
				names = append(names, name.Name)
			}
		}
	}
	return names
}

// declared are the names of the file's own declarations.
func (s source) declared() map[string]bool {
	names := map[string]bool{}
	for _, d := range s.file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				names[d.Name.Name] = true
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				maps.Copy(names, namesOf(spec))
			}
		}
	}
	delete(names, "_")
	return names
}

func namesOf(spec ast.Spec) map[string]bool {
	names := map[string]bool{}
	switch spec := spec.(type) {
	case *ast.TypeSpec:
		names[spec.Name.Name] = true
	case *ast.ValueSpec:
		for _, name := range spec.Names {
			names[name.Name] = true
		}
	}
	return names
}

// drop removes the declarations of these names.
func (s source) drop(names map[string]bool) {
	hit := func(has map[string]bool) bool {
		return slices.ContainsFunc(slices.Collect(maps.Keys(has)), func(name string) bool { return names[name] })
	}
	s.file.Decls = slices.DeleteFunc(s.file.Decls, func(d ast.Decl) bool {
		switch d := d.(type) {
		case *ast.FuncDecl:
			return d.Recv == nil && names[d.Name.Name] || d.Recv != nil && names[fmt.Sprint(d.Recv.List[0].Type)]
		case *ast.GenDecl:
			d.Specs = slices.DeleteFunc(d.Specs, func(spec ast.Spec) bool { return hit(namesOf(spec)) })
			return len(d.Specs) == 0
		}
		return false
	})
	s.file.Comments = nil
}

// write prints the file with the imports that it needs: of the packages that it names, those that nothing else of this name
// is known for.
func (s source) write(known map[string]bool) ([]byte, error) {
	free := map[*ast.Ident]bool{}
	for _, name := range s.file.Unresolved {
		free[name] = !known[name.Name]
	}
	imports := map[string]string{}
	for n := range ast.Preorder(s.file) {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := sel.X.(*ast.Ident); ok && free[x] && packages[x.Name] != "" {
				imports[x.Name] = packages[x.Name]
			}
		}
	}
	var text strings.Builder
	if err := format.Node(&text, s.fset, s.file); err != nil {
		return nil, err
	}
	if len(s.file.Imports) > 0 {
		return []byte(text.String()), nil // it says itself what it needs
	}
	lines := "package fragment\n"
	for _, name := range slices.Sorted(maps.Keys(imports)) {
		lines += fmt.Sprintf("import %s %q\n", name, imports[name])
	}
	return []byte(strings.Replace(text.String(), "package fragment\n", lines, 1)), nil
}

// goContext is what fragments may name.
func goContext(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("testdata/context.go.txt")
	require.NoError(t, err)
	return string(text)
}

func TestFragments(t *testing.T) {
	const context = "var srv *everwire.Server\ntype Message struct{ Text string }\nfunc (Message) Valid() bool { return true }\n"
	for _, fragment := range []string{
		"srv, err := everwire.New(everwire.Config{})",
		"type Message struct{ Body string }",
		"func other() string { return Message{}.Text }",
		"everwire.On(srv, chat, func(c *everwire.Ctx, m Message) error { … })",
		"return errors.New(\"x\")",
	} {
		files, err := complete(fragment, context)
		require.NoError(t, err, fragment)
		text := string(files["fragment.go"]) + string(files["context.go"])
		if strings.HasPrefix(fragment, "type") {
			require.NotContains(t, text, "Text string")
			require.NotContains(t, text, "Valid()")
			continue
		}
		require.Contains(t, text, "Text string")
	}
	files, err := complete("x := everwire.Config{}", context)
	require.NoError(t, err)
	require.Contains(t, string(files["fragment.go"]), "import everwire \"github.com/everwire/everwire\"\n")
	require.Contains(t, string(files["fragment.go"]), "_ = x\n")
	_, err = complete("x := (", context)
	require.Error(t, err)
}
