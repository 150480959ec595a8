// package_test.go: what the npm package of the client holds.

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func read(t *testing.T, path string) string {
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(b)
}

// always are in each package, whatever it says.
var always = []string{"package.json", "README.md", "LICENSE"}

func TestPackage(t *testing.T) {
	var p struct {
		Files   []string
		Exports map[string]any
	}
	require.NoError(t, json.Unmarshal([]byte(read(t, client+"/package.json")), &p))
	packed := func(path string) {
		assert.FileExists(t, filepath.Join(client, path))
		top, _, _ := strings.Cut(filepath.ToSlash(filepath.Clean(path)), "/")
		assert.True(t, slices.Contains(p.Files, top) || slices.Contains(always, top), "not in the package: %s", path)
	}
	assert.Equal(t, read(t, "../../LICENSE"), read(t, client+"/LICENSE"))
	for name, target := range p.Exports {
		if name != "./dist/*" {
			each(target, packed)
		}
	}
	links := regexp.MustCompile(`\]\(([^)#:]+)\)`).FindAllStringSubmatch(read(t, client+"/README.md"), -1)
	require.NotEmpty(t, links)
	for _, link := range links {
		packed(link[1])
	}
}

// TestDeclared: a compiler finds declarations for each export that is code.
func TestDeclared(t *testing.T) {
	var p struct{ Exports map[string]any }
	require.NoError(t, json.Unmarshal([]byte(read(t, client+"/package.json")), &p))
	for _, name := range []string{".", "./sse", "./debug"} {
		found := 0
		each(p.Exports[name], func(path string) {
			if strings.Contains(path, ".d.") {
				found++
			}
		})
		assert.Positive(t, found, name)
	}
}

// each calls f with each path that an export may lead to.
func each(target any, f func(path string)) {
	switch target := target.(type) {
	case string:
		f(target)
	case map[string]any:
		for _, inner := range target {
			each(inner, f)
		}
	}
}
