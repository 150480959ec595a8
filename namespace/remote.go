// remote.go: sockets of any node, as FetchSockets describes them.

package namespace

import (
	"context"
	"encoding/json"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/namespace/sio"
)

// RemoteSocket is what was known of a socket of any node when it was fetched. What is
// done with it goes to the node that has the socket, and is lost if it is gone.
type RemoteSocket struct {
	namespace *Namespace
	info      adapter.Socket
}

var _ sio.Caller = RemoteSocket{}

// ID returns the public ID.
func (r RemoteSocket) ID() string { return r.info.ID }

// Rooms returns the rooms that the socket was in, without that of its own ID.
func (r RemoteSocket) Rooms() []string {
	return slices.DeleteFunc(slices.Clone(r.info.Rooms), func(name string) bool { return name == r.info.ID })
}

// Handshake returns what the client connected with. It must not be changed.
func (r RemoteSocket) Handshake() *adapter.Handshake { return &r.info.Handshake }

// Data stores the socket's values in dst, as JSON has them: by default an object with
// a member for each [Key].
func (r RemoteSocket) Data(dst any) error {
	if len(r.info.Data) == 0 {
		return nil
	}
	return json.Unmarshal(r.info.Data, dst)
}

// Of returns the value of a socket that was fetched; false if it has none of that
// type.
func (k Key[T]) Of(r RemoteSocket) (v T, ok bool) {
	var values map[string]json.RawMessage
	if r.Data(&values) != nil || values[k.name] == nil {
		return v, false
	}
	return v, json.Unmarshal(values[k.name], &v) == nil
}

func (r RemoteSocket) target() Target { return r.namespace.To(r.info.ID) }

// EmitEvent sends an event. It never blocks.
func (r RemoteSocket) EmitEvent(e sio.Emission) error { return r.target().EmitEvent(e) }

// Emit sends an untyped event.
func (r RemoteSocket) Emit(event string, args ...any) error { return r.target().Emit(event, args...) }

// Ask implements [sio.Caller]. It yields [ErrDisconnected] if the socket is gone.
func (r RemoteSocket) Ask(ctx context.Context, e sio.Emission) iter.Seq2[sio.Body, error] {
	return func(yield func(sio.Body, error) bool) {
		ctx, cancel := r.namespace.patient(ctx)
		defer cancel()
		for b, err := range r.target().Ask(ctx, e) {
			yield(b, err)
			return
		}
		yield(nil, ErrDisconnected)
	}
}

// Call sends an untyped event and waits for its acknowledgement.
func (r RemoteSocket) Call(ctx context.Context, event string, args ...any) (b sio.Body, err error) {
	for b, err = range r.Ask(ctx, sio.Emission{Event: event, Args: args}) {
	}
	return b, err
}

// Join has the socket join rooms.
func (r RemoteSocket) Join(rooms ...string) error { return r.target().Join(rooms...) }

// Leave has the socket leave rooms.
func (r RemoteSocket) Leave(rooms ...string) error { return r.target().Leave(rooms...) }

// Disconnect disconnects the socket, see [Socket.Disconnect].
func (r RemoteSocket) Disconnect(close bool) error { return r.target().Disconnect(close) }

// describe describes sockets of this node for others.
func (n *Namespace) describe(list []*Socket) []adapter.Socket {
	out := make([]adapter.Socket, len(list))
	for i, s := range list {
		out[i] = adapter.Socket{
			ID:        s.id,
			Handshake: s.handshake.describe(),
			Rooms:     append([]string{s.id}, s.Rooms()...),
			Data:      s.data(),
		}
	}
	return out
}

// data returns the socket's values as JSON. One that has no JSON form is left out.
func (s *Socket) data() json.RawMessage {
	s.mu.Lock()
	values := make(map[string]any, len(s.values))
	for name, v := range s.values {
		values[name] = v
	}
	s.mu.Unlock()
	members := make(map[string]json.RawMessage, len(values))
	for name, v := range values {
		var text []byte
		err := guard(func() (err error) {
			text, err = json.Marshal(v)
			return err
		})
		if err != nil {
			s.namespace.registry.log.Error("everwire: value of a socket has no JSON form",
				"namespace", s.namespace.name, "socket", s.id, "key", name, "error", err)
			continue
		}
		members[name] = text
	}
	text, _ := json.Marshal(members)
	return text
}

func (h *Handshake) describe() adapter.Handshake {
	d := adapter.Handshake{
		Headers: make(map[string]string),
		Time:    h.Time().UTC().Format(time.RFC1123),
		Address: h.Address(),
		XDomain: h.XDomain(),
		Secure:  h.Secure(),
		Issued:  h.Time().UnixMilli(),
		URL:     h.URL(),
		Query:   make(map[string]string),
	}
	for name, values := range h.Header() {
		d.Headers[strings.ToLower(name)] = strings.Join(values, ", ")
	}
	for name, values := range h.Query() {
		d.Query[name] = values[len(values)-1]
	}
	d.Auth = json.RawMessage("{}")
	_ = h.Auth(&d.Auth) // JSON that a client has sent fits
	return d
}
