// dismiss_test.go: the server sends a client away: it gets all that was sent to it before, and then hears so.

package sim_test

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/everwire/everwire"
)

// How long a session that the application has ended waits for its client, and how soon that one hears of it on a good
// connection.
const (
	remembered = 30 * time.Second
	soon       = 3 * time.Second
)

// dismissal is the end of one client's session at the application's wish.
type dismissal struct {
	at    time.Duration
	whole bool // the session, not only the socket
	told  bool // the client knows that it is disconnected
}

// dismiss sends a client away shortly before the storm is over.
func (w *world) dismiss(ctx context.Context) {
	rng := rand.New(rand.NewPCG(w.plan.seed, 4))
	at, whole := w.plan.storm-upTo(rng, 6*time.Second), rng.IntN(2) == 0
	if !w.plan.dismiss || !sleep(ctx, at) {
		return
	}
	a := w.clients[0]
	s, _ := w.socket(a.name).(*everwire.Socket)
	if s == nil || !a.Connected() {
		return
	}
	w.check.dismiss(a.name, whole)
	if err := s.Disconnect(whole); err != nil {
		w.check.fail("%s: disconnect: %v", a.name, err)
	}
	if whole {
		w.watchDismissed(ctx, a)
	}
}

// watchDismissed demands that a client that is connected over a good network hears of its end before it is forgotten.
func (w *world) watchDismissed(ctx context.Context, a *actor) {
	sleep(ctx, w.plan.storm-time.Since(w.check.began))
	before := w.count.attached()[a.name]
	var good time.Time // since when it has a connection that began after the storm
	for sleep(ctx, 50*time.Millisecond) && !w.check.knows(a.name) && !w.check.forgotten(a.name) {
		switch {
		case w.count.attached()[a.name] == before || a.Transport() == "":
			good = time.Time{}
		case good.IsZero():
			good = time.Now()
		case time.Since(good) > soon:
			w.check.fail("%s is connected and was not told that it is sent away", a.name)
			return
		}
	}
}

// dismiss notes that a client is sent away: what it says from now on may be lost, what it was told is not.
func (c *checker) dismiss(name string, whole bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.note(name, "is sent away")
	c.dismissed[name] = &dismissal{at: time.Since(c.began), whole: whole}
	up, server := c.streamLocked(name+" up"), c.sideLocked(name+" at the server")
	up.mayLose, up.left, server.left = true, true, true
	c.streamLocked(name + " down").over = true
}

// told is what a client learns of its end. It reports whether it was sent away.
func (c *checker) told(name string, byServer bool) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	d := c.dismissed[name]
	if d == nil || d.told {
		return d != nil
	}
	down := c.streamLocked(name + " down")
	switch late := time.Since(c.began)-d.at >= remembered; {
	case byServer && down.got != down.sent:
		c.failLocked("%s: %d of %d messages came before the end", down.name, down.got, down.sent)
	case !byServer && !(d.whole && late):
		c.failLocked("%s was not told that it is sent away", name)
	}
	d.told = true
	down.mayLose, down.left, c.sideLocked(name).left = true, true, true
	return true
}

// knows reports whether a client was told.
func (c *checker) knows(name string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.dismissed[name].told
}

// forgotten reports whether the server may have given up telling it.
func (c *checker) forgotten(name string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Since(c.began)-c.dismissed[name].at > remembered-soon
}
