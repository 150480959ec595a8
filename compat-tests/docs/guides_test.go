// guides_test.go: fragments of the guides, put together to programs that run.

package docs

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// blockWith is the block of a document that has the text in it.
func blockWith(t *testing.T, file, lang, text string) string {
	t.Helper()
	var found []string
	for _, b := range blocksOf(t, file) {
		if b.lang == lang && strings.Contains(b.text, text) {
			found = append(found, b.text)
		}
	}
	require.Len(t, found, 1, "blocks of %s with %q", file, text)
	return found[0]
}

// assemble builds a program of declarations, with the context of fragments and the names that they need.
func assemble(t *testing.T, name, code string) (folder string) {
	t.Helper()
	w := newWorkspace(t)
	files, err := complete(code, goContext(t))
	require.NoError(t, err)
	for file, text := range files {
		files[file] = []byte(strings.Replace(string(text), "package fragment\n", "package main\n", 1))
	}
	w.write(t, name, files)
	folder = filepath.Join(w.folder, "code", name)
	w.run(t, "build", "-o", filepath.Join(folder, "server"), "./"+name)
	return folder
}

// page runs scripts as if they were in a page of the server: io() connects there.
func page(t *testing.T, url, before string, scripts ...string) string {
	t.Helper()
	text := `import { io as connect } from "socket.io-client";
const io = (options) => connect(process.argv[1], options);
` + before + "\n" + strings.Join(scripts, "\n")
	out, err := exec.CommandContext(t.Context(), "node", "--input-type=module", "-e", text, url).CombinedOutput()
	require.NoError(t, err, "%s", out)
	return string(out)
}

// TestAuthGuide has a token expire: the page connects again with another one, which is refused, and sends its user to the login.
func TestAuthGuide(t *testing.T) {
	needs(t, "node")
	t.Parallel()
	const guide = "docs/guides/auth.md"
	addr := freeAddr(t)
	folder := assemble(t, "auth", `
func main() {
	srv, err := everwire.New(everwire.Config{})
	if err != nil {
		panic(err)
	}
	register(srv)
	http.Handle("/socket.io/", srv)
	panic(http.ListenAndServe("`+addr+`", nil))
}

func register(srv *everwire.Server) {
	`+blockWith(t, guide, "go", "srv.Auth(func")+blockWith(t, guide, "go", "everwire.On(srv, Chat")+`
	srv.On("who", func(c *everwire.Ctx) error { return c.Ack(c.Socket().Rooms()) })
}

func verify(token string) (User, time.Time, error) {
	if token != "good" {
		return User{}, time.Time{}, errors.New("not this one")
	}
	return User{ID: "7", Name: "Ann"}, time.Now().Add(time.Second), nil
}
`)
	start(t, folder, "./server")
	url := "http://" + addr
	waitFor(t, url+"/socket.io/")
	out := page(t, url, `
const tokens = ["good", "stale"];
const token = async () => tokens.shift();
const location = { assign: (to) => { console.log("to", to); process.exit(); } };
`, blockWith(t, guide, "js", "bad_token"), blockWith(t, guide, "js", "io server disconnect"), `
socket.on("connect", async () => console.log("in", await socket.emitWithAck("who")));
socket.on("disconnect", (reason) => console.log(reason));
`)
	require.Equal(t, "in [ 'user:7' ]\nio server disconnect\nto /login\n", out)
}

// TestDeploysGuide has a client miss something, ask for it, and see the end of the process, which ends in order.
func TestDeploysGuide(t *testing.T) {
	needs(t, "node")
	t.Parallel()
	const guide = "docs/guides/deploys.md"
	addr := freeAddr(t)
	folder := assemble(t, "deploys", blockWith(t, guide, "go", "func serve(")+`
func main() {
	srv, err := everwire.New(everwire.Config{})
	if err != nil {
		panic(err)
	}
	register(srv)
	mux := http.NewServeMux()
	mux.Handle("/socket.io/", srv)
	if err := serve(srv, &http.Server{Addr: "`+addr+`", Handler: mux}); !errors.Is(err, http.ErrServerClosed) && err != nil {
		panic(err)
	}
	fmt.Println("the end")
}

func register(srv *everwire.Server) {
	`+blockWith(t, guide, "go", "messagesSince(hello.Since)")+`
	srv.On("end", func(c *everwire.Ctx) error { return syscall.Kill(os.Getpid(), syscall.SIGTERM) })
}

func messagesSince(number int64) (list []Message) {
	for number < 3 {
		number++
		list = append(list, Message{Number: number})
	}
	return list
}
`)
	server := start(t, folder, "./server")
	url := "http://" + addr
	waitFor(t, url+"/socket.io/")
	out := page(t, url, "const show = (m) => console.log(m.number);", blockWith(t, guide, "js", "since: last"), `
const next = (event) => new Promise((done) => socket.once(event, done));
await next("connect");
while (last < 3) await next("chat");
socket.disconnect().connect(); // and has them all
await next("connect");
socket.emit("end");
console.log(await next("disconnect"));
process.exit();
`)
	require.Equal(t, "1\n2\n3\ntransport close\n", out)
	server.await(t, "the end")
}
