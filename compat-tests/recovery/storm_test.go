// storm_test.go: connections that are cut again and again while events are sent.

package recovery

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/everwire/everwire/compat-tests/faultproxy"
)

// rate is in events a second: to all, to a room and to the one client, in turn; each tenth is binary.
const rate = 500

// A weather is what happens to the connections.
type weather struct {
	every time.Duration // they are cut
	trip  time.Duration // there and back
	dark  bool          // the server learns of every other cut only when it comes to its heartbeat
}

var weathers = []weather{
	{every: 400 * time.Millisecond, trip: roundTrip},
	{every: 230 * time.Millisecond, trip: roundTrip},
	{every: 150 * time.Millisecond, trip: roundTrip},
	{every: 230 * time.Millisecond, trip: 3 * roundTrip, dark: true}, // many are cut while they come back
}

// blow cuts the connections until stop is called.
func (w weather) blow(p *faultproxy.Proxy) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { // ends with stop
		defer close(done)
		tick := time.NewTicker(w.every)
		defer tick.Stop()
		for n := 0; ; n++ {
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
			if w.dark && n%2 == 0 {
				p.Abandon()
			} else {
				p.CutAll()
			}
		}
	}()
	return func() { cancel(); <-done }
}

// ways are the transports of the clients.
var ways = []struct {
	name       string
	transports []string
}{
	{"websocket", []string{"websocket"}},
	{"polling", []string{"polling"}},
	{"upgrade", []string{"polling", "websocket"}},
}

// How long the end is waited for: nothing has come for so long, or so long in all.
const (
	quiet     = 1500 * time.Millisecond
	quietMost = 15 * time.Second
)

// TestStorm: what the client is told to have recovered, it has: nothing is lost, doubled or out of order. Where it is told
// that it has not, events may be missing there, and only there. The official server's counts are printed.
func TestStorm(t *testing.T) {
	needsClients(t)
	lasting := 12 * time.Second
	if testing.Short() {
		lasting = 3 * time.Second
	}
	text := []string{stormHead}
	for _, weather := range weathers {
		var group sync.WaitGroup
		var storms []*storm
		for _, way := range ways {
			for _, stack := range []string{everwireStack, officialStack} {
				s := &storm{stack: stack, transport: way.name, weather: weather}
				storms = append(storms, s)
				// Ends with the run, which has limits of its own.
				group.Go(func() { assert.NoError(t, s.run(way.transports, lasting), "%s", s) })
			}
		}
		group.Wait()
		for _, s := range storms {
			text = append(text, s.String())
			if s.stack == everwireStack {
				s.check(t, lasting)
			}
		}
	}
	t.Logf("%d events a second for %v:%s", rate, lasting, table(text))
}

const (
	everwireStack = "everwire"
	officialStack = "socket.io 4.8.4"
)

// A storm is one run.
type storm struct {
	stack     string
	transport string
	weather   weather

	sent int
	took ledger
	cuts int // connections
}

const stormHead = "server\ttransport\tcut every\tround trip\thalf-open\tsent\treceived\tlost and told\tlost in silence\tdoubled\tdisordered\tdamaged\t" +
	"connects\trecovered\tconnections cut"

// String is the run in the columns of stormHead.
func (s *storm) String() string {
	l := &s.took
	return fmt.Sprintf("%s\t%s\t%v\t%v\t%t\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d", s.stack, s.transport, s.weather.every, s.weather.trip, s.weather.dark, s.sent, l.received,
		l.told, l.silent, l.doubled, l.disordered, l.damaged, l.connects, l.recovered, s.cuts)
}

// start starts the server. Its heartbeat is brisk: a client whose WebSocket is cut while it pauses its polls to upgrade
// notices nothing before the heartbeat stays away.
func (s *storm) start() (target, error) {
	if s.stack == everwireStack {
		return startOurs(brisk)
	}
	return startOfficial(brisk)
}

func (s *storm) run(transports []string, lasting time.Duration) error {
	server, err := s.start()
	if err != nil {
		return err
	}
	defer server.end()
	v, err := newVisitor(server.address(), transports)
	if err != nil {
		return err
	}
	defer v.close()
	var first happening
	if ok, err := v.read(patience, &first); err != nil || !ok || first.At != "connect" {
		return fmt.Errorf("the client does not connect: %v, %w", first, err)
	}
	s.took.take(first)
	if _, err := server.do("stream", rate); err != nil {
		return err
	}
	v.proxy.SetRoundTrip(s.weather.trip)
	stop := s.weather.blow(v.proxy)
	if err := s.follow(v, time.Now().Add(lasting), lasting); err != nil {
		return err
	}
	stop()
	if s.sent, err = server.do("halt"); err != nil {
		return err
	}
	s.cuts = v.proxy.Counts().CutAll
	err = s.follow(v, time.Now().Add(quietMost), quiet)
	s.took.end(s.sent)
	return err
}

// follow takes what happens until then, or until nothing has for so long.
func (s *storm) follow(v *visitor, until time.Time, calm time.Duration) error {
	for {
		var h happening
		ok, err := v.read(min(calm, time.Until(until)), &h)
		if err != nil || !ok {
			return err
		}
		s.took.take(h)
	}
}

// check fails the test for whatever the client was not told, and if too little happened to prove anything.
func (s *storm) check(t *testing.T, lasting time.Duration) {
	l := &s.took
	assert.Zero(t, l.silent, "%s: lost in silence: %s", s, l.gaps)
	assert.Zero(t, l.doubled, "%s: doubled", s)
	assert.Zero(t, l.disordered, "%s: out of order", s)
	assert.Zero(t, l.damaged, "%s: damaged", s)
	assert.Equal(t, s.sent, l.received+l.told, "%s", s)
	assert.GreaterOrEqual(t, s.sent, rate*int(lasting.Seconds())*9/10, "%s: events", s)
	assert.GreaterOrEqual(t, l.recovered, int(lasting.Seconds())/2, "%s: recoveries", s)
	assert.GreaterOrEqual(t, l.received, s.sent*9/10, "%s: events that came", s)
}
