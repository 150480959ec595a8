// conn.go: what is done with the connection. All of it may block there.

package nats

import (
	"context"
	"errors"
	"time"

	natsgo "github.com/nats-io/nats.go"

	"github.com/everwire/everwire/adapter"
)

// epoch is how often the connection was made anew.
func (b *Bus) epoch() uint64 { return b.conn.Stats().Reconnects }

// watch notices when the connection comes back, and when it is closed.
func (b *Bus) watch(states chan natsgo.Status) {
	defer b.conn.RemoveStatusListener(states)
	last := b.epoch()
	b.seen(&last) // it may have changed before this was listened to
	for {
		select {
		case <-states:
			b.seen(&last)
		case <-b.ctx.Done():
			return
		}
	}
}

// seen looks at the connection as it is now.
func (b *Bus) seen(last *uint64) {
	epoch, status := b.epoch(), b.conn.Status()
	if status == natsgo.CONNECTED {
		b.limit.Store(b.conn.MaxPayload())
	}
	b.mu.Lock()
	close(b.changed)
	b.changed = make(chan struct{})
	b.mu.Unlock()
	switch {
	case status == natsgo.CLOSED && b.ctx.Err() == nil:
		b.config.Logger.Error("everwire: the connection to NATS is closed", "error", b.conn.LastError())
		b.end()
		b.abandon(ErrClosed)
	case epoch != *last:
		b.tally.reconnects.Add(epoch - *last)
		b.config.Logger.Warn("everwire: connected to NATS again; what others have published meanwhile is missed", "error", b.conn.LastError())
		*last = epoch
		b.reports.all(adapter.Fault{Kind: adapter.Missed, Err: natsgo.ErrDisconnected})
	}
}

// abandon gives up all that waits.
func (b *Bus) abandon(why error) (n int) {
	lost := b.out.abandon()
	b.lost(lost, why)
	return len(lost)
}

func (b *Bus) lost(topics []string, why error) {
	b.tally.lost.Add(uint64(len(topics)))
	b.reports.lost(topics, why)
}

// connected waits for the connection; false: the Bus is closed.
func (b *Bus) connected() bool {
	for {
		b.mu.Lock()
		changed := b.changed
		b.mu.Unlock()
		if b.conn.IsConnected() {
			return b.ctx.Err() == nil
		}
		select {
		case <-changed:
		case <-b.ctx.Done():
			return false
		}
	}
}

// write hands messages to the connection.
func (b *Bus) write() {
	p, last := partsOf(b.conn), b.epoch()
	for {
		items := b.out.next()
		if len(items) == 0 {
			select {
			case <-b.out.more:
			case <-b.ctx.Done():
				return
			}
			continue
		}
		if !b.connected() {
			return
		}
		epoch := b.epoch()
		if epoch != last {
			last = epoch
			if !b.letOthersIn() {
				return
			}
			continue
		}
		for _, it := range items {
			if err := p.publish(it.topic, it.payload); err != nil {
				// It was handed over in no epoch: it is lost, or was never there.
				b.out.hand(1, noEpoch)
				continue
			}
			b.out.hand(1, epoch)
		}
		b.wake()
	}
}

const noEpoch = 1<<64 - 1

// letOthersIn waits after the connection was made anew. If NATS was away, it was for all
// nodes, and who does not hear yet would miss what has waited here. False: the Bus is closed.
func (b *Bus) letOthersIn() bool {
	o := &b.conn.Opts
	wait := time.NewTimer(min(o.ReconnectWait+o.ReconnectJitter+150*time.Millisecond, 2*time.Second))
	defer wait.Stop()
	select {
	case <-wait.C:
		return true
	case <-b.ctx.Done():
		return false
	}
}

func (b *Bus) wake() {
	select {
	case b.work <- struct{}{}:
	default:
	}
}

// confirm subscribes, unsubscribes, and learns what NATS has got: it answers a ping after
// all that came before.
func (b *Bus) confirm() {
	defer b.unsubscribeAll()
	for {
		select {
		case <-b.work:
		case <-b.ctx.Done():
			return
		}
		ready := b.subscribe()
		for n := b.out.unconfirmed(); n > 0 || len(ready) > 0; n = b.out.unconfirmed() {
			epoch, ok := b.flush()
			if !ok {
				break
			}
			for _, r := range ready {
				close(r.done)
			}
			b.lost(b.out.confirm(n, epoch), natsgo.ErrDisconnected)
			ready = b.subscribe()
		}
	}
}

// flush waits until NATS has got everything, and returns the epoch in which it said so;
// false: the Bus is closed.
func (b *Bus) flush() (epoch uint64, ok bool) {
	for b.connected() {
		epoch = b.epoch()
		ctx, cancel := context.WithTimeout(b.ctx, time.Minute)
		err := b.conn.FlushWithContext(ctx)
		cancel()
		if err == nil && b.epoch() == epoch {
			return epoch, true
		}
		if errors.Is(err, natsgo.ErrConnectionClosed) && b.conn.IsClosed() {
			return 0, false
		}
	}
	return 0, false
}
