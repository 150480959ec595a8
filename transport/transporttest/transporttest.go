// Package transporttest is what every transport has to pass: the promises of
// [engine.Transport] over real HTTP, whatever the wire looks like.
//
//	func TestConformance(t *testing.T) {
//		transporttest.Run(t, transporttest.Harness{New: …, Dial: …})
//	}
package transporttest

import (
	"net/http"
	"runtime"
	"testing"
	"time"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/eio"
)

// Harness is a transport and the client that speaks it.
type Harness struct {
	// New returns the transport, for messages of at most maxPayload bytes.
	New func(maxPayload int64) engine.Transport

	// Dial opens a session of the server at url and returns its client after it
	// has taken the OPEN packet, or an error when the session is refused.
	Dial func(t testing.TB, url string) (Client, error)

	// Request returns the request that a client begins with, to url with query
	// in place of its own.
	Request func(url, query string) *http.Request

	// OverLimit is the reason for which a session ends when its client sends too
	// large a message; "" if it goes on.
	OverLimit engine.CloseReason

	// RefusalStatus is the HTTP status of a refusal that the transport tells in a
	// form of its own; 0: that of the refusal.
	RefusalStatus int

	// Lost is the reason for which a session ends when its connection just ends.
	Lost engine.CloseReason
}

// Client is the client of one session. Next is called by one goroutine at a time,
// and so is Send; both may run at once.
type Client interface {
	// Send sends packets, in one request if the transport has requests.
	Send(packets ...eio.Packet) error

	// Next returns the next packet, or an error at the end of the session.
	Next() (eio.Packet, error)

	// Close closes the session as clients do.
	Close() error

	// Cut ends the connection without a word.
	Cut()
}

// patience is how long the suite waits for what should come at once.
const patience = 20 * time.Second

// MaxPayload is the limit of the suite's servers.
const MaxPayload = 100_000

// Run runs the suite. It is an error if goroutines are left when it is over.
func Run(t *testing.T, h Harness) {
	before := runtime.NumGoroutine()
	for _, c := range []struct {
		name string
		test func(*testing.T, Harness)
	}{
		{"order", testOrder},
		{"content", testContent},
		{"limit", testLimit},
		{"large messages to the client", testLarge},
		{"attachments", testAttachments},
		{"concurrent senders", testSenders},
		{"many sessions", testSessions},
		{"busy application", testBusy},
		{"server closes", testServerCloses},
		{"client closes", testClientCloses},
		{"connection is lost", testLost},
		{"client breaks the protocol", testProtocolError},
		{"heartbeat", testHeartbeat},
		{"silent client", testSilence},
		{"shutdown", testShutdown},
		{"refusals", testRefusals},
		{"refused by the application", testRefusedByApplication},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, h) })
	}
	eventually(t, "the goroutines to end", func() bool { return runtime.NumGoroutine() <= before })
}

// eventually waits until ok, and fails the test if it never is.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	tick, late := time.NewTicker(time.Millisecond), time.NewTimer(patience)
	defer tick.Stop()
	defer late.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-late.C:
			buf := make([]byte, 1<<16)
			t.Fatalf("waited too long for %s\n%s", what, buf[:runtime.Stack(buf, true)])
		}
	}
}

// check fails the test at once.
func check(t testing.TB, err error, doing string) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", doing, err)
	}
}
