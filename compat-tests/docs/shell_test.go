// shell_test.go: commands in the documents.

package docs

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert/yaml"
	"github.com/stretchr/testify/require"
)

// walked are documents of which a test executes each command as it stands.
var walked = []string{"docs/start.md"}

// TestShell has bash parse what is not executed, and looks whether what it names is there.
func TestShell(t *testing.T) {
	for _, b := range allBlocks(t) {
		if b.lang != "sh" || slices.Contains(walked, b.file) {
			continue
		}
		cmd := exec.Command("bash", "-n")
		cmd.Stdin = strings.NewReader(b.text)
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%v: %s", b, out)
		folder := root
		for _, line := range strings.Split(strings.TrimSpace(b.text), "\n") {
			line, _, _ = strings.Cut(line, " #")
			line = strings.TrimSpace(line)
			if to, ok := strings.CutPrefix(line, "cd "); ok {
				folder = filepath.Join(folder, to)
			} else if err := commandThere(folder, line); err != nil {
				t.Errorf("%v: %q: %v", b, line, err)
			}
		}
	}
}

var (
	prefix     = regexp.MustCompile(`^(?:[A-Z_]+=\S+ )+`)
	target     = regexp.MustCompile(`^make ([\w-]+)$`)
	ownPackage = regexp.MustCompile(`^go (?:run|test|doc|get) (?:-\S+ )*github\.com/everwire/everwire(/[\w/-]+)?(?: .*)?$`)
	ownFolders = regexp.MustCompile(`^go (?:run|test|generate) (?:-v |-run \S+ )*((?:\./[\w/.-]+ ?)+)(?:-.*)?$`)
	ownScript  = regexp.MustCompile(`^node (?:--test )?([\w./-]+\.mjs)(?: [\w ]+)?$`)
	harmless   = regexp.MustCompile(`^(curl|npm install|go mod init|apt-get install|python3) `)
)

// commandThere says what is wrong with a command: it must be of a kind that is known, and of ours what it names must exist.
func commandThere(folder, line string) error {
	line = prefix.ReplaceAllString(line, "")
	var named []string
	if m := target.FindStringSubmatch(line); m != nil {
		makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
		if err == nil && !strings.Contains(string(makefile), "\n"+m[1]+":") {
			err = fmt.Errorf("no such target")
		}
		return err
	} else if m := ownPackage.FindStringSubmatch(line); m != nil {
		named = []string{filepath.Join(root, m[1])}
	} else if m := ownFolders.FindStringSubmatch(line); m != nil {
		for _, name := range strings.Fields(m[1]) {
			named = append(named, filepath.Join(folder, strings.TrimSuffix(name, "...")))
		}
	} else if m := ownScript.FindStringSubmatch(line); m != nil {
		named = []string{filepath.Join(folder, m[1])}
	} else if line == "" || harmless.MatchString(line) {
		return nil
	} else {
		return fmt.Errorf("nobody tests commands of this kind")
	}
	for _, name := range named {
		if _, err := os.Stat(name); err != nil {
			return err
		}
	}
	return nil
}

func TestCommands(t *testing.T) {
	for line, there := range map[string]bool{
		"make run": true, "make tea": false, "PORT=8080 make run": true, "rm -rf /": false,
		"go doc github.com/everwire/everwire": true, "go doc github.com/everwire/everwire/nothing": false,
		"go run github.com/everwire/everwire/gen -o web/events.ts ./...": true, "go test ./engine": true, "go test ./motor": false, "go test -v ./engine ./motor": false, "go test ./engine -seeds 7": true,
		"node compat-tests/browser/pictures.mjs chat": true, "node --test compat-tests/browser/tea.test.mjs": false,
	} {
		if there {
			require.NoError(t, commandThere(root, line), line)
		} else {
			require.Error(t, commandThere(root, line), line)
		}
	}
}

// TestProxyBlocks demands that the configuration of a proxy is one that compat-tests/proxies runs: it finds them by their
// first line.
func TestProxyBlocks(t *testing.T) {
	sources, err := filepath.Glob("../proxies/*_test.go")
	require.NoError(t, err)
	var all strings.Builder
	for _, name := range sources {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		all.Write(text)
	}
	seen := map[string]bool{}
	for _, b := range allBlocks(t) {
		if b.lang != "nginx" && b.lang != "haproxy" && b.lang != "caddy" {
			continue
		}
		require.Equal(t, "docs/proxies.md", b.file, "%v: compat-tests/proxies looks there alone", b)
		first, _, _ := strings.Cut(b.text, "\n")
		generic := strings.ReplaceAll(first, b.lang+":", `"+proxy+":`) // what it says for each of them
		if !strings.Contains(all.String(), fmt.Sprintf("%q", first)) && !strings.Contains(all.String(), `"# `+generic[2:]+`"`) {
			t.Errorf("%v: no test of compat-tests/proxies runs %q", b, first)
		}
		seen[b.lang] = true
	}
	require.Len(t, seen, 3)
}

func TestYAML(t *testing.T) {
	for _, b := range allBlocks(t) {
		var v any
		if b.lang == "yaml" {
			require.NoError(t, yaml.Unmarshal([]byte(b.text), &v), b)
		}
	}
}
