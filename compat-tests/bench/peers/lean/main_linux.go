// Lean is a limit reference, no library: what a careful Go design can reach while it upgrades with gorilla/websocket
// under net/http, with frames and packets made by hand.
//   - the handler returns after the upgrade; one goroutine with a small stack a connection, none to write
//   - no read buffer while idle
//   - a broadcast's frame is encoded once; all that waits for one connection goes out in one write
//   - one heartbeat goroutine with a wheel of slots
//
// READ=gorilla reads with gorilla's reader over a connection with pooled read-ahead; otherwise frames are parsed where
// the bytes arrive. JSON=1 decodes and encodes echoes with encoding/json through any.
//
// This file: the upgrade and main.
package main

import (
	"crypto/rand"
	"fmt"
	"log"
	"net/http"
	"os"
	"runtime"
	"sync"
	"time"

	"github.com/everwire/everwire/compat-tests/bench/fixture"
	"github.com/gorilla/websocket"
)

var (
	pingInterval, pingTimeout = fixture.PingInterval(), fixture.PingTimeout()

	gorillaReads = os.Getenv("READ") == "gorilla"
	throughJSON  = os.Getenv("JSON") == "1"

	upgrader = websocket.Upgrader{
		CheckOrigin:     func(*http.Request) bool { return true },
		ReadBufferSize:  128,
		WriteBufferPool: &sync.Pool{},
		WriteBufferSize: 4096,
	}
)

func serve(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Get("transport") != "websocket" {
		http.Error(w, "websocket only", http.StatusBadRequest)
		return
	}
	tw := &thinWriter{ResponseWriter: w}
	ws, err := upgrader.Upgrade(tw, r, nil)
	if err != nil {
		return // it has answered the request
	}
	ws.SetReadLimit(maxPayload)
	c := &client{socket: tw.conn.Conn, raw: tw.conn.raw}
	c.seen.Store(coarseNow.Load())
	wheelAdd(c)
	c.add(frame(opText, fmt.Appendf(nil, `0{"sid":"%s","upgrades":[],"pingInterval":%d,"pingTimeout":%d,"maxPayload":%d}`,
		rand.Text(), pingInterval.Milliseconds(), pingTimeout.Milliseconds(), maxPayload)))
	c.flush()
	// Either is owned by its client and ends when reading fails, which closing the socket brings about. It waits for
	// input only.
	if gorillaReads {
		go c.readMessages(ws, tw.conn)
	} else {
		go c.readRaw()
	}
}

func main() {
	coarseNow.Store(time.Now().UnixNano())
	for range runtime.GOMAXPROCS(0) {
		flushers = append(flushers, newFlusher())
	}
	// Owned by main, lives as long as the process.
	go turnWheel()
	log.Fatal(fixture.Serve(serve))
}
