// outbox_test.go: what waits to be published, what is refused, and what counts as lost.

package nats_test

import (
	"strings"
	"testing"

	natsgo "github.com/nats-io/nats.go"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/adapter/nats"
)

// What was handed to a connection before the one that confirms is lost.
func TestConfirmedByTheSameConnection(t *testing.T) {
	o := nats.NewOutbox(1000)
	for _, topic := range []string{"a", "b", "c"} {
		require.NoError(t, o.Add(topic))
	}
	require.ErrorIs(t, o.Add(strings.Repeat("d", 500)), nats.ErrQueueFull)
	o.Hand(1, 0)
	o.Hand(1, 1)
	require.Equal(t, []string{"a"}, o.Confirm(2, 1))
	require.NoError(t, o.Add(strings.Repeat("d", 500)))
	o.Hand(2, 1)
	require.Empty(t, o.Confirm(2, 1))
	require.NoError(t, o.Add(strings.Repeat("e", 5000)), "alone, anything fits")
	require.ErrorIs(t, o.Add("f"), nats.ErrQueueFull)
}

func TestTopics(t *testing.T) {
	for topic, want := range map[string]bool{
		"a": true, "everwire.Lw.room.r-_9": true, strings.Repeat("a", 799): true, strings.Repeat("a", 800): false,
		"": false, ".": false, "a.": false, ".a": false, "a..b": false, "*": false, "a.>": false, "a b": false,
		"a\r\nPUB b 1": false, "$SYS.x": false, "größe": false, "a\x00": false,
	} {
		require.Equal(t, want, nats.CheckTopic(topic) == nil, "%q", topic)
	}
}

func TestBadConfig(t *testing.T) {
	for text, c := range map[string]nats.Config{
		"Config.Conn":        {},
		"NoEcho":             {Conn: &natsgo.Conn{Opts: natsgo.Options{NoEcho: true}}},
		"negative: -1, 0, 0": {Conn: new(natsgo.Conn), Queue: -1},
	} {
		_, err := nats.New(c)
		require.ErrorContains(t, err, text)
	}
}
