// errors_named_test.go: every error, code, reason and log line of the library is in the troubleshooting, or in what it links to.

package docs

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// notPublic are folders that users import nothing of.
var notPublic = []string{"compat-tests", "examples", "internal", "testdata", "node_modules", "src", "enginetest", "transporttest", "adaptertest", "sim", ".git"}

// publicFiles parses all Go files of packages that users import.
func publicFiles(t *testing.T) (files []*ast.File) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && slices.Contains(notPublic, d.Name()):
			return fs.SkipDir
		case d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		files = append(files, f)
		return err
	})
	require.NoError(t, err)
	return files
}

// namesToExplain are what a file has that users see: errors by their names, and texts.
func namesToExplain(f *ast.File) (names []string) {
	if f.Name.Name == "main" {
		return nil
	}
	for _, d := range f.Decls {
		if g, ok := d.(*ast.GenDecl); ok {
			for _, spec := range g.Specs {
				names = append(names, declared(f.Name.Name, spec)...)
			}
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			names = append(names, logged(n)...)
		case *ast.KeyValueExpr:
			key, _ := n.Key.(*ast.Ident)
			if text := literal(n.Value); key != nil && text != "" && (key.Name == "Code" || key.Name == "Message") {
				names = append(names, text)
			}
		}
		return true
	})
	return names
}

// declared are the errors and reasons that a declaration makes.
func declared(pkg string, spec ast.Spec) (names []string) {
	switch spec := spec.(type) {
	case *ast.TypeSpec:
		if ast.IsExported(spec.Name.Name) && strings.HasSuffix(spec.Name.Name, "Error") {
			names = append(names, "*"+pkg+"."+spec.Name.Name)
		}
	case *ast.ValueSpec:
		kind, _ := spec.Type.(*ast.Ident)
		for i, name := range spec.Names {
			switch {
			case strings.HasPrefix(name.Name, "Err") && ast.IsExported(name.Name):
				names = append(names, pkg+"."+name.Name)
			case kind != nil && strings.HasSuffix(kind.Name, "Reason") && i < len(spec.Values):
				names = append(names, literal(spec.Values[i]))
			}
		}
	}
	return names
}

// logged is what the operator is told by a call: its text up to the details, without the project's name.
func logged(call *ast.CallExpr) []string {
	method, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || len(call.Args) == 0 {
		return nil
	}
	text, own := strings.CutPrefix(literal(call.Args[0]), "everwire: ")
	switch method.Sel.Name {
	case "hint", "Hint":
	case "Warn", "Error":
		if !own {
			return nil
		}
	default:
		return nil
	}
	return []string{detail.Split(text, 2)[0]}
}

var detail = regexp.MustCompile(`[:;,] `)

// literal is the text of a constant expression of strings, as far as it is one.
func literal(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, _ := strconv.Unquote(e.Value)
		return text
	case *ast.BinaryExpr:
		return literal(e.X) + literal(e.Y)
	}
	return ""
}

// thrown are the texts of errors of the JavaScript client.
var thrown = regexp.MustCompile(`(?:new Error\(|\? |: )'([a-zA-Z][a-zA-Z ]*[a-z ] [a-zA-Z ]*)'`)

func namesOfClient(t *testing.T) (names []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, "client-js/src/*.js"))
	require.NoError(t, err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, m := range thrown.FindAllStringSubmatch(string(text), -1) {
			names = append(names, strings.TrimSpace(m[1]))
		}
	}
	require.Contains(t, names, "send buffer is full")
	return names
}

// explanations are the troubleshooting, and the documents beside and below it that it links to.
func explanations(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, troubles))
	require.NoError(t, err)
	all := string(text)
	read := map[string]bool{}
	for _, m := range link.FindAllStringSubmatch(all, -1) {
		path, _, _ := strings.Cut(m[1], "#")
		if filepath.Ext(path) != ".md" || read[path] || strings.Contains(path, "..") {
			continue
		}
		read[path] = true
		more, err := os.ReadFile(filepath.Join(root, "docs", path))
		require.NoError(t, err)
		all += string(more)
	}
	return all
}

// isNamed tells whether a document quotes what begins so.
func isNamed(documents, name string) bool {
	if regexp.MustCompile(`^\*?[a-z0-9]+\.[A-Z]\w*$`).MatchString(name) {
		return strings.Contains(documents, "`"+name+"`")
	}
	return strings.Contains(documents, "`"+name) || strings.Contains(documents, "`everwire: "+name)
}

// TestErrorsAreNamed fails for an error without a word on it.
func TestErrorsAreNamed(t *testing.T) {
	documents := explanations(t)
	var names []string
	for _, f := range publicFiles(t) {
		names = append(names, namesToExplain(f)...)
	}
	require.Greater(t, len(names), 100)
	for _, one := range []string{"everwire.ErrSlow", "*client.ConnectError", "slow client", "bad_request", "a page of another origin was refused", "Session ID unknown"} {
		require.Contains(t, names, one)
	}
	for _, name := range append(names, namesOfClient(t)...) {
		if !isNamed(documents, name) && !aliases[name] {
			t.Errorf("neither %s nor what it links to says a word on `%s`", troubles, name)
		}
	}
}

// aliases are types that other packages have under their own name.
var aliases = map[string]bool{"*sio.Error": true, "*sio.BindError": true, "*namespace.Error": true}

// TestNamedErrorsExist fails for the name of an error that is none any more.
func TestNamedErrorsExist(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "docs/errors.md"))
	require.NoError(t, err)
	var names []string
	for _, f := range publicFiles(t) {
		names = append(names, namesToExplain(f)...)
	}
	quotes := regexp.MustCompile("`(\\*?[a-z]+\\.(?:Err[A-Z]\\w*|[A-Z]\\w*Error))`").FindAllStringSubmatch(string(text), -1)
	require.Greater(t, len(quotes), 40)
	for _, m := range quotes {
		require.Contains(t, names, m[1])
	}
}

// TestUnnamedError shows that a new error is found.
func TestUnnamedError(t *testing.T) {
	const program = `package fresh
var ErrFresh = errors.New("fresh: no")
type StaleError struct{}
const Odd CloseReason = "odd end"
var e = &sio.Error{Code: "rotten", Message: "It is rotten"}
func f() { srv.hint("the cellar is wet; " + "dry it", "depth", 1); log.Warn("everwire: no light: none"); log.Warn("mine") }
`
	f, err := parser.ParseFile(token.NewFileSet(), "fresh.go", program, 0)
	require.NoError(t, err)
	names := namesToExplain(f)
	require.Equal(t, []string{"fresh.ErrFresh", "*fresh.StaleError", "odd end", "rotten", "It is rotten", "the cellar is wet", "no light"}, names)
	documents := explanations(t)
	for _, name := range names {
		require.False(t, isNamed(documents, name), name)
	}
}
