// http_linux.go: clients without WebSockets: over long-polling, or with a stream of server-sent events. Each has one
// connection for what it gets and one for its POSTs.

package main

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

const separator = 0x1e // between the packets of a payload

// httpClient is one client.
type httpClient struct {
	sid       string
	get, post *conn
	posting   bool // a POST is on its way
	joined    bool
	inflight  int // requests without an answer
	nextID    uint64
	posted    int64  // time of the last POST of requests
	waiting   []byte // to be posted, if something is on its way
}

// httpClients are the clients of a scenario.
type httpClients struct {
	l         *loop
	cb        *callbacks
	transport string
	headers   string
	body      []byte
	all       []*httpClient
	joined    int

	message func(p *httpClient, packet []byte) error // of Socket.IO, but not the answer to CONNECT
	idle    func(p *httpClient)                      // nothing of the client is on its way
}

func newHTTPClients(l *loop, transport string) *httpClients {
	h := &httpClients{l: l, cb: &callbacks{}, transport: transport, idle: func(*httpClient) {},
		headers: "HTTP/1.1\r\nHost: 127.0.0.1:" + strconv.Itoa(l.target.port) + "\r\nUser-Agent: sioload\r\nAccept: */*\r\n"}
	h.cb.http = h.answered
	h.cb.payload = h.payload
	h.cb.ready = func(c *conn) {
		if c == c.client.get {
			h.fetch(c.client)
		}
	}
	return h
}

// connect waits until n clients have joined, at most 32 at once.
func (h *httpClients) connect(n int) error {
	inTime := h.l.run(60*time.Second, func() bool {
		for len(h.all) < n && len(h.all)-h.joined < 32 && h.l.healthy() {
			h.dial()
		}
		return h.joined < n && h.l.healthy()
	})
	if err := h.l.err(); err != nil {
		return err
	}
	if !inTime {
		return fmt.Errorf("%d of %d clients ready within 60 s", h.joined, n)
	}
	return nil
}

func (h *httpClients) dial() {
	p := &httpClient{}
	var err1, err2 error
	p.get, err1 = h.l.dial(h.cb, len(h.all), true)
	p.post, err2 = h.l.dial(h.cb, len(h.all), true)
	h.all = append(h.all, p)
	if err := errors.Join(err1, err2); err != nil {
		h.l.fail(err)
		return
	}
	p.get.client, p.post.client = p, p
	p.get.stream = h.transport == sse
}

const (
	polling = "polling"
	sse     = "sse"
)

// fetch queues a GET; the first one is the handshake, and of a stream the only one.
func (h *httpClients) fetch(p *httpClient) {
	if p.sid == "" || !p.get.stream {
		h.l.queue(p.get, h.request(p, "GET "))
	}
}

// request builds a request up to its headers, in the loop's scratch.
func (h *httpClients) request(p *httpClient, method string) []byte {
	b := append(h.l.frames[:0], method...)
	b = append(append(b, socketIOPath+"?EIO=4&transport="...), h.transport...)
	if p.sid != "" {
		b = append(append(b, "&sid="...), p.sid...)
	}
	b = append(append(b, ' '), h.headers...)
	if method == "POST " {
		b = append(b, "Content-Type: text/plain;charset=UTF-8\r\nContent-Length: "...)
		b = strconv.AppendInt(b, int64(len(h.body)), 10)
		b = append(b, crlf...)
	}
	b = append(b, crlf...)
	h.l.frames = b
	return b
}

// send posts h.body.
func (h *httpClients) send(p *httpClient) {
	p.posting = true
	h.l.frames = append(h.request(p, "POST "), h.body...)
	h.l.queue(p.post, h.l.frames)
}

// say posts a packet, as soon as nothing else is on its way.
func (h *httpClients) say(p *httpClient, packet string) {
	if len(p.waiting) > 0 {
		p.waiting = append(p.waiting, separator)
	}
	p.waiting = append(p.waiting, packet...)
	h.sayWaiting(p)
}

func (h *httpClients) sayWaiting(p *httpClient) bool {
	if p.posting || len(p.waiting) == 0 {
		return false
	}
	h.body = append(h.body[:0], p.waiting...)
	p.waiting = nil
	h.send(p)
	return true
}

func (h *httpClients) answered(c *conn, status int, body []byte) {
	p := c.client
	switch {
	case status != http.StatusOK:
		h.l.drop(c, fmt.Errorf("status %d %.200q", status, body))
	case c == p.post:
		p.posting = false
		if !h.sayWaiting(p) {
			h.idle(p)
		}
	default:
		h.payload(c, body)
	}
}

var sidKey = []byte(`"sid":"`)

// opened reads the handshake and joins the namespace.
func (h *httpClients) opened(p *httpClient, packet []byte) error {
	_, rest, found := bytes.Cut(packet, sidKey)
	sid, _, quoted := bytes.Cut(rest, []byte{'"'})
	if !found || !quoted {
		return fmt.Errorf("bad handshake %.200q", packet)
	}
	p.sid = string(sid)
	h.say(p, "40")
	return nil
}

// payload takes an answer to a poll, or an event of a stream.
func (h *httpClients) payload(c *conn, body []byte) {
	p := c.client
	for len(body) > 0 {
		var packet []byte
		packet, body, _ = bytes.Cut(body, []byte{separator})
		if err := h.packet(p, packet); err != nil {
			h.l.drop(c, err)
			return
		}
	}
	h.fetch(p)
	if !p.posting {
		h.idle(p)
	}
}

func (h *httpClients) packet(p *httpClient, k []byte) error {
	switch {
	case p.sid == "":
		return h.opened(p, k)
	case bytes.HasPrefix(k, []byte("40")):
		p.joined = true
		h.joined++
	case bytes.Equal(k, []byte("2")):
		h.l.pings++
		h.say(p, "3")
	case bytes.Equal(k, []byte("6")): // noop
	default:
		return h.message(p, k)
	}
	return nil
}
