// poller_test.go: poller mode: all other tests once more, and what is its own.

package websocket_test

import (
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/transport/websocket"
)

// pollerVar has all tests run in poller mode.
const pollerVar = "EVERWIRE_POLLER"

func polled() bool { return os.Getenv(pollerVar) != "" }

// inMode puts a transport into the mode of this run.
func inMode(t *websocket.Transport) *websocket.Transport {
	if polled() {
		t.WithPoller()
	}
	return t
}

func TestAllInPollerMode(t *testing.T) {
	if !websocket.CanPoll {
		t.Skip("there is no poller on this system")
	}
	self, err := os.Executable()
	require.NoError(t, err)
	again := exec.Command(self, "-test.skip=^(TestPoller.*|TestAllInPollerMode|TestModesAgree|Fuzz.*)$", "-test.timeout=2m")
	again.Env = append(os.Environ(), pollerVar+"=1")
	out, err := again.CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Contains(t, string(out), "PASS")
}
