// pack_test.go: what npm packs is the package, and Node can use it.

package main

import (
	"archive/tar"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
)

// packed are the files of the package. One more or less is a decision.
var packed = []string{
	"LICENSE", "README.md",
	"dist/everwire-sse.esm.min.js", "dist/everwire-sse.esm.min.js.map", "dist/everwire-sse.js", "dist/everwire-sse.js.map",
	"dist/everwire-sse.min.js", "dist/everwire-sse.min.js.map", "dist/package.json",
	"dist/socket.io.esm.min.js", "dist/socket.io.esm.min.js.map", "dist/socket.io.js", "dist/socket.io.js.map",
	"dist/socket.io.min.js", "dist/socket.io.min.js.map", "dist/socket.io.msgpack.min.js", "dist/socket.io.msgpack.min.js.map",
	"docs/react.md", "index.d.cts", "index.d.ts", "index.js", "package.json", "sse.d.cts", "sse.d.ts", "sse.js",
}

// maxPacked is the largest size of the archive; most of it are source maps.
const maxPacked = 256 << 10

// used prints what programs get of the package.
const used = `
import { createRequire } from "node:module";
import io, { Manager, Socket, protocol } from "everwire-client";
import SSE from "everwire-client/sse";
const require = createRequire(import.meta.url);
const all = [io, Manager, Socket, SSE, require("everwire-client"), require("everwire-client/debug"), require("everwire-client/sse"),
  require("everwire-client/dist/socket.io.msgpack.min.js")];
console.log(all.map((x) => typeof x).join(), protocol, require("everwire-client/package.json").version);
`

// TestPack packs the package, compares it with what it should be, and has Node use it.
func TestPack(t *testing.T) {
	for _, program := range []string{"npm", "node"} {
		if _, err := exec.LookPath(program); err != nil && os.Getenv("EVERWIRE_COMPAT") == "" {
			t.Skipf("%s is not installed: run `make setup`", program)
		}
	}
	folder := t.TempDir()
	var told []struct {
		Name, Version, Filename string
		Size                    int
		Files                   []struct{ Path string }
	}
	require.NoError(t, json.Unmarshal(output(t, client, "npm", "pack", "--json", "--ignore-scripts", "--pack-destination", folder), &told))
	require.Len(t, told, 1)
	require.Equal(t, everwire.Version, told[0].Version)
	require.Less(t, told[0].Size, maxPacked)
	names := []string{}
	for _, f := range told[0].Files {
		names = append(names, f.Path)
	}
	require.ElementsMatch(t, packed, names)

	module := filepath.Join(folder, "node_modules", told[0].Name)
	require.ElementsMatch(t, packed, unpack(t, filepath.Join(folder, told[0].Filename), module))
	for _, name := range packed {
		require.Equal(t, read(t, filepath.Join(client, name)), read(t, filepath.Join(module, name)), name)
	}
	program := filepath.Join(folder, "program.mjs")
	require.NoError(t, os.WriteFile(program, []byte(used), 0o644))
	require.Equal(t, strings.Repeat("function,", 7)+"function 5 "+everwire.Version+"\n", string(output(t, folder, "node", program)))
}

// TestNothingIsInstalled: the package brings no dependencies, and runs nothing where it is installed.
func TestNothingIsInstalled(t *testing.T) {
	var p map[string]any
	require.NoError(t, json.Unmarshal([]byte(read(t, client+"/package.json")), &p))
	for _, key := range []string{"dependencies", "peerDependencies", "optionalDependencies", "bundleDependencies", "scripts", "bin"} {
		require.NotContains(t, p, key)
	}
	require.Equal(t, "MIT", p["license"])
}

func output(t *testing.T, folder, name string, args ...string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), "npm_config_update_notifier=false", "npm_config_cache="+t.TempDir())
	var complaints strings.Builder
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	require.NoError(t, err, "%s", &complaints)
	return out
}

// unpack writes the files of an archive, which all are plain and within package/, and returns their names.
func unpack(t *testing.T, archive, to string) (names []string) {
	t.Helper()
	f, err := os.Open(archive)
	require.NoError(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if err == io.EOF {
			return names
		}
		require.NoError(t, err)
		name, within := strings.CutPrefix(h.Name, "package/")
		require.True(t, within && filepath.IsLocal(name) && h.Typeflag == tar.TypeReg, h.Name)
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(to, name)), 0o755))
		text, err := io.ReadAll(r)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(to, name), text, 0o644))
		names = append(names, name)
	}
}
