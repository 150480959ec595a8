// client_test.go: a client of server-sent events, and the suite of all transports.

package sse_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/eio"
	"github.com/everwire/everwire/transport/sse"
	"github.com/everwire/everwire/transport/transporttest"
)

func TestConformance(t *testing.T) {
	transporttest.Run(t, transporttest.Harness{
		New:     func(maxPayload int64) engine.Transport { return sse.New(maxPayload) },
		Dial:    func(t testing.TB, url string) (transporttest.Client, error) { return dial(t, url, "") },
		Request: request,
		Lost:    engine.TransportClose,

		RefusalStatus: http.StatusOK, // EventSource shows no other
	})
}

func request(url, query string) *http.Request {
	r, err := http.NewRequest(http.MethodGet, url+"/?"+query, nil)
	if err != nil {
		panic(err)
	}
	return r
}

// event is one server-sent event.
type event struct{ name, id, data string }

// client is the client of one session.
type client struct {
	http   *http.Client
	base   string // of the session
	cancel context.CancelFunc
	resp   *http.Response
	lines  *bufio.Reader
	got    []eio.Packet
	last   string // id of the latest event
	silent int    // comments
}

// dial opens a session.
func dial(t testing.TB, base, query string) (*client, error) {
	tr := &http.Transport{}
	t.Cleanup(tr.CloseIdleConnections)
	c := &client{http: &http.Client{Transport: tr}, base: base + "/?EIO=4&transport=sse" + query}
	if err := c.stream(""); err != nil {
		return nil, err
	}
	t.Cleanup(c.Cut)
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

// stream begins a stream.
func (c *client) stream(query string) error {
	ctx, cancel := context.WithCancel(context.Background())
	c.cancel = cancel
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+query, nil)
	if err != nil {
		return err
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return err
	}
	if ct := resp.Header.Get("Content-Type"); ct != "text/event-stream; charset=utf-8" {
		body, _ := io.ReadAll(resp.Body)
		return fmt.Errorf("%s: %s", resp.Status, body)
	}
	c.resp, c.lines = resp, bufio.NewReader(resp.Body)
	return nil
}

// read returns the next event, by the rules of EventSource as far as we use them.
func (c *client) read() (e event, err error) {
	e.name = "message"
	for {
		line, err := c.lines.ReadString('\n')
		if err != nil {
			return e, io.EOF
		}
		line = strings.TrimSuffix(line, "\n")
		name, value, _ := strings.Cut(line, ": ")
		switch {
		case line == "" && e.data != "":
			return e, nil
		case strings.HasPrefix(line, ":"):
			c.silent++
		case name == "event":
			e.name = value
		case name == "id":
			e.id = value
		case name == "data":
			e.data += value
		case line != "":
			return e, fmt.Errorf("not a line of an event: %q", line)
		}
	}
}

func (c *client) Next() (eio.Packet, error) {
	for len(c.got) == 0 {
		e, err := c.read()
		if err != nil {
			return eio.Packet{}, err
		}
		if err := c.take(e); err != nil {
			return eio.Packet{}, err
		}
	}
	p := c.got[0]
	c.got = c.got[1:]
	if p.Type == eio.Close {
		return p, io.EOF
	}
	return p, nil
}

func (c *client) take(e event) error {
	data := e.data
	switch e.name {
	case "x":
		return fmt.Errorf("refused: %s", data)
	case "e":
		if err := json.Unmarshal([]byte(e.data), &data); err != nil {
			return err
		}
	}
	c.last = e.id
	for p, err := range eio.Packets([]byte(data)) {
		if err != nil {
			return err
		}
		c.got = append(c.got, p)
	}
	return nil
}

func (c *client) Send(packets ...eio.Packet) error { return c.post("", packets...) }

func (c *client) post(query string, packets ...eio.Packet) error {
	var body []byte
	for _, p := range packets {
		body = eio.AppendPayload(body, 0, p)
	}
	resp, err := c.http.Post(c.base+query, "text/plain;charset=UTF-8", bytes.NewReader(body))
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", resp.Status, answer)
	}
	return err
}

func (c *client) Close() error { return c.Send(eio.Packet{Type: eio.Close}) }

func (c *client) Cut() {
	c.cancel()
	if c.resp != nil {
		c.resp.Body.Close()
	}
}
