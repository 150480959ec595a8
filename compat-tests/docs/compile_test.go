// compile_test.go: all Go of the documents is compiled, vetted, formatted; programs with tests are run.

package docs

import (
	"fmt"
	"go/format"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestGo compiles each fragment as a package of its own, and each program as it is.
func TestGo(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t)
	context := goContext(t)
	origin, tested := map[string]string{}, []string{"test"}
	for _, b := range allBlocks(t) {
		name, file := b.name(), b.options["file"]
		if program, ok := b.options["program"]; ok {
			name = "program_" + program
		} else if b.lang != "go" || file != "" || b.options["before"] != "" {
			continue
		}
		files, err := map[string][]byte{file: []byte(b.text)}, error(nil)
		if file == "" {
			files, err = complete(b.text, context)
		}
		if err == nil && b.lang == "go" {
			err = b.formatted()
		}
		if err != nil {
			t.Errorf("%v: %v", b, err)
			continue
		}
		if strings.HasSuffix(file, "_test.go") {
			tested = append(tested, "./"+name)
		}
		origin[name] = b.String()
		w.write(t, name, files)
	}
	w.vet(t, origin)
	require.Greater(t, len(tested), 1, "no program has tests")
	w.run(t, tested...)
}

// aligned is the space between code and comment. The lines of a document are aligned by eye.
var aligned = regexp.MustCompile(` +//`)

// formatted demands what gofmt writes. A body that is left out is no Go.
func (b block) formatted() error {
	if strings.Contains(b.text, "{ … }") {
		return nil
	}
	want, err := format.Source([]byte(b.text))
	if err != nil {
		return err
	}
	text, formatted := aligned.ReplaceAllString(b.text, " //"), aligned.ReplaceAllString(string(want), " //")
	if strings.TrimSpace(text) != strings.TrimSpace(formatted) {
		return fmt.Errorf("gofmt would write\n%s", want)
	}
	return nil
}

// A workspace is a module beside those of the repository, which sees what they see.
type workspace struct{ folder string }

var used = regexp.MustCompile(`(?m)^\t(\S+)$`)

func newWorkspace(t *testing.T) workspace {
	t.Helper()
	folder := t.TempDir()
	work, err := os.ReadFile(filepath.Join(root, "go.work"))
	require.NoError(t, err)
	absolute := used.ReplaceAllStringFunc(string(work), func(line string) string {
		path, err := filepath.Abs(filepath.Join(root, strings.TrimSpace(line)))
		require.NoError(t, err)
		return "\t" + path
	})
	sums, err := os.ReadFile(filepath.Join(root, "go.work.sum"))
	require.NoError(t, err)
	for name, text := range map[string]string{
		"go.work": absolute + "\nuse ./code\n", "go.work.sum": string(sums), "code/go.mod": "module documented\n\ngo 1.26\n",
	} {
		write(t, filepath.Join(folder, name), []byte(text))
	}
	return workspace{folder}
}

func (w workspace) write(t *testing.T, name string, files map[string][]byte) {
	t.Helper()
	for file, text := range files {
		// Programs import their own packages by the name of their module, which here is a folder of another one.
		program := name[strings.LastIndex(name, "_")+1:]
		text = []byte(strings.ReplaceAll(string(text), `"`+program+`/`, `"documented/`+name+`/`))
		write(t, filepath.Join(w.folder, "code", name, file), text)
	}
}

func write(t *testing.T, file string, text []byte) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
	require.NoError(t, os.WriteFile(file, text, 0o644))
}

// vet compiles everything. Statements after a return are what a fragment may end with.
func (w workspace) vet(t *testing.T, origin map[string]string) {
	t.Helper()
	out, err := w.command(t, "vet", "-unreachable=false", "./...").CombinedOutput()
	if err != nil {
		text := string(out)
		for name, from := range origin {
			text = strings.ReplaceAll(text, name+"/", from+" ")
		}
		t.Errorf("go vet: %v\n%s", err, text)
	}
}

func (w workspace) run(t *testing.T, args ...string) {
	t.Helper()
	out, err := w.command(t, args...).CombinedOutput()
	require.NoError(t, err, "%s", out)
	t.Logf("%s", out)
}

func (w workspace) command(t *testing.T, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = filepath.Join(w.folder, "code")
	cmd.Env = append(os.Environ(), "GOWORK="+filepath.Join(w.folder, "go.work"), "GOFLAGS=")
	return cmd
}

// TestBefore compiles what was written for other libraries.
func TestBefore(t *testing.T) {
	needs(t)
	folder := t.TempDir()
	require.NoError(t, os.CopyFS(folder, os.DirFS("testdata/before")))
	count := 0
	for _, b := range allBlocks(t) {
		if library := b.options["before"]; library != "" {
			require.NoError(t, b.formatted(), b)
			write(t, filepath.Join(folder, library, b.name()+".go"), []byte(b.text))
			count++
		}
	}
	require.Positive(t, count)
	cmd := exec.CommandContext(t.Context(), "go", "vet", "./...")
	cmd.Dir, cmd.Env = folder, append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=readonly")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
}
