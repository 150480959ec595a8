// compress_test.go: which answers are compressed, how, and for whom.

package polling_test

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/eio"
	"github.com/everwire/everwire/transport/polling"
	"github.com/everwire/everwire/transport/transporttest"
)

func message(data string, traits ...engine.Traits) *engine.Message {
	m := engine.NewMessage(eio.Text([]byte(data)))
	if len(traits) > 0 {
		m.SetTraits(traits[0])
	}
	return m
}

// plainOf returns the body of an answer as it was before it was compressed.
func plainOf(t *testing.T, coding, body string) string {
	t.Helper()
	var r io.Reader = strings.NewReader(body)
	var err error
	switch coding {
	case "gzip":
		r, err = gzip.NewReader(r)
	case "deflate":
		r, err = zlib.NewReader(r)
	}
	require.NoError(t, err)
	b, err := io.ReadAll(r)
	require.NoError(t, err)
	return string(b)
}

func TestCompressedAnswers(t *testing.T) {
	f := setUpWith(t, polling.NewCompressing(maxPayload, 500))
	long := strings.Repeat("the same ", 100)
	no := engine.Traits{NoCompress: true}
	for name, c := range map[string]struct {
		send   []*engine.Message
		coding string
		want   string
	}{
		"long":                    {[]*engine.Message{message(long)}, "gzip", "4" + long},
		"short":                   {[]*engine.Message{message(long[:498])}, "", "4" + long[:498]},
		"at the threshold":        {[]*engine.Message{message(long[:499])}, "gzip", "4" + long[:499]},
		"not to be compressed":    {[]*engine.Message{message(long, no)}, "", "4" + long},
		"one of two not":          {[]*engine.Message{message(long[:300]), message(long[:300], no)}, "", "4" + long[:300] + "\x1e4" + long[:300]},
		"two short ones together": {[]*engine.Message{message(long[:300]), message(long[:300])}, "gzip", "4" + long[:300] + "\x1e4" + long[:300]},
		"with an attachment": {[]*engine.Message{engine.NewMessage(eio.Text([]byte("x")), eio.Binary(bytes.Repeat([]byte("abc"), 200)))}, "gzip",
			"4x\x1eb" + strings.Repeat("YWJj", 200)},
	} {
		for _, m := range c.send {
			require.NoError(t, f.s.Send(m))
		}
		resp, body := f.request(t, "GET", "", "Accept-Encoding", "gzip, deflate, br")
		require.Equal(t, c.coding, resp.Header.Get("Content-Encoding"), name)
		require.Equal(t, c.want, plainOf(t, c.coding, body), name)
		require.Equal(t, strconv.Itoa(len(body)), resp.Header.Get("Content-Length"))
		require.Equal(t, "text/plain; charset=UTF-8", resp.Header.Get("Content-Type"))
		require.True(t, c.coding == "" || len(body) < len(c.want), name)
	}
}

func TestCodings(t *testing.T) {
	f := setUpWith(t, polling.NewCompressing(maxPayload, 1))
	long := strings.Repeat("the same ", 100)
	m := message(long)
	for accept, coding := range map[string]string{
		"":                               "",
		"gzip":                           "gzip",
		"GZip":                           "gzip",
		"x-gzip":                         "gzip",
		"deflate":                        "deflate",
		"deflate, gzip":                  "gzip",
		"gzip;q=0.5, deflate;q=0.8":      "deflate",
		"gzip; q=0, deflate":             "deflate",
		"gzip;q=0":                       "",
		"br, zstd":                       "",
		"*":                              "gzip",
		"*, gzip;q=0":                    "deflate",
		"identity, *;q=0":                "",
		"gzip;q=x, deflate;q=NaN":        "",
		"gzip;q=7":                       "",
		",;,=;q,gzip":                    "gzip",
		"gzip;level=1":                   "",
		strings.Repeat("a;b,", 100) + "": "",
	} {
		require.NoError(t, f.s.Send(m))
		resp, body := f.request(t, "GET", "", "Accept-Encoding", accept)
		require.Equal(t, coding, resp.Header.Get("Content-Encoding"), accept)
		require.Equal(t, "4"+long, plainOf(t, coding, body), accept)
	}
	require.Less(t, len(m.Deflated(0)), 100)

	require.NoError(t, f.s.Send(message("abc")))
	resp, body := f.request(t, "GET", "", "Accept-Encoding", "gzip")
	require.Empty(t, resp.Header.Get("Content-Encoding"), "it would be longer")
	require.Equal(t, "4abc", body)
}

// A message that comes with OPEN, or with a heartbeat, is not the whole answer.
func TestCompressedWithOpen(t *testing.T) {
	a := transporttest.NewApp()
	long := strings.Repeat("the same ", 100)
	srv, err := engine.New(engine.Config{InitialMessage: long}, a, polling.NewCompressing(maxPayload, 1))
	require.NoError(t, err)
	r := httptest.NewRequest(http.MethodGet, "/?EIO=4&transport=polling", nil)
	r.Header.Set("Accept-Encoding", "gzip")
	rec := httptest.NewRecorder()
	srv.ServeHTTP(rec, r)
	require.Equal(t, "gzip", rec.Header().Get("Content-Encoding"))
	body := plainOf(t, "gzip", rec.Body.String())
	require.True(t, strings.HasPrefix(body, "0{") && strings.HasSuffix(body, "}\x1e4"+long), "%q", body)
	gone, cancel := context.WithCancel(t.Context())
	cancel() // nobody polls
	_ = srv.Shutdown(gone)
}

func TestNothingIsCompressedByDefault(t *testing.T) {
	f := setUp(t)
	require.NoError(t, f.s.Send(message(strings.Repeat("x", 5000))))
	resp, body := f.request(t, "GET", "", "Accept-Encoding", "gzip")
	require.Empty(t, resp.Header.Get("Content-Encoding"))
	require.Len(t, body, 5001)
}

// Who compresses in front of us says so before.
func TestCompressedByAMiddleware(t *testing.T) {
	a := transporttest.NewApp()
	srv, err := engine.New(engine.Config{}, a, polling.NewCompressing(maxPayload, 1))
	require.NoError(t, err)
	do := func(target string) *httptest.ResponseRecorder {
		rec := httptest.NewRecorder()
		rec.Header().Set("Content-Encoding", "gzip")
		r := httptest.NewRequest(http.MethodGet, target, nil)
		r.Header.Set("Accept-Encoding", "gzip")
		srv.ServeHTTP(rec, r)
		return rec
	}
	do("/?EIO=4&transport=polling")
	s := <-a.Sessions
	require.NoError(t, s.Send(message(strings.Repeat("x", 5000))))
	require.Len(t, do("/?EIO=4&transport=polling&sid="+s.ID()).Body.String(), 5001)
	require.NoError(t, srv.Shutdown(t.Context()))
}
