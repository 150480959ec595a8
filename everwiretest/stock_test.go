// stock_test.go: the client that speaks packets.

package everwiretest_test

import (
	"encoding/json"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/client"
	"github.com/everwire/everwire/everwiretest"
)

var stockTransports = []string{client.WebSocket, client.Polling}

// stocks runs a test with a stock client in a bubble, over each transport.
func stocks(t *testing.T, test func(t *testing.T, app *everwire.Server, p *everwiretest.Stock)) {
	for _, transport := range stockTransports {
		t.Run(transport, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				app := newApp(t, everwire.Config{})
				test(t, app, everwiretest.Start(t, app).Stock(t, transport))
			})
		})
	}
}

func TestStockSpeaks(t *testing.T) {
	stocks(t, func(t *testing.T, app *everwire.Server, p *everwiretest.Stock) {
		app.On("blob", func(c *everwire.Ctx) error {
			var b []byte
			if err := c.Bind(&b); err != nil {
				return err
			}
			return c.Socket().Emit("blob", b)
		})
		var open struct {
			SID          string
			PingInterval int
		}
		require.NoError(t, json.Unmarshal([]byte(p.Opened()), &open))
		require.NotEmpty(t, open.SID)
		require.Equal(t, 25000, open.PingInterval)

		p.Join(t, "/", `{"token":"x"}`)
		require.NoError(t, p.Send(`42["say","hello"]`, `421["in","ops"]`))
		require.Equal(t, `42["say","hello"]`, p.Next(t))
		require.Equal(t, `431[1]`, p.Next(t))
		require.True(t, app.Sockets()[0].In("ops"))

		require.NoError(t, p.Send(`451-["blob",{"_placeholder":true,"num":0}]`, "bAQID"))
		require.Equal(t, `451-["blob",{"_placeholder":true,"num":0}]`, p.Next(t))
		require.Equal(t, "bAQID", p.Next(t))
		require.Error(t, p.Send("?"))

		app.Of("/admin")
		p.Join(t, "/admin", "")
	})
}

// Nothing is lost or turned around by an upgrade, and the session stays.
func TestStockUpgrades(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		app := newApp(t, everwire.Config{})
		p := everwiretest.Start(t, app).Stock(t, client.Polling)
		p.Join(t, "/", "")
		s := app.Sockets()[0]
		require.Equal(t, client.Polling, s.Transport())
		require.NoError(t, tick.Emit(s, 1))
		p.Upgrade(t)
		require.NoError(t, tick.Emit(s, 2))
		synctest.Wait()
		require.Equal(t, client.WebSocket, s.Transport())
		require.Equal(t, []string{`42["tick",1]`, `42["tick",2]`}, p.Waiting())
		require.NoError(t, p.Send(`42["say","hello"]`))
		require.Equal(t, `42["say","hello"]`, p.Next(t))
		time.Sleep(10 * time.Minute)
		require.Equal(t, 1, app.Sessions())
	})
}

// A WebSocket may be written on concurrently, as answers to pings are.
func TestStockSendsConcurrently(t *testing.T) {
	var got atomic.Int64
	app := newApp(t, everwire.Config{})
	app.On("n", func(*everwire.Ctx) error { got.Add(1); return nil })
	p := everwiretest.Start(t, app).Stock(t, client.WebSocket)
	p.Join(t, "/", "")
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 500 {
				assert.NoError(t, p.Send(`42["n"]`))
			}
		})
	}
	all.Wait()
	everwiretest.Eventually(t, "all to come", func() bool { return got.Load() == 4000 })
}

// Its heart beats, until it is silent.
func TestStockPings(t *testing.T) {
	stocks(t, func(t *testing.T, app *everwire.Server, p *everwiretest.Stock) {
		p.Join(t, "/", "")
		time.Sleep(10 * time.Minute)
		require.Equal(t, 1, app.Sessions())
		require.Empty(t, p.Waiting())
		p.Silence()
		require.Equal(t, "2", p.Next(t))
		<-p.Done()
		require.Zero(t, app.Sessions())
	})
}

// Without resumption the session ends with its connection.
func TestStockCut(t *testing.T) {
	stocks(t, func(t *testing.T, app *everwire.Server, p *everwiretest.Stock) {
		p.Join(t, "/", "")
		require.NoError(t, app.Emit("last"))
		synctest.Wait()
		p.Cut()
		<-p.Done()
		require.Equal(t, []string{`42["last"]`}, p.Waiting())
		everwiretest.Eventually(t, "the session to end", func() bool { return app.Sessions() == 0 })
	})
}

// A poll that was cut is not asked again behind the client's back.
func TestStockDoesNotRetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		app := newApp(t, everwire.Config{})
		var requests atomic.Int64
		srv := everwiretest.Start(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			requests.Add(1)
			app.ServeHTTP(w, r)
		}))
		p := srv.Stock(t, client.Polling)
		p.Join(t, "/", "")
		synctest.Wait()
		before := requests.Load()
		p.Cut()
		<-p.Done()
		require.Equal(t, before, requests.Load())
	})
}

// Pong waits for a network that stands still, and nobody waits for the pong.
func TestStockPause(t *testing.T) {
	stocks(t, func(t *testing.T, app *everwire.Server, p *everwiretest.Stock) {
		p.Join(t, "/", "")
		p.Pause()
		require.NoError(t, app.Emit("late"))
		time.Sleep(10 * time.Second)
		require.Empty(t, p.Waiting())
		p.Resume()
		require.Equal(t, `42["late"]`, p.Next(t))
		p.Pause()
		time.Sleep(2 * time.Minute)
		require.Zero(t, app.Sessions())
	})
}

// At the end of a test a client need not have come to its own end.
func TestStockLeftAlone(t *testing.T) {
	for _, trouble := range []func(*everwiretest.Stock){
		(*everwiretest.Stock).Cut, (*everwiretest.Stock).Offline, (*everwiretest.Stock).StopReading, (*everwiretest.Stock).Pause,
	} {
		stocks(t, func(t *testing.T, app *everwire.Server, p *everwiretest.Stock) {
			p.Join(t, "/", "")
			trouble(p)
			require.NoError(t, app.Emit("unheard"))
			time.Sleep(26 * time.Second) // a ping is due
		})
	}
}

func TestStockOptions(t *testing.T) {
	for _, transport := range stockTransports {
		app := newApp(t, everwire.Config{})
		router := http.NewServeMux()
		router.Handle("/realtime/", app)
		srv := everwiretest.Start(t, router, everwiretest.Path("/realtime/"))
		p := srv.Stock(t, transport, func(o *client.Options) { o.Header = http.Header{"X-Name": {"ann"}} })
		p.Join(t, "/", "")
		require.Equal(t, "client1", p.Name())
		require.Equal(t, "ann", app.Sockets()[0].Handshake().Header().Get("X-Name"))
	}
}
