// links_test.go: links within the repository lead somewhere.

package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
)

var (
	link   = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	header = regexp.MustCompile(`(?m)^#+ (.*)$`)
	inline = regexp.MustCompile("`[^`\n]*`")
	fences = regexp.MustCompile("(?ms)^ *```.*?^ *```$")
)

// TestLinks follows links to files, and to headings in them.
func TestLinks(t *testing.T) {
	for _, name := range documentNames(t) {
		text, err := os.ReadFile(filepath.Join(root, name))
		require.NoError(t, err)
		prose := inline.ReplaceAllString(fences.ReplaceAllString(string(text), ""), "code")
		for _, m := range link.FindAllStringSubmatch(prose, -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			path, anchor, _ := strings.Cut(m[1], "#")
			file := filepath.Join(root, filepath.Dir(name), path)
			if path == "" {
				file = filepath.Join(root, name)
			}
			if _, err := os.Stat(file); err != nil {
				t.Errorf("%s: %s: no such file", name, m[1])
			} else if anchor != "" && !anchors(t, file)[anchor] {
				t.Errorf("%s: %s: no such heading", name, m[1])
			}
		}
	}
}

// anchors are the names that GitHub gives to headings.
func anchors(t *testing.T, file string) map[string]bool {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	names := map[string]bool{}
	for _, m := range header.FindAllStringSubmatch(fences.ReplaceAllString(string(text), ""), -1) {
		names[strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
				return unicode.ToLower(r)
			}
			return -1
		}, m[1])] = true
	}
	return names
}

// TestOrphans demands that each document can be found from the table of contents.
func TestOrphans(t *testing.T) {
	index, err := os.ReadFile(filepath.Join(root, "docs/README.md"))
	require.NoError(t, err)
	for _, name := range documentNames(t) {
		rest, ok := strings.CutPrefix(name, "docs/")
		if ok && rest != "README.md" && !strings.Contains(string(index), "]("+rest+")") {
			t.Errorf("docs/README.md does not lead to %s", rest)
		}
	}
}
