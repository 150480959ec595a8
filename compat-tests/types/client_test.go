// client_test.go: the declarations of the bundled client, with what applications are typed like.

package types

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/compat-tests/interop"
)

// application is typed against the official client or ours: only the name of the package differs.
const application = `
import { io, Manager, Socket } from "PACKAGE";
import type { ManagerOptions, SocketOptions } from "PACKAGE";

interface Incoming { "new message": (from: string, text: string) => void; bytes: (b: ArrayBuffer) => void }
interface Outgoing {
	say: (text: string) => void;
	ask: (n: number, answer: (twice: number) => void) => void;
	fail: (answer: (err: Error, n: number) => void) => void;
}

const options: Partial<ManagerOptions & SocketOptions> = { transports: ["websocket", "polling"], retries: 3, ackTimeout: 1000, auth: (give) => give({ token: "t" }) };
const socket: Socket<Incoming, Outgoing> = io("https://app.example", options);
socket.on("connect", () => console.log(socket.id, socket.recovered));
socket.on("connect_error", (err) => console.log(err.message));
socket.on("disconnect", (reason, details) => { if (reason === "io server disconnect") console.log(details); });
socket.on("new message", (from, text) => { const t: string = from + text; console.log(t); });
socket.emit("say", "hello");
socket.emit("ask", 1, (twice) => { const n: number = twice; console.log(n); });
socket.timeout(500).emit("ask", 1, (err, twice) => { const e: Error = err, n: number = twice; console.log(e, n); });
const answer: Promise<number> = socket.emitWithAck("ask", 2);
socket.volatile.emit("say", "maybe");
socket.compress(false).emit("say", "plain");
socket.onAny((event, ...args) => console.log(event, args)).offAny();
socket.once("bytes", (b) => console.log(b.byteLength));
const manager = new Manager("https://app.example", { reconnectionDelay: 10, autoConnect: false });
manager.on("reconnect_attempt", (n) => { const attempt: number = n; console.log(attempt); });
manager.socket("/chat").connect().disconnect();
console.log(manager.engine?.transport.name, answer);
`

const mistakes = `
import { io, Socket } from "PACKAGE";
interface Outgoing { say: (text: string) => void }
const socket: Socket<{}, Outgoing> = io();
socket.emit("say", 1); // WRONG
socket.emit("said", "x"); // WRONG
socket.on("nothing", () => {}); // WRONG
`

// TestClientTypes: an application compiles against our client as against the official one, and its mistakes do not.
func TestClientTypes(t *testing.T) {
	interop.NeedsNode(t, "typescript", "socket.io-client")
	bundled, err := filepath.Abs(filepath.Join(root, "client-js"))
	require.NoError(t, err)
	for _, name := range []string{"socket.io-client", "everwire-client"} {
		good, bad := replace(application, name), replace(mistakes, name)
		dir := project(t, map[string][]byte{"good.ts": good, "bad.ts": bad, "good.cts": good})
		if name == "everwire-client" {
			require.NoError(t, os.Remove(filepath.Join(dir, "node_modules")))
			require.NoError(t, os.Mkdir(filepath.Join(dir, "node_modules"), 0o755))
			require.NoError(t, os.Symlink(bundled, filepath.Join(dir, "node_modules", name)))
		}
		found, output := compile(t, dir)
		var lines []int
		for _, f := range found {
			assert.Equal(t, "bad.ts", f.file, "%s: %s", name, output)
			lines = append(lines, f.line)
		}
		assert.Equal(t, []int{5, 6, 7}, lines, "%s: %s", name, output)
	}
}

// replace puts the package's name in.
func replace(text, name string) []byte { return []byte(strings.ReplaceAll(text, "PACKAGE", name)) }
