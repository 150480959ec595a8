// programs_test.go: the servers of the documents run, and the official client talks to them.

package docs

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// programOf writes the files of a program, with another address than :3000, and returns what runs it.
func programOf(t *testing.T, w workspace, name, addr string) (folder string, command []string) {
	t.Helper()
	count := 0
	for _, b := range allBlocks(t) {
		if b.options["program"] == name {
			w.write(t, "program_"+name, map[string][]byte{b.options["file"]: []byte(onAddr(b.text, addr))})
			count++
		}
	}
	require.Positive(t, count, "no document has the program %s", name)
	folder = filepath.Join(w.folder, "code", "program_"+name)
	if _, err := os.Stat(filepath.Join(folder, "server.mjs")); err == nil {
		linkPackages(t, folder)
		return folder, []string{"node", "server.mjs"}
	}
	w.run(t, "build", "-o", filepath.Join(folder, "server"), "./program_"+name)
	return folder, []string{"./server"}
}

// onAddr is a program that listens there.
func onAddr(text, addr string) string {
	_, port, _ := strings.Cut(addr, ":")
	return strings.NewReplacer(`":3000"`, `"`+addr+`"`, "listen(3000)", "listen("+port+", \"127.0.0.1\")").Replace(text)
}

// TestMigrated has the examples of docs/migration run, before and after. They are the same to clients, but that what was
// moved from googollee tells the sender too, and what came from there has no Auth.
func TestMigrated(t *testing.T) {
	needs(t, "node")
	t.Parallel()
	const members = "join: 1 2\n"
	for _, row := range []struct{ program, form, want string }{
		{"node", "object", members + `chat: [{"room":"tea","text":"hello","from":"ann"}]` + "\nstranger: who are you?\n"},
		{"fromnode", "object", members + `chat: [{"room":"tea","text":"hello","from":"ann"}]` + "\nstranger: who are you?\n"},
		{"fromgoogollee", "list", members + `chat: ["tea","hello"]` + "\n"},
		{"fromzishang", "list", members + `chat: ["tea","hello"]` + "\n"},
	} {
		t.Run(row.program, func(t *testing.T) {
			t.Parallel()
			addr := freeAddr(t)
			folder, command := programOf(t, newWorkspace(t), row.program, addr)
			start(t, folder, command[0], command[1:]...)
			waitFor(t, "http://"+addr+"/socket.io/")
			out, err := exec.CommandContext(t.Context(), "node", "migrated.mjs", "http://"+addr, row.form).CombinedOutput()
			assert.NoError(t, err)
			require.Equal(t, row.want, string(out))
		})
	}
}

// TestGinProgram posts to the program of the guide, and has a client hear it.
func TestGinProgram(t *testing.T) {
	needs(t, "node")
	t.Parallel()
	addr := freeAddr(t)
	folder, command := programOf(t, newWorkspace(t), "ginapp", addr)
	start(t, folder, command[0])
	waitFor(t, "http://"+addr+"/socket.io/")
	script := `
		import { io } from "socket.io-client";
		const socket = io(process.argv[1]);
		socket.on("connect", () => fetch(process.argv[1] + "/news", { method: "POST", body: "extra" }));
		socket.on("news", (text) => { console.log(text); socket.close(); });`
	out, err := exec.CommandContext(t.Context(), "node", "--input-type=module", "-e", script, "http://"+addr).CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Equal(t, "extra\n", string(out))
}
