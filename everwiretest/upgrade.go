// upgrade.go: a stock client's way from polling to a WebSocket.

package everwiretest

import (
	"context"
	"testing"

	"github.com/everwire/everwire/engine/eio"
)

// Upgrade moves a session that polls to a WebSocket, as the official clients do
// right after the handshake.
func (p *Stock) Upgrade(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), wait())
	defer cancel()
	if err := p.upgrade(ctx); err != nil {
		t.Fatalf("everwiretest: %s cannot upgrade: %v", p.name, err)
	}
}

func (p *Stock) upgrade(ctx context.Context) error {
	ws, err := dialSocket(ctx, p.Line, p.options, "&sid="+p.sid)
	if err != nil {
		return err
	}
	err = ws.send(ctx, eio.Packet{Type: eio.Ping, Data: []byte("probe")})
	if err == nil {
		_, err = ws.next(ctx) // 3probe
	}
	if err != nil {
		ws.close()
		return err
	}
	select {
	case <-p.move(ws):
		p.mu.Lock()
		p.wire = ws
		p.mu.Unlock()
		return ws.send(ctx, eio.Packet{Type: eio.Upgrade})
	case <-p.done:
		ws.close()
		return p.why
	}
}

// move has ws be read from when the poll that waits is answered, which a probe brings
// about: a poll that came behind the upgrade would be refused.
func (p *Stock) move(ws *socket) (moved <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.source, p.moved = ws, make(chan struct{})
	return p.moved
}
