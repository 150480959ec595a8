// poll_linux.go: echoes over HTTP long-polling. Each client keeps one connection for GET and one for POST.

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

// poller is one client.
type poller struct {
	sid       string
	get, post *conn
	posting   bool // a POST is on its way
	joined    bool
	owesPong  bool
	acked     int // of the last POST's requests
	nextID    uint64
	posted    int64 // time of the last POST of requests
}

type pollRun struct {
	*trial
	l         *loop
	cb        *callbacks
	perPost   int
	headers   string
	body      []byte
	want      []byte
	joined    int
	measuring bool
	n, wrong  int
	latency   histogram
	dialed    int
}

func runPoll(t *trial, clients, perPost int) error {
	l, err := newLoop(t.target)
	if err != nil {
		return err
	}
	defer l.destroy()
	r := &pollRun{trial: t, l: l, cb: &callbacks{}, perPost: perPost, want: []byte("[" + echoPayload + "]"),
		headers: "HTTP/1.1\r\nHost: 127.0.0.1:" + strconv.Itoa(t.target.port) + "\r\nUser-Agent: sioload\r\nAccept: */*\r\n"}
	r.cb.http = r.answered
	r.cb.ready = func(c *conn) {
		if c == c.poller.get {
			r.poll(c.poller)
		}
	}
	if err := r.connect(clients); err != nil {
		return err
	}
	l.run(t.load.warm, l.healthy)
	r.measuring, r.n = true, 0
	m := t.meter()
	l.run(t.load.dur, l.healthy)
	m.stop("", "msg", r.n)
	return r.finish()
}

func (r *pollRun) finish() error {
	if err := r.l.err(); err != nil {
		return err
	}
	if r.n == 0 {
		return errNothing
	}
	if r.wrong > 0 {
		return fmt.Errorf("%d wrong echoes", r.wrong)
	}
	r.m["p50_us"], r.m["p99_us"] = r.latency.quantile(.5), r.latency.quantile(.99)
	return nil
}

// connect waits until all clients have joined, at most 32 at once.
func (r *pollRun) connect(clients int) error {
	inTime := r.l.run(30*time.Second, func() bool {
		for r.dialed < clients && r.dialed-r.joined < 32 && r.l.healthy() {
			r.dial()
		}
		return r.joined < clients && r.l.healthy()
	})
	if err := r.l.err(); err != nil {
		return err
	}
	if !inTime {
		return fmt.Errorf("%d of %d clients ready within 30 s", r.joined, clients)
	}
	return nil
}

func (r *pollRun) dial() {
	p := &poller{}
	var err1, err2 error
	p.get, err1 = r.l.dial(r.cb, r.dialed, true)
	p.post, err2 = r.l.dial(r.cb, r.dialed, true)
	r.dialed++
	if err := errors.Join(err1, err2); err != nil {
		r.l.fail(err)
		return
	}
	p.get.poller, p.post.poller = p, p
}

// poll queues a GET; the first one is the handshake.
func (r *pollRun) poll(p *poller) { r.l.queue(p.get, r.request(p, "GET ")) }

// request builds a request up to its headers, in the loop's scratch.
func (r *pollRun) request(p *poller, method string) []byte {
	b := append(r.l.frames[:0], method...)
	b = append(b, socketIOPath+"?EIO=4&transport=polling"...)
	if p.sid != "" {
		b = append(append(b, "&sid="...), p.sid...)
	}
	b = append(append(b, ' '), r.headers...)
	if method == "POST " {
		b = append(b, "Content-Type: text/plain;charset=UTF-8\r\nContent-Length: "...)
		b = strconv.AppendInt(b, int64(len(r.body)), 10)
		b = append(b, crlf...)
	}
	b = append(b, crlf...)
	r.l.frames = b
	return b
}

// send posts r.body.
func (r *pollRun) send(p *poller) {
	p.posting = true
	r.l.frames = append(r.request(p, "POST "), r.body...)
	r.l.queue(p.post, r.l.frames)
}

// sendRequests posts the next requests once the last ones are answered.
func (r *pollRun) sendRequests(p *poller) {
	if !p.joined || p.posting || p.acked < r.perPost {
		return
	}
	p.acked = 0
	p.posted = now()
	b := r.body[:0]
	if p.owesPong {
		p.owesPong = false
		b = append(b, '3', separator)
	}
	for i := range r.perPost {
		if i > 0 {
			b = append(b, separator)
		}
		b = appendEcho(b, p.nextID)
		p.nextID++
	}
	r.body = b
	r.send(p)
}

func (r *pollRun) answered(c *conn, status int, body []byte) {
	p := c.poller
	switch {
	case status != http.StatusOK:
		r.l.drop(c, fmt.Errorf("status %d %.200q", status, body))
	case c == p.post:
		p.posting = false
		r.sendRequests(p)
	case p.sid == "":
		r.opened(p, body)
	default:
		r.payload(p, body)
	}
}

var sidKey = []byte(`"sid":"`)

// opened reads the handshake and joins the namespace.
func (r *pollRun) opened(p *poller, body []byte) {
	_, rest, found := bytes.Cut(body, sidKey)
	sid, _, quoted := bytes.Cut(rest, []byte{'"'})
	if !found || !quoted {
		r.l.drop(p.get, fmt.Errorf("bad handshake %.200q", body))
		return
	}
	p.sid = string(sid)
	r.body = append(r.body[:0], "40"...)
	r.send(p)
	r.poll(p)
}

func (r *pollRun) payload(p *poller, body []byte) {
	for len(body) > 0 {
		var packet []byte
		packet, body, _ = bytes.Cut(body, []byte{separator})
		if err := r.packet(p, packet); err != nil {
			r.l.drop(p.get, err)
			return
		}
	}
	r.poll(p)
	r.sendRequests(p)
}

func (r *pollRun) packet(p *poller, k []byte) error {
	switch {
	case bytes.HasPrefix(k, []byte("40")):
		p.joined = true
		p.acked = r.perPost
		r.joined++
	case bytes.HasPrefix(k, []byte("43")):
		_, digits := parseUint(k[2:])
		if !bytes.Equal(k[2+digits:], r.want) {
			r.wrong++
		}
		p.acked++
		r.n++
		if r.measuring {
			r.latency.add(now() - p.posted)
		}
	case bytes.Equal(k, []byte("2")):
		p.owesPong = true
	case bytes.Equal(k, []byte("6")): // noop
	default:
		return fmt.Errorf("unexpected packet %.100q", k)
	}
	return nil
}
