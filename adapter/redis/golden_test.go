// golden_test.go: the bytes of mode Classic, and what is read of those of others.

package redis

import (
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/adapter/internal/node"
	"github.com/everwire/everwire/adapter/internal/wire"
	"github.com/everwire/everwire/namespace/sio"
)

func hello(rooms ...string) adapter.Op {
	return adapter.Op{Rooms: rooms, Event: sio.Emission{Event: "hello", Args: []any{"world"}}}
}

// A broadcast to room1, as the official adapter writes it.
const goldenBroadcast = "93a641623132436483a47479706502a46461746192a568656c6c6fa5776f726c64a36e7370a12f83a5726f6f6d7391a5726f6f6d31a665786365707490a5666c61677380"

func TestGoldenBroadcast(t *testing.T) {
	m := &node.Message{Type: node.Broadcast, From: "Ab12Cd", Op: hello("room1")}
	b, err := classicBroadcast(m, "/")
	require.NoError(t, err)
	require.Equal(t, goldenBroadcast, hex.EncodeToString(b))

	c := newClassic(base{hub: &hub{config: &Config{}}, node: node.New(node.Config{Namespace: "/"})}, nil)
	got, err := c.parseBroadcast(b)
	require.NoError(t, err)
	require.Equal(t, "Ab12Cd", got.From)
	require.Equal(t, hello("room1"), got.Op)
}

func TestGoldenRequests(t *testing.T) {
	for _, c := range []struct {
		want string
		m    node.Message
	}{
		{
			`{"uid":"me","type":2,"opts":{"rooms":["a"],"except":["b"]},"rooms":["x","y"]}`,
			node.Message{Type: node.Join, Op: adapter.Op{Kind: adapter.Join, Rooms: []string{"a"}, Except: []string{"b"}, Change: []string{"x", "y"}}},
		}, {
			`{"uid":"me","type":3,"opts":{"rooms":[],"except":[]},"rooms":["x"]}`,
			node.Message{Type: node.Leave, Op: adapter.Op{Kind: adapter.Leave, Change: []string{"x"}}},
		}, {
			`{"uid":"me","type":4,"opts":{"rooms":["a"],"except":[]},"close":true}`,
			node.Message{Type: node.Disconnect, Op: adapter.Op{Kind: adapter.Disconnect, Rooms: []string{"a"}, Close: true}},
		}, {
			`{"uid":"me","requestId":"r","type":5,"errors":true,"opts":{"rooms":["a"],"except":[]}}`,
			node.Message{Type: node.Fetch, Request: "r", Strict: true, Op: adapter.Op{Kind: adapter.Fetch, Rooms: []string{"a"}}},
		}, {
			`{"uid":"me","requestId":"r","type":5,"errors":true,"opts":{"rooms":[],"except":["b"]},"count":true}`,
			node.Message{Type: node.Fetch, Request: "r", Strict: true, Op: adapter.Op{Kind: adapter.Count, Except: []string{"b"}}},
		}, {
			`{"uid":"me","requestId":"r","type":0,"errors":true,"rooms":["a"],"count":true}`,
			node.Message{Type: node.Fetch, Request: "r", Strict: true, Op: adapter.Op{Kind: adapter.Count, Rooms: []string{"a"}}},
		}, {
			`{"uid":"me","type":6,"data":["hello","world"]}`,
			node.Message{Type: node.Serve, Op: adapter.Op{Kind: adapter.Serve, Event: hello().Event}},
		}, {
			`{"uid":"me","requestId":"r","type":7,"errors":true,"packet":{"type":2,"data":["hello","world"],"nsp":"/a"},"opts":{"rooms":[],"except":[],"flags":{}}}`,
			node.Message{Type: node.Broadcast, Request: "r", Strict: true, Op: adapter.Op{Kind: adapter.Call, Event: hello().Event}},
		},
	} {
		c.m.From = "me"
		r, err := classicRequest(&c.m, "/a")
		require.NoError(t, err)
		b, err := wire.AppendJSON(nil, r)
		require.NoError(t, err)
		require.Equal(t, c.want, string(b))

		reader := newClassic(base{hub: &hub{config: &Config{}}, node: node.New(node.Config{Namespace: "/a"})}, nil)
		got, err := reader.parseRequest(b)
		require.NoError(t, err, c.want)
		got.Size, got.Form = 0, 0
		require.Equal(t, &c.m, got, "read again")
	}
}

