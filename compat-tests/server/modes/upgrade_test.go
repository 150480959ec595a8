// upgrade_test.go: the client's polls that wait, and its upgrade.

package modes

import (
	"context"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"

	"github.com/stretchr/testify/require"
)

// pending starts a poll and returns when the request is written.
func (p *peer) pending() <-chan answer {
	p.t.Helper()
	written, done := make(chan struct{}), make(chan answer, 1)
	trace := &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) { close(written) }}
	ctx := httptrace.WithClientTrace(p.t.Context(), trace)
	// The test's, which waits for the answer; ends with it.
	go func() {
		defer close(done)
		done <- poll(ctx, p.site.url+"?"+p.query)
	}()
	<-written
	return done
}

func poll(ctx context.Context, url string) answer {
	r, _ := http.NewRequestWithContext(ctx, "GET", url, nil)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return answer{body: err.Error()}
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return answer{body: err.Error()}
	}
	return answer{res.StatusCode, string(body), res.Header}
}

// upgrade moves the session from polling to a WebSocket, with a poll pending.
func (p *peer) upgrade() {
	p.t.Helper()
	polled := p.pending()
	query := strings.Replace(p.query, "polling", "websocket", 1)
	ws, _, err := p.site.dial(query)
	require.NoError(p.t, err)
	up := &peer{t: p.t, site: p.site, ws: ws}
	up.send("2probe")
	require.Equal(p.t, "3probe", up.take())
	a := <-polled
	for a.body == "2" { // the heartbeat was first
		p.send("3")
		a = <-p.pending()
	}
	require.Equal(p.t, answer{200, "6", a.header}, a)
	up.send("5")
	p.ws, p.query = ws, query
}
