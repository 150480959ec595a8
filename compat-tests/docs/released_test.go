// released_test.go: what a release has is all that its users need.

package docs

import (
	"archive/zip"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
)

// released are the folders of the modules that are tagged.
var released = []string{"", "adapter/redis", "adapter/nats", "adapter/nats/embedded"}

// TestReleasedModules gets each module as a user does: from a proxy, without go.work and the replacements of go.mod. All packages, and
// the files that they embed, are there, and the library comes with the modules beside it.
func TestReleasedModules(t *testing.T) {
	t.Parallel()
	needs(t, "git")
	proxy := t.TempDir()
	for _, m := range released {
		publish(t, proxy, m)
	}
	cache := t.TempDir()
	borrow(t, goEnv(t, "GOMODCACHE"), cache)
	env := append(os.Environ(), "GOWORK=off", "GOSUMDB=off", "GOFLAGS=-mod=mod -modcacherw", "GOMODCACHE="+cache,
		"GOPROXY=file://"+proxy+","+goEnv(t, "GOPROXY"))
	for _, m := range released {
		folder := t.TempDir()
		write(t, filepath.Join(folder, "go.mod"), fmt.Appendf(nil, "module example.com/app\n\ngo 1.26\n\nrequire %s v%s\n", modulePath(m), everwire.Version))
		args := []string{"list", "-deps", "-f", "{{with .Module}}{{.Path}} {{.Version}} {{.Replace}}{{end}}"}
		for _, p := range packagesOfUsers {
			if p.folder == m {
				args = append(args, module+p.path)
			}
		}
		cmd := exec.CommandContext(t.Context(), "go", args...)
		cmd.Dir, cmd.Env = folder, env
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s: %s", m, out)
		for _, part := range []string{m, ""} {
			require.Contains(t, string(out), modulePath(part)+" v"+everwire.Version+" <nil>\n")
		}
	}
}

// borrow makes a cache of modules that has all of another, but for ours.
func borrow(t *testing.T, from, to string) {
	t.Helper()
	entries, err := os.ReadDir(from)
	require.NoError(t, err)
	for _, e := range entries {
		own := filepath.Join(to, e.Name())
		switch e.Name() {
		case "everwire", "lock":
		case "cache", "download", "github.com":
			require.NoError(t, os.Mkdir(own, 0o755))
			borrow(t, filepath.Join(from, e.Name()), own)
		default:
			require.NoError(t, os.Symlink(filepath.Join(from, e.Name()), own))
		}
	}
}

func modulePath(folder string) string { return strings.TrimSuffix(module+"/"+folder, "/") }

func goEnv(t *testing.T, name string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "env", name).Output()
	require.NoError(t, err)
	return strings.TrimSpace(string(out))
}

// publish writes a module as proxies have it.
func publish(t *testing.T, proxy, folder string) {
	t.Helper()
	path, version := modulePath(folder), "v"+everwire.Version
	stem := filepath.Join(proxy, path, "@v", version)
	write(t, stem+".info", []byte(`{"Version":"`+version+`"}`))
	mod, err := os.ReadFile(filepath.Join(root, folder, "go.mod"))
	require.NoError(t, err)
	write(t, stem+".mod", mod)
	f, err := os.Create(stem + ".zip")
	require.NoError(t, err)
	defer f.Close()
	w := zip.NewWriter(f)
	for _, name := range filesOf(t, folder) {
		part, err := w.Create(path + "@" + version + "/" + name)
		require.NoError(t, err)
		text, err := os.ReadFile(filepath.Join(root, folder, name))
		require.NoError(t, err)
		_, err = part.Write(text)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
}

// filesOf are the files of a module, without those of the modules within it.
func filesOf(t *testing.T, folder string) (names []string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", "ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate")
	cmd.Dir = filepath.Join(root, folder)
	out, err := cmd.Output()
	require.NoError(t, err)
	all := strings.Fields(string(out))
	var within []string
	for _, name := range all {
		if inner, ok := strings.CutSuffix(name, "/go.mod"); ok {
			within = append(within, regexp.QuoteMeta(inner))
		}
	}
	inner := regexp.MustCompile(`^(?:` + strings.Join(append(within, `\x00`), "|") + `)/`)
	for _, name := range all {
		if !inner.MatchString(name) {
			if _, err := os.Stat(filepath.Join(root, folder, name)); err == nil { // else it is about to be removed
				names = append(names, name)
			}
		}
	}
	return names
}

// TestReleaseNotes compares the versions that a release was tested with to those that the tests have.
func TestReleaseNotes(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "docs/releases.md"))
	require.NoError(t, err)
	var npm struct{ Dependencies map[string]string }
	pinned, err := os.ReadFile(filepath.Join(root, "compat-tests/package.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(pinned, &npm))
	_, all, _ := strings.Cut(string(text), "\n## ")
	newest, _, _ := strings.Cut(all, "\n## ")
	said := regexp.MustCompile("`([@a-z./-]+)` (\\d+\\.\\d+\\.\\d+)").FindAllStringSubmatch(newest, -1)
	compared := 0
	for _, m := range said {
		if version, ok := npm.Dependencies[m[1]]; ok {
			require.Equal(t, version, m[2], m[1])
			compared++
		}
	}
	require.Equal(t, 7, compared)
	require.Contains(t, newest, "`socket.io-client` 4.8.4 and "+strings.TrimPrefix(npm.Dependencies["socket.io-client-4.0"], "npm:socket.io-client@"))
	parity, err := os.ReadFile(filepath.Join(root, "docs/parity.md"))
	require.NoError(t, err)
	counts := regexp.MustCompile(`(\d+) different by choice, (\d+) left out`).FindStringSubmatch(string(parity))
	require.Contains(t, newest, "the "+counts[2]+" rows")
	require.Contains(t, newest, "the "+counts[1]+" that differ by choice")
}
