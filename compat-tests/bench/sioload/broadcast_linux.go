// broadcast_linux.go: broadcasts to one room. First as many as the server can take, then a steady few for the latency.

package main

import (
	"bytes"
	"fmt"
	"time"
)

// broadcastPlan is the room's size, the broadcasts in flight at saturation, and how many a second when paced.
type broadcastPlan struct {
	members, window, paced int
	sse                    bool // the members have streams; the sender has a WebSocket, and is no member
}

// ring is how many broadcasts are remembered.
const ring = 1 << 14

// sentBroadcast is one of them on its way.
type sentBroadcast struct {
	at        int64
	delivered int
}

type broadcastRun struct {
	*trial
	broadcastPlan
	l                *loop
	sender           *conn
	ring             [ring]sentBroadcast
	next             uint64 // sequence number
	outstanding      int
	saturate         bool
	measuring        bool
	deliveries, done int
	first, any, last histogram // latency of the first, of every 16th and of the last recipient
}

func runBroadcast(t *trial, p broadcastPlan) error {
	l, err := t.newLoop()
	if err != nil {
		return err
	}
	defer l.destroy()
	r := &broadcastRun{trial: t, broadcastPlan: p, l: l}
	if p.sse {
		err = r.fillWithStreams()
	} else {
		err = r.fill()
	}
	if err != nil {
		return err
	}
	if err := r.saturated(); err != nil {
		return err
	}
	if err := r.drain(); err != nil {
		return err
	}
	return r.steady()
}

// fill connects the members of the room.
func (r *broadcastRun) fill() error {
	cb := &callbacks{}
	cs, err := r.l.connect(cb, r.members, 128, 60*time.Second)
	if err != nil {
		return err
	}
	r.sender = cs[0]
	cb.event = r.received
	return r.l.join(cb, cs)
}

// fillWithStreams connects members with streams, and a sender.
func (r *broadcastRun) fillWithStreams() error {
	h := newHTTPClients(r.l, sse)
	joined := 0
	h.message = func(p *httpClient, packet []byte) error {
		switch {
		case bytes.HasPrefix(packet, []byte("42")):
			r.received(p.get, packet[2:])
		case bytes.HasPrefix(packet, []byte("43")):
			joined++
		default:
			return fmt.Errorf("unexpected packet %.100q", packet)
		}
		return nil
	}
	if err := h.connect(r.members); err != nil {
		return err
	}
	for _, p := range h.all {
		h.say(p, `420["join","`+room+`"]`)
	}
	if !r.l.run(60*time.Second, func() bool { return joined < r.members && r.l.healthy() }) {
		return fmt.Errorf("join: %d of %d acks", joined, r.members)
	}
	cs, err := r.l.connect(&callbacks{}, 1, 1, 10*time.Second)
	if err != nil {
		return err
	}
	r.sender = cs[0]
	return nil
}

func (r *broadcastRun) send() {
	r.ring[r.next%ring] = sentBroadcast{at: now()}
	r.outstanding++
	r.l.emitBroadcast(r.sender, r.next)
	r.next++
}

func (r *broadcastRun) received(c *conn, args []byte) {
	sequence, ok := parseSequence(args)
	if !ok {
		r.l.drop(c, fmt.Errorf("no sequence number in %.200q", args))
		return
	}
	b := &r.ring[sequence%ring]
	b.delivered++
	if r.measuring {
		r.measure(b)
	}
	if b.delivered == r.members {
		r.outstanding--
		if r.saturate {
			r.send()
		}
	}
}

func (r *broadcastRun) measure(b *sentBroadcast) {
	r.deliveries++
	if b.delivered == 1 {
		r.first.add(now() - b.at)
	}
	if b.delivered%16 == 0 {
		r.any.add(now() - b.at)
	}
	if b.delivered == r.members {
		r.done++
		r.last.add(now() - b.at)
	}
}

// phase measures one phase, which its caller has started.
func (r *broadcastRun) phase(prefix string) error {
	r.measuring, r.deliveries, r.done = true, 0, 0
	r.first, r.any, r.last = histogram{}, histogram{}, histogram{}
	m := r.meter()
	r.l.run(r.load.dur, r.l.healthy)
	m.stop(prefix, "delivery", r.deliveries)
	r.measuring = false
	if err := r.l.err(); err != nil {
		return err
	}
	if r.deliveries == 0 {
		return errNothing
	}
	r.m[prefix+"bcasts_per_s"] = float64(r.done) / r.load.dur.Seconds()
	r.m[prefix+"first_p50_us"], r.m[prefix+"first_p99_us"] = r.first.quantile(.5), r.first.quantile(.99)
	r.m[prefix+"any_p50_us"], r.m[prefix+"any_p99_us"] = r.any.quantile(.5), r.any.quantile(.99)
	r.m[prefix+"last_p50_us"], r.m[prefix+"last_p99_us"] = r.last.quantile(.5), r.last.quantile(.99)
	return nil
}

func (r *broadcastRun) saturated() error {
	r.saturate = true
	defer func() { r.saturate = false }()
	for range r.window {
		r.send()
	}
	r.l.run(r.load.warm, r.l.healthy)
	return r.phase("sat_")
}

// drain waits for all deliveries: a server may not drop one.
func (r *broadcastRun) drain() error {
	inTime := r.l.run(20*time.Second, func() bool { return r.outstanding > 0 && r.l.healthy() })
	if err := r.l.err(); err != nil {
		return err
	}
	if !inTime {
		return fmt.Errorf("%d broadcasts not delivered in full", r.outstanding)
	}
	return nil
}

func (r *broadcastRun) steady() error {
	skipped := 0
	r.l.every(time.Second/time.Duration(r.paced), func() {
		if r.outstanding >= 200 {
			skipped++
			return
		}
		r.send()
	})
	if err := r.phase("paced_"); err != nil {
		return err
	}
	r.m["paced_rate"] = float64(r.paced)
	r.m["paced_skipped"] = float64(skipped)
	return nil
}
