// client_test.go: the declarations of the bundled client, with what applications are typed like.

package types

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/compat-tests/interop"
)

const mistakes = `
import { io, Socket } from "PACKAGE";
interface Outgoing { say: (text: string) => void }
const socket: Socket<{}, Outgoing> = io();
socket.emit("say", 1); // WRONG
socket.emit("said", "x"); // WRONG
socket.on("nothing", () => {}); // WRONG
`

// resolutions are the ways in which compilers find the declarations of a package.
var resolutions = []struct{ name, module, resolution, kind string }{
	{"node16", "node16", "node16", "module"},
	{"nodenext", "nodenext", "nodenext", "module"},
	{"nodenext, CommonJS", "nodenext", "nodenext", "commonjs"},
	{"bundler", "esnext", "bundler", "module"},
}

// TestClientTypes: an application compiles against our client as against the official one, and its mistakes do not.
func TestClientTypes(t *testing.T) {
	interop.NeedsNode(t, "typescript", "socket.io-client")
	bundled, err := filepath.Abs(filepath.Join(root, "client-js"))
	require.NoError(t, err)
	for _, name := range []string{"socket.io-client", "everwire-client"} {
		for _, r := range resolutions {
			t.Run(name+"/"+r.name, func(t *testing.T) {
				files := map[string][]byte{"bad.ts": replace(mistakes, name)}
				paths, err := filepath.Glob("testdata/client/*")
				require.NoError(t, err)
				require.Len(t, paths, 3)
				for _, path := range paths {
					text, err := os.ReadFile(path)
					require.NoError(t, err)
					if r.resolution != "bundler" || filepath.Ext(path) != ".cts" { // which knows no other modules than its own
						files[filepath.Base(path)] = replace(string(text), name)
					}
				}
				dir := project(t, files)
				config := strings.NewReplacer(`"module": "nodenext"`, `"module": "`+r.module+`"`,
					`"moduleResolution": "nodenext"`, `"moduleResolution": "`+r.resolution+`"`).Replace(tsconfig)
				require.NoError(t, os.WriteFile(filepath.Join(dir, "tsconfig.json"), []byte(config), 0o644))
				require.NoError(t, os.WriteFile(filepath.Join(dir, "package.json"), []byte(`{"type": "`+r.kind+`"}`), 0o644))
				if name == "everwire-client" {
					require.NoError(t, os.Remove(filepath.Join(dir, "node_modules")))
					require.NoError(t, os.Mkdir(filepath.Join(dir, "node_modules"), 0o755))
					require.NoError(t, os.Symlink(bundled, filepath.Join(dir, "node_modules", name)))
				}
				found, output := compile(t, dir)
				var lines []int
				for _, f := range found {
					assert.Equal(t, "bad.ts", f.file, output)
					lines = append(lines, f.line)
				}
				assert.Equal(t, []int{5, 6, 7}, lines, output)
			})
		}
	}
}

// TestDeclarationsTwice: what import and require see is the same. A file of declarations for require() cannot refer to a
// module.
func TestDeclarationsTwice(t *testing.T) {
	var bodies []string
	for _, name := range []string{"index.d.ts", "index.d.cts"} {
		text, err := os.ReadFile(filepath.Join(root, "client-js", name))
		require.NoError(t, err)
		_, body, _ := strings.Cut(string(text), "\n")
		bodies = append(bodies, body)
	}
	assert.Equal(t, bodies[0], bodies[1], "cp index.d.ts index.d.cts, but for the first line")
}

// TestDeclaredIsThere: each value that is declared is there, for import and for require.
func TestDeclaredIsThere(t *testing.T) {
	interop.NeedsNode(t)
	text, err := os.ReadFile(filepath.Join(root, "client-js", "index.d.ts"))
	require.NoError(t, err)
	names := []string{"connect", "default"}
	for _, match := range regexp.MustCompile(`(?m)^export declare (?:const|function|class) (\w+)`).FindAllSubmatch(text, -1) {
		names = append(names, string(match[1]))
	}
	slices.Sort(names)
	names = slices.DeleteFunc(slices.Compact(names), func(name string) bool {
		return name == "Emitter" || name == "Engine" // are types of members
	})
	require.Len(t, names, 12)
	for kind, program := range map[string]string{
		"import": `import("./index.js").then(tell)`,
		// As with the official client, the default of require is what it returns.
		"require": `const io = require("./"); tell(Object.assign(io, { default: io.io }))`,
	} {
		cmd := exec.CommandContext(t.Context(), "node", "-e", `function tell(m) { console.log(process.argv.slice(1).filter((n) => m[n] === undefined).join()) }; `+program)
		cmd.Args = append(cmd.Args, names...)
		cmd.Dir = filepath.Join(root, "client-js")
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
		assert.Empty(t, strings.TrimSpace(string(out)), kind)
	}
}

// replace puts the package's name in.
func replace(text, name string) []byte { return []byte(strings.ReplaceAll(text, "PACKAGE", name)) }
