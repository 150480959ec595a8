// echo_linux.go: echoes with acks, JSON or binary, at saturation or at a steady rate.

package main

import (
	"bytes"
	"fmt"
	"time"
)

// echoPlan is one kind of echo. A rate is all clients' together, a second; without one each client keeps a window of
// requests in flight. binary is the size of the attachment, 0 for JSON.
type echoPlan struct {
	clients, window, rate, binary int
}

const maxInflight = 200 // of one client at a steady rate

type echoRun struct {
	*trial
	echoPlan
	l          *loop
	conns      []*conn
	measuring  bool
	n          int // answers
	wrong      int
	latency    histogram
	attachment []byte
	masked     []byte // attachment as a frame
	want       []byte // arguments of an ack
}

func runEcho(t *trial, p echoPlan) error {
	l, err := t.newLoop()
	if err != nil {
		return err
	}
	defer l.destroy()
	cb := &callbacks{}
	r := &echoRun{trial: t, echoPlan: p, l: l, want: []byte("[" + echoPayload + "]")}
	if r.conns, err = l.connect(cb, p.clients, 64, 30*time.Second); err != nil {
		return err
	}
	if p.binary > 0 {
		r.attachment = make([]byte, p.binary)
		for i := range r.attachment {
			r.attachment[i] = byte(i*7 + i>>8)
		}
		r.masked = appendFrame(nil, opBinary, r.attachment)
	}
	cb.ack = r.answered
	r.begin()
	l.run(t.load.warm, l.healthy)
	r.measuring, r.n = true, 0
	m := t.meter()
	l.run(t.load.dur, l.healthy)
	m.stop("", "msg", r.n)
	return r.finish()
}

// begin fills the windows, or starts the steady rate.
func (r *echoRun) begin() {
	for _, c := range r.conns {
		c.sent = make([]int64, maxInflight)
		for range r.window {
			r.send(c)
		}
	}
	if r.rate > 0 {
		k := 0
		r.l.every(time.Second/time.Duration(r.rate), func() {
			c := r.conns[k%len(r.conns)]
			k++
			if c.inflight < maxInflight {
				r.send(c)
			}
		})
	}
}

func (r *echoRun) send(c *conn) {
	id := c.nextID
	c.nextID++
	c.inflight++
	c.sent[id%maxInflight] = now()
	if r.binary > 0 {
		r.l.emitBinaryEcho(c, id, r.masked)
	} else {
		r.l.emitEcho(c, id)
	}
}

func (r *echoRun) answered(c *conn, id uint64, args, attachment []byte) {
	if r.n < 1000 || r.n%1024 == 0 { // comparing all would cost the generator more than sending
		same := bytes.Equal(args, r.want)
		if r.binary > 0 {
			same = bytes.Equal(attachment, r.attachment)
		}
		if !same {
			r.wrong++
		}
	}
	r.n++
	if r.measuring {
		r.latency.add(now() - c.sent[id%maxInflight])
	}
	c.inflight--
	if r.rate == 0 {
		r.send(c)
	}
}

func (r *echoRun) finish() error {
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
