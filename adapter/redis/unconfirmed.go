// unconfirmed.go: subscriptions that Redis has not confirmed in time.

package redis

import (
	"errors"
	"fmt"
)

var errNotConfirmed = errors.New("redis: no connection within Config.Timeout")

// note keeps why something was not subscribed to.
func (s *subscriber) note(err error) {
	if err == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failed = err
}

// unconfirmed says why, as far as it is known.
func (s *subscriber) unconfirmed() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed != nil {
		return fmt.Errorf("%w: %w", errNotConfirmed, s.failed)
	}
	return errNotConfirmed
}

// isLate has the first confirmation be told.
func (s *subscriber) isLate(t topic) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.waiting, t)
	if s.told[t] != nil {
		s.there[t] = true
	}
}
