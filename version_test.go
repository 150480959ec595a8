// version_test.go: what says which release this is says the same.

package everwire_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
)

func contents(t *testing.T, file string) string {
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	return string(text)
}

// semantic is a version of Semantic Versioning, without what is built of it.
const semantic = `\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?`

func TestVersion(t *testing.T) {
	require.Regexp(t, "^"+semantic+"$", everwire.Version)

	var npm struct{ Version string }
	require.NoError(t, json.Unmarshal([]byte(contents(t, "client-js/package.json")), &npm))
	require.Equal(t, everwire.Version, npm.Version, "client-js/package.json")

	for file, heading := range map[string]string{
		"CHANGELOG.md":     `(?m)^## \[(` + semantic + `)\]`, // after what is not released yet
		"docs/releases.md": `(?m)^## (` + semantic + `)$`,
	} {
		top := regexp.MustCompile(heading).FindStringSubmatch(contents(t, file))
		require.NotNil(t, top, file)
		require.Equal(t, everwire.Version, top[1], file)
	}
}

// The modules beside the library are released together with it: who gets one of them gets the
// library that they name, since the replacements of go.mod count here alone.
func TestVersionOfModules(t *testing.T) {
	found := 0
	for _, file := range modules(t) {
		mod, err := exec.Command("go", "mod", "edit", "-json", file).Output()
		require.NoError(t, err)
		var m struct {
			Module  struct{ Path string }
			Require []struct{ Path, Version string }
			Replace []struct{ Old struct{ Path string } }
		}
		require.NoError(t, json.Unmarshal(mod, &m))
		require.Equal(t, path.Join(module, path.Dir(file)), m.Module.Path)
		if m.Module.Path == module {
			require.Empty(t, m.Replace, "go install does not take the library's commands otherwise")
		}
		for _, r := range m.Require {
			if within(r.Path, module) {
				require.Equal(t, "v"+everwire.Version, r.Version, "%s: %s", file, r.Path)
				found++
			}
		}
	}
	require.Greater(t, found, 5)
}

// modules are the go.mod files of the project.
func modules(t *testing.T) (files []string) {
	err := filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "node_modules" || d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && file != "."):
			return fs.SkipDir
		case d.Name() == "go.mod":
			files = append(files, filepath.ToSlash(file))
		}
		return nil
	})
	require.NoError(t, err)
	return files
}
