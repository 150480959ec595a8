// eioprotocol.go: mode eio-protocol, for the conformance suite of the Engine.IO protocol: an echo.

package modes

import (
	"time"

	"github.com/everwire/everwire/engine"
)

func startEngineProtocol() (*Server, error) {
	return startRaw(engine.Config{
		PingInterval: 300 * time.Millisecond,
		PingTimeout:  200 * time.Millisecond,
		MaxPayload:   1_000_000,
		Origins:      []string{"*"},
	}, raw{message: send})
}
