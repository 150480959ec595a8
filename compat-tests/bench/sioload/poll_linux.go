// poll_linux.go: echoes over HTTP, by long-polling or with a stream.

package main

import (
	"bytes"
	"fmt"
)

type pollRun struct {
	*httpClients
	perPost   int
	want      []byte
	measuring bool
	n, wrong  int
	latency   histogram
}

func runPoll(t *trial, transport string, clients, perPost int) error {
	l, err := t.newLoop()
	if err != nil {
		return err
	}
	defer l.destroy()
	r := &pollRun{httpClients: newHTTPClients(l, transport), perPost: perPost, want: []byte("[" + echoPayload + "]")}
	r.message, r.idle = r.packet, r.sendRequests
	if err := r.connect(clients); err != nil {
		return err
	}
	l.run(t.load.warm, l.healthy)
	r.measuring, r.n = true, 0
	m := t.meter()
	l.run(t.load.dur, l.healthy)
	m.stop("", "msg", r.n)
	return r.finish(t)
}

func (r *pollRun) finish(t *trial) error {
	if err := r.l.err(); err != nil {
		return err
	}
	if r.n == 0 {
		return errNothing
	}
	if r.wrong > 0 {
		return fmt.Errorf("%d wrong echoes", r.wrong)
	}
	t.m["p50_us"], t.m["p99_us"] = r.latency.quantile(.5), r.latency.quantile(.99)
	return nil
}

// sendRequests posts the next requests once the last ones are answered.
func (r *pollRun) sendRequests(p *httpClient) {
	if !p.joined || p.inflight > 0 {
		return
	}
	p.inflight = r.perPost
	p.posted = now()
	b := r.body[:0]
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

func (r *pollRun) packet(p *httpClient, k []byte) error {
	if !bytes.HasPrefix(k, []byte("43")) {
		return fmt.Errorf("unexpected packet %.100q", k)
	}
	_, digits := parseUint(k[2:])
	if !bytes.Equal(k[2+digits:], r.want) {
		r.wrong++
	}
	p.inflight--
	r.n++
	if r.measuring {
		r.latency.add(now() - p.posted)
	}
	return nil
}
