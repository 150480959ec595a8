package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/robertkrimen/otto"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const client = "../../client-js"

// maxSizes are what files may have, compressed with gzip. That of the official client for script elements has 14,800.
var maxSizes = map[string]int{"socket.io.min.js": 11264, "everwire-sse.min.js": 2000, "everwire-sse.esm.min.js": 2000}

// inflate returns what a file of that name holds, decompressed: compressors change with their versions.
func inflate(t *testing.T, name string, content []byte) string {
	var r io.Reader = bytes.NewReader(content)
	switch filepath.Ext(name) {
	case ".gz":
		g, err := gzip.NewReader(r)
		require.NoError(t, err)
		r = g
	case ".br":
		r = brotli.NewReader(r)
	}
	b, err := io.ReadAll(r)
	require.NoError(t, err)
	return string(b)
}

// TestDistIsFresh fails when client-js/dist is not what its sources make: run go generate ./client-js.
func TestDistIsFresh(t *testing.T) {
	built, err := buildAll(filepath.Join(client, "src"))
	require.NoError(t, err)
	entries, err := os.ReadDir(filepath.Join(client, "dist"))
	require.NoError(t, err)
	for _, e := range entries {
		assert.Contains(t, built, e.Name(), "a file in dist that is not built")
	}
	for name, want := range built {
		got, err := os.ReadFile(filepath.Join(client, "dist", name))
		if assert.NoError(t, err) && inflate(t, name, got) != inflate(t, name, want) {
			t.Errorf("%s is stale: run go generate ./client-js", name)
		}
	}
}

func dist(t *testing.T, name string) string {
	b, err := os.ReadFile(filepath.Join(client, "dist", name))
	require.NoError(t, err)
	return string(b)
}

func TestSize(t *testing.T) {
	for name, most := range maxSizes {
		size := len(dist(t, name+".gz"))
		t.Logf("%s: %d bytes, %d with gzip, %d with brotli", name, len(dist(t, name)), size, len(dist(t, name+".br")))
		assert.LessOrEqual(t, size, most, name)
	}
}

// scripts are the bundles that must run where there is no more than ES5.
func scripts() (names []string) {
	for _, b := range bundles {
		if !b.esm {
			names = append(names, b.name)
		}
	}
	return names
}

// TestES5 runs the bundles in an engine that knows ES5 only, without typed arrays, promises, timers or a document.
func TestES5(t *testing.T) {
	for _, name := range scripts() {
		vm := otto.New()
		_, err := vm.Run(dist(t, name))
		require.NoError(t, err, name)
		expected := map[string]string{
			"typeof io": "function", "typeof io.Manager": "function", "io.protocol": "5", "typeof io.connect": "function",
			"typeof module": "undefined", "typeof Promise": "undefined", "typeof ArrayBuffer": "undefined",
		}
		if strings.HasPrefix(name, "everwire-sse") {
			expected = map[string]string{"typeof EverwireSSE": "function", "EverwireSSE.prototype.name": "sse", "EverwireSSE.SSE === EverwireSSE": "true"}
		}
		for expression, want := range expected {
			v, err := vm.Run(expression)
			require.NoError(t, err, "%s: %s", name, expression)
			assert.Equal(t, want, v.String(), "%s: %s", name, expression)
		}
	}
}

// TestES5Gate: the engine refuses what is newer.
func TestES5Gate(t *testing.T) {
	for _, text := range []string{"let a = 1", "var f = () => 1", "var t = `x`", "class A {}", "var o = {a, b() {}}"} {
		_, err := otto.New().Run(text)
		assert.Error(t, err, text)
	}
}

func TestModuleExports(t *testing.T) {
	text := dist(t, "socket.io.esm.min.js")
	_, exports, found := strings.Cut(text, "export{")
	require.True(t, found)
	for _, name := range []string{"default", "io", "connect", "Manager", "Socket", "protocol", "Fetch", "NodeXHR", "XHR", "NodeWebSocket", "WebSocket", "SSE"} {
		assert.Regexp(t, `\b`+name+`\b`, exports)
	}
}
