// main_test.go: the program from its arguments to what it writes.

package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares with a file of testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	name = filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(name, got, 0o644))
	}
	want, err := os.ReadFile(name)
	require.NoError(t, err)
	assert.Equal(t, string(want), string(got), "go test ./gen -update writes %s anew", name)
}

func TestGolden(t *testing.T) {
	for _, name := range []string{"kinds", "uses", "clash"} {
		t.Run(name, func(t *testing.T) {
			got, err := generate([]string{"./testdata/" + name + "/..."})
			require.NoError(t, err)
			golden(t, name+".ts", got)
		})
	}
}

// Types of packages that do not match the patterns come with their comments and
// constants all the same.
func TestTypesOfOtherPackages(t *testing.T) {
	all, err := generate([]string{"./testdata/kinds/..."})
	require.NoError(t, err)
	one, err := generate([]string{"./testdata/kinds"})
	require.NoError(t, err)
	require.Equal(t, string(all), string(one))
	require.Contains(t, string(one), `export type State = "active" | "closed";`)
}

func TestProblems(t *testing.T) {
	_, err := generate([]string{"./testdata/broken"})
	require.Error(t, err)
	golden(t, "broken.txt", []byte(err.Error()+"\n"))
}

func TestRun(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	require.NoError(t, os.WriteFile(path("stale.ts"), []byte("// old\n"), 0o644))
	fresh, err := os.ReadFile("testdata/clash.ts")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path("fresh.ts"), fresh, 0o644))
	const clash = "./testdata/clash/..."
	for _, c := range []struct {
		name string
		args []string
		code int
		out  string // on standard output
		err  string // on standard error, a part
	}{
		{"to standard output", []string{clash}, 0, string(fresh), ""},
		{"to a file", []string{"-o", path("new.ts"), clash}, 0, "", ""},
		{"which is fresh", []string{"-o", path("new.ts"), "-check", clash}, 0, "", ""},
		{"fresh", []string{"-o", path("fresh.ts"), "-check", clash}, 0, "", ""},
		{"stale", []string{"-o", path("stale.ts"), "-check", clash}, 1, "", "stale.ts is stale"},
		{"missing", []string{"-o", path("missing.ts"), "-check", clash}, 1, "", "missing.ts"},
		{"no folder", []string{"-o", path("no/folder.ts"), clash}, 1, "", "folder.ts"},
		{"problems", []string{"-o", path("broken.ts"), "./testdata/broken"}, 1, "", "testdata/broken/broken.go:15:2: "},
		{"no events", []string{"."}, 1, "", "declare no events"},
		{"no package", []string{"./testdata/nothing"}, 1, "", "gen: go list: "},
		{"no option", []string{"-check", "-x"}, 2, "", "-x"},
		{"no patterns, but options", []string{"--", "-json"}, 1, "", "-json"},
		{"check what", []string{"-check", clash}, 2, "", "-check needs"},
		{"help", []string{"-h"}, 0, "", "usage: gen"},
	} {
		var out, complaints bytes.Buffer
		assert.Equal(t, c.code, run(c.args, &out, &complaints), c.name)
		assert.Equal(t, c.out, out.String(), c.name)
		assert.Contains(t, complaints.String(), c.err, c.name)
		assert.Equal(t, c.code == 0 && c.name != "help", complaints.Len() == 0, "%s: %s", c.name, &complaints)
	}
	stale, err := os.ReadFile(path("stale.ts"))
	require.NoError(t, err)
	require.Equal(t, "// old\n", string(stale), "-check writes nothing")
	require.NoFileExists(t, path("broken.ts"))
}
