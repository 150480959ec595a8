// react_test.go: the recipe of client-js/docs/react.md, under StrictMode, rendered on the server and in Chromium.

package pagelife

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/evanw/esbuild/pkg/api"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/compat-tests/internal/chrome"
	"github.com/everwire/everwire/compat-tests/interop"
)

// A recipe is a folder with the code of the document, and an application that uses it.
type recipe struct{ folder string }

var fence = regexp.MustCompile("(?ms)^```tsx?\n// ([\\w-]+\\.tsx?)\n.*?^```$")

// writeRecipe takes the code out of the document.
func writeRecipe(t *testing.T) recipe {
	t.Helper()
	r := recipe{t.TempDir()}
	text, err := os.ReadFile("../../client-js/docs/react.md")
	require.NoError(t, err)
	for _, block := range fence.FindAllSubmatch(text, -1) {
		_, code, _ := strings.Cut(strings.TrimSuffix(string(block[0]), "```"), "\n")
		r.write(t, string(block[1]), code)
	}
	names, err := fs.Glob(testdata, "testdata/*.tsx")
	require.NoError(t, err)
	for _, name := range names {
		code, err := testdata.ReadFile(name)
		require.NoError(t, err)
		r.write(t, filepath.Base(name), string(code))
	}
	r.write(t, "tsconfig.json", `{"compilerOptions": {"strict": true, "noEmit": true, "jsx": "react-jsx", "module": "esnext",
		"moduleResolution": "bundler", "target": "es2022", "lib": ["es2022", "dom", "dom.iterable"], "types": [], "noUncheckedIndexedAccess": true}}`)
	r.link(t, "everwire-client", "../../client-js")
	for _, name := range []string{"react", "react-dom", "scheduler", "csstype", "@types/react", "@types/react-dom"} {
		r.link(t, name, "../node_modules/"+name)
	}
	return r
}

func (r recipe) write(t *testing.T, name, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(r.folder, name), []byte(text), 0o644))
}

// link installs a package.
func (r recipe) link(t *testing.T, name, to string) {
	t.Helper()
	from := filepath.Join(r.folder, "node_modules", name)
	require.NoError(t, os.MkdirAll(filepath.Dir(from), 0o755))
	to, err := filepath.Abs(to)
	require.NoError(t, err)
	require.NoError(t, os.Symlink(to, from))
}

// bundle makes one script, with React for development: only that mounts twice under StrictMode.
func (r recipe) bundle(t *testing.T, entry string, platform api.Platform) []byte {
	t.Helper()
	result := api.Build(api.BuildOptions{
		AbsWorkingDir: r.folder, EntryPoints: []string{entry}, Bundle: true, Platform: platform, JSX: api.JSXAutomatic,
		Define: map[string]string{"process.env.NODE_ENV": `"development"`}, PreserveSymlinks: true,
	})
	require.Empty(t, result.Errors)
	require.Empty(t, result.Warnings)
	return result.OutputFiles[0].Contents
}

// run runs a program in the folder, which must end by itself.
func (r recipe) run(t *testing.T, program ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, program[0], program[1:]...)
	cmd.Dir = r.folder
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return string(out)
}

// guests are the sockets that a server has seen.
type guests struct {
	mu   sync.Mutex // guards what follows
	came int
	left []everwire.Reason
}

// are waits until so many have come and left. The page must not have begun more sessions than that.
func (g *guests) are(t *testing.T, p *chrome.Page, came, left int) {
	t.Helper()
	require.Eventually(t, func() bool {
		g.mu.Lock()
		defer g.mu.Unlock()
		return g.came == came && len(g.left) == left
	}, soon, 10*time.Millisecond, "%d come, %d left", came, left)
	var begun int
	p.Eval(t, "begun.size", &begun)
	assert.Equal(t, came, begun, "sessions that were begun")
}

