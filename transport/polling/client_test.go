// client_test.go: a polling client, and the suite that every transport passes.

package polling_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/eio"
	"github.com/everwire/everwire/transport/polling"
	"github.com/everwire/everwire/transport/transporttest"
)

func TestConformance(t *testing.T) {
	transporttest.Run(t, transporttest.Harness{
		New:     func(maxPayload int64) engine.Transport { return polling.New(maxPayload) },
		Dial:    func(t testing.TB, url string) (transporttest.Client, error) { return dial(t, url) },
		Request: request,
		Lost:    engine.TransportError, // as an answer may be lost with the poll
	})
}

// The client of net/http takes gzip.
func TestConformanceCompressed(t *testing.T) {
	transporttest.Run(t, transporttest.Harness{
		New:     func(maxPayload int64) engine.Transport { return polling.NewCompressing(maxPayload, 1) },
		Dial:    func(t testing.TB, url string) (transporttest.Client, error) { return dial(t, url) },
		Request: request,
		Lost:    engine.TransportError,
	})
}

func request(url, query string) *http.Request {
	r, err := http.NewRequest(http.MethodGet, url+"/?"+query, nil)
	if err != nil {
		panic(err)
	}
	return r
}

// client is the client of one session. It polls when it is asked for a packet.
type client struct {
	http *http.Client
	base string // of the session
	got  []eio.Packet
}

// dial opens a session. What came with the OPEN packet waits.
func dial(t testing.TB, base string) (*client, error) {
	tr := &http.Transport{}
	t.Cleanup(tr.CloseIdleConnections)
	c := &client{http: &http.Client{Transport: tr}, base: base + "/?EIO=4&transport=polling"}
	open, err := c.Next()
	if err != nil {
		return nil, err
	}
	var data struct{ SID string }
	if err := json.Unmarshal(open.Data, &data); err != nil {
		return nil, err
	}
	c.base += "&sid=" + data.SID
	return c, nil
}

func (c *client) do(method string, body io.Reader) ([]byte, error) {
	r, err := http.NewRequest(method, c.base, body)
	if err != nil {
		return nil, err
	}
	if body != nil {
		r.Header.Set("Content-Type", "text/plain;charset=UTF-8")
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", resp.Status, answer)
	}
	return answer, err
}

func (c *client) Send(packets ...eio.Packet) error {
	var body []byte
	for _, p := range packets {
		body = eio.AppendPayload(body, 0, p)
	}
	_, err := c.do(http.MethodPost, bytes.NewReader(body))
	return err
}

func (c *client) Next() (eio.Packet, error) {
	if len(c.got) == 0 {
		body, err := c.do(http.MethodGet, nil)
		if err != nil {
			return eio.Packet{}, err
		}
		for p, err := range eio.Packets(body) {
			if err != nil {
				return p, err
			}
			c.got = append(c.got, p)
		}
	}
	p := c.got[0]
	c.got = c.got[1:]
	if p.Type == eio.Close {
		return p, io.EOF
	}
	return p, nil
}

func (c *client) Close() error { return c.Send(eio.Packet{Type: eio.Close}) }

// Cut begins a poll and goes away.
func (c *client) Cut() {
	u, _ := url.Parse(c.base)
	conn, err := net.Dial("tcp", u.Host)
	if err != nil {
		return
	}
	fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", u.RequestURI(), u.Host)
	conn.Close()
}

// mustDial is dial for tests of their own.
func mustDial(t *testing.T, url string) *client {
	t.Helper()
	c, err := dial(t, url)
	require.NoError(t, err)
	return c
}
