// types_test.go: the compiler and what it says of the cases.

package types

import (
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/compat-tests/interop"
)

const root = "../.."

// tsconfig is as strict as it gets, and checks the declarations of the official client as well.
const tsconfig = `{"compilerOptions": {
	"strict": true, "noEmit": true, "pretty": false, "skipLibCheck": false, "types": [],
	"target": "es2022", "lib": ["es2022", "dom"], "module": "nodenext", "moduleResolution": "nodenext"
}}`

// generate runs gen in a folder of the repository.
func generate(t *testing.T, folder string, packages ...string) []byte {
	t.Helper()
	cmd := exec.Command("go", append([]string{"run", "github.com/everwire/everwire/gen"}, packages...)...)
	cmd.Dir = filepath.Join(root, folder)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	require.NoError(t, err)
	return out
}

// project makes a folder with a project of these files, which sees the npm packages of the tests.
func project(t *testing.T, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	modules, err := filepath.Abs("../node_modules")
	require.NoError(t, err)
	require.NoError(t, os.Symlink(modules, filepath.Join(dir, "node_modules")))
	files = maps.Clone(files)
	files["tsconfig.json"] = []byte(tsconfig)
	files["package.json"] = []byte(`{"type": "module"}`)
	for name, text := range files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), text, 0o644))
	}
	return dir
}

// A finding is where the compiler finds which error.
type finding struct {
	file  string
	line  int
	error string
}

var diagnostic = regexp.MustCompile(`^([^(]+)\((\d+),\d+\): error (TS\d+): `)

// compile runs tsc. Lines of its output that are no part of a finding fail the test.
func compile(t *testing.T, dir string) (found []finding, output string) {
	t.Helper()
	tsc, err := filepath.Abs("../node_modules/typescript/bin/tsc")
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), "node", tsc, "-p", ".")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) {
		require.NoError(t, err)
	}
	for line := range strings.Lines(string(out)) {
		if strings.HasPrefix(line, " ") {
			continue // more about the finding above
		}
		match := diagnostic.FindStringSubmatch(line)
		require.NotNil(t, match, "tsc: %s", out)
		found = append(found, finding{match[1], number(t, match[2]), match[3]})
	}
	return found, string(out)
}

// expected are the errors that lines of the cases name at their end.
func expected(files map[string][]byte) (want []finding) {
	mark := regexp.MustCompile(` // (TS\d+)$`)
	for name, text := range files {
		for i, line := range strings.Split(string(text), "\n") {
			if match := mark.FindStringSubmatch(line); match != nil {
				want = append(want, finding{name, i + 1, match[1]})
			}
		}
	}
	return want
}

func TestCases(t *testing.T) {
	interop.NeedsNode(t)
	files := map[string][]byte{
		"chat.ts":  generate(t, "examples", "./chat/app"),
		"kinds.ts": generate(t, ".", "./gen/testdata/kinds/..."),
		"uses.ts":  generate(t, ".", "./gen/testdata/uses/..."),
		"clash.ts": generate(t, ".", "./gen/testdata/clash/..."),
		"codec.ts": written(t),
	}
	cases, err := filepath.Glob("testdata/*.ts")
	require.NoError(t, err)
	require.NotEmpty(t, cases)
	for _, name := range cases {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		files[filepath.Base(name)] = text
	}
	want := expected(files)
	require.Greater(t, len(want), 30, "the wrong uses")
	found, output := compile(t, project(t, files))
	assert.ElementsMatch(t, want, found, output)
}
