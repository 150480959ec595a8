// features_test.go: every feature with two versions of the official client, over each transport.

package clients

import (
	"testing"

	"github.com/everwire/everwire/compat-tests/interop"
	"github.com/everwire/everwire/namespace/sio/msgpack"
)

// folders are where the versions of the official client are installed.
var folders = map[string]string{"4.8.4": "socket.io-client", "4.0.2": "socket.io-client-4.0"}

// parser is that of the official server and clients for MessagePack.
const parser = "socket.io-msgpack-parser"

func TestOfficialClient(t *testing.T) {
	interop.NeedsNode(t, folders["4.8.4"], folders["4.0.2"])
	runFeatures(t, "", startFixture)
}

// TestMsgpack is the same with packets in MessagePack.
func TestMsgpack(t *testing.T) {
	interop.NeedsNode(t, folders["4.8.4"], folders["4.0.2"], parser)
	runFeatures(t, parser, func(t *testing.T) (url, control string) {
		f := newFixture(t, msgpack.Codec{})
		return f.URL, f.Control
	})
}

// TestControl proves the expectations of the features right: the official server meets them.
func TestControl(t *testing.T) {
	interop.NeedsControl(t)
	runFeatures(t, "", startControl)
}

// TestMsgpackControl is the same with the official parser for MessagePack on both sides.
func TestMsgpackControl(t *testing.T) {
	interop.NeedsControl(t)
	t.Setenv("EVERWIRE_PARSER", parser)
	runFeatures(t, parser, startControl)
}

// runFeatures runs all features with all clients, each against a server of its own.
func runFeatures(t *testing.T, parser string, start func(*testing.T) (url, control string)) {
	interop.Run(t, []string{"4.8.4", "4.0.2"}, func(version, transport string) interop.Program {
		url, control := start(t)
		p := interop.Node("features.mjs", url, control, transport)
		p.Env = []string{"EVERWIRE_CLIENT=" + folders[version], "EVERWIRE_PARSER=" + parser}
		return p
	})
}

func startFixture(t *testing.T) (url, control string) {
	f := newFixture(t, nil)
	return f.URL, f.Control
}

// startControl starts the official server.
func startControl(t *testing.T) (url, control string) {
	interop.StartControl(t, "control.mjs", &url, &control)
	return url, control
}
