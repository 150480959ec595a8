// site_test.go: the server of one browser: the page, the reports that it sends, and a server of sessions behind a gate for
// each case.

package engines

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	codec "github.com/everwire/everwire/namespace/sio/msgpack"
)

//go:embed abilities.js checks.js page.js
var scripts embed.FS

// A job is what page.js reads.
type job struct {
	File     string `json:"file"`
	Messages int    `json:"messages"` // each way, in "order"
	Patience int64  `json:"patience"` // milliseconds for one check
	Cuts     int64  `json:"cuts"`     // milliseconds of cuts; 0 is the matrix
}

// A report is what page.js tells.
type report struct {
	N     int             `json:"n"` // the first is 1
	Kind  string          `json:"kind"`
	Value json.RawMessage `json:"value"`
}

// A site is the server of one browser.
type site struct {
	t       *testing.T
	job     job
	web     *httptest.Server
	server  *everwire.Server
	reports chan report
	cases   func(abilities) []scene
	cut     func() // called when the page is ready for cuts
	sockets atomic.Int64

	mu   sync.Mutex // guards what follows
	last int        // the number of the last report
}

// newSite starts the server; its mux has what is served beside the page.
func newSite(t *testing.T, j job) *site {
	s := &site{t: t, job: j, reports: make(chan report, 1000)}
	config := everwire.Config{Logger: slog.New(slog.DiscardHandler)}
	if j.File == msgpack {
		config.Codec = codec.Codec{}
	}
	var err error
	s.server, err = everwire.New(config)
	require.NoError(t, err)
	handle(s.server)
	s.server.OnConnect(func(c *everwire.Ctx) error {
		s.sockets.Add(1)
		return welcome(c)
	})
	s.server.OnDisconnect(func(*everwire.Ctx, everwire.Reason) { s.sockets.Add(-1) })
	s.web = httptest.NewUnstartedServer(s.mux())
	s.web.Config.ConnContext = withConn
	s.web.Start()
	t.Cleanup(s.close)
	return s
}

func (s *site) close() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	assert.NoError(s.t, s.server.Shutdown(ctx))
	s.web.CloseClientConnections()
	s.web.Close()
}

func (s *site) mux() *http.ServeMux {
	mux := http.NewServeMux()
	for _, name := range []string{"race", "websocket", "sse", "polling", "swap", "cuts"} {
		// Each case has a path of its own: what the client has learned of the way to one server does not help it in the next.
		g := newGate(http.StripPrefix("/"+name, s.server))
		mux.Handle("/"+name+"/socket.io/", g)
		mux.HandleFunc("POST /"+name+"/only", func(_ http.ResponseWriter, r *http.Request) { g.turn(r.URL.RawQuery) })
	}
	mux.HandleFunc("GET /{$}", s.page)
	mux.HandleFunc("GET /{script}", serveScript)
	mux.HandleFunc("GET /drip", drip)
	mux.HandleFunc("POST /exact", exact)
	mux.HandleFunc("POST /report", s.report)
	mux.HandleFunc("POST /cases", s.choose)
	mux.HandleFunc("POST /cut", func(http.ResponseWriter, *http.Request) { s.cut() })
	return mux
}

func (s *site) page(w http.ResponseWriter, _ *http.Request) {
	text, err := json.Marshal(s.job)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, `<!doctype html><meta charset="utf-8"><title>Everwire</title><link rel="icon" href="data:,"><p>page
<script>var job = %s;</script><script src="/race/socket.io/%s"></script>
<script src="/abilities.js"></script><script src="/checks.js"></script><script src="/page.js"></script>`, text, s.job.File)
}

func serveScript(w http.ResponseWriter, r *http.Request) {
	text, err := scripts.ReadFile(r.PathValue("script"))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	_, _ = w.Write(text) // the browser may be gone
}

// drip is an answer in two pieces, as streams of sessions are: who gets the first one early can read streams.
func drip(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store, no-transform")
	h.Set("X-Content-Type-Options", "nosniff")
	fmt.Fprint(w, "data: first\n\n")
	_ = http.NewResponseController(w).Flush()
	select {
	case <-time.After(6 * time.Second):
		fmt.Fprint(w, "data: second\n\n")
	case <-r.Context().Done():
	}
}

// exactly are the texts of abilities.js, one a line.
var exactly = sync.OnceValue(func() []string {
	var all []string
	for r := '\u0080'; r <= '\uffff'; r++ {
		if r < 0x3000 || r >= 0xe000 {
			all = append(all, string(r))
		}
	}
	return append(all, "e\u0301", "\u1100\u1161", "\U0001f44b", "\U0010ffff")
})

// exact answers with the indexes of the texts that did not come as they are, and with all of them.
func exact(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		return // the page tries again
	}
	var wrong []string
	got := strings.Split(string(body), "\n")
	for i, text := range exactly() {
		if i >= len(got) || got[i] != text {
			wrong = append(wrong, strconv.Itoa(i))
		}
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	fmt.Fprintf(w, "%s\n%s", strings.Join(wrong, ","), strings.Join(exactly(), "\n"))
}

// report takes a report. The page sends it again if the answer is lost.
func (s *site) report(w http.ResponseWriter, r *http.Request) {
	var got report
	if err := json.NewDecoder(r.Body).Decode(&got); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if got.N != s.last+1 {
		return
	}
	s.last++
	s.reports <- got
}

// choose answers with the cases for what the engine can.
func (s *site) choose(w http.ResponseWriter, r *http.Request) {
	var can abilities
	if err := json.NewDecoder(r.Body).Decode(&can); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	_ = json.NewEncoder(w).Encode(s.cases(can)) // the browser may be gone
}

// await hands the reports over, until the last one. It fails when none comes for a while, or the browser ends.
func (s *site) await(b *browser, quiet time.Duration, each func(report)) error {
	for {
		select {
		case r := <-s.reports:
			if r.Kind == "end" {
				assert.Eventually(s.t, func() bool { return s.sockets.Load() == 0 }, 20*time.Second, 10*time.Millisecond,
					"the page has left its sessions, and the server does not know")
				return nil
			}
			each(r)
		case <-b.ended:
			return fmt.Errorf("the browser has ended: %s", b.said)
		case <-time.After(quiet):
			return fmt.Errorf("no report for %v: %s", quiet, b.said)
		}
	}
}

// oneLine is a text for a table.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
