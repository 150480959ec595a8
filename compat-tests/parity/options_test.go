// options_test.go: the rows about options, of the server and of the engine.

package parity

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/compat-tests/internal/peer"
	"github.com/everwire/everwire/engine/eio"
	"github.com/everwire/everwire/namespace/sio"
)

var _ = prove(map[string]func(*testing.T){
	"option-path":                    optionPath,
	"option-add-trailing-slash":      optionTrailingSlash,
	"option-serve-client":            optionServeClient,
	"option-adapter":                 optionAdapter,
	"option-parser":                  optionParser,
	"option-connect-timeout":         optionConnectTimeout,
	"option-connect-timeout-refused": connectTimeoutRefused,

	"option-ping-interval":        optionPingInterval,
	"option-ping-timeout":         optionPingTimeout,
	"heartbeat-pong-alone":        heartbeatPongAlone,
	"heartbeat-in-open":           heartbeatInOpen,
	"option-upgrade-timeout":      optionUpgradeTimeout,
	"option-max-http-buffer-size": optionMaxPayload,
	"max-payload-post":            maxPayloadPost,
	"max-payload-websocket":       maxPayloadWebsocket,
	"option-transports":           optionTransports,
	"option-allow-upgrades":       optionAllowUpgrades,
	"upgrades-offered":            upgradesOffered,
})

// mountAt serves a path of a router, and others by a handler that answers 404.
func mountAt(pattern string) mount {
	return func(srv *everwire.Server) http.Handler {
		mux := http.NewServeMux()
		mux.Handle(pattern, srv)
		return mux
	}
}

func optionPath(t *testing.T) {
	s := serveAt(t, everwire.Config{}, "/custom/events/", mountAt("/custom/events/"))
	s.joinPolling().quiet()
	for _, path := range []string{"/socket.io/", "/custom/eventsx/", "/custom/"} {
		s.Path = path
		require.Equal(t, http.StatusNotFound, s.Request("GET", peer.NewPolling, "").Status, path)
	}
}

func optionTrailingSlash(t *testing.T) {
	s := serveAt(t, everwire.Config{}, "/events", mountAt("/events"))
	s.join().quiet()
	s.Path = "/events/"
	require.Equal(t, http.StatusNotFound, s.Request("GET", peer.NewPolling, "").Status)
}

func optionServeClient(t *testing.T) {
	s := serve(t, everwire.Config{})
	s.Path += "socket.io.js"
	require.Equal(t, http.StatusOK, s.Request("GET", "", "").Status)
	s = serve(t, everwire.Config{NoClientFiles: true})
	s.Path += "socket.io.js"
	require.Equal(t, unknownTransport, s.Request("GET", "", "").String())
}

// opener notes which namespaces were given an adapter, and what they publish.
type opener struct {
	mu        sync.Mutex // guards what follows
	opened    []string
	closed    []string
	published []adapter.Op
	asked     []adapter.Op
}

func (o *opener) Open(namespace string, _ adapter.Local) (adapter.Adapter, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.opened = append(o.opened, namespace)
	return &link{opener: o, namespace: namespace}, nil
}

func optionAdapter(t *testing.T) {
	var o opener
	s := serve(t, everwire.Config{Adapter: &o})
	s.srv.Of("/a")
	s.srv.Of("/a")
	require.Equal(t, []string{"/", "/a"}, o.opened)
}

// shouting is a codec that writes the names of events in capitals.
type shouting struct{ sio.JSON }

func (c shouting) Encode(dst []eio.Packet, h sio.Header, args ...any) ([]eio.Packet, error) {
	h.Event = strings.ToUpper(h.Event)
	return c.JSON.Encode(dst, h, args...)
}

func optionParser(t *testing.T) {
	s := serve(t, everwire.Config{Codec: shouting{}})
	c := s.join()
	require.NoError(t, s.srv.Emit("loud", 1))
	c.expect(`42["LOUD",1]`)
	c.quiet()
}

func optionConnectTimeout(t *testing.T) {
	bubble(t, everwire.Config{PingInterval: time.Hour}, func(t *testing.T, s *site) {
		joined, idle := s.joinPolling(), s.Poll("")
		time.Sleep(44 * time.Second)
		require.Equal(t, 2, s.srv.Sessions())
		time.Sleep(2 * time.Second)
		require.Equal(t, 1, s.srv.Sessions(), "45 s are the default")
		require.Equal(t, peer.End, idle.Next())
		joined.quiet()
	})
	bubble(t, everwire.Config{ConnectTimeout: 3 * time.Second}, func(t *testing.T, s *site) {
		idle := s.Websocket("")
		time.Sleep(2900 * time.Millisecond)
		require.Equal(t, 1, s.srv.Sessions())
		s.Expect(idle, peer.End)
		require.Zero(t, s.srv.Sessions())
	})
}

func connectTimeoutRefused(t *testing.T) {
	bubble(t, everwire.Config{ConnectTimeout: 3 * time.Second}, func(t *testing.T, s *site) {
		w := s.Websocket("")
		s.Ask(w, "40/nowhere,", `44/nowhere,{"message":"Invalid namespace"}`)
		start := time.Now()
		s.Expect(w, peer.End)
		require.InDelta(t, 3, time.Since(start).Seconds(), 0.3)
	})
}

