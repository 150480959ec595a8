// blocks_test.go: the documents, and the code blocks in them.

package docs

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const root = "../.."

// documents are the patterns of the files that are tested.
var documents = []string{"README.md", "SECURITY.md", "CONTRIBUTING.md", "docs/*.md", "docs/*/*.md", "client-js/*.md", "client-js/docs/*.md"}

// A block is one code block.
type block struct {
	file    string // from the root of the repository
	line    int    // of its first line of code
	lang    string
	options map[string]string // words behind the language; the value of one without "=" is empty
	heading string            // that it stands under
	text    string
}

func (b block) String() string { return fmt.Sprintf("%s:%d", b.file, b.line) }

// name is one for files and folders.
func (b block) name() string {
	return strings.NewReplacer("/", "_", ".md", "", "-", "_").Replace(strings.ToLower(b.file)) + fmt.Sprintf("_%d", b.line)
}

func documentNames(t *testing.T) []string {
	t.Helper()
	var list []string
	for _, pattern := range documents {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		require.NoError(t, err)
		for _, name := range found {
			name, err := filepath.Rel(root, name)
			require.NoError(t, err)
			list = append(list, filepath.ToSlash(name))
		}
	}
	require.Contains(t, list, "README.md")
	require.Contains(t, list, "docs/start.md")
	return list
}

// allBlocks are the blocks of all documents.
func allBlocks(t *testing.T) (list []block) {
	t.Helper()
	for _, name := range documentNames(t) {
		list = append(list, blocksOf(t, name)...)
	}
	return list
}

func blocksOf(t *testing.T, name string) []block {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	require.NoError(t, err)
	list, err := parseBlocks(name, string(text))
	require.NoError(t, err)
	return list
}

var fence = regexp.MustCompile("^ *```(.*)$")

// parseBlocks finds fenced and indented blocks. An indented one is shell: nothing else is written so.
func parseBlocks(name, text string) (list []block, err error) {
	var open *block
	var heading, before string
	for i, line := range strings.Split(text, "\n") {
		mark := fence.FindStringSubmatch(line)
		indented := strings.HasPrefix(line, "    ") && strings.TrimSpace(line) != ""
		switch {
		case open != nil && open.lang == "indented":
			if indented {
				open.text += line[4:] + "\n"
				continue
			}
			open.lang = "sh"
			list, open = append(list, *open), nil
		case open != nil && mark != nil:
			list, open = append(list, *open), nil
		case open != nil:
			open.text += line + "\n"
		case mark != nil:
			open = newBlock(name, i+2, mark[1])
		case indented && before == "":
			open = newBlock(name, i+1, "indented")
			open.text = line[4:] + "\n"
		case strings.HasPrefix(line, "#"):
			heading = line
		}
		if open != nil && open.heading == "" {
			open.heading = heading
		}
		before = strings.TrimSpace(line)
	}
	if open != nil {
		return nil, fmt.Errorf("%v: the block does not end", open)
	}
	return list, nil
}

func newBlock(file string, line int, info string) *block {
	words := strings.Fields(info)
	b := &block{file: file, line: line, options: map[string]string{}}
	if len(words) > 0 {
		b.lang = words[0]
		for _, word := range words[1:] {
			key, value, _ := strings.Cut(word, "=")
			b.options[key] = value
		}
	}
	return b
}

// kinds are the languages, with the options that they may have: those of one string together, or none.
var kinds = map[string][]string{
	"go": {"", "file program", "before"}, "js": {"", "file program"}, "ts": {""}, "tsx": {""}, "html": {"", "file program"}, "sh": {""},
	"python": {"file"}, "nginx": {""}, "haproxy": {""}, "caddy": {""}, "yaml": {""}, "text": {""},
}

// TestBlocks demands that there is a way of testing each block.
func TestBlocks(t *testing.T) {
	blocks := allBlocks(t)
	require.NotEmpty(t, blocks)
	count := map[string]int{}
	for _, b := range blocks {
		if err := b.testable(); err != nil {
			t.Errorf("%v: %v", b, err)
		}
		count[b.lang]++
	}
	t.Logf("%d blocks: %v", len(blocks), count)
}

func (b block) testable() error {
	options, known := kinds[b.lang]
	has := strings.Join(slices.Sorted(maps.Keys(b.options)), " ")
	switch {
	case !known:
		return fmt.Errorf("nobody tests blocks of %q", b.lang)
	case !slices.Contains(options, has):
		return fmt.Errorf("%s has the options %q; it may have one of %q", b.lang, has, options)
	case b.lang == "yaml" && !strings.Contains(b.heading, "not tested here"):
		return fmt.Errorf("no test runs it, and its heading does not say so: %q", b.heading)
	case strings.TrimSpace(b.text) == "":
		return fmt.Errorf("it is empty")
	}
	return nil
}

func TestUntestable(t *testing.T) {
	for text, want := range map[string]string{
		"```\nx\n```\n":                       `nobody tests blocks of ""`,
		"```ruby\nx\n```\n":                   `nobody tests blocks of "ruby"`,
		"```go run\nx\n```\n":                 "has the options",
		"```go file=x.go\nx\n```\n":           "has the options",
		"## Traefik\n```yaml\nx: 1\n```\n":    "heading does not say so",
		"```go\n\n```\n":                      "empty",
		"```go\nx\n```\n":                     "",
		"text\n\n    make run\n    x\n\ntext": "",
	} {
		list, err := parseBlocks("a.md", text)
		require.NoError(t, err)
		require.Len(t, list, 1, text)
		if err := list[0].testable(); want == "" {
			require.NoError(t, err)
		} else {
			require.ErrorContains(t, err, want)
		}
	}
	_, err := parseBlocks("a.md", "```go\nx\n")
	require.ErrorContains(t, err, "does not end")
}
