// identity.go: who a client is, and the values that travel with its socket.

package namespace

import (
	"encoding/json"
	"maps"
	"time"
)

// Identity is who a client is, as [Namespace.Auth] found out.
type Identity struct {
	ID      string         // of the user
	Values  map[string]any // for the socket, see [Values]
	Expires time.Time      // when the socket is disconnected; zero: never
}

func (who *Identity) expired() bool {
	return who != nil && !who.Expires.IsZero() && !time.Now().Before(who.Expires)
}

// Identity returns who the client is: what Auth returned, or nil.
func (s *Socket) Identity() *Identity {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.identity
}

func (s *Socket) identify(who *Identity) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.identity = who
	switch {
	case who == nil:
	case s.values == nil:
		s.values = maps.Clone(who.Values)
	default: // of the socket that the client came back to
		maps.Copy(s.values, who.Values)
	}
}

// Key names a value of type T that a socket can have. Two keys of one name are the
// same value, and must have the same type. What a value points to must not be changed
// after [Key.Set]; it is sent as JSON to servers that fetch the socket.
type Key[T any] struct{ name string }

// NewKey returns the key of that name.
func NewKey[T any](name string) Key[T] { return Key[T]{name} }

// Get returns the socket's value; false if it has none of type T.
func (k Key[T]) Get(s *Socket) (T, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.values[k.name].(T)
	if text, raw := s.values[k.name].(savedValue); raw && !ok {
		if ok = json.Unmarshal(text, &v) == nil; ok {
			s.values[k.name] = v
		}
	}
	return v, ok
}

// Set sets the socket's value.
func (k Key[T]) Set(s *Socket, v T) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.values == nil {
		s.values = make(map[string]any)
	}
	s.values[k.name] = v
}

// Value is a value with its name, for [Values].
type Value struct {
	name  string
	value any
}

// Is returns v under the name of the key.
func (k Key[T]) Is(v T) Value { return Value{k.name, v} }

// Values collects values for [Identity].
func Values(list ...Value) map[string]any {
	m := make(map[string]any, len(list))
	for _, v := range list {
		m[v.name] = v.value
	}
	return m
}