// watch has the page count the sessions that it begins, also those that are given up before a byte was sent.
const watch = `<script>
	const begun = new Set();
	window.WebSocket = class extends WebSocket {
		constructor(url) {
			super(url);
			begun.add(new URL(url).searchParams.get("rid") ?? "");
			begun.delete("");
		}
	};
</script>`

// startReact serves the application, rendered and to be hydrated.
func startReact(t *testing.T, html string, script []byte) (server *everwire.Server, url string, g *guests) {
	t.Helper()
	server, err := everwire.New(everwire.Config{Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	g = &guests{}
	server.OnConnect(func(*everwire.Ctx) error {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.came++
		return nil
	})
	server.OnDisconnect(func(_ *everwire.Ctx, why everwire.Reason) {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.left = append(g.left, why)
	})
	mux := http.NewServeMux()
	mux.Handle("/socket.io/", server)
	mux.HandleFunc("/favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("/app.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
		_, _ = w.Write(script) // the page is gone else
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		page(w, `<title>react</title><div id="root">`+html+`</div>`+watch+`<script src="/app.js"></script>`)
	})
	web := httptest.NewServer(mux)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		assert.NoError(t, server.Shutdown(ctx))
		web.Close()
	})
	return server, web.URL, g
}

func TestReact(t *testing.T) {
	interop.NeedsNode(t, "react", "react-dom", "typescript", "@types/react")
	r := writeRecipe(t)
	tsc, err := filepath.Abs("../node_modules/typescript/bin/tsc")
	require.NoError(t, err)
	assert.Empty(t, r.run(t, "node", tsc, "-p", "."))

	r.write(t, "server.cjs", string(r.bundle(t, "server.tsx", api.PlatformNode)))
	html := strings.TrimSpace(r.run(t, "node", "server.cjs"))
	assert.Contains(t, html, "connecting")
	server, url, g := startReact(t, html, r.bundle(t, "browser.tsx", api.PlatformBrowser))
	p := chrome.Launch(t).Profile(t).Page(t, url)
	defer p.Close(t)

	const lines = `document.querySelectorAll("li").length`
	p.Wait(t, soon, `document.querySelector("p").textContent == "connected"`)
	g.are(t, p, 1, 0)
	for i := range 100 {
		require.NoError(t, server.Emit("news", fmt.Sprint("line ", i)))
	}
	p.Wait(t, soon, lines+" >= 100 && document.querySelector('output').textContent >= 100")
	var shown []string
	p.Eval(t, `[...document.querySelectorAll("li, output")].map((e) => e.textContent)`, &shown)
	for i, text := range shown[:len(shown)-1] {
		assert.Equal(t, fmt.Sprint("line ", i), text)
	}
	assert.Len(t, shown, 101)
	assert.Equal(t, "100", shown[100], "the other component")

	p.Eval(t, "show(true, true, 1)", nil) // another Chat takes the place of the first
	p.Wait(t, soon, lines+" == 0")
	require.NoError(t, server.Emit("news", "for the handler of the last rendering"))
	p.Wait(t, soon, lines+" == 1 && document.querySelector('output').textContent == 102")
	p.Eval(t, "show(true, false, 1)", nil)
	require.NoError(t, server.Emit("news", "for who is left"))
	p.Wait(t, soon, lines+" == 2")
	p.Eval(t, "show(true, false, 2)", nil) // nobody else uses the socket meanwhile
	p.Wait(t, soon, lines+" == 0")
	g.are(t, p, 1, 0)

	p.Eval(t, "show(false, false, 2)", nil)
	g.are(t, p, 1, 1)
	assert.Equal(t, everwire.ClientDisconnect, g.left[0])
	p.Eval(t, "show(true, true, 3)", nil) // mounts twice, as hydration does not
	g.are(t, p, 2, 1)
	p.Wait(t, soon, `document.querySelector("p").textContent == "connected"`)
	require.NoError(t, server.Emit("news", "last"))
	p.Wait(t, soon, lines+" == 1 && document.querySelector('output').textContent == 4")
	assert.Empty(t, p.Problems())
}