func optionPingInterval(t *testing.T) {
	for _, c := range []struct {
		set, want time.Duration
	}{{0, 25 * time.Second}, {2 * time.Second, 2 * time.Second}} {
		bubble(t, everwire.Config{PingInterval: c.set}, func(t *testing.T, s *site) {
			p := s.joinPolling()
			for range 3 {
				start := time.Now()
				p.expect("2")
				require.InDelta(t, c.want.Seconds(), time.Since(start).Seconds(), 0.3)
				p.Send("3")
			}
		})
	}
}

func optionPingTimeout(t *testing.T) {
	for _, c := range []struct {
		set, want time.Duration
	}{{0, 20 * time.Second}, {3 * time.Second, 3 * time.Second}} {
		bubble(t, everwire.Config{PingTimeout: c.set}, func(t *testing.T, s *site) {
			told := endings(s)
			p := s.joinPolling()
			p.expect("2")
			time.Sleep(c.want - time.Second)
			require.Equal(t, 1, s.srv.Sessions())
			start := time.Now()
			told.expect("ping timeout")
			require.InDelta(t, 1, time.Since(start).Seconds(), 0.3)
		})
	}
}

// endings are the reasons for which sockets of the main namespace are disconnected.
func endings(s *site) notes {
	told := newNotes(s.T)
	s.srv.OnDisconnect(func(_ *everwire.Ctx, why everwire.Reason) { told.ch <- string(why) })
	return told
}

func heartbeatPongAlone(t *testing.T) {
	bubble(t, everwire.Config{}, func(t *testing.T, s *site) {
		told := endings(s)
		p := s.joinPolling()
		p.expect("2")
		start := time.Now()
		for range 4 {
			time.Sleep(4 * time.Second)
			p.Send(`42["nothing"]`)
		}
		told.expect("ping timeout")
		require.InDelta(t, 20, time.Since(start).Seconds(), 0.3)
	})
}

func heartbeatInOpen(t *testing.T) {
	s := serve(t, everwire.Config{PingInterval: 1234 * time.Millisecond, PingTimeout: 5678 * time.Millisecond})
	for _, transport := range []string{peer.Polling, peer.Websocket} {
		open := s.ParseOpen(s.Open(transport, "").Opened())
		require.Equal(t, []int64{1234, 5678}, []int64{open.PingInterval, open.PingTimeout}, transport)
	}
}

func optionUpgradeTimeout(t *testing.T) {
	bubble(t, everwire.Config{}, func(t *testing.T, s *site) {
		p := s.joinPolling()
		w := p.Peer.(*peer.Poll).Probe()
		start := time.Now()
		s.Expect(w, peer.End)
		require.InDelta(t, 10, time.Since(start).Seconds(), 0.3)
		p.quiet()
	})
}

func optionMaxPayload(t *testing.T) {
	s := serve(t, everwire.Config{})
	require.EqualValues(t, 1_000_000, s.ParseOpen(s.Poll("").Opened()).MaxPayload)
	s = serve(t, everwire.Config{MaxPayload: 40})
	c := s.join()
	require.EqualValues(t, 40, s.ParseOpen(c.Opened()).MaxPayload)
	packet := fmt.Sprintf(`421["sync","%026d"]`, 0)
	require.Len(t, packet, 40)
	c.ask(packet, "431[]")
	c.ask(packet+" ", peer.End)
}

func maxPayloadPost(t *testing.T) {
	s := serve(t, everwire.Config{MaxPayload: 100})
	p := s.Poll("")
	require.Equal(t, "413 ", p.Post(strings.Repeat("x", 101)).String())
}

func maxPayloadWebsocket(t *testing.T) {
	s := serve(t, everwire.Config{MaxPayload: 100})
	w := s.Websocket("")
	w.Send("4" + strings.Repeat("x", 100))
	s.Expect(w, peer.End)
	require.Equal(t, 1009, w.Code)
}

func optionTransports(t *testing.T) {
	s := serve(t, everwire.Config{Transports: []string{"polling"}})
	require.Equal(t, unknownTransport, s.Request("GET", peer.NewWebsocket, "").String())
	s.joinPolling().quiet()
	s = serve(t, everwire.Config{Transports: []string{"websocket"}})
	require.Equal(t, unknownTransport, s.Request("GET", peer.NewPolling, "").String())
	s.join().quiet()
	s = serve(t, everwire.Config{})
	s.joinPolling().quiet()
	s.join().quiet()
}

func optionAllowUpgrades(t *testing.T) {
	s := serve(t, everwire.Config{NoUpgrade: true})
	require.Equal(t, []string{}, s.ParseOpen(s.Poll("").Opened()).Upgrades)
}

func upgradesOffered(t *testing.T) {
	s := serve(t, everwire.Config{})
	require.Equal(t, []string{"websocket"}, s.ParseOpen(s.Poll("").Opened()).Upgrades)
	require.Equal(t, []string{}, s.ParseOpen(s.Websocket("").Opened()).Upgrades)
	s = serve(t, everwire.Config{Transports: []string{"polling"}})
	require.Equal(t, []string{}, s.ParseOpen(s.Poll("").Opened()).Upgrades)
}
