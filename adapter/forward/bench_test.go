package forward_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/adapter/cluster"
	"github.com/everwire/everwire/adapter/memory"
)

// BenchmarkPoll is a POST and the poll that has its answer: at the node that has the session, and at another one.
func BenchmarkPoll(b *testing.B) {
	bus := new(memory.Bus)
	nodes := make([]*everwire.Server, 2)
	for i := range nodes {
		srv, err := everwire.New(everwire.Config{Adapter: cluster.Over(bus, cluster.Config{})})
		require.NoError(b, err)
		srv.On("echo", func(c *everwire.Ctx) error { return c.Ack(1) })
		nodes[i] = srv
	}
	do := func(srv *everwire.Server, method, query, body string) string {
		rec := httptest.NewRecorder()
		srv.ServeHTTP(rec, httptest.NewRequest(method, "/socket.io/?EIO=4&transport=polling"+query, strings.NewReader(body)))
		return rec.Body.String()
	}
	open := do(nodes[0], http.MethodGet, "", "")
	sid, _, _ := strings.Cut(strings.TrimPrefix(open, `0{"sid":"`), `"`)
	do(nodes[0], http.MethodPost, "&sid="+sid, "40")
	do(nodes[0], http.MethodGet, "&sid="+sid, "")
	for i, name := range []string{"home", "forwarded"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				require.Equal(b, "ok", do(nodes[i], http.MethodPost, "&sid="+sid, `420["echo"]`))
				require.Equal(b, "430[1]", do(nodes[i], http.MethodGet, "&sid="+sid, ""))
			}
		})
	}
}