func TestGoldenResponses(t *testing.T) {
	body, err := sio.NewBody(map[string]any{"ok": true})
	require.NoError(t, err)
	none, err := sio.NewBody()
	require.NoError(t, err)
	sockets := []adapter.Socket{{ID: "s1", Rooms: []string{"s1", "a"}}, {ID: "s2", Rooms: []string{"s2", "a"}}}
	for _, c := range []struct {
		want  string
		to, m node.Message
	}{
		{
			`{"requestId":"r","uid":"me","sockets":["s1","s2"]}`,
			node.Message{Form: formIDs}, node.Message{Type: node.Fetched, Answer: adapter.Answer{Sockets: sockets}},
		}, {
			`{"requestId":"r","uid":"me","rooms":["s1","a","s2"]}`,
			node.Message{Form: formRooms}, node.Message{Type: node.Fetched, Answer: adapter.Answer{Sockets: sockets}},
		}, {
			`{"requestId":"r","uid":"me","sockets":[]}`,
			node.Message{}, node.Message{Type: node.Fetched},
		}, {
			`{"requestId":"r","uid":"me","count":2}`,
			node.Message{Op: adapter.Op{Kind: adapter.Count}},
			node.Message{Type: node.Fetched, Op: adapter.Op{Kind: adapter.Count}, Answer: adapter.Answer{Count: 2}},
		}, {
			`{"requestId":"r","uid":"me","type":6,"data":{"ok":true}}`,
			node.Message{}, node.Message{Type: node.Served, Answer: adapter.Answer{Body: body}},
		}, {
			`{"requestId":"r","uid":"me","type":8,"clientCount":0}`,
			node.Message{}, node.Message{Type: node.ClientCount},
		}, {
			`{"requestId":"r","uid":"me","type":9,"packet":{"ok":true}}`,
			node.Message{}, node.Message{Type: node.Ack, Answer: adapter.Answer{Body: body}},
		}, {
			`{"requestId":"r","uid":"me","type":9}`,
			node.Message{}, node.Message{Type: node.Ack, Answer: adapter.Answer{Body: none}},
		}, {
			`{"requestId":"r","uid":"me","type":9,"error":"disconnected"}`,
			node.Message{}, node.Message{Type: node.Ack, Answer: adapter.Answer{Err: adapter.ErrDisconnected}},
		},
	} {
		c.m.From, c.m.Request = "me", "r"
		r, err := classicResponse(&c.to, &c.m)
		require.NoError(t, err)
		b, err := wire.AppendJSON(nil, r)
		require.NoError(t, err)
		require.Equal(t, c.want, string(b))
	}
}

// What the official servers answer, of which some say less than ours.
func TestForeignResponses(t *testing.T) {
	for text, want := range map[string]adapter.Answer{
		`{"requestId":"r","sockets":["a","b"]}`:                    {Count: 2},
		`{"requestId":"r","sockets":[]}`:                           {},
		`{"type":8,"requestId":"r","clientCount":3}`:               {Count: 3},
		`{"type":9,"requestId":"r","error":"timeout"}`:             {Err: adapter.ErrTimeout},
		`{"requestId":"r","sockets":[{"id":"x","rooms":["x",7]}]}`: {Sockets: []adapter.Socket{{ID: "x", Rooms: []string{"x", "7"}, Data: []byte("null"), Handshake: adapter.Handshake{Headers: map[string]string{}, Query: map[string]string{}}}}},
	} {
		m, err := parseResponse([]byte(text))
		require.NoError(t, err, text)
		require.Equal(t, want, m.Answer, text)
	}
	m, err := parseResponse([]byte(`{"type":6,"requestId":"r","data":{"b":{"type":"Buffer","data":[1,255]}}}`))
	require.NoError(t, err)
	var v any
	require.NoError(t, m.Answer.Body.Bind(0, &v))
	require.Equal(t, map[string]any{"b": []byte{1, 255}}, v)
}

func TestNamesOfStreams(t *testing.T) {
	for namespace, want := range map[string]string{"/": "socket.io-3", "/notifications": "socket.io--3"} {
		require.Equal(t, want, streamOf("socket.io", namespace, 4))
		require.Equal(t, "socket.io", streamOf("socket.io", namespace, 1))
	}
}

func FuzzMessages(f *testing.F) {
	golden, err := hex.DecodeString(goldenBroadcast)
	require.NoError(f, err)
	f.Add(golden)
	for _, seed := range []string{
		`{"uid":"a","type":2,"opts":{"rooms":[],"except":[]},"rooms":["x"]}`, `{"type":3,"sid":"s","room":"r","requestId":"i"}`,
		`{"uid":"a","requestId":"r","type":5,"opts":{}}`, `{"uid":"u","nsp":"/","type":3,"data":{"opts":{},"packet":{"type":2,"data":["a"]}}}`,
		`{"requestId":"r","sockets":[{"id":"x","handshake":{"headers":{"a":["b"]}}}]}`, `{"type":8,"requestId":"r","clientCount":1e99}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		n := node.New(node.Config{Namespace: "/"})
		c := newClassic(base{hub: &hub{config: &Config{}}, node: n}, nil)
		for _, parse := range []func([]byte) (*node.Message, error){c.parseBroadcast, c.parseRequest, parseResponse, n.ParseEnvelope} {
			m, err := parse(b)
			if err == nil && m.Answer.Count < 0 {
				t.Errorf("%q counts %d", b, m.Answer.Count)
			}
		}
	})
}
