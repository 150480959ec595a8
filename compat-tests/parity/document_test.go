// document_test.go: the rows are well-formed, and docs/parity.md is what they say.

package parity

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDocumentIsFresh(t *testing.T) {
	committed, err := os.ReadFile("../../docs/parity.md")
	require.NoError(t, err)
	require.True(t, string(committed) == string(Document()), "docs/parity.md is stale: run `go generate ./parity`")
}

func TestRowsAreWellFormed(t *testing.T) {
	kebab := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	seen := map[string]bool{}
	for _, a := range Areas() {
		for _, r := range a.Rows {
			assert.Regexp(t, kebab, r.ID)
			assert.False(t, seen[r.ID], "two rows %s", r.ID)
			seen[r.ID] = true
			assert.NotEmpty(t, r.Upstream, r.ID)
			assert.NotEmpty(t, r.Ours, r.ID)
			assert.Contains(t, []Status{Same, ByChoice, LeftOut}, r.Status, r.ID)
			assert.Equal(t, r.Status != Same, r.Why != "", "%s: a reason is for what differs", r.ID)
		}
	}
	for id := range waiting {
		assert.True(t, seen[id], "%s waits and is no row", id)
	}
}

// TestWireRowsExist: the rows of compat-tests/wire that are named are there.
func TestWireRowsExist(t *testing.T) {
	texts := literals(t, "../wire/*_test.go")
	for _, a := range Areas() {
		for _, r := range a.Rows {
			for _, w := range r.Wire {
				section, name, ok := strings.Cut(w, "/")
				assert.True(t, ok && texts[section] && texts[name], "%s: no row %q in compat-tests/wire", r.ID, w)
			}
		}
	}
}

// literals are the string literals of Go files.
func literals(t *testing.T, pattern string) map[string]bool {
	files, err := filepath.Glob(pattern)
	require.NoError(t, err)
	require.NotEmpty(t, files)
	found := map[string]bool{}
	for _, name := range files {
		tree, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		require.NoError(t, err)
		ast.Inspect(tree, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				text, err := strconv.Unquote(lit.Value)
				require.NoError(t, err)
				found[text] = true
			}
			return true
		})
	}
	return found
}
