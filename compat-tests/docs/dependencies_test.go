// dependencies_test.go: the table of what each package pulls in.

package docs

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var rewrite = flag.Bool("write", false, "write docs/dependencies.md")

const module = "github.com/everwire/everwire"

// packagesOfUsers are those that programs import, and what for.
var packagesOfUsers = []struct{ path, folder, use string }{
	{"", "", "a server"},
	{"/event", "", "declarations of events, shared by server and client"},
	{"/client", "", "a client in Go"},
	{"/ginmount", "", "the server in a router of Gin"},
	{"/namespace/sio/msgpack", "", "the MessagePack codec"},
	{"/client-js", "", "the files of the JavaScript client"},
	{"/adapter/cluster", "", "a cluster over a bus of yours"},
	{"/adapter/redis", "adapter/redis", "a cluster over Redis; a module of its own"},
	{"/adapter/nats", "adapter/nats", "a cluster over NATS; a module of its own"},
	{"/adapter/nats/embedded", "adapter/nats/embedded", "a NATS server within the process; a module of its own"},
	{"/everwiretest", "", "tests of applications"},
	{"/gen", "", "TypeScript for pages, a command"},
}

const preface = `# What each package pulls in

Beside the standard library, and beside other packages of the project. A program links what it imports: a server without Gin links
nothing of Gin, although it is in ` + "`go.mod`" + `. Packages that are not named, for who writes a transport or an adapter, link no other
modules than the server does. A test of this repository writes and checks this table.

| import | for | modules that are linked |
|---|---|---|
`

const epilogue = `
| module | what it does here |
|---|---|
| gorilla/websocket | reads WebSocket frames, and dials in the client |
| go-json-experiment/json, segmentio/encoding | encode and decode JSON |
| gin-gonic/gin | the router, in ` + "`ginmount`" + ` alone |
| redis/go-redis, nats-io/nats.go | the connections to Redis and NATS |
| nats-io/nats-server | NATS within the process, in ` + "`adapter/nats/embedded`" + ` alone |

The library depends on no logger, no system of metrics and no configuration: ` + "`log/slog`" + ` and interfaces are what it has. testify is
for our own tests, and is linked into no program. The JavaScript client has no dependencies.
`

// TestDependencies compares the table with what the go command says. -write makes it anew.
func TestDependencies(t *testing.T) {
	table := preface
	for _, p := range packagesOfUsers {
		linked := linkedModules(t, filepath.Join(root, p.folder), module+p.path)
		table += fmt.Sprintf("| `everwire%s` | %s | %s |\n", p.path, p.use, linked)
	}
	table += epilogue
	file := filepath.Join(root, "docs/dependencies.md")
	if *rewrite {
		write(t, file, []byte(table))
	}
	have, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, table, string(have), "go test ./docs -run Dependencies -write")
}

// TestOtherDependencies has no package that the table does not name link more than a server.
func TestOtherDependencies(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "go", "list", "./...")
	cmd.Dir = root
	out, err := cmd.Output()
	require.NoError(t, err)
	server := strings.Split(linkedModules(t, root, module), ", ")
	others := 0
	for _, pkg := range strings.Fields(string(out)) {
		named := slices.ContainsFunc(packagesOfUsers, func(p struct{ path, folder, use string }) bool { return module+p.path == pkg })
		if named || strings.Contains(pkg, "/internal/") {
			continue
		}
		for _, m := range strings.Split(linkedModules(t, root, pkg), ", ") {
			require.Contains(t, append(server, "none"), m, pkg)
		}
		others++
	}
	require.Greater(t, others, 8)
	require.NotContains(t, server, "stretchr/testify")
}

// linkedModules are the modules, other than ours, of the packages that a package imports.
func linkedModules(t *testing.T, folder, pkg string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", pkg)
	cmd.Dir, cmd.Env = folder, append(os.Environ(), "GOOS=linux", "GOARCH=amd64")
	out, err := cmd.Output()
	require.NoError(t, err, pkg)
	var names []string
	for _, name := range strings.Fields(string(out)) {
		if !strings.HasPrefix(name, module) {
			names = append(names, strings.TrimPrefix(name, "github.com/"))
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}
