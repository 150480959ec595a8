// http2_test.go: streams over HTTP/2, where deadlines are timers.

package sse_test

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/everwire/everwire/transport/transporttest"
	"github.com/stretchr/testify/require"
)

// A silent stream lives: the deadline of its last event does not end it.
func TestSilenceOverHTTP2(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, srv := newApp(t)
		protocols := new(http.Protocols)
		protocols.SetUnencryptedHTTP2(true)
		listener := transporttest.NewPipes()
		server := &http.Server{Handler: srv, Protocols: protocols}
		go server.Serve(listener)
		tr := &http.Transport{Protocols: protocols, DialContext: func(context.Context, string, string) (net.Conn, error) {
			return listener.Dial(), nil
		}}
		resp, err := (&http.Client{Transport: tr}).Get("http://x/?EIO=4&transport=sse")
		require.NoError(t, err)
		require.Equal(t, 2, resp.ProtoMajor)
		r := bufio.NewReader(resp.Body)
		start := time.Now()
		for comments := 0; comments < 1 || time.Since(start) < 25*time.Second; { // the ping comes then
			line, err := r.ReadString('\n')
			require.NoError(t, err, "after %v", time.Since(start))
			if strings.HasPrefix(line, ":") {
				comments++
			}
		}
		require.NoError(t, resp.Body.Close())
		tr.CloseIdleConnections()
		require.NoError(t, server.Close())
		time.Sleep(time.Minute) // until the engine has come to rest
	})
}
